"""The demo province's procedures in the measured database."""

from __future__ import annotations

from portal.demo.agencies import load_agencies
from portal.demo.procedures import load_forms, load_procedures
from portal.demo.site import load_front
from procedures.models import ProcedurePage

# Registration of a marriage: read every day, of middling length, with fees, cases and an online form's button.
EVERYDAY = "1.000894"


def load() -> list[ProcedurePage]:
    """Load agencies, front page and procedures as the demo does; the live pages, the everyday one first."""
    load_agencies()
    load_front()
    load_procedures()
    load_forms()
    pages = ProcedurePage.objects.live().select_related("procedure")
    return sorted(pages, key=lambda page: (page.procedure.core_code != EVERYDAY, page.pk))
