"""Access to the one-stop desk: which officers may read dossiers, and of which agencies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.models import READING_ROLES, Agency, Membership, User
from accounts.selectors import agencies_inspected_by, memberships_of


@dataclass(frozen=True, slots=True)
class OfficerAccess:
    """What one officer may see: the agencies whose dossiers they read and the roles held at each.

    ``workplaces`` are the agencies in which the officer holds a role. An inspector also reads the dossiers of the
    agencies under inspection; ``inspected_from`` maps each of these to the officer's own agency.
    """

    user: User
    roles: dict[int, frozenset[str]]
    agencies: tuple[Agency, ...]
    workplaces: tuple[Agency, ...]
    inspected_from: dict[int, Agency]

    @property
    def search_scopes(self) -> tuple[str, ...]:
        """Return the search scopes that this officer may read."""
        return tuple(f"agency:{agency.pk}" for agency in self.agencies)

    def roles_at(self, agency_id: int) -> frozenset[str]:
        """Return the roles held at ``agency_id``; empty for any other agency."""
        return self.roles.get(agency_id, frozenset())

    def holds(self, *roles: str) -> bool:
        """Return True if the officer holds one of ``roles`` at any agency."""
        return any(held.intersection(roles) for held in self.roles.values())

    def agency_reading(self, agency: Agency) -> Agency:
        """Return the agency on whose behalf the officer reads a dossier of ``agency``, for the view log."""
        return self.inspected_from.get(agency.pk, agency)


def officer_access(user: User | AnonymousUser) -> OfficerAccess | None:
    """Return the access of ``user`` as of today; None if the user may not read any dossier.

    One query, plus three for each agency in which the user is an inspector.
    """
    if not isinstance(user, User):
        return None
    held: dict[int, set[str]] = {}
    agencies: dict[int, Agency] = {}
    memberships = list(memberships_of(user).filter(role__in=READING_ROLES))
    for membership in memberships:
        held.setdefault(membership.agency_id, set()).add(membership.role)
        agencies[membership.agency_id] = membership.agency
    if not held:
        return None
    workplaces, inspected_from = _ordered(agencies.values()), {}
    for membership in memberships:
        for agency in (
            agencies_inspected_by(membership.agency) if membership.role == Membership.Role.INSPECTOR else ()
        ):
            held.setdefault(agency.pk, set()).add(Membership.Role.INSPECTOR)
            if agencies.setdefault(agency.pk, agency) is agency:
                inspected_from[agency.pk] = membership.agency
    roles = {pk: frozenset(names) for pk, names in held.items()}
    return OfficerAccess(user, roles, _ordered(agencies.values()), workplaces, inspected_from)


def _ordered(agencies: Iterable[Agency]) -> tuple[Agency, ...]:
    return tuple(sorted(agencies, key=lambda agency: agency.code))


OfficerView = Callable[Concatenate[HttpRequest, OfficerAccess, ...], HttpResponseBase]


def officer_required(view: OfficerView) -> Callable[..., HttpResponseBase]:
    """Pass the officer's access to the view; return 404 to other users, as for an unknown address."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        access = officer_access(request.user)
        if access is None:
            raise Http404
        response = view(request, access, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        return response

    return guarded
