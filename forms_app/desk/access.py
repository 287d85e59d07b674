"""The wall of the desk: who is behind it, and for which agencies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Final

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponseBase

from accounts.models import Agency, Membership, User
from accounts.selectors import memberships_of

_R = Membership.Role
#: Who reads dossiers. The operating team is not among them (DOMAIN 2.2).
READERS: Final = frozenset({_R.RECEPTION, _R.HANDLER, _R.LEADER, _R.RETURNER, _R.INSPECTOR})


@dataclass(frozen=True, slots=True)
class Desk:
    """One officer's place: the agencies whose dossiers are read there and the roles held in each."""

    user: User
    roles: dict[int, frozenset[str]]
    agencies: tuple[Agency, ...]

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return the search scopes that this officer may read."""
        return tuple(f"agency:{agency.pk}" for agency in self.agencies)

    def roles_at(self, agency_id: int) -> frozenset[str]:
        """Return the roles held at ``agency_id``; none where the officer does not belong."""
        return self.roles.get(agency_id, frozenset())


def desk_of(user: User | AnonymousUser) -> Desk | None:
    """Return the desk of ``user`` today, in one query; None for everybody who reads no dossiers."""
    if not isinstance(user, User):
        return None
    held: dict[int, set[str]] = {}
    agencies: dict[int, Agency] = {}
    for membership in memberships_of(user).filter(role__in=READERS):
        held.setdefault(membership.agency_id, set()).add(membership.role)
        agencies[membership.agency_id] = membership.agency
    if not held:
        return None
    ordered = tuple(sorted(agencies.values(), key=lambda agency: agency.code))
    return Desk(user, {pk: frozenset(roles) for pk, roles in held.items()}, ordered)


DeskView = Callable[Concatenate[HttpRequest, Desk, ...], HttpResponseBase]


def behind_the_desk(view: DeskView) -> Callable[..., HttpResponseBase]:
    """Hand the view its officer's desk; everybody else gets the same 404 as for an address that does not exist."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        desk = desk_of(request.user)
        if desk is None:
            raise Http404
        response = view(request, desk, *args, **kwargs)
        response["Cache-Control"] = "no-store, private"
        return response

    return guarded
