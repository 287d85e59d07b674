"""Who may do what where. Every wall between agencies asks here."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Agency, Membership, User
from accounts.models.validity import ValidityQuerySet
from accounts.selectors.agencies import stands_for_province, with_those_below


def memberships_of(user: User | AnonymousUser | None, on: date | None = None) -> QuerySet[Membership]:
    """Return the memberships of ``user`` in force on day ``on`` (today), each with its agency.

    Nobody, an anonymous person and a closed account have none.
    """
    if not isinstance(user, User) or not user.is_active:
        return Membership.objects.none()
    return Membership.objects.filter(user=user).valid_on(on or timezone.localdate()).select_related("agency")


def agencies_where(
    user: User | AnonymousUser | None, *roles: str, on: date | None = None
) -> QuerySet[Agency]:
    """Return the agencies in which ``user`` holds one of ``roles``; any role counts where none is given.

    Being superuser opens nothing: the operating team has no right to read dossiers (DOMAIN 2.2).
    """
    held = memberships_of(user, on)
    if roles:
        held = held.filter(role__in=roles)
    return Agency.objects.filter(pk__in=held.order_by().values("agency_id"))


def has_role(
    user: User | AnonymousUser | None, agency: Agency | int, *roles: str, on: date | None = None
) -> bool:
    """Say whether ``user`` holds one of ``roles`` (any, where none is given) in ``agency``."""
    agency_id = agency if isinstance(agency, int) else agency.pk
    held = memberships_of(user, on).filter(agency_id=agency_id)
    return (held.filter(role__in=roles) if roles else held).exists()


def agencies_reached(
    user: User | AnonymousUser | None, *roles: str, on: date | None = None
) -> ValidityQuerySet:
    """Return the agencies in which ``user`` holds one of ``roles``, and all below them."""
    return with_those_below(agencies_where(user, *roles, on=on))


def speaks_for_province(user: User | AnonymousUser | None, *roles: str, on: date | None = None) -> bool:
    """Say whether ``user`` holds one of ``roles`` in the agency that stands for the whole province."""
    return any(stands_for_province(agency) for agency in agencies_where(user, *roles, on=on))
