"""Roles that two people assign, since they read dossiers or assign roles (docs/domain.md#information-security).

One person asks, another one confirms: the head of the agency or another operator. Nobody confirms their own request
or a role of their own.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import CONFIRMED_ROLES, Agency, Membership, RoleRequest, User
from accounts.policies import managed_agencies
from accounts.selectors import agencies_where
from accounts.services.memberships import check_grant, grant
from accounts.services.notices import absolute_url, notify
from core.errors import Conflict, InvalidInput, NotAllowed

Role = Membership.Role


@transaction.atomic
def assign(
    *, user: User, agency: Agency, role: str, by: User, valid_from: date, valid_to: date | None = None
) -> Membership | RoleRequest:
    """Assign a role, or ask a second person to confirm one of ``CONFIRMED_ROLES``.

    Errors are those of ``grant``, and ``InvalidInput`` if the same request is already open.
    """
    if role not in CONFIRMED_ROLES:
        return grant(user=user, agency=agency, role=role, by=by, valid_from=valid_from, valid_to=valid_to)
    check_grant(by=by, user=user, agency=agency, role=role, valid_from=valid_from, valid_to=valid_to)
    if RoleRequest.objects.filter(user=user, agency=agency, role=role, decided_at=None).exists():
        raise InvalidInput(_("This role is already awaiting confirmation."))
    request = RoleRequest.objects.create(
        user=user, agency=agency, role=role, valid_from=valid_from, valid_to=valid_to,
        requested_by=by, requested_at=timezone.now(),
    )  # fmt: skip
    _tell(request, "role_requested", deciders(request))
    return request


def deciders(request: RoleRequest) -> set[User]:
    """Return who is asked to confirm ``request``; empty if nobody but those concerned could.

    The heads and operators of the agency and of the one above it; without any, superusers.
    """
    concerned = {request.requested_by, request.user}
    asked = {*_heads(request.agency), *_operators(request.agency)} - concerned
    return asked or set(User.objects.filter(is_active=True, is_superuser=True)) - concerned


def own_open_requests(user: User) -> QuerySet[RoleRequest]:
    """Return the open requests that ``user`` made."""
    rows = RoleRequest.objects.filter(requested_by=user, decided_at=None)
    return rows.select_related("user", "agency").order_by("requested_at", "pk")


@transaction.atomic
def withdraw_request(*, pk: int, by: User) -> RoleRequest:
    """Withdraw an open request that ``by`` made: decided, but by nobody.

    ``NotAllowed`` if ``by`` did not make it, ``Conflict`` if it has already been decided.
    """
    request = RoleRequest.objects.select_for_update(of=("self",)).filter(pk=pk, requested_by=by).first()
    if request is None:
        raise NotAllowed
    if request.decided_at is not None:
        raise Conflict(_("This request has already been decided."))
    request.decided_at = timezone.now()
    request.save(update_fields=["decided_at"])
    return request


def open_requests_for(user: User) -> QuerySet[RoleRequest]:
    """Return the requests that ``user`` may decide: in agencies they head or manage, not their own."""
    if not user.is_active:
        return RoleRequest.objects.none()
    places = Q(agency__in=agencies_where(user, Role.HEAD)) | Q(agency__in=managed_agencies(user))
    rows = RoleRequest.objects.filter(places, decided_at=None).exclude(Q(requested_by=user) | Q(user=user))
    return rows.select_related("user", "agency", "requested_by").order_by("requested_at", "pk")


def may_decide(user: User) -> bool:
    """Return True if ``user`` heads or manages an agency and so may receive requests."""
    if user.is_active and user.is_superuser:
        return True
    return agencies_where(user, Role.HEAD, Role.OPERATOR).exists()


@transaction.atomic
def record_decision(*, pk: int, by: User, confirm: bool) -> RoleRequest:
    """Confirm or refuse a request; a confirmed role is in force at once, from its first day on.

    ``Conflict`` if it has already been decided; ``NotAllowed`` if ``by`` may not decide it.
    """
    request = RoleRequest.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if request is None:
        raise NotAllowed
    if request.decided_at is not None:
        raise Conflict(_("This request has already been decided."))
    if not open_requests_for(by).filter(pk=pk).exists():
        raise NotAllowed
    if confirm:
        request.membership = grant(
            user=request.user, agency=request.agency, role=request.role,
            valid_from=request.valid_from, valid_to=request.valid_to,
        )  # fmt: skip
    request.decided_by, request.decided_at, request.confirmed = by, timezone.now(), confirm
    request.save(update_fields=["membership", "decided_by", "decided_at", "confirmed"])
    if confirm:
        watching = {*_heads(request.agency), *_inspectors(request.agency)}
        _tell(request, "role_confirmed", {request.user, request.requested_by, *watching})
    else:
        _tell(request, "role_refused", {request.requested_by})
    return request


def _heads(agency: Agency) -> set[User]:
    return _holders(Role.HEAD, Q(agency=agency))


def _inspectors(agency: Agency) -> set[User]:
    return _holders(Role.INSPECTOR, Q(agency=agency))


def _operators(agency: Agency) -> set[User]:
    return _holders(Role.OPERATOR, Q(agency=agency) | Q(agency=agency.parent_id))


def _holders(role: str, place: Q) -> set[User]:
    held = Membership.objects.filter(place, role=role).valid_on(timezone.localdate())
    return set(User.objects.filter(is_active=True, memberships__in=held))


def _tell(request: RoleRequest, notice: str, people: set[User]) -> None:
    for person in people:
        notify(
            person, notice, key=f"{request.pk}", person=str(request.user), username=request.user.username,
            role=str(request.get_role_display()), agency=request.agency.name, by=str(request.requested_by),
            second=str(request.decided_by or ""), url=absolute_url("accounts:role_requests"),
        )  # fmt: skip
