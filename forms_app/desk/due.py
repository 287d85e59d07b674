"""The clock of a dossier in words: how an officer reads a deadline at a glance (DESIGN, rule 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext as _

from core import display
from forms_app.dossiers.transitions import Status


class Urgency(StrEnum):
    """How the words are coloured; the words alone say it too."""

    LATE = "bad"
    SOON = "wait"
    FINE = "done"
    NEW = "info"
    QUIET = "plain"


@dataclass(frozen=True, slots=True)
class Due:
    """What stands in the column "Hạn"."""

    urgency: Urgency
    text: str


class Timed(Protocol):
    """What must be known of a dossier to read its clock. Moments are aware; None means none."""

    @property
    def status(self) -> int: ...
    @property
    def submitted_at(self) -> datetime: ...
    @property
    def intake_due_at(self) -> datetime | None: ...
    @property
    def due_at(self) -> datetime | None: ...


_RUNNING = {Status.ACCEPTED, Status.PROCESSING}


def describe(dossier: Timed, now: datetime, *, waits_until: datetime | None = None) -> Due:
    """Return the clock of ``dossier`` at ``now``; ``waits_until`` is the citizen's own deadline in status 5."""
    status = Status(dossier.status)
    if status == Status.REGISTERED:
        return _new(dossier, now)
    if status == Status.SUPPLEMENT and waits_until is not None:
        day = {"day": display.date_text(waits_until)}
        return Due(Urgency.QUIET, _("Paused, supplement by %(day)s") % day)
    if status in (Status.SUPPLEMENT, Status.PAYMENT, Status.SUSPENDED):
        return Due(Urgency.QUIET, _("Paused"))
    if status in _RUNNING:
        return _running(dossier.due_at, now)
    if status == Status.FINISHED:
        return Due(Urgency.FINE, _("Result ready"))
    return Due(Urgency.QUIET, _("Closed"))


def _new(dossier: Timed, now: datetime) -> Due:
    """Say by when the desk answers; before the last day it is news, not a matter of urgency."""
    due = dossier.intake_due_at
    if due is None:
        return Due(Urgency.NEW, _("Filed %(when)s") % {"when": display.date_text(dossier.submitted_at)})
    tone, words = Urgency(display.due_tone(due, now)), display.due_text(due, now)
    return Due(
        Urgency.NEW if tone is Urgency.FINE else tone,
        _("Answer: %(due)s") % {"due": words[:1].lower() + words[1:]},
    )


def _running(due_at: datetime | None, now: datetime) -> Due:
    if due_at is None:
        return Due(Urgency.QUIET, _("No deadline"))
    return Due(Urgency(display.due_tone(due_at, now)), display.due_text(due_at, now))
