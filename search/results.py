"""The results of a search, the same for every engine: hits with highlighted texts, facets with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.db.models import Expression, F, Min
from django.db.models.functions import Left
from django.utils.translation import get_language, gettext_lazy

from core.text import sort_key
from search.analysis import Query
from search.documents import FACET_NAMES, FACETS, text_in
from search.engines.base import FacetCounts
from search.highlighting import EXCERPT_LENGTH, LOOKED_THROUGH, Highlighted, Highlighter
from search.language.aspects import Aspect
from search.models import IndexedDocument, IndexedTerm
from search.ranking.scorer import Scored
from search.requests import Values

MAX_EXPANDED_TERMS: Final = 3
ASPECT_LABELS: Final = {
    Aspect.TIME: gettext_lazy("Result within"),
    Aspect.FEE: gettext_lazy("Fee"),
    Aspect.DOCUMENTS: gettext_lazy("Documents to bring"),
    Aspect.PLACE: gettext_lazy("Where to apply"),
}
_NO_QUERY: Final = Query("")
# What an excerpt is taken from, and what may follow it.
_BEGINNING: Final = LOOKED_THROUGH + 2 * EXCERPT_LENGTH


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found. ``explanation`` holds the parts of its score by name.

    ``answers`` are the facts that the query asks for, as (label, text); ``facts`` are the others.
    """

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
    answers: tuple[tuple[str, str], ...] = ()

    def labels(self, name: str) -> list[str]:
        """Return the labels of the values of one facet."""
        language = get_language() or settings.LANGUAGE_CODE
        values = self.facets.get(name, ())
        return [text_in(self.facet_labels, value, language) or value for value in values]

    @property
    def agency_labels(self) -> list[str]:
        """The labels of the agencies, for templates."""
        return self.labels("agency")

    @property
    def field_labels(self) -> list[str]:
        """The labels of the fields, for templates."""
        return self.labels("field")


@dataclass(frozen=True, slots=True)
class Subject:
    """One of several things that a query asks for, in the words of the query, and its best hit."""

    text: str
    hit: Hit


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

    ``expanded_terms`` are the terms that the lexicon added; ``did_you_mean`` is a corrected query that may have been
    meant, ``corrected_query`` one that was searched for instead of what was typed; each is empty if there is none.
    ``low_confidence``: nothing fits the query well. ``subjects``: the things that it asks for, if there are several.
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
    subjects: tuple[Subject, ...] = ()

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
    """Count ranked hits by facet; a facet's own selection does not narrow its counts."""
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
    """Return the facets that have values, the most frequent first; selected values are kept even with a count of 0."""
    known = dict(labels)
    # Kinds have no labels in documents.
    missing = {v for name in FACETS for v in counts.counts.get(name, ())} - set(known)
    known |= _read_labels(missing | {v for values in selected.values() for v in values} - set(known))
    made = (_facet(name, counts.counts.get(name, {}), selected.get(name, ()), known) for name in FACET_NAMES)
    return tuple(facet for facet in made if facet.values)


def _facet(name: str, counts: Mapping[str, int], selected: Values, labels: Mapping[str, str]) -> Facet:
    values = dict(counts) | {value: counts.get(value, 0) for value in selected}
    language = get_language() or settings.LANGUAGE_CODE
    some = [
        FacetValue(v, text_in(labels, v, language) or v, number, v in selected)
        for v, number in values.items()
    ]
    return Facet(name, tuple(sorted(some, key=lambda value: (-value.count, sort_key(value.label)))))


def _read_labels(values: set[str]) -> dict[str, str]:
    """Return the labels of facet values, each from one document that has the value."""
    if not values:
        return {}
    rows = IndexedTerm.objects.filter(name__in=FACETS, value__in=values).values_list("value")
    samples = dict(rows.annotate(sample=Min("document")))
    labels = IndexedDocument.objects.filter(pk__in=samples.values()).values_list("pk", "facet_labels")
    by_document = dict(labels)
    return {
        name: text
        for value, pk in samples.items()
        for name, text in by_document.get(pk, {}).items()
        if name.partition("@")[0] == value
    }


# Hits


class HitTexts(NamedTuple):
    """What a hit shows in addition to the columns that scoring has read."""

    title: str
    url: str
    summary: str
    body: str
    facts: Mapping[str, str]


def read_texts(shown: Sequence[Scored]) -> dict[int, HitTexts]:
    """Return what the hits ``shown`` show beyond the columns that scoring has read.

    Of long texts, only the beginning.
    """
    return _texts_of([one.row.pk for one in shown], Left("body", _BEGINNING))


def hits_of(page: Sequence[Scored], query: Query | None, texts: Mapping[int, HitTexts]) -> tuple[Hit, ...]:
    """Return the hits of one page; a whole text is read only if its beginning has no word of the query."""
    asked = query or _NO_QUERY
    highlighter = Highlighter(asked)
    known = [one for one in page if one.row.pk in texts]
    excerpts = {one.row.pk: _excerpt(texts[one.row.pk], highlighter) for one in known}
    cut = [pk for pk, one in excerpts.items() if not one.spans and len(texts[pk].body) == _BEGINNING]
    if cut and highlighter.has_terms:
        excerpts |= {pk: _excerpt(some, highlighter) for pk, some in _texts_of(cut, F("body")).items()}
    return tuple(_hit(one, texts[one.row.pk], excerpts[one.row.pk], highlighter, asked) for one in known)


def _texts_of(pks: Sequence[int], body: Expression | F) -> dict[int, HitTexts]:
    columns = [body if name == "body" else F(name) for name in HitTexts._fields]
    rows = IndexedDocument.objects.filter(pk__in=pks).values_list("pk", *columns)
    return {pk: HitTexts(*some) for pk, *some in rows}


def _excerpt(texts: HitTexts, highlighter: Highlighter) -> Highlighted:
    """Return the excerpt of the summary if it has a word of the query, else of the body if that has one."""
    in_summary = highlighter.excerpt(texts.summary)
    if in_summary.spans or not texts.body:
        return in_summary
    in_body = highlighter.excerpt(texts.body)
    return in_body if in_body.spans or not texts.summary else in_summary


def _hit(scored: Scored, texts: HitTexts, shown: Highlighted, highlighter: Highlighter, query: Query) -> Hit:
    row, facts = scored.row, _facts(texts.facts)
    return Hit(
        kind=row.kind,
        ref=row.ref,
        url=texts.url,
        title=highlighter.whole(texts.title),
        snippet=shown,
        codes=tuple(row.codes),
        facets={name: tuple(values) for name, values in row.facets.items()},
        facet_labels=row.facet_labels,
        changed_at=row.changed_at,
        facts={name: text for name, text in facts.items() if name not in query.aspects},
        score=round(scored.score, 4),
        explanation={name: round(value, 4) for name, value in scored.explanation.items()},
        answers=_answers(facts, query),
    )


def _answers(facts: Mapping[str, str], query: Query) -> tuple[tuple[str, str], ...]:
    """Return the facts that the query asks for, as (label, text)."""
    return tuple((str(ASPECT_LABELS[name]), facts[name]) for name in query.aspects if facts.get(name))


def _facts(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the facts in the reader's language, or in the document's own if there is no text in it."""
    language = get_language() or settings.LANGUAGE_CODE
    names = dict.fromkeys(name.partition("@")[0] for name in facts)
    return {name: text for name in names if (text := text_in(facts, name, language))}


def expanded_terms_in(page: Sequence[Scored], query: Query | None) -> tuple[str, ...]:
    """Return the lexicon terms that the titles shown contain, so that people see why they were found."""
    if query is None:
        return ()
    titles = [one.row.title_words for one in page]
    terms = {e.label: " ".join(word.folded for word in e.words) for e in query.literal_expansions if e.label}
    found = (label for label, words in terms.items() if any(words in title for title in titles))
    return tuple(found)[:MAX_EXPANDED_TERMS]
