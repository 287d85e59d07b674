"""What an operating team manages: its agency and those below it, their successions, roles and accounts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Agency, AgencySuccession, Membership, User, ValidityQuerySet
from accounts.selectors import accounts_manageable_by, agencies_in_scope, is_operator
from core.wagtail.object_policy import ObjectPermissionPolicy


def managed_agencies(user: Any) -> ValidityQuerySet:
    """Return the agencies of the operating teams of ``user`` and those below; all agencies for a superuser."""
    return Agency.objects.all() if user.is_superuser else agencies_in_scope(user, Membership.Role.OPERATOR)


class OperatorPolicy(ObjectPermissionPolicy):
    """Permissions from the role of operator in an agency; Django's permissions would apply in every agency."""

    actions: ClassVar[frozenset[str]] = frozenset({"add", "change", "view"})

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return True if ``user`` may do ``action`` to at least some objects."""
        return action in self.actions and user.is_active and (user.is_superuser or _is_operator(user))


class AgencyPolicy(OperatorPolicy):
    """Agencies are never deleted, because dossiers and pages refer to them; a former agency has a last day."""

    def objects_for(self, user: Any) -> QuerySet[Any]:
        """Return the agencies that ``user`` manages."""
        return managed_agencies(user).select_related("parent")


class SuccessionPolicy(OperatorPolicy):
    """Successions are managed by those who manage both agencies."""

    actions = OperatorPolicy.actions | {"delete"}

    def objects_for(self, user: Any) -> QuerySet[AgencySuccession]:
        """Return the successions between agencies that ``user`` manages."""
        managed = managed_agencies(user)
        rows = AgencySuccession.objects.filter(predecessor__in=managed, successor__in=managed)
        return rows.select_related("predecessor", "successor")


class MembershipPolicy(OperatorPolicy):
    """Operators see the roles in their agencies; no one changes their own roles."""

    actions = OperatorPolicy.actions | {"delete"}

    def objects_for(self, user: Any) -> QuerySet[Any]:
        """Return the roles in agencies that ``user`` manages."""
        return Membership.objects.filter(agency__in=managed_agencies(user)).select_related("user", "agency")

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        """Return True if ``user`` may do ``action`` to this role; their own they may only view.

        A role assigned by mistake may be deleted until the day it begins. Afterwards it can only be given a last day.
        """
        own = instance.user_id == user.pk and action != "view"
        begun = action == "delete" and instance.valid_from < timezone.localdate()
        return not own and not begun and super().user_has_permission_for_instance(user, action, instance)


class AccountPolicy(ObjectPermissionPolicy):
    """Operators create accounts and manage those of their own staff; Django's permissions open no other account."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Return True if ``user`` may do ``action`` to at least some accounts."""
        if super().user_has_permission(user, action):
            return True
        return action in OperatorPolicy.actions and user.is_active and _is_operator(user)

    def objects_for(self, user: Any) -> QuerySet[User]:
        """Return the accounts that ``user`` manages."""
        return accounts_manageable_by(user)


def _is_operator(user: Any) -> bool:
    """Return True if ``user`` is an operator, with one query per request, since every menu entry asks."""
    cached: bool | None = getattr(user, "_is_operator", None)
    if cached is None:
        cached = user._is_operator = is_operator(user)
    return cached
