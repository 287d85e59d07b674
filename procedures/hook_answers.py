"""What the catalogue answers when lower apps ask."""

from __future__ import annotations

from accounts.models import Agency
from core import hooks
from procedures.models import ProcedureSectionPage


@hooks.register("agency_trees")
def agency_trees(agency: Agency) -> list[int]:
    """The sections of the catalogue that editors of an agency may change."""
    return list(ProcedureSectionPage.objects.filter(agency=agency).values_list("pk", flat=True))
