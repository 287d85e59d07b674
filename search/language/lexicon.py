"""The lexicon compiled for matching: terms as sequences of syllables, and the meanings they lead to.

A term is found exactly, with a few words between its own (*gapped*), or in part or in another order (*partial*):
``mua ghe tỉnh khác`` is part of ``mua ghe từ tỉnh khác sang tên``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log
from typing import Final

from search.language.tokenizer import Syllable, marks_agree, syllables

Term = tuple[str, ...]

#: Strength of a meaning: an official term counts nearly as much as the query's own words, a synonym less.
OFFICIAL_STRENGTH: Final = 0.95
SYNONYM_STRENGTH: Final = 0.8
# A term of at least three syllables also matches with other words in between ("sửa tên trên bằng tốt nghiệp").
MIN_GAPPED_LENGTH: Final = 3
MAX_WORDS_BETWEEN: Final = 2
GAPPED_FACTOR: Final = 0.85
# A partial match counts for this times the share of the term's weight that the query contains.
PARTIAL_FACTOR: Final = 0.7
MIN_PARTIAL_SHARE: Final = 0.55
MAX_PARTIAL_TERMS: Final = 6


@dataclass(frozen=True, slots=True)
class SynonymGroup:
    """One row of the lexicon. ``equal``: each term may replace each; otherwise terms lead to the official ones."""

    terms: tuple[str, ...]
    official: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    equal: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a term leads to. ``label`` is the text of ``words``; a meaning without words has codes only."""

    words: tuple[Syllable, ...]
    label: str
    codes: tuple[str, ...]
    strength: float


@dataclass(frozen=True, slots=True)
class Match:
    """A term found in a query: the ascending positions of the words that it covers."""

    positions: tuple[int, ...]
    meanings: tuple[Meaning, ...]


@dataclass(frozen=True, slots=True)
class PartialTerm:
    """A folded term, the positions of its words in the query, and their share (0..1) of its weight."""

    term: Term
    positions: tuple[int, ...]
    share: float


class PartialTermIndex:
    """An inverted index of the terms of two syllables or more.

    One shared syllable proves nothing: two adjacent ones are required, and more than half of the term's weight.
    Syllables that many terms share weigh little.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms = [term for term in terms if len(term) > 1]
        self._with: dict[str, list[int]] = defaultdict(list)
        for number, term in enumerate(self._terms):
            for word in dict.fromkeys(term):
                self._with[word].append(number)
        self._weight = {word: log(1 + len(self._terms) / len(some)) for word, some in self._with.items()}
        self._total = [sum(self._weight[word] for word in dict.fromkeys(term)) for term in self._terms]

    def find(self, query: Sequence[Syllable]) -> list[PartialTerm]:
        """Return at most ``MAX_PARTIAL_TERMS`` terms, the largest share first."""
        positions = {syllable.folded: position for position, syllable in reversed(list(enumerate(query)))}
        shared: dict[int, list[str]] = defaultdict(list)
        for word in positions:
            for number in self._with.get(word, ()):
                shared[number].append(word)
        found = [
            self._partial(number, words, positions) for number, words in shared.items() if len(words) > 1
        ]
        kept = [
            partial
            for partial in found
            if partial.share >= MIN_PARTIAL_SHARE and _has_adjacent_pair(partial.term, positions)
        ]
        return sorted(kept, key=lambda partial: (-partial.share, partial.term))[:MAX_PARTIAL_TERMS]

    def _partial(self, number: int, words: Sequence[str], positions: Mapping[str, int]) -> PartialTerm:
        share = sum(self._weight[word] for word in words) / self._total[number]
        return PartialTerm(self._terms[number], tuple(sorted(positions[word] for word in words)), share)


def _has_adjacent_pair(term: Term, positions: Mapping[str, int]) -> bool:
    return any(
        one in positions and other in positions and abs(positions[one] - positions[other]) == 1
        for one, other in pairwise(term)
    )


def _meanings(group: SynonymGroup, term: str) -> Iterable[Meaning]:
    is_official = term in group.official
    for label in group.official:
        if label != term:
            yield Meaning(tuple(syllables(label)), label, group.codes, OFFICIAL_STRENGTH)
    for label in group.terms if group.equal else ():
        if label != term:
            yield Meaning(tuple(syllables(label)), label, group.codes, SYNONYM_STRENGTH)
    if group.codes and not is_official:
        yield Meaning((), "", group.codes, OFFICIAL_STRENGTH)


class CompiledLexicon:
    """Finds terms in queries. Terms may overlap; a shorter one inside a longer one is left out."""

    def __init__(self, groups: Iterable[SynonymGroup] = ()) -> None:
        self._groups = tuple(groups)
        self._terms: dict[Term, list[tuple[Term, Meaning]]] = defaultdict(list)
        for group in self._groups:
            for term in group.terms + (group.official if group.equal else ()):
                self._add(syllables(term), _meanings(group, term))
        self.phrases = frozenset(phrase for group in self._groups for phrase in group.terms + group.official)
        self._longest = max(map(len, self._terms), default=0)
        self._partial_terms = PartialTermIndex(self._terms)
        self._long_by_first: dict[str, list[Term]] = defaultdict(list)
        for folded in self._terms:
            if len(folded) >= MIN_GAPPED_LENGTH:
                self._long_by_first[folded[0]].append(folded)

    def _add(self, term: list[Syllable], meanings: Iterable[Meaning]) -> None:
        exact_forms = tuple(syllable.marked for syllable in term)
        folded = tuple(syllable.folded for syllable in term)
        if folded:
            self._terms[folded].extend((exact_forms, meaning) for meaning in meanings)

    def matches(self, query: Sequence[Syllable]) -> list[Match]:
        """Return the longest terms in ``query``, from left to right."""
        found: list[Match] = []
        for start in range(len(query)):
            match = self._longest_at(query, start)
            if match and (not found or match.positions[-1] > found[-1].positions[-1]):
                found.append(match)
        return found

    def _longest_at(self, query: Sequence[Syllable], start: int) -> Match | None:
        for end in range(min(len(query), start + self._longest), start, -1):
            span = query[start:end]
            known = self._terms.get(tuple(syllable.folded for syllable in span), ())
            meanings = tuple(meaning for exact_forms, meaning in known if marks_agree(span, exact_forms))
            if meanings:
                return Match(tuple(range(start, end)), meanings)
        return None

    def partial_matches(self, query: Sequence[Syllable]) -> list[Match]:
        """Return the terms that ``query`` contains in part or in another order."""
        made = (
            Match(partial.positions, self._partial_meanings(query, partial))
            for partial in self._partial_terms.find(query)
        )
        return [match for match in made if match.meanings]

    def _partial_meanings(self, query: Sequence[Syllable], partial: PartialTerm) -> tuple[Meaning, ...]:
        typed = {query[position].folded: query[position] for position in partial.positions}
        return tuple(
            replace(meaning, strength=meaning.strength * PARTIAL_FACTOR * partial.share)
            for exact_forms, meaning in self._terms[partial.term]
            if all(
                typed[folded].marked in (folded, form)
                for folded, form in zip(partial.term, exact_forms, strict=True)
                if folded in typed
            )
        )

    def gapped_matches(self, query: Sequence[Syllable]) -> list[Match]:
        """Return the long terms whose words ``query`` contains in order with a few others in between."""
        found: list[Match] = []
        for start, syllable in enumerate(query):
            for term in self._long_by_first.get(syllable.folded, ()):
                positions = _gapped_positions(query, start, term)
                if positions and positions[-1] - start >= len(term):
                    found += self._gapped(query, positions, term)
        return found

    def _gapped(self, query: Sequence[Syllable], positions: Sequence[int], term: Term) -> Iterable[Match]:
        span = [query[position] for position in positions]
        meanings = tuple(
            replace(meaning, strength=meaning.strength * GAPPED_FACTOR)
            for exact_forms, meaning in self._terms[term]
            if marks_agree(span, exact_forms)
        )
        return [Match(tuple(range(positions[0], positions[-1] + 1)), meanings)] if meanings else []


def _gapped_positions(query: Sequence[Syllable], start: int, term: Sequence[str]) -> list[int]:
    """Return the positions of the syllables of ``term`` from ``start`` on, in order; empty if too far apart."""
    positions: list[int] = []
    wanted = iter(term)
    word = next(wanted, None)
    for position in range(start, min(len(query), start + len(term) + MAX_WORDS_BETWEEN)):
        if query[position].folded == word:
            positions.append(position)
            word = next(wanted, None)
    return positions if word is None else []
