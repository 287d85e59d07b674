"""Facets: what the hits can be narrowed by, and how many each choice leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from django.db.models import Min

from search.documents import FACETS
from search.engines.base import Tally
from search.models import IndexedDocument, IndexedTerm
from search.ranking.scorer import Scored
from search.requests import SearchRequest, Values
from search.results import Facet, FacetValue

NAMES: Final = ("kind", *FACETS)


def fits(scored: Scored, selected: Mapping[str, Values]) -> bool:
    """Say whether a hit has one of the chosen values of every facet."""
    return all(set(values) & set(scored.row.values(name)) for name, values in selected.items())


def narrowed(scored: Sequence[Scored], request: SearchRequest) -> list[Scored]:
    """Return the hits that fit what the person chose."""
    return [s for s in scored if fits(s, request.selected)]


def tally_of(scored: Sequence[Scored], request: SearchRequest) -> Tally:
    """Count ranked hits by facet; a facet's own choice does not narrow its counts."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in NAMES}
    for one in scored:
        missed = [
            name for name, values in request.selected.items() if not set(values) & set(one.row.values(name))
        ]
        for name in NAMES if not missed else missed if len(missed) == 1 else ():
            counts[name].update(one.row.values(name))
    return Tally(len(narrowed(scored, request)), counts)


def facets_of(tally: Tally, request: SearchRequest, labels: Mapping[str, str]) -> tuple[Facet, ...]:
    """Return the facets that have values: most frequent first, the chosen ones kept even where they count none."""
    known = dict(labels)
    missing = {v for some in tally.counts.values() for v in some} - set(known)
    known |= _labels(missing | {v for values in request.selected.values() for v in values} - set(known))
    made = (_facet(name, tally.counts.get(name, {}), request, known) for name in NAMES)
    return tuple(facet for facet in made if facet.values)


def _facet(name: str, counts: Mapping[str, int], request: SearchRequest, labels: Mapping[str, str]) -> Facet:
    chosen = request.selected.get(name, ())
    values = dict(counts) | {value: counts.get(value, 0) for value in chosen}
    some = [FacetValue(v, labels.get(v, v), number, v in chosen) for v, number in values.items()]
    return Facet(name, tuple(sorted(some, key=lambda value: (-value.count, value.label))))


def _labels(values: set[str]) -> dict[str, str]:
    """Return the labels of facet values, each read from one document that has it."""
    if not values:
        return {}
    rows = IndexedTerm.objects.filter(name__in=FACETS, value__in=values).values_list("value")
    samples = dict(rows.annotate(sample=Min("document")))
    labels = IndexedDocument.objects.filter(pk__in=samples.values()).values_list("pk", "facet_labels")
    by_document = dict(labels)
    return {value: by_document[pk].get(value, value) for value, pk in samples.items() if pk in by_document}
