"""What stands around a page: the way down to it, and other procedures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q
from wagtail.models import Page

from core.text import sort_key
from procedures.models import ProcedurePage
from procedures.selectors.pages import live_pages

MAX_RELATED = 6
FRONT_DEPTH = 2


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Pages above, from the catalogue down, and related pages."""

    above: list[Page]
    related: list[Page]


def surroundings(page: ProcedurePage, codes: Sequence[str]) -> Surroundings:
    """Return what stands around ``page`` in one query.

    Related are the procedures that the record names by code, else some of the same field in the same section.
    """
    steps = range(page.steplen * (FRONT_DEPTH + 1), len(page.path or ""), page.steplen)
    above = Q(path__in=[page.path[:length] for length in steps])
    found = list(Page.objects.live().filter(above | Q(pk__in=_related(page, codes))).order_by("depth"))
    related = [one for one in found if one.depth >= page.depth]
    return Surroundings(
        above=[one for one in found if one.depth < page.depth],
        related=sorted(related, key=lambda one: sort_key(one.title)),
    )


def _related(page: ProcedurePage, codes: Sequence[str]) -> Any:
    if codes:
        wanted = Q(procedure__core_code__in=codes)
    elif page.field_id:
        wanted = Q(field=page.field_id, path__startswith=page.path[: -page.steplen])
    else:
        return []
    found = live_pages().filter(wanted, locale=page.locale_id).exclude(pk=page.pk)
    return found.order_by("-procedure__usage", "order_key").values(key=F("pk"))[:MAX_RELATED]
