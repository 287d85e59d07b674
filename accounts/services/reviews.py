"""The list of accounts and roles that each operating team confirms every six months (NĐ 331/2026)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import AccountReview, Agency, Membership, User
from accounts.selectors import agencies_where, with_ancestors, with_descendants
from accounts.services.notices import absolute_url, notify
from core.display import date_text
from core.errors import Conflict, NotAllowed

DAYS_OF_A_MONTH = 30.5


@dataclass(frozen=True, slots=True)
class ReviewState:
    """When the accounts of ``agency`` were last confirmed, by itself or an agency above, and whether that is due."""

    agency: Agency
    last: AccountReview | None
    due: bool


def reviewable_agencies(user: User) -> QuerySet[Agency]:
    """Return the agencies whose accounts ``user`` confirms: of their operating teams; for a superuser the topmost."""
    if user.is_active and user.is_superuser:
        return Agency.objects.filter(parent__isnull=True).valid_on(timezone.localdate())
    return agencies_where(user, Membership.Role.OPERATOR)


def roles_to_review(agency: Agency) -> QuerySet[Membership]:
    """Return the roles in ``agency`` and those below that are in force or begin later, with user and agency."""
    rows = Membership.objects.filter(agency__in=with_descendants(Agency.objects.filter(pk=agency.pk)))
    current = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=timezone.localdate()))
    return current.select_related("user", "agency").order_by(
        "agency__code", "role", "user__order_key", "user__username", "pk"
    )


def list_hash(rows: list[Membership]) -> str:
    """Return the digest of what is confirmed, without the last sign-ins, which change while the list is read."""
    facts = [[*_entry(row)[:-1], row.user.is_active, row.user.is_superuser] for row in rows]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def state_of(agency: Agency, *, now: datetime | None = None) -> ReviewState:
    """Return when the accounts of ``agency`` were last confirmed, and whether that is too long ago."""
    moment = now or timezone.now()
    last = (
        AccountReview.objects.filter(agency__in=with_ancestors(agency)).select_related("confirmed_by").first()
    )
    days = settings.ACCOUNT_REVIEW_MONTHS * DAYS_OF_A_MONTH
    return ReviewState(agency, last, last is None or (moment - last.confirmed_at).days >= days)


@transaction.atomic
def confirm_review(
    *, agency: Agency, by: User, expected_hash: str, now: datetime | None = None
) -> AccountReview:
    """Record that ``by`` confirmed the accounts and roles of ``agency``.

    ``Conflict`` if the list is no longer the one that was shown; ``NotAllowed`` unless ``by`` is in its team.
    """
    if not reviewable_agencies(by).filter(pk=agency.pk).exists():
        raise NotAllowed
    rows = list(roles_to_review(agency))
    if list_hash(rows) != expected_hash:
        raise Conflict(_("The list has changed in the meantime. Please check it again."))
    return AccountReview.objects.create(
        agency=agency,
        confirmed_at=now or timezone.now(),
        confirmed_by=by,
        entries=[_entry(row) for row in rows],
    )


def send_reminders(*, now: datetime | None = None) -> int:
    """Mail each operating team whose review is due, once a month; return the number of mails."""
    moment = now or timezone.now()
    sent = 0
    operators = Membership.objects.valid_on(timezone.localdate(moment)).filter(
        role=Membership.Role.OPERATOR, user__is_active=True
    )
    states: dict[int, ReviewState] = {}
    for row in operators.select_related("user", "agency").order_by("pk"):
        state = states.get(row.agency_id) or states.setdefault(
            row.agency_id, state_of(row.agency, now=moment)
        )
        if state.due:
            sent += _send_reminder(row.user, state, moment)
    return sent


@transaction.atomic
def _send_reminder(user: User, state: ReviewState, moment: datetime) -> bool:
    return notify(
        user,
        "review_due",
        key=f"{state.agency.pk}:{moment:%Y-%m}",
        agency=state.agency.name,
        months=settings.ACCOUNT_REVIEW_MONTHS,
        last=date_text(state.last.confirmed_at) if state.last else "",
        url=absolute_url("accounts_review", state.agency.pk),
    )


def _entry(row: Membership) -> list[Any]:
    return [
        row.user.username,
        row.user.full_name,
        row.role,
        row.agency.code,
        _iso(row.valid_from),
        _iso(row.valid_to),
        _iso(row.user.last_login),
    ]


def _iso(moment: date | None) -> str:
    return moment.isoformat() if moment else ""
