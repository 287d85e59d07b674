"""What a process knows for reading queries: the lexicon, the word statistics, how often procedures are used."""

from __future__ import annotations

from search.analysis.lexicon import CompiledLexicon
from search.analysis.pipeline import analyse as analyse_text
from search.analysis.query import Query
from search.models import CollectionState
from search.ranking.statistics import Statistics
from search.requests import SearchRequest


def statistics_of(collection: str) -> Statistics:
    """Return the word statistics of ``collection``."""
    state = CollectionState.objects.filter(collection=collection).first()
    return Statistics(state.documents, state.frequencies) if state else Statistics()


def analyse(request: SearchRequest) -> Query | None:
    """Return the query of ``request``, None when it asks for everything."""
    if not request.query:
        return None
    return analyse_text(
        request.query, lexicon=CompiledLexicon(), statistics=statistics_of(request.collection)
    )
