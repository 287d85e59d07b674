"""Who acts on a dossier: an officer, the citizen by the private link, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from accounts.selectors import memberships_of
from core.worktime import TIME_ZONE
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import CITIZEN, SYSTEM


@dataclass(frozen=True, slots=True)
class Actor:
    """``name`` goes into the history; ``role`` is fixed for a citizen and the system, by agency for a user."""

    name: str
    user: User | None = None
    role: str = ""

    def roles_at(self, dossier: Dossier, now: datetime) -> frozenset[str]:
        """Return the roles held at the agency of ``dossier`` on the day of ``now``."""
        if self.user is None:
            return frozenset({self.role})
        held = memberships_of(self.user, now.astimezone(TIME_ZONE).date())
        return frozenset(held.filter(agency_id=dossier.agency_id).values_list("role", flat=True))


def officer(user: User) -> Actor:
    """Return the actor for a member of staff."""
    return Actor(name=user.get_full_name(), user=user)


def citizen(dossier: Dossier) -> Actor:
    """Return the actor for the person who holds the private link of ``dossier``."""
    return Actor(name=dossier.applicant_name, role=CITIZEN)


def system(name: str) -> Actor:
    """Return the actor for a process of the portal."""
    return Actor(name=name, role=SYSTEM)
