"""Search at the desk: by code or part of it, by exact telephone or identity number, otherwise by words in the index."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from forms_app.builder.field_types.contact import normalise_phone
from forms_app.dossiers import codes, credentials
from forms_app.dossiers.models import Dossier
from one_stop.access import OfficerAccess
from one_stop.selectors import queue
from one_stop.selectors.queue import QueueFilters, dossiers_by_ref, visible_to
from search.requests import SearchRequest
from search.selectors.search import search

#: Pages of hits to read when filters leave only some of them.
MAX_PAGES: Final = 4
_SEPARATORS: Final = re.compile(r"[\s().-]+")
_DOCUMENT_NUMBER: Final = re.compile(r"(?=.*\d)[A-Z0-9]{6,20}")
_PHONE: Final = re.compile(r"\+?\d{8,15}")
_CODE_PART: Final = re.compile(r"(?=.*\d)[A-Z0-9.-]{4,40}")


@dataclass(frozen=True, slots=True)
class FoundDossiers:
    """The first dossiers found, and how many there are. ``degraded``: the search server did not answer."""

    dossiers: list[Dossier]
    total: int
    degraded: bool = False


def find_dossiers(access: OfficerAccess, query: str, filters: QueueFilters) -> FoundDossiers:
    """Return the dossiers of the officer's agencies that match ``query`` and pass ``filters``.

    An identity number is compared by its keyed hash; neither the number nor the hash is in the search index.
    """
    if condition := _exact_condition(query):
        rows = visible_to(access, filters).filter(condition).with_parties().order_by("-submitted_at", "-id")
        if found := list(rows[: queue.PER_PAGE]):
            return FoundDossiers(found, rows.count())
    return _find_words(access, _compact_phone(query) or query, filters)


def _find_words(access: OfficerAccess, query: str, filters: QueueFilters) -> FoundDossiers:
    refs: list[str] = []
    for page in range(1, MAX_PAGES + 1 if filters.is_filtered else 2):
        request = SearchRequest(
            query=query,
            collection="dossiers",
            scopes=access.search_scopes,
            page=page,
            per_page=queue.PER_PAGE,
        )
        result = search(request)
        refs += [hit.ref for hit in result.hits]
        if len(result.hits) < queue.PER_PAGE:
            break
    found = dossiers_by_ref(access, refs, filters)
    total = len(found) if filters.is_filtered else result.total
    return FoundDossiers(found[: queue.PER_PAGE], total, result.degraded)


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
