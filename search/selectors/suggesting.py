"""Suggestions while a person types: titles that go on as they began, then what a search would find."""

from __future__ import annotations

from search.documents import PUBLIC
from search.engines import registry as engines
from search.models import IndexedDocument
from search.ranking.rows import load
from search.ranking.scorer import rank
from search.requests import SearchRequest
from search.results import Suggestion
from search.selectors import knowledge
from search.selectors.searching import filters_of

LEAST: int = 2
WINDOW: int = 100


def suggest(prefix: str, limit: int = 6, *, locale: str = "vi", engine: str = "") -> tuple[Suggestion, ...]:
    """Return up to ``limit`` documents for an unfinished query of at least ``LEAST`` letters."""
    request = SearchRequest(query=prefix, collection=PUBLIC, locale=locale)
    query = knowledge.analyse(request)
    if query is None or query.is_empty or len(request.query) < LEAST:
        return ()
    filters = filters_of(request)
    statistics = knowledge.statistics_of(PUBLIC)
    found, used, _degraded = engines.attempt(
        lambda e: e.starting_with(query, filters, limit=WINDOW), first=engines.asked_first(engine)
    )
    if len(found) < limit:
        known = {candidate.key for candidate in found}
        more, _used, _degraded = engines.attempt(
            lambda e: e.candidates(query, filters, limit=WINDOW), first=used
        )
        found = found + [candidate for candidate in more if candidate.key not in known]
    best = rank(query, load(found, filters), statistics=statistics, uses=knowledge.USES.get())[:limit]
    urls = IndexedDocument.objects.in_bulk([one.row.pk for one in best])
    return tuple(
        Suggestion(urls[s.row.pk].title, urls[s.row.pk].url, s.row.kind) for s in best if s.row.pk in urls
    )
