"""Create accounts, and assign and end roles."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import CONFIRMED_ROLES, PROVINCE_WIDE_ROLES, Agency, Membership, User
from accounts.selectors import accounts_manageable_by, agencies_in_scope, with_ancestors
from accounts.services.groups import sync_groups
from core.errors import InvalidInput, NotAllowed
from core.text import clean


@transaction.atomic
def create_user(
    *, username: str, full_name: str, email: str = "", phone: str = "", password: str | None = None
) -> User:
    """Create an account without permissions; permissions come from memberships only.

    Without ``password`` the account cannot sign in until one is set. ``InvalidInput`` names the problem for each field.
    """
    user = User(
        username=clean(username), full_name=clean(full_name), email=clean(email).lower(), phone=clean(phone)
    )
    user.set_password(password)
    try:
        user.full_clean()
    except ValidationError as error:
        fields = {name: " ".join(messages) for name, messages in error.message_dict.items()}
        raise InvalidInput(_("The account cannot be created."), fields=fields) from error
    user.save()
    return user


def may_manage_members(by: User, agency: Agency) -> bool:
    """Return True if ``by`` may assign roles in ``agency``: its operators, those of an agency above, superusers."""
    if by.is_active and by.is_superuser:
        return True
    return agencies_in_scope(by, Membership.Role.OPERATOR).filter(pk=agency.pk).exists()


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
    """Assign ``user`` a role in ``agency`` from ``valid_from`` (today) to ``valid_to``, and return the membership.

    A role that is held already is returned unchanged. ``by=None`` is the system itself (a command, demo data).
    ``NotAllowed`` if ``by`` may not manage the agency's members (for ``PROVINCE_WIDE_ROLES``: those of the agency at
    the top), if it is their own account, or if the account neither belongs to staff nor is theirs to manage, because a
    role would let them manage it; also for ``CONFIRMED_ROLES``, which ``role_requests.assign`` assigns.
    ``InvalidInput`` for an unknown role and for an end before the start.
    """
    start = valid_from or timezone.localdate()
    check_grant(by=by, user=user, agency=agency, role=role, valid_from=start, valid_to=valid_to)
    if by is not None and role in CONFIRMED_ROLES:
        raise NotAllowed(_("A second person must confirm this role."))
    held = Membership.objects.filter(user=user, agency=agency, role=role).valid_on(start).first()
    membership = held or Membership.objects.create(
        user=user, agency=agency, role=role, valid_from=start, valid_to=valid_to
    )
    sync_groups(user=user)
    return membership


def check_grant(
    *, by: User | None, user: User, agency: Agency, role: str, valid_from: date, valid_to: date | None
) -> None:
    """Raise ``NotAllowed`` or ``InvalidInput`` if the role may not be assigned."""
    _check_role_manager(by, user, agency, role)
    if by is not None and not _may_become_member(user, by):
        raise NotAllowed(_("This account does not belong to a member of staff."))
    if role not in Membership.Role.values:
        raise InvalidInput(_("Unknown role: %(role)s.") % {"role": role})
    if valid_to is not None and valid_to < valid_from:
        raise InvalidInput(_("The last day is before the first."))


@transaction.atomic
def revoke(*, membership: Membership, by: User | None = None, last_day: date | None = None) -> Membership:
    """End ``membership`` after ``last_day`` (yesterday, so at once); the row stays as a record.

    A membership that would end before it began is deleted: it was never in force.
    """
    _check_manager(by, membership.user, membership.agency)
    membership.valid_to = last_day or timezone.localdate() - timedelta(days=1)
    if membership.valid_to < membership.valid_from:
        membership.delete()
    else:
        membership.save(update_fields=["valid_to"])
    sync_groups(user=membership.user)
    return membership


@transaction.atomic
def change_end_date(*, membership: Membership, last_day: date | None, by: User | None = None) -> Membership:
    """End ``membership`` on ``last_day`` or, if None, leave it open.

    An earlier end needs the same permission as ``revoke``, a later one the same as ``grant``.
    """
    current_end = membership.valid_to
    if last_day is not None and (current_end is None or last_day <= current_end):
        return revoke(membership=membership, by=by, last_day=last_day)
    if by is not None and membership.role in CONFIRMED_ROLES:
        raise NotAllowed(_("Assign the role again: a second person must confirm it."))
    _check_role_manager(by, membership.user, membership.agency, membership.role)
    membership.valid_to = last_day
    membership.save(update_fields=["valid_to"])
    sync_groups(user=membership.user)
    return membership


def _check_role_manager(by: User | None, user: User, agency: Agency, role: str) -> None:
    _check_manager(by, user, with_ancestors(agency)[-1] if role in PROVINCE_WIDE_ROLES else agency)


def _check_manager(by: User | None, user: User, agency: Agency) -> None:
    if by is None:
        return
    if by.pk == user.pk or not may_manage_members(by, agency):
        raise NotAllowed(_("You do not have permission to change roles in this agency."))


def _may_become_member(user: User, by: User) -> bool:
    return user.memberships.exists() or accounts_manageable_by(by).filter(pk=user.pk).exists()
