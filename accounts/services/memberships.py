"""Give and take roles."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Agency, Membership, User
from accounts.models.memberships import PROVINCE_WIDE
from accounts.selectors import accounts_kept_by, agencies_reached
from accounts.services.groups import sync_groups
from core.errors import InvalidInput, NotAllowed


def may_manage_members(by: User, agency: Agency) -> bool:
    """Say whether ``by`` gives roles in ``agency``: its operators, those of an agency above it, the superuser."""
    if by.is_active and by.is_superuser:
        return True
    return agencies_reached(by, Membership.Role.OPERATOR).filter(pk=agency.pk).exists()


@transaction.atomic
def grant(
    *,
    user: User,
    agency: Agency,
    role: str,
    by: User | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Membership:
    """Give ``user`` a role in ``agency`` from ``valid_from`` (today) on, to ``valid_to``, and return the membership.

    A role that is held already is returned as it is. ``by=None`` is the system itself (a command, demo data).
    ``NotAllowed`` when ``by`` may not; also for one's own account: nobody gives rights to themselves; and for the
    account of a stranger, which a role would bring into the hands of who gave it. A role that works on what all
    agencies share (``PROVINCE_WIDE``) is given by who manages the agency at the top.
    ``InvalidInput`` for an unknown role and for an end before the start.
    """
    _check_gift(by, user, agency, role)
    if by is not None and not _is_known_to(by, user):
        raise NotAllowed(_("This account belongs to somebody who is not of the staff."))
    if role not in Membership.Role.values:
        raise InvalidInput(_("Role %(role)s is not known.") % {"role": role})
    start = valid_from or timezone.localdate()
    _check_order(start, valid_to)
    held = Membership.objects.filter(user=user, agency=agency, role=role).valid_on(start).first()
    membership = held or Membership.objects.create(
        user=user, agency=agency, role=role, valid_from=start, valid_to=valid_to
    )
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


@transaction.atomic
def move_end(*, membership: Membership, last_day: date | None, by: User | None = None) -> Membership:
    """Let ``membership`` last to ``last_day`` (without an end): earlier is to take the role, later to give it again."""
    held = membership.valid_to
    if last_day is not None and (held is None or last_day <= held):
        return revoke(membership=membership, by=by, last_day=last_day)
    _check_gift(by, membership.user, membership.agency, membership.role)
    membership.valid_to = last_day
    membership.save(update_fields=["valid_to"])
    sync_groups(user=membership.user)
    return membership


def _top(agency: Agency) -> Agency:
    seen = {agency.pk}  # data that was typed may run in a circle
    while agency.parent is not None and agency.parent.pk not in seen:
        agency = agency.parent
        seen.add(agency.pk)
    return agency


def _check_gift(by: User | None, user: User, agency: Agency, role: str) -> None:
    _check(by, user, _top(agency) if role in PROVINCE_WIDE else agency)


def _check(by: User | None, user: User, agency: Agency) -> None:
    if by is None:
        return
    if by.pk == user.pk or not may_manage_members(by, agency):
        raise NotAllowed(_("You may not change roles in this agency."))


def _is_known_to(by: User, user: User) -> bool:
    return user.memberships.exists() or accounts_kept_by(by).filter(pk=user.pk).exists()


def _check_order(start: date, end: date | None) -> None:
    if end is not None and end < start:
        raise InvalidInput(_("The last day lies before the first."))
