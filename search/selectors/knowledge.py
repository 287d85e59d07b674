"""What a process knows for reading queries: the lexicon, the word statistics, how often procedures are used.

Each is kept in memory and compared with the database at most once a second, so that a change of an editor is seen by
every process a second later.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from django.db.models import Count, Max

from search.analysis.fillers import written
from search.analysis.lexicon import CompiledLexicon, Group
from search.analysis.pipeline import Language
from search.analysis.pipeline import analyse as analyse_text
from search.analysis.query import Query
from search.analysis.vocabulary import Spellings, Vocabulary
from search.models import CollectionState, LexiconEntry, UsageWeight
from search.ranking.statistics import Statistics
from search.requests import SearchRequest

T = TypeVar("T")
FRESH_SECONDS: Final = 1.0


class Known(Generic[T]):
    """A value made from the database and made again when ``stamp`` changes."""

    def __init__(self, stamp: Callable[[], Any], make: Callable[[], T]) -> None:
        self._stamp, self._make = stamp, make
        self._seen: Any = object()
        self._value: T | None = None
        self._looked = -math.inf

    def get(self) -> T:
        """Return the value, at most ``FRESH_SECONDS`` behind the database."""
        now = time.monotonic()
        if self._value is None or now - self._looked >= FRESH_SECONDS:
            stamp = self._stamp()
            if self._value is None or stamp != self._seen:
                self._value, self._seen = self._make(), stamp
            self._looked = now
        return self._value

    def forget(self) -> None:
        """Look again at the next question."""
        self._looked, self._seen = -math.inf, object()


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _group(entry: LexiconEntry) -> Group:
    return Group(
        terms=_lines(entry.terms),
        official=_lines(entry.official),
        codes=tuple(entry.codes.split()),
        equal=entry.mode == LexiconEntry.Mode.EQUAL,
    )


def _uses() -> Mapping[str, float]:
    """Return the uses of each code on a logarithmic scale from 0 to 1."""
    rows = dict(UsageWeight.objects.values_list("code", "uses"))
    most = math.log1p(max(rows.values(), default=0)) or 1.0
    return {code: math.log1p(uses) / most for code, uses in rows.items()}


LEXICON: Final = Known(
    lambda: LexiconEntry.objects.aggregate(Max("changed_at"), Count("pk")),
    lambda: CompiledLexicon(map(_group, LexiconEntry.objects.filter(active=True))),
)
USES: Final = Known(lambda: UsageWeight.objects.aggregate(Count("pk"), Max("uses")), _uses)
_STATISTICS: Final[dict[str, Known[Statistics]]] = {}
_LANGUAGES: Final[dict[str, Known[Language]]] = {}


def _counted(collection: str) -> Any:
    return CollectionState.objects.filter(collection=collection).values_list("counted", flat=True).first()


def _statistics(collection: str) -> Statistics:
    state = CollectionState.objects.filter(collection=collection).first()
    if state is None:
        return Statistics()
    return Statistics(state.documents, state.frequencies, Spellings(state.spellings, state.pairs))


def statistics_of(collection: str) -> Statistics:
    """Return the word statistics of ``collection``."""
    if collection not in _STATISTICS:
        _STATISTICS[collection] = Known(lambda: _counted(collection), lambda: _statistics(collection))
    return _STATISTICS[collection].get()


def language_of(collection: str) -> Language:
    """Return what is known of the words of ``collection``; made anew when the statistics or the lexicon change."""
    if collection not in _LANGUAGES:
        _LANGUAGES[collection] = Known(
            lambda: (id(statistics_of(collection)), id(LEXICON.get())), lambda: _language(collection)
        )
    return _LANGUAGES[collection].get()


def _language(collection: str) -> Language:
    lexicon, statistics = LEXICON.get(), statistics_of(collection)
    return Language(
        lexicon, statistics, Vocabulary(statistics.spellings, also=[*lexicon.phrases, *written()])
    )


def forget() -> None:
    """Look at the database again at the next question; for tests and commands."""
    LEXICON.forget()
    USES.forget()
    for statistics in _STATISTICS.values():
        statistics.forget()
    for language in _LANGUAGES.values():
        language.forget()


def analyse(request: SearchRequest) -> Query | None:
    """Return the query of ``request``, None when it asks for everything."""
    if not request.query:
        return None
    return analyse_text(request.query, language_of(request.collection))
