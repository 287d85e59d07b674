"""Which procedures stand beside one another."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from procedures.models import ProcedurePage
from procedures.selectors.pages import live_pages

MAX_RELATED = 6


def related_pages(page: ProcedurePage, codes: Sequence[str]) -> list[ProcedurePage]:
    """Return the pages that the record names, else some of the same field in the same section. One query."""
    if codes:
        wanted = Q(procedure__core_code__in=codes)
    elif page.field_id:
        wanted = Q(field=page.field_id, path__startswith=page.path[: -page.steplen])
    else:
        return []
    found = live_pages().filter(wanted, locale=page.locale_id).exclude(pk=page.pk)
    return list(found.select_related("procedure").order_by("-procedure__usage", "title")[:MAX_RELATED])
