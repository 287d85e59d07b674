"""The lexicon compiled for matching: terms as sequences of syllables, and the meanings they lead to.

A term is found exactly, with a few words between its own (*gapped*), or in part or in another order (*partial*):
``mua ghe tỉnh khác`` is part of ``mua ghe từ tỉnh khác sang tên``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log
from sys import intern
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
    """One row of the lexicon. ``equal``: each term may replace any other; otherwise terms lead to the official ones."""

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
    """An inverted index of the terms of two syllables or more, by their pairs of adjacent syllables.

    One shared syllable proves nothing: two adjacent ones are required, and more than half of the term's weight.
    Syllables that many terms share weigh little.
    """

    def __init__(self, terms: Iterable[Term]) -> None:
        self._terms = [term for term in terms if len(term) > 1]
        self._with: dict[str, list[int]] = defaultdict(list)
        uses: Counter[str] = Counter()
        for number, term in enumerate(self._terms):
            uses.update(dict.fromkeys(term, 1))
            for pair in dict.fromkeys(map(" ".join, pairwise(term))):
                self._with[pair].append(number)
        self._weight = {word: log(1 + len(self._terms) / number) for word, number in uses.items()}
        self._total = [sum(self._weight[word] for word in dict.fromkeys(term)) for term in self._terms]

    def find(self, query: Sequence[Syllable]) -> list[PartialTerm]:
        """Return at most ``MAX_PARTIAL_TERMS`` terms, the largest share first."""
        positions = {syllable.folded: position for position, syllable in reversed(list(enumerate(query)))}
        words = sorted(positions, key=lambda word: positions[word])
        adjacent = [(a, b) for a, b in pairwise(words) if positions[b] - positions[a] == 1]
        numbers = dict.fromkeys(
            number
            for one, other in adjacent
            for pair in (f"{one} {other}", f"{other} {one}")
            for number in self._with.get(pair, ())
        )
        found = (self._partial(number, positions) for number in numbers)
        kept = [
            partial for partial in found if len(partial.positions) > 1 and partial.share >= MIN_PARTIAL_SHARE
        ]
        return sorted(kept, key=lambda partial: (-partial.share, partial.term))[:MAX_PARTIAL_TERMS]

    def _partial(self, number: int, positions: Mapping[str, int]) -> PartialTerm:
        term = self._terms[number]
        words = [word for word in dict.fromkeys(term) if word in positions]
        share = sum(self._weight[word] for word in words) / self._total[number]
        return PartialTerm(term, tuple(sorted(positions[word] for word in words)), share)


class _Meanings:
    """Makes the meanings of the terms of a group.

    Terms with the same meaning share them, and equal words are the same object.
    """

    def __init__(self, group: SynonymGroup, word: Callable[[Syllable], Syllable]) -> None:
        self.group = group
        strengths = dict.fromkeys(group.terms if group.equal else (), SYNONYM_STRENGTH)
        labels = [(label, OFFICIAL_STRENGTH) for label in group.official]
        labels += [(label, strength) for label, strength in strengths.items()]
        self._all = [
            Meaning(tuple(word(syllable) for syllable in syllables(label)), label, group.codes, strength)
            for label, strength in labels
        ]
        self._codes = [Meaning((), "", group.codes, OFFICIAL_STRENGTH)] if group.codes else []
        self._everyday = (*self._all, *self._codes)

    def of(self, term: str) -> tuple[Meaning, ...]:
        """Return what ``term`` leads to: every other label, and the codes if it is not an official term."""
        is_official = term in self.group.official
        if not is_official and not self.group.equal:
            return self._everyday
        others = (meaning for meaning in self._all if meaning.label != term)
        return (*others, *(() if is_official else self._codes))


class CompiledLexicon:
    """Finds terms in queries. Terms may overlap; a shorter one inside a longer one is left out."""

    def __init__(self, groups: Iterable[SynonymGroup] = ()) -> None:
        self._terms: dict[Term, list[tuple[Term, tuple[Meaning, ...]]]] = defaultdict(list)
        known: dict[tuple[str, str], Syllable] = {}
        phrases: set[str] = set()

        def word(syllable: Syllable) -> Syllable:
            plain = Syllable(syllable.folded, syllable.marked, 0, 0)
            return known.setdefault((syllable.folded, syllable.marked), plain)

        for group in groups:
            meanings = _Meanings(group, word)
            for term in group.terms + (group.official if group.equal else ()):
                self._add(syllables(term), meanings.of(term))
            phrases.update(group.terms, group.official)
        self.phrases = frozenset(phrases)
        self._longest: dict[str, int] = {}
        for folded in self._terms:
            self._longest[folded[0]] = max(self._longest.get(folded[0], 0), len(folded))
        self._partial_terms = PartialTermIndex(self._terms)
        self._long_by_start: dict[tuple[str, str], list[Term]] = defaultdict(list)
        for folded in self._terms:
            if len(folded) >= MIN_GAPPED_LENGTH:
                self._long_by_start[folded[0], folded[1]].append(folded)

    def _add(self, term: list[Syllable], meanings: tuple[Meaning, ...]) -> None:
        exact_forms = tuple(intern(syllable.marked) for syllable in term)
        folded = tuple(intern(syllable.folded) for syllable in term)
        if folded and meanings:
            self._terms[folded].append((exact_forms, meanings))

    def matches(self, query: Sequence[Syllable]) -> list[Match]:
        """Return the longest terms in ``query``, from left to right."""
        found: list[Match] = []
        for start in range(len(query)):
            match = self._longest_at(query, start)
            if match and (not found or match.positions[-1] > found[-1].positions[-1]):
                found.append(match)
        return found

    def _longest_at(self, query: Sequence[Syllable], start: int) -> Match | None:
        longest = self._longest.get(query[start].folded, 0)
        for end in range(min(len(query), start + longest), start, -1):
            span = query[start:end]
            known = self._terms.get(tuple(syllable.folded for syllable in span), ())
            meanings = tuple(m for exact_forms, some in known if marks_agree(span, exact_forms) for m in some)
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
            for exact_forms, meanings in self._terms[partial.term]
            if all(
                typed[folded].marked in (folded, form)
                for folded, form in zip(partial.term, exact_forms, strict=True)
                if folded in typed
            )
            for meaning in meanings
        )

    def gapped_matches(self, query: Sequence[Syllable]) -> list[Match]:
        """Return the long terms whose words ``query`` contains in order with a few others in between."""
        found: list[Match] = []
        for start, first in enumerate(query):
            second = dict.fromkeys(one.folded for one in query[start + 1 : start + 2 + MAX_WORDS_BETWEEN])
            starting = (term for word in second for term in self._long_by_start.get((first.folded, word), ()))
            for term in starting:
                positions = _gapped_positions(query, start, term)
                if positions and positions[-1] - start >= len(term):
                    found += self._gapped(query, positions, term)
        return found

    def _gapped(self, query: Sequence[Syllable], positions: Sequence[int], term: Term) -> Iterable[Match]:
        span = [query[position] for position in positions]
        meanings = tuple(
            replace(meaning, strength=meaning.strength * GAPPED_FACTOR)
            for exact_forms, some in self._terms[term]
            if marks_agree(span, exact_forms)
            for meaning in some
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
