"""Give and take roles."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Agency, Membership, User
from accounts.selectors import has_role
from accounts.services.groups import sync_groups
from core.errors import InvalidInput, NotAllowed

# Holidays, deadline rules, filing channels and forms hold for every agency.
PROVINCE_WIDE: Final = frozenset({Membership.Role.CATALOGUE})


def may_manage_members(by: User, agency: Agency) -> bool:
    """Say whether ``by`` gives roles in ``agency``: its operators, those of an agency above it, the superuser."""
    if by.is_active and by.is_superuser:
        return True
    above: Agency | None = agency
    while above is not None:
        if has_role(by, above, Membership.Role.OPERATOR):
            return True
        above = above.parent
    return False


@transaction.atomic
def grant(
    *, user: User, agency: Agency, role: str, by: User | None = None, valid_from: date | None = None
) -> Membership:
    """Give ``user`` a role in ``agency`` from ``valid_from`` (today) on and return the membership.

    A role that is held already is returned as it is. ``by=None`` is the system itself (a command, demo data).
    ``NotAllowed`` when ``by`` may not; also for one's own account: nobody gives rights to themselves. A role that works
    on what all agencies share (``PROVINCE_WIDE``) is given by who manages the agency at the top.
    ``InvalidInput`` for an unknown role.
    """
    _check(by, user, _top(agency) if role in PROVINCE_WIDE else agency)
    if role not in Membership.Role.values:
        raise InvalidInput(_("Role %(role)s is not known.") % {"role": role})
    start = valid_from or timezone.localdate()
    held = Membership.objects.filter(user=user, agency=agency, role=role).valid_on(start).first()
    membership = held or Membership.objects.create(user=user, agency=agency, role=role, valid_from=start)
    sync_groups(user=user)
    return membership


@transaction.atomic
def revoke(*, membership: Membership, by: User | None = None, last_day: date | None = None) -> Membership:
    """End ``membership`` after ``last_day`` (yesterday: at once); the row stays as a record of who could do what.

    A membership that would end before it began is deleted: it was never in force.
    """
    _check(by, membership.user, membership.agency)
    membership.valid_to = last_day or timezone.localdate() - timedelta(days=1)
    if membership.valid_to < membership.valid_from:
        membership.delete()
    else:
        membership.save(update_fields=["valid_to"])
    sync_groups(user=membership.user)
    return membership


def _top(agency: Agency) -> Agency:
    while agency.parent is not None:
        agency = agency.parent
    return agency


def _check(by: User | None, user: User, agency: Agency) -> None:
    if by is None:
        return
    if by.pk == user.pk or not may_manage_members(by, agency):
        raise NotAllowed(_("You may not change roles in this agency."))
