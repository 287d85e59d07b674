"""The results of a search, the same for every engine: hits with highlighted texts, facets with counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db.models import Min

from core.text import nfc, sort_key
from search.analysis import Query
from search.documents import FACET_NAMES, FACETS
from search.engines.base import FacetCounts
from search.language.tokenizer import Syllable, exact_form, fold_spelling
from search.models import IndexedDocument, IndexedTerm
from search.ranking.scorer import Scored
from search.requests import Values

Span = tuple[int, int]

SNIPPET_LENGTH: Final = 220
# Characters shown before the first match of an excerpt.
_CONTEXT_BEFORE: Final = 40
MAX_EXPANDED_TERMS: Final = 3
_NO_QUERY: Final = Query("")


@dataclass(frozen=True, slots=True)
class Highlighted:
    """A piece of the original text and the spans (start, end) in it that match the query."""

    text: str
    spans: tuple[Span, ...] = ()
    cut_before: bool = False
    cut_after: bool = False

    def pieces(self) -> list[tuple[str, bool]]:
        """Return the text as (piece, is highlighted) in order; joined they are ``text``."""
        out: list[tuple[str, bool]] = []
        done = 0
        for start, end in self.spans:
            out += [(self.text[done:start], False), (self.text[start:end], True)]
            done = end
        out.append((self.text[done:], False))
        return [piece for piece in out if piece[0]]


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found. ``explanation`` holds the parts of its score by name."""

    kind: str
    ref: str
    url: str
    title: Highlighted
    snippet: Highlighted
    codes: tuple[str, ...]
    facets: Mapping[str, tuple[str, ...]]
    facet_labels: Mapping[str, str]
    changed_at: datetime
    score: float
    facts: Mapping[str, str] = field(default_factory=dict)
    explanation: Mapping[str, float] = field(default_factory=dict)

    def labels(self, name: str) -> list[str]:
        """Return the labels of the values of one facet."""
        return [self.facet_labels.get(value, value) for value in self.facets.get(name, ())]

    @property
    def agency_labels(self) -> list[str]:
        """The labels of the agencies, for templates."""
        return self.labels("agency")

    @property
    def field_labels(self) -> list[str]:
        """The labels of the fields, for templates."""
        return self.labels("field")


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many hits have it."""

    value: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """A filter of the hits. Its counts consider what is selected in every other facet, not in this one."""

    name: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of hits. ``degraded``: the database answered because the primary engine did not.

    ``expanded_terms`` are the terms that the lexicon added; ``did_you_mean`` is a corrected query that may be meant,
    ``corrected_query`` one that was searched for instead of what was typed; each is empty if there is none.
    ``low_confidence``: even the best hit covers little of the query.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: tuple[Facet, ...]
    page: int
    pages: int
    engine: str
    degraded: bool = False
    expanded_terms: tuple[str, ...] = ()
    did_you_mean: str = ""
    corrected_query: str = ""
    low_confidence: bool = False

    def facet(self, name: str) -> Facet:
        """Return the facet ``name``, empty if it has no values."""
        return next((f for f in self.facets if f.name == name), Facet(name, ()))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line below the search field while typing."""

    text: str
    url: str
    kind: str


# Facets


def is_selected(scored: Scored, selected: Mapping[str, Values]) -> bool:
    """Return True if the hit has one of the selected values of every facet."""
    return all(set(values) & set(scored.row.values(name)) for name, values in selected.items())


def count_facets(scored: Sequence[Scored], selected: Mapping[str, Values]) -> FacetCounts:
    """Count ranked hits by facet; what is selected in a facet does not narrow its own counts."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACET_NAMES}
    total = 0
    for one in scored:
        missed = [name for name, values in selected.items() if not set(values) & set(one.row.values(name))]
        total += not missed
        for name in FACET_NAMES if not missed else missed if len(missed) == 1 else ():
            counts[name].update(one.row.values(name))
    return FacetCounts(total, counts)


def facets_of(
    counts: FacetCounts, selected: Mapping[str, Values], labels: Mapping[str, str]
) -> tuple[Facet, ...]:
    """Return the facets that have values, the most frequent first; selected values are kept at a count of 0."""
    known = dict(labels)
    missing = {v for some in counts.counts.values() for v in some} - set(known)
    known |= _read_labels(missing | {v for values in selected.values() for v in values} - set(known))
    made = (_facet(name, counts.counts.get(name, {}), selected.get(name, ()), known) for name in FACET_NAMES)
    return tuple(facet for facet in made if facet.values)


def _facet(name: str, counts: Mapping[str, int], selected: Values, labels: Mapping[str, str]) -> Facet:
    values = dict(counts) | {value: counts.get(value, 0) for value in selected}
    some = [FacetValue(v, labels.get(v, v), number, v in selected) for v, number in values.items()]
    return Facet(name, tuple(sorted(some, key=lambda value: (-value.count, sort_key(value.label)))))


def _read_labels(values: set[str]) -> dict[str, str]:
    """Return the labels of facet values, each from one document that has the value."""
    if not values:
        return {}
    rows = IndexedTerm.objects.filter(name__in=FACETS, value__in=values).values_list("value")
    samples = dict(rows.annotate(sample=Min("document")))
    labels = IndexedDocument.objects.filter(pk__in=samples.values()).values_list("pk", "facet_labels")
    by_document = dict(labels)
    return {value: by_document[pk].get(value, value) for value, pk in samples.items() if pk in by_document}


# Hits


def hits_of(page: Sequence[Scored], query: Query | None) -> tuple[Hit, ...]:
    """Return the hits of one page; long texts are read for these only."""
    texts = IndexedDocument.objects.in_bulk([one.row.pk for one in page])
    return tuple(_hit(one, texts[one.row.pk], query or _NO_QUERY) for one in page if one.row.pk in texts)


def _hit(scored: Scored, document: IndexedDocument, query: Query) -> Hit:
    in_summary = snippet(document.summary, query)
    shown = in_summary if in_summary.spans or not document.body else snippet(document.body, query)
    if not shown.spans and document.summary:
        shown = in_summary
    return Hit(
        kind=document.kind,
        ref=document.ref,
        url=document.url,
        title=highlight(document.title, query),
        snippet=shown,
        codes=tuple(document.codes),
        facets={name: tuple(values) for name, values in document.facets.items()},
        facet_labels=document.facet_labels,
        changed_at=document.changed_at,
        facts=document.facts,
        score=round(scored.score, 4),
        explanation={name: round(value, 4) for name, value in scored.explanation.items()},
    )


def expanded_terms_in(page: Sequence[Scored], query: Query | None) -> tuple[str, ...]:
    """Return the lexicon terms that the titles shown contain, so that a person sees why they were found."""
    if query is None:
        return ()
    titles = [one.row.title_words for one in page]
    terms = {e.label: " ".join(word.folded for word in e.words) for e in query.literal_expansions if e.label}
    found = (label for label, words in terms.items() if any(words in title for title in titles))
    return tuple(found)[:MAX_EXPANDED_TERMS]


# Highlighting. Folding keeps the length of an NFC text: offsets in the folded text are offsets in the original.


def highlight(text: str, query: Query) -> Highlighted:
    """Return the whole of ``text`` with the words of ``query`` highlighted."""
    normal = nfc(text)
    return Highlighted(normal, _spans(normal, [syllable for syllable, _weight in _matches(normal, query)]))


def snippet(text: str, query: Query, *, length: int = SNIPPET_LENGTH) -> Highlighted:
    """Return the excerpt of about ``length`` characters that contains most of the query."""
    normal = " ".join(nfc(text).split())
    matches = _matches(normal, query)
    start = _best_start(normal, matches, length)
    end = _word_end(normal, start + length)
    piece = normal[start:end]
    inside = [
        Syllable(s.folded, s.marked, s.start - start, s.end - start)
        for s, _weight in matches
        if s.start >= start and s.end <= end
    ]
    return Highlighted(piece, _spans(piece, inside), cut_before=start > 0, cut_after=end < len(normal))


def _terms(query: Query) -> dict[str, tuple[frozenset[str], float]]:
    """Map each folded word to its exact forms (empty if any will do) and its weight."""
    terms: dict[str, tuple[frozenset[str], float]] = {}
    expanded = [word for expansion in query.literal_expansions for word in expansion.words]
    for word in [*query.words, *expanded]:
        forms, weight = terms.get(word.folded, (frozenset(), 0.0))
        exact = {word.marked} if word.marked and (query.exact or word in expanded) else set()
        terms[word.folded] = (forms | exact, max(weight, word.weight))
    return terms


def _matches(text: str, query: Query) -> list[tuple[Syllable, float]]:
    terms = _terms(query)
    if not terms:
        return []
    found = []
    # Only the terms are tokenised: texts are long.
    words = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(terms)})(?![a-z0-9])")
    for match in words.finditer(fold_spelling(text)):
        forms, weight = terms[match.group()]
        marked = exact_form(text[match.start() : match.end()])
        if not forms or not query.exact or marked in forms:
            found.append((Syllable(match.group(), marked, match.start(), match.end()), weight))
    return found


def _spans(text: str, matches: list[Syllable]) -> tuple[Span, ...]:
    """Return the spans of ``matches``, adjacent syllables joined into one."""
    spans: list[Span] = []
    for match in matches:
        if spans and not text[spans[-1][1] : match.start].strip():
            spans[-1] = (spans[-1][0], match.end)
        else:
            spans.append((match.start, match.end))
    return tuple(spans)


def _best_start(text: str, matches: list[tuple[Syllable, float]], length: int) -> int:
    """Return the start of the window whose distinct words have the greatest weight; the first of equals."""
    if not matches or len(text) <= length:
        return 0
    best, best_start = 0.0, 0
    for index, (first, _weight) in enumerate(matches):
        inside: dict[str, float] = {}
        for syllable, weight in matches[index : index + 40]:
            if syllable.end > first.start + length - _CONTEXT_BEFORE:
                break
            inside[syllable.folded] = weight
        if sum(inside.values()) > best + 0.001:
            best, best_start = sum(inside.values()), first.start
    return _word_start(text, max(0, min(best_start - _CONTEXT_BEFORE, len(text) - length)))


def _word_start(text: str, offset: int) -> int:
    space = text.rfind(" ", 0, offset)
    return space + 1 if offset else 0


def _word_end(text: str, offset: int) -> int:
    if offset >= len(text):
        return len(text)
    space = text.rfind(" ", 0, offset)
    return space if space > 0 else offset
