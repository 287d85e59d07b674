"""Monthly figures, counted as in QĐ 766/QĐ-TTg and report II.06a."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from core import display
from core.worktime import TIME_ZONE
from forms_app.dossiers.models import Dossier, DossierEvent
from forms_app.dossiers.models.events import CORRECTIONS
from forms_app.dossiers.transitions import Action, Status


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """Numbers of dossiers of all agencies in one calendar month."""

    first: date
    finished: int
    on_time: int
    submitted: int
    online: int
    # Withdrawn after the due date, or closed then because the citizen did not answer: not finished, but late.
    ended_late: int = 0
    # Results that were handed over, turned out to be wrong and were taken back in this month.
    corrections: int = 0

    @property
    def on_time_percent(self) -> float | None:
        """Return the percentage finished by the due date, counting those that otherwise ended late.

        None without any.
        """
        all_due = self.finished + self.ended_late
        return 100 * self.on_time / all_due if all_due else None

    @property
    def online_percent(self) -> float | None:
        """Return the percentage filed online; None if none were filed."""
        return 100 * self.online / self.submitted if self.submitted else None


def last_whole_month(today: date) -> date:
    """Return the first day of the month before the one of ``today``."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_figures(first: date) -> MonthFigures:
    """Count the month that begins on ``first`` in four queries (docs/domain.md#on-time-test).

    A dossier whose due date was moved when it was already late, or by a late supplement request, counts by the former
    date. One whose result is corrected after the handover counts with its first result, in the month of that; the
    correction counts on its own, in the month in which it began (ADR 350).
    """
    start = datetime(first.year, first.month, 1, tzinfo=TIME_ZONE)
    end = (start + timedelta(days=32)).replace(day=1)
    in_time = Q(due_at=None) | Q(finished_day__lte=F("due_day"))
    on_time = Q(first_was_on_time=True) | (Q(first_was_on_time=None) & in_time)
    first_result = Q(corrections=0, finished_at__gte=start, finished_at__lt=end)
    finished = (
        Dossier.objects.filed()
        .filter(first_result | Q(first_finished_at__gte=start, first_finished_at__lt=end))
        .annotate(
            finished_day=TruncDate("finished_at", tzinfo=TIME_ZONE),
            due_day=TruncDate(Coalesce("on_time_until", "due_at"), tzinfo=TIME_ZONE),
        )
        .aggregate(all=Count("pk"), on_time=Count("pk", filter=on_time))
    )
    online = Q(source__in=[Dossier.Source.PORTAL, Dossier.Source.NATIONAL])
    submitted = (
        Dossier.objects.filed()
        .filter(submitted_at__gte=start, submitted_at__lt=end)
        .aggregate(all=Count("pk"), online=Count("pk", filter=online))
    )
    numbers = finished["all"], finished["on_time"], submitted["all"], submitted["online"]
    corrections = DossierEvent.objects.filter(CORRECTIONS, at__gte=start, at__lt=end)
    return MonthFigures(first, *numbers, _ended_late(start, end), corrections.count())


def _ended_late(start: datetime, end: datetime) -> int:
    """Count the dossiers that ended without a result after the day on which they were due.

    These are dossiers withdrawn by the citizen or the desk, and those closed because the citizen did not answer. One
    whose result is being corrected was counted with its first result.
    """
    ends = DossierEvent.objects.filter(dossier=OuterRef("pk"), action__in=[Action.WITHDRAW, Action.CLOSE])
    return (
        Dossier.objects.filed()
        .filter(
            Q(status=Status.WITHDRAWN) | Q(outcome=Dossier.Outcome.CLOSED),
            due_at__isnull=False,
            corrections=0,
        )
        .annotate(ended_at=Subquery(ends.order_by("-sequence").values("at")[:1]))
        .filter(ended_at__gte=start, ended_at__lt=end)
        .annotate(
            ended_day=TruncDate("ended_at", tzinfo=TIME_ZONE),
            due_day=TruncDate(Coalesce("on_time_until", "due_at"), tzinfo=TIME_ZONE),
        )
        .filter(ended_day__gt=F("due_day"))
        .count()
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """A number for the front page, formatted for reading, with what it counts."""

    label: str
    value: str


def figures_of_last_month() -> list[Figure]:
    """Return the figures of the last whole month; empty if no dossier was settled in it."""
    month = month_figures(last_whole_month(timezone.localdate()))
    if not month.finished:
        return []
    label = _("Dossiers completed in %(month)s") % {"month": f"{month.first:%m/%Y}"}
    figures = [Figure(label, display.number_text(month.finished))]
    if month.on_time_percent is not None:
        figures.append(Figure(_("Completed on time"), display.percent_text(month.on_time_percent)))
    if month.online_percent is not None:
        figures.append(Figure(_("Submitted online"), display.percent_text(month.online_percent)))
    if month.corrections:
        label = _("Wrong results taken back for correction")
        figures.append(Figure(label, display.number_text(month.corrections)))
    return figures
