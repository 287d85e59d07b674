"""Procedures that the portal's own pages lead to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language

from core.titles import sentence_case
from procedures.codes import core_code
from procedures.selectors import live_pages


@dataclass(frozen=True, slots=True)
class LinkedProcedure:
    """A procedure with its page."""

    code: str
    title: str
    url: str


def _core(code: str) -> str | None:
    try:
        return core_code(code)
    except ValueError:
        return None


def linked_procedures(codes: Iterable[str]) -> list[LinkedProcedure]:
    """Return the procedures of ``codes`` that have a live page, in the order of the codes, in one query."""
    wanted = [core for code in codes if (core := _core(code))]
    found: dict[str, LinkedProcedure] = {}
    pages = live_pages().filter(procedure__core_code__in=wanted).select_related("procedure", "locale")
    for page in pages.order_by("locale_id"):
        core = page.procedure.core_code
        if core not in found or page.locale.language_code == get_language():
            found[core] = LinkedProcedure(core, sentence_case(page.name), page.url or "")
    return [found[core] for core in dict.fromkeys(wanted) if core in found]
