"""How long a submitted dossier is kept, and under which law: the answer to a citizen who asks for erasure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from forms_app.dossiers.models import Dossier, DossierEvent
from forms_app.dossiers.rules import current_rules
from forms_app.dossiers.transitions import CLOSED_STATUSES, SAME_STATUS_ACTIONS, Action


@dataclass(frozen=True, slots=True)
class RetentionPeriod:
    """``until`` is None while the dossier is open, or if no period is entered (then ``years`` is None, too)."""

    until: date | None = None
    years: int | None = None
    legal_basis: str = ""


def retention_period(dossier: Dossier) -> RetentionPeriod:
    """Return the period in force on the day the dossier was closed, or today while it is open."""
    closed = _closing_day(dossier)
    setting = current_rules().retention_setting(
        dossier.procedure_version.procedure_id, closed or timezone.localdate()
    )
    if setting is None:
        return RetentionPeriod()
    until = date(closed.year + setting.years, 12, 31) if closed else None
    return RetentionPeriod(until, setting.years, setting.legal_basis)


def past_retention(today: date) -> Iterator[tuple[Dossier, RetentionPeriod]]:
    """Yield the closed dossiers whose period has ended, oldest first. Nothing is destroyed here."""
    closing = _closing(DossierEvent.objects.filter(dossier=OuterRef("pk"))).order_by("-sequence")
    closed = Dossier.objects.filed().closed().annotate(closed_at=Subquery(closing.values("at")[:1]))
    before = closed.filter(closed_at__year__lt=today.year).select_related("procedure_version")
    for dossier in before.order_by("closed_at", "pk").iterator():
        period = retention_period(dossier)
        if period.until is not None and period.until < today:
            yield dossier, period


def _closing_day(dossier: Dossier) -> date | None:
    if not dossier.is_closed:
        return None
    last = _closing(dossier.events.all()).order_by("sequence").last()
    return timezone.localdate(last.at) if last else None


def _closing(events: QuerySet[DossierEvent]) -> QuerySet[DossierEvent]:
    closing = Q(to_status__in=CLOSED_STATUSES) | Q(action=Action.CLOSE)
    return events.filter(closing).exclude(action__in=SAME_STATUS_ACTIONS)
