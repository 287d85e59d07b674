"""Who has a dossier: the officer to whom it is assigned, while that officer works at its agency (ADR 176)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from accounts.models import Membership, User
from forms_app.dossiers.models import Dossier

#: The roles of officers to whom a dossier can be assigned.
ASSIGNABLE_ROLES: Final = (Membership.Role.RECEIVER, Membership.Role.HANDLER, Membership.Role.HEAD)


def colleague_with(dossier: Dossier, user: User, roles: Collection[str], day: date) -> User | None:
    """Return the colleague of ``user`` who has ``dossier``; None for its own officer, the head and a free dossier.

    While there is one, ``user`` may do only ``COUNTER_ACTIONS``. ``roles`` are those held at the agency. A dossier
    whose officer has left is free. At most one query.
    """
    if dossier.assigned_to is None or dossier.assigned_to == user or Membership.Role.HEAD in roles:
        return None
    return dossier.assigned_to if held_ids([dossier], day) else None


def held_ids(dossiers: Iterable[Dossier], day: date) -> set[int]:
    """Return the ids of those of ``dossiers`` whose assigned officer works at the agency on ``day``; one query."""
    wanted = list(dossiers)
    members = Membership.objects.valid_on(day).filter(
        role__in=ASSIGNABLE_ROLES,
        user__is_active=True,
        user_id__in={found.assigned_to_id for found in wanted},
    )
    working = set(members.values_list("user_id", "agency_id"))
    return {found.pk for found in wanted if (found.assigned_to_id, found.agency_id) in working}
