"""The history in the citizen's words, for components/timeline.html."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.display import moment_text
from forms_app.dossiers.models import Dossier, DossierEvent
from forms_app.dossiers.transitions import CLOSED, Action, Status
from forms_app.dossiers.words import CITIZEN


def timeline(dossier: Dossier, events: Sequence[DossierEvent]) -> list[dict[str, Any]]:
    """Return what happened (``selectors.mine.events_for_citizen``), and the result as what is still to come."""
    latest = None if dossier.status in CLOSED else events[-1]
    items = [
        {
            "name": _name(event),
            "when": moment_text(event.at),
            "detail": _detail(dossier, event),
            "state": "now" if event is latest else "done",
        }
        for event in events
    ]
    if dossier.status not in {Status.FINISHED, *CLOSED}:
        items.append({"name": _("Result"), "when": "", "detail": "", "state": "todo"})
    return items


def _name(event: DossierEvent) -> str:
    if event.action == Action.SUPPLY:
        return _("Supplement sent")
    return str(CITIZEN[event.to_status].name)


def _detail(dossier: Dossier, event: DossierEvent) -> str:
    if event.action == Action.SUBMIT:
        return dossier.get_source_display()
    return event.note or ("" if event.action in {Action.SUPPLY, Action.WITHDRAW} else dossier.agency.name)
