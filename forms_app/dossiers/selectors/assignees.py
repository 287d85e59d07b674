"""The assignee of a dossier, who alone, apart from the head, acts on it while working at its agency (ADR 176)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from django.db.models import QuerySet

from accounts.models import Membership, User
from forms_app.dossiers.models import Dossier

#: The roles of officers to whom a dossier can be assigned.
ASSIGNABLE_ROLES: Final = (Membership.Role.RECEIVER, Membership.Role.HANDLER, Membership.Role.HEAD)


def other_assignee(dossier: Dossier, user: User, roles: Collection[str], day: date) -> User | None:
    """Return the colleague of ``user`` to whom ``dossier`` is assigned; None for the head and for the assignee.

    While there is one, ``user`` may do only ``COUNTER_ACTIONS``. ``roles`` are those of ``user`` at the agency. An
    assignee who has left the agency does not count. At most one query.
    """
    if dossier.assigned_to is None or dossier.assigned_to == user or Membership.Role.HEAD in roles:
        return None
    return dossier.assigned_to if ids_with_active_assignee([dossier], day) else None


def ids_with_active_assignee(dossiers: Iterable[Dossier], day: date) -> set[int]:
    """Return the ids of those of ``dossiers`` whose assignee works at the agency on ``day``; one query."""
    wanted = list(dossiers)
    members = _assignable(day).filter(user_id__in={found.assigned_to_id for found in wanted})
    working = set(members.values_list("user_id", "agency_id"))
    return {found.pk for found in wanted if (found.assigned_to_id, found.agency_id) in working}


def assignable_officers(agency_id: int, day: date) -> list[User]:
    """Return the officers to whom a dossier of the agency can be assigned on ``day``, by name; one query."""
    members = _assignable(day).filter(agency_id=agency_id)
    return list(User.objects.filter(memberships__in=members).distinct().order_by("order_key", "pk"))


def _assignable(day: date) -> QuerySet[Membership]:
    """Return the memberships by which active accounts can be assignees on ``day``."""
    return Membership.objects.valid_on(day).filter(role__in=ASSIGNABLE_ROLES, user__is_active=True)
