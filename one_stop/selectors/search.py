"""Search at the desk: by code or part of it, by exact telephone or identity number, otherwise by words in the index."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Q

from forms_app.builder.field_types.contact import normalise_phone
from forms_app.dossiers import codes, credentials
from forms_app.dossiers.models import Dossier
from one_stop.access import OfficerAccess
from one_stop.selectors import queue
from one_stop.selectors.queue import QueueFilters, dossiers_by_ref, visible_to
from search.requests import MAX_PAGE, SearchRequest
from search.selectors.search import search

#: Pages of hits to read when filters leave only some of them.
MAX_FILTERED_PAGES: Final = 4
MAX_DIGITS: Final = 9
_SEPARATORS: Final = re.compile(r"[\s().-]+")
_DOCUMENT_NUMBER: Final = re.compile(r"(?=.*\d)[A-Z0-9]{6,20}")
_PHONE: Final = re.compile(r"\+?\d{8,15}")
_CODE_PART: Final = re.compile(r"(?=.*\d)[A-Z0-9.-]{4,40}")


@dataclass(frozen=True, slots=True)
class FoundDossiers:
    """One page of the dossiers found, and how many there are.

    ``page`` counts those that can be reached page by page, which may be fewer than ``total``. ``degraded``: the search
    server did not answer.
    """

    dossiers: list[Dossier]
    total: int
    page: Page[Any]
    degraded: bool = False


def find_dossiers(
    access: OfficerAccess, query: str, filters: QueueFilters, number: str = "1"
) -> FoundDossiers:
    """Return page ``number`` of the dossiers of the officer's agencies that match ``query`` and pass ``filters``.

    An identity number is compared by its keyed hash; neither the number nor the hash is in the search index.
    """
    if condition := _exact_condition(query):
        rows = visible_to(access, filters).filter(condition).with_parties().order_by("-submitted_at", "-id")
        page = Paginator(rows, queue.PER_PAGE).get_page(number)
        if found := list(page.object_list):
            return FoundDossiers(found, page.paginator.count, page)
    words = _compact_phone(query) or query
    find = _find_filtered if filters.is_filtered else _find_words
    return find(access, words, filters, number)


def _find_words(access: OfficerAccess, query: str, filters: QueueFilters, number: str) -> FoundDossiers:
    asked = int(number) if number.isdecimal() and len(number) < MAX_DIGITS else 1
    result = search(_request(access, query, asked))
    page = _pages(result.total).get_page(asked)
    if page.number != asked:  # beyond the last page: a list of the desk shows that one then
        result = search(_request(access, query, page.number))
    dossiers = dossiers_by_ref(access, [hit.ref for hit in result.hits], filters)
    return FoundDossiers(dossiers, result.total, page, result.degraded)


def _find_filtered(access: OfficerAccess, query: str, filters: QueueFilters, number: str) -> FoundDossiers:
    """Filter the first hits in the database, since the index does not know who has a dossier."""
    refs: list[str] = []
    for hit_page in range(1, MAX_FILTERED_PAGES + 1):
        result = search(_request(access, query, hit_page))
        refs += [hit.ref for hit in result.hits]
        if len(result.hits) < queue.PER_PAGE:
            break
    page = Paginator(dossiers_by_ref(access, refs, filters), queue.PER_PAGE).get_page(number)
    return FoundDossiers(list(page.object_list), page.paginator.count, page, result.degraded)


def _request(access: OfficerAccess, query: str, number: int) -> SearchRequest:
    return SearchRequest(
        query=query, collection="dossiers", scopes=access.search_scopes, page=number, per_page=queue.PER_PAGE
    )


def _pages(total: int) -> Paginator[int]:
    return Paginator(range(min(total, MAX_PAGE * queue.PER_PAGE)), queue.PER_PAGE)


def _exact_condition(query: str) -> Q:
    """Return the condition for a code, a telephone number or the number of an identity document; empty for words."""
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", query)).upper()
    code, condition = codes.normalise(query), Q()
    if _DOCUMENT_NUMBER.fullmatch(plain):
        condition |= Q(identity_number_hash__in=credentials.identity_hashes(plain))
    if phone := _compact_phone(query):
        condition |= Q(phone=phone)
    if _CODE_PART.fullmatch(code):
        condition |= Q(code__contains=code)
    return condition


def _compact_phone(query: str) -> str:
    """Return a telephone number as it is stored, 0912345678 or +12025550100.

    Empty if ``query`` is not a telephone number.
    """
    number = normalise_phone(query)
    return number if _PHONE.fullmatch(number) else ""
