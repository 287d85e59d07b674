"""Find pages of procedures."""

from __future__ import annotations

from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import get_language
from wagtail.models import PageViewRestriction
from wagtail.query import PageQuerySet

from procedures.choices import Status
from procedures.codes import core_code
from procedures.models import ProcedurePage


def live_pages() -> PageQuerySet:
    """Return the published procedure pages that everybody may see, in one query where ``public()`` needs two."""
    here = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    restricted = PageViewRestriction.objects.annotate(here=here).filter(here__startswith=F("page__path"))
    public = ~Q(procedure__status=Status.HIDDEN)
    return ProcedurePage.objects.live().filter(public).exclude(Exists(restricted))


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
