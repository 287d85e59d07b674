"""What the operating team of an agency keeps: that agency, those below it, and the roles of people there."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Agency, AgencySuccession, Membership, User
from accounts.models.validity import ValidityQuerySet
from accounts.selectors import accounts_kept_by, agencies_reached, is_operator
from core.admin_rows import RowPolicy


def managed_agencies(user: Any) -> ValidityQuerySet:
    """Return the agencies that ``user`` manages: where they are of the operating team and below; the superuser all."""
    return Agency.objects.all() if user.is_superuser else agencies_reached(user, Membership.Role.OPERATOR)


class OperatorPolicy(RowPolicy):
    """Rights follow from the role in an agency, not from permissions: these would hold in every agency."""

    actions: ClassVar[frozenset[str]] = frozenset({"add", "change", "view"})

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Say whether ``user`` may do ``action`` to some row."""
        return action in self.actions and user.is_active and (user.is_superuser or _operates(user))


class AgencyPolicy(OperatorPolicy):
    """Nothing is deleted: dossiers and pages stand on agencies; what is over gets a last day."""

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return the agencies that ``user`` manages."""
        return managed_agencies(user).select_related("parent")


class SuccessionPolicy(OperatorPolicy):
    """Who manages both sides says who continues whom."""

    actions = OperatorPolicy.actions | {"delete"}

    def rows(self, user: Any) -> QuerySet[AgencySuccession]:
        """Return the successions between agencies that ``user`` manages."""
        managed = managed_agencies(user)
        rows = AgencySuccession.objects.filter(predecessor__in=managed, successor__in=managed)
        return rows.select_related("predecessor", "successor")


class MembershipPolicy(OperatorPolicy):
    """Everybody of the operating team sees who holds what; nobody changes what they hold themselves."""

    actions = OperatorPolicy.actions | {"delete"}

    def rows(self, user: Any) -> QuerySet[Any]:
        """Return the roles in agencies that ``user`` manages."""
        return Membership.objects.filter(agency__in=managed_agencies(user)).select_related("user", "agency")

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        """Say whether ``user`` may do ``action`` to this role; to the own one only look.

        A role is deleted on the day it begins, or before: it was given by mistake. Afterwards it gets a last day.
        """
        own = instance.user_id == user.pk and action != "view"
        record = action == "delete" and instance.valid_from < timezone.localdate()
        return not own and not record and super().user_has_permission_for_instance(user, action, instance)


class AccountPolicy(RowPolicy):
    """The operating team makes accounts and keeps those of its own people; permissions open no other account."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Say whether ``user`` may do ``action`` to some account."""
        if super().user_has_permission(user, action):
            return True
        return action in OperatorPolicy.actions and user.is_active and _operates(user)

    def rows(self, user: Any) -> QuerySet[User]:
        """Return the accounts that ``user`` keeps."""
        return accounts_kept_by(user)


def _operates(user: Any) -> bool:
    """Ask once a request: the menu asks for every entry."""
    known: bool | None = getattr(user, "_operates_somewhere", None)
    if known is None:
        known = user._operates_somewhere = is_operator(user)
    return known
