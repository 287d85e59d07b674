"""Find pages of procedures."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import get_language

from procedures.codes import core_code
from procedures.models import ProcedurePage


def live_pages() -> QuerySet[ProcedurePage]:
    """Return the published procedure pages that everybody may see."""
    pages: QuerySet[ProcedurePage] = ProcedurePage.objects.live().public()
    return pages


def page_for_code(code: str, language: str | None = None) -> ProcedurePage | None:
    """Return the live page for ``code`` in any style, in ``language`` (the reader's) if there is one, else in any."""
    try:
        core = core_code(code)
    except ValueError:
        return None
    pages = list(
        live_pages().filter(procedure__core_code=core).select_related("locale").order_by("locale_id")
    )
    wanted = language or get_language() or ""
    return next((page for page in pages if page.locale.language_code == wanted), pages[0] if pages else None)
