"""The lexicon compiled for matching: sequences of syllables and what else they may be called."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from search.analysis.near_terms import Near, NearTerms
from search.analysis.syllables import Syllable, syllables

# What finding the other word is worth: the official word nearly all, another everyday word a little less.
OFFICIAL: Final = 0.95
ALSO: Final = 0.8
# A long term is also known with a few other words in it ("sửa tên trên bằng tốt nghiệp"), for a part of its worth.
LONG_TERM: Final = 3
MOST_BETWEEN: Final = 2
LOOSE: Final = 0.85
# What a term that is said in part is worth, for each part of it.
NEAR: Final = 0.7


@dataclass(frozen=True, slots=True)
class Group:
    """One row of the lexicon. ``equal``: each term may stand for each; otherwise terms lead to the official words."""

    terms: tuple[str, ...]
    official: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    equal: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a term leads to. ``label`` is the text of ``words``; without words only the codes count."""

    words: tuple[Syllable, ...]
    label: str
    codes: tuple[str, ...]
    strength: float


@dataclass(frozen=True, slots=True)
class Match:
    """A term found in a query: the places of the words it stands for, in order."""

    places: tuple[int, ...]
    meanings: tuple[Meaning, ...]


def _meanings(group: Group, term: str) -> Iterable[Meaning]:
    is_official = term in group.official
    for label in group.official:
        if label != term:
            yield Meaning(tuple(syllables(label)), label, group.codes, OFFICIAL)
    for label in group.terms if group.equal else ():
        if label != term:
            yield Meaning(tuple(syllables(label)), label, group.codes, ALSO)
    if group.codes and not is_official:
        yield Meaning((), "", group.codes, OFFICIAL)


class CompiledLexicon:
    """Finds the longest terms in a query; terms may overlap, a shorter one inside a longer one is left out."""

    def __init__(self, groups: Iterable[Group] = ()) -> None:
        self._groups = tuple(groups)
        self._terms: dict[tuple[str, ...], list[tuple[tuple[str, ...], Meaning]]] = defaultdict(list)
        for group in self._groups:
            for term in group.terms + (group.official if group.equal else ()):
                self._add(syllables(term), _meanings(group, term))
        self.phrases = frozenset(phrase for group in self._groups for phrase in group.terms + group.official)
        self._longest = max(map(len, self._terms), default=0)
        self.words = frozenset(word for term in self._terms for word in term)
        self._near = NearTerms(self._terms)
        self._long_by_first: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for folded in self._terms:
            if len(folded) >= LONG_TERM:
                self._long_by_first[folded[0]].append(folded)

    def _add(self, term: list[Syllable], meanings: Iterable[Meaning]) -> None:
        written = tuple(syllable.marked for syllable in term)
        folded = tuple(syllable.folded for syllable in term)
        if folded:
            self._terms[folded].extend((written, meaning) for meaning in meanings)

    def matches(self, query: Sequence[Syllable]) -> list[Match]:
        """Return the terms in ``query`` from left to right."""
        found: list[Match] = []
        for start in range(len(query)):
            match = self._longest_at(query, start)
            if match and (not found or match.places[-1] > found[-1].places[-1]):
                found.append(match)
        return found

    def _longest_at(self, query: Sequence[Syllable], start: int) -> Match | None:
        for end in range(min(len(query), start + self._longest), start, -1):
            span = query[start:end]
            known = self._terms.get(tuple(syllable.folded for syllable in span), ())
            meanings = tuple(meaning for written, meaning in known if _as_written(span, written))
            if meanings:
                return Match(tuple(range(start, end)), meanings)
        return None

    def near_matches(self, query: Sequence[Syllable]) -> list[Match]:
        """Return the terms that ``query`` says in part or in another order."""
        made = (Match(near.places, self._near_meanings(query, near)) for near in self._near.find(query))
        return [match for match in made if match.meanings]

    def _near_meanings(self, query: Sequence[Syllable], near: Near) -> tuple[Meaning, ...]:
        said = {query[place].folded: query[place] for place in near.places}
        return tuple(
            replace(meaning, strength=meaning.strength * NEAR * near.share)
            for written, meaning in self._terms[near.term]
            if all(
                said[folded].marked in (folded, form)
                for folded, form in zip(near.term, written, strict=True)
                if folded in said
            )
        )

    def loose_matches(self, query: Sequence[Syllable]) -> list[Match]:
        """Return the long terms whose words stand in ``query`` in their order with a few others between."""
        found: list[Match] = []
        for start, syllable in enumerate(query):
            for term in self._long_by_first.get(syllable.folded, ()):
                places = _places(query, start, term)
                if places and places[-1] - start >= len(term):
                    found += self._loose(query, places, term)
        return found

    def _loose(
        self, query: Sequence[Syllable], places: Sequence[int], term: tuple[str, ...]
    ) -> Iterable[Match]:
        span = [query[place] for place in places]
        meanings = tuple(
            replace(meaning, strength=meaning.strength * LOOSE)
            for written, meaning in self._terms[term]
            if _as_written(span, written)
        )
        return [Match(tuple(range(places[0], places[-1] + 1)), meanings)] if meanings else []


def _places(query: Sequence[Syllable], start: int, term: Sequence[str]) -> list[int]:
    """Return where the syllables of ``term`` stand from ``start`` on, in order; empty when they lie too far apart."""
    places: list[int] = []
    wanted = iter(term)
    word = next(wanted, None)
    for place in range(start, min(len(query), start + len(term) + MOST_BETWEEN)):
        if query[place].folded == word:
            places.append(place)
            word = next(wanted, None)
    return places if word is None else []


def _as_written(span: Sequence[Syllable], written: Sequence[str]) -> bool:
    """Say whether marks do not contradict: a query without marks fits, a differently marked one is another word."""
    return all(
        syllable.marked in (syllable.folded, form) for syllable, form in zip(span, written, strict=True)
    )
