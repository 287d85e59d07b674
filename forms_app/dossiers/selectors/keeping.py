"""How long a filed dossier is kept, and by which law: what a citizen who asks for erasure is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from forms_app.dossiers.models import Dossier, DossierEvent, RetentionSetting
from forms_app.dossiers.transitions import CLOSED


@dataclass(frozen=True, slots=True)
class Keeping:
    """``until`` None: the dossier is still open, or no period is entered (then ``years`` is None, too)."""

    until: date | None = None
    years: int | None = None
    legal_basis: str = ""


def keeping_of(dossier: Dossier) -> Keeping:
    """Return the period in force on the day the dossier was closed, or today while it is open."""
    closed = _closing_day(dossier)
    setting = _setting_for(dossier.procedure_version.procedure_id, closed or timezone.localdate())
    if setting is None:
        return Keeping()
    until = date(closed.year + setting.years, 12, 31) if closed else None
    return Keeping(until, setting.years, setting.legal_basis)


def past_keeping(today: date) -> Iterator[tuple[Dossier, Keeping]]:
    """Yield the closed dossiers whose period is over, the oldest first. The portal only names them."""
    closing = DossierEvent.objects.filter(dossier=OuterRef("pk"), to_status__in=CLOSED).order_by("-sequence")
    closed = (
        Dossier.objects.filed()
        .filter(status__in=CLOSED)
        .annotate(closed_at=Subquery(closing.values("at")[:1]))
    )
    before = closed.filter(closed_at__year__lt=today.year).select_related("procedure_version")
    for dossier in before.order_by("closed_at", "pk").iterator():
        keeping = keeping_of(dossier)
        if keeping.until is not None and keeping.until < today:
            yield dossier, keeping


def _closing_day(dossier: Dossier) -> date | None:
    if dossier.status not in CLOSED:
        return None
    last = dossier.events.filter(to_status__in=CLOSED).order_by("sequence").last()
    return timezone.localdate(last.at) if last else None


def _setting_for(procedure_id: int, day: date) -> RetentionSetting | None:
    rows = RetentionSetting.objects.valid_on(day).order_by("-valid_from")
    return rows.filter(procedure_id=procedure_id).first() or rows.filter(procedure=None).first()
