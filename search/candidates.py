"""Candidates of the queries of one search: rows found by their titles, and by the texts that an engine finds."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass
from functools import cache, partial
from typing import Final, TypeVar

from search.analysis import Query
from search.documents import locales_for
from search.engines import base as engines
from search.engines.base import Candidate, Engine, EngineUnavailable, TextSearch
from search.models import IndexedDocument
from search.ranking.rows import ROWS, Row
from search.ranking.titles import TITLES
from search.requests import MAX_PAGE, Filters

logger = logging.getLogger(__name__)

T = TypeVar("T")
# How many candidates are ranked: as deep as the pages go.
WINDOW: Final = MAX_PAGE * 10
# A person who describes a case reads the first hits; the titles share little with so many words.
LONG_QUERY: Final = 12
LONG_WINDOW: Final = 250


def with_fallback(call: Callable[[Engine], T], *, first: Engine) -> tuple[T, Engine, bool]:
    """Return the answer of ``first``, or of the database if it fails, the engine used, and True for the latter."""
    try:
        return call(first), first, False
    except EngineUnavailable as error:
        if first.name == engines.DATABASE:
            raise
        logger.warning("search engine %s: %s; using the database", first.name, error)
        fallback = engines.engine(engines.DATABASE)
        return call(fallback), fallback, True


def refresh_titles(collection: str) -> None:
    """Compare the titles in memory with the database, once for each search."""
    if collection in TITLES:
        TITLES[collection].refresh()


def window_of(query: Query, most: int = WINDOW) -> int:
    """Return how many candidates of ``query`` are worth ranking, up to ``most``."""
    return min(most, LONG_WINDOW) if len(query.words) >= LONG_QUERY else most


@dataclass(frozen=True, slots=True)
class _Started:
    """A query of which the titles are found; ``texts`` waits for the texts that the engine finds."""

    titles: list[Row]
    texts: Callable[[], list[Candidate]]


class Candidates:
    """The candidates of queries with the same filters.

    The engine is asked once for the texts of all queries that are started together, and looks for them while the
    caller goes on.
    """

    def __init__(self, engine: Engine, filters: Filters) -> None:
        self.engine, self.filters = engine, filters
        self._titles = TITLES.get(filters.collection)
        self._started: dict[str, _Started] = {}

    def start(self, queries: Iterable[tuple[Query, int]]) -> None:
        """Start looking for up to so many candidates of each query.

        Without the titles in memory nothing is started: the engine finds all candidates of one query in ``of``.
        """
        titles, known = self._titles, self._started
        different = {query.text: (query, limit) for query, limit in queries if query.text not in known}
        if not different or titles is None or not titles.is_complete:
            return
        found = {
            text: titles.find(query, self.filters, limit=limit) for text, (query, limit) in different.items()
        }
        searches = [
            TextSearch(*different[text], {row.pk: row.key for row in one.rows} if one.covered else None)
            for text, one in found.items()
        ]
        answers = cache(self.engine.start_text_searches(searches, self.filters))
        for number, (text, one) in enumerate(found.items()):
            known[text] = _Started(one.rows, partial(_nth, answers, number))

    def titles_of(self, query: Query) -> list[Row]:
        """Return the rows that are known before the engine answers."""
        started = self._started.get(query.text)
        return started.titles if started else []

    def of(self, query: Query, limit: int) -> list[tuple[Row, float]]:
        """Return the rows that may answer ``query``, those with a code and the best titles first, with text scores."""
        self.start([(query, limit)])
        started, titles = self._started.get(query.text), self._titles
        if started is None or titles is None:
            candidates = self.engine.candidates(query, self.filters, limit=limit)
            rows = load_rows(candidates, self.filters)
            _check_known(rows, candidates)
            return rows
        scores = {text.key: text.text_score for text in started.texts()}
        known = {row.key: row for row in (*started.titles, *titles.rows(scores, self.filters))}
        _check_known(known, {*known, *scores})
        return [(row, scores.get(key, 0.0)) for key, row in known.items()]


def _nth(answers: Callable[[], list[list[Candidate]]], number: int) -> list[Candidate]:
    return answers()[number]


def _check_known(known: Sized, found: Sized) -> None:
    if len(known) * 2 < len(found):
        raise EngineUnavailable("the database does not know most of what it found")


def load_rows(candidates: Sequence[Candidate], filters: Filters) -> list[tuple[Row, float]]:
    """Return the rows of ``candidates`` with their text scores, without unknown ones and those out of scope.

    Collection, language and scope are checked again here: an index outside the database may be out of date.
    """
    versions = {candidate.key: candidate.version for candidate in candidates}
    if not all(versions.values()):
        versions = dict(IndexedDocument.objects.with_keys(versions).values_list("key", "version"))
    rows = ROWS.read(versions)
    scopes = set(filters.scopes)
    locales = locales_for(filters.locale) if filters.locale else ()
    found = []
    for candidate in candidates:
        row = rows.get(candidate.key)
        if row is None or row.collection != filters.collection or scopes.isdisjoint(row.scopes):
            continue
        if not locales or row.locale in locales:
            found.append((row, candidate.text_score))
    return found
