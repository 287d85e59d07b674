"""Hits as a page shows them: marked titles, the telling piece of the text, the words the lexicon added."""

from __future__ import annotations

from collections.abc import Sequence

from search.analysis.marking import mark, snippet
from search.analysis.query import Query
from search.models import IndexedDocument
from search.ranking.scorer import Scored
from search.results import Hit

_EMPTY = Query("")


def hits(page: Sequence[Scored], query: Query | None) -> tuple[Hit, ...]:
    """Return the hits of one page; the long texts of just these are read."""
    texts = IndexedDocument.objects.in_bulk([one.row.pk for one in page])
    return tuple(_hit(one, texts[one.row.pk], query or _EMPTY) for one in page if one.row.pk in texts)


def _hit(scored: Scored, document: IndexedDocument, query: Query) -> Hit:
    in_summary = snippet(document.summary, query)
    shown = in_summary if in_summary.spans or not document.body else snippet(document.body, query)
    if not shown.spans and document.summary:
        shown = in_summary
    return Hit(
        kind=document.kind,
        ref=document.ref,
        url=document.url,
        title=mark(document.title, query),
        snippet=shown,
        codes=tuple(document.codes),
        facets={name: tuple(values) for name, values in document.facets.items()},
        facet_labels=document.facet_labels,
        changed_at=document.changed_at,
        facts=document.facts,
        score=round(scored.score, 4),
        why={name: round(value, 4) for name, value in scored.why.items()},
    )


def also(page: Sequence[Scored], query: Query | None) -> tuple[str, ...]:
    """Return the lexicon's words that stand in the titles shown, so that a person sees why they were found."""
    if query is None:
        return ()
    titles = [one.row.title_words for one in page]
    labels = {
        e.label: " ".join(word.folded for word in e.words) for e in query.expansions if e.label and e.is_said
    }
    return tuple(label for label, words in labels.items() if any(words in title for title in titles))[:3]
