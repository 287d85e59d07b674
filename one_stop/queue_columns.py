"""The columns of the queue: headings, sorting and what a row shows, both on the page and in the CSV file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.display import date_text, datetime_text
from core.worktime import WorkCalendar
from forms_app.dossiers.models import Dossier, DossierEvent
from forms_app.dossiers.transitions import Status
from one_stop.dossier_display import DueStatus, due_status

#: The heading of each column and its key in ``one_stop.selectors.queue.ORDERINGS``; a column without a key cannot be
#: sorted.
COLUMNS: Final = (
    (gettext_lazy("Dossier code"), "ma"),
    (gettext_lazy("Applicant"), "nguoi"),
    (gettext_lazy("Procedure"), "thu-tuc"),
    (gettext_lazy("Due"), "han"),
    (gettext_lazy("Current status"), ""),
)
#: The moments that the file has beside what the page says in words: heading and field of the dossier.
FILE_COLUMNS: Final = (
    (gettext_lazy("Submitted at"), "submitted_at"),
    (gettext_lazy("Intake deadline"), "intake_due_at"),
    (gettext_lazy("Accepted at"), "accepted_at"),
    (gettext_lazy("Due date"), "due_at"),
    (gettext_lazy("On time until"), "on_time_until"),
    (gettext_lazy("Supplement due by"), "supplement_due_at"),
    (gettext_lazy("Finished at"), "finished_at"),
    (gettext_lazy("Handed over at"), "returned_at"),
)
#: The statuses after a supplement.
_SUPPLIED_STATUSES: Final = (Status.REGISTERED, Status.PROCESSING)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One dossier of a list; ``status``: the text of the last column, in parts."""

    dossier: Dossier
    due: DueStatus
    status: tuple[str, ...]
    can_select: bool

    def cells(self) -> tuple[str, ...]:
        """Return the texts of the row, one for each of ``COLUMNS``."""
        dossier = self.dossier
        return (
            str(dossier.code),
            dossier.applicant_name,
            dossier.procedure_version.title,
            self.due.text,
            " · ".join(self.status),
        )

    def file_cells(self) -> tuple[str, ...]:
        """Return the texts of the row in the file: ``cells``, then one for each of ``FILE_COLUMNS``."""
        moments = (getattr(self.dossier, name, None) for _label, name in FILE_COLUMNS)
        return (*self.cells(), *(datetime_text(moment) if moment else "" for moment in moments))


def queue_rows(
    dossiers: Collection[Dossier],
    now: datetime,
    calendar: WorkCalendar,
    *,
    locked: Collection[int] = (),
    corrections: Mapping[int, DossierEvent],
) -> list[QueueRow]:
    """Return the rows of ``dossiers``, which come ``with_parties``; those with ids in ``locked`` cannot be selected.

    ``corrections`` are ``selectors.dossiers.last_corrections`` of them.
    """
    return [
        QueueRow(
            dossier,
            due_status(
                dossier, now, calendar=calendar, supplement_due_at=getattr(dossier, "supplement_due_at", None)
            ),
            tuple(_status_parts(dossier, corrections.get(dossier.pk))),
            dossier.pk not in locked,
        )
        for dossier in dossiers
    ]


def _status_parts(dossier: Dossier, correction: DossierEvent | None) -> Iterator[str]:
    """Yield the status, then the assignee, the supplement, the handover, corrections and restarts, if there are any."""
    yield dossier.get_status_display()
    if dossier.assigned_to:
        yield dossier.assigned_to.get_full_name()
    supplied_at = getattr(dossier, "supplied_at", None)
    if supplied_at and dossier.status in _SUPPLIED_STATUSES:
        yield _("supplied on %(day)s") % {"day": date_text(supplied_at)}
    if dossier.status == Status.FINISHED:
        yield dossier.get_result_delivery_display()
        if dossier.finished_at:
            yield _("since %(day)s") % {"day": date_text(dossier.finished_at)}
    if correction is not None:
        yield from _correction_parts(dossier, correction)
    if times := dossier.clock_restarts:
        yield ngettext("restarted once", "restarted %(times)s times", times) % {"times": times}


def _correction_parts(dossier: Dossier, correction: DossierEvent) -> Iterator[str]:
    """Yield which correction of a wrong result it is, since when, and what was known of the first result."""
    facts = {"number": dossier.corrections, "day": date_text(correction.at)}
    yield _("correction of a wrong result, no. %(number)d, since %(day)s") % facts
    if first := dossier.first_finished_at:
        text = (
            _("first result on %(day)s, on time")
            if dossier.first_was_on_time
            else _("first result on %(day)s, overdue")
        )
        yield text % {"day": date_text(first)}
    if not correction.data.get("on_record", True):
        yield _("no result on record before")
