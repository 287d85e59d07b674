"""From what a person typed to a ``Query``, the form that engines and scorer read.

Spelling correction changes only syllables unknown to titles and lexicon: typing errors, joined syllables, keys of an
input method. It needs evidence: the correction is adjacent to its neighbour in some title, or long enough to rule out
chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from itertools import combinations
from string import ascii_lowercase
from typing import Final

from core.text import fold, nfc
from search.language.intent import Act, Aspect, read_intent
from search.language.levels import find_levels
from search.language.lexicon import CompiledLexicon, Match
from search.language.tokenizer import Syllable, blank_codes, fold_spelling, query_codes, syllables
from search.language.vocabulary import (
    LIGHT_FACTOR,
    Statistics,
    Vocabulary,
    Word,
    content_positions,
    light_positions,
    weigh,
)

MAX_SIGNIFICANT_TERMS: Final = 4
# A document that contains only words with this share of a query's weight answers it too poorly to be shown.
MAX_LIGHT_SHARE: Final = 0.25
# One that contains words of less than this share of an expansion's weight gets nothing for it (``features.MIN_PART``).
MAX_LIGHT_PART: Final = 0.59
# Up to this many significant terms must all occur in a text; of more, all but one.
ALL_REQUIRED: Final = 2
# The greatest strength of expansions that the query contains only in part.
MAX_PARTIAL_STRENGTH: Final = 0.7
# Corrections: shorter words are as likely abbreviations as errors; longer ones are not words at all.
MIN_CORRECTED_LENGTH: Final = 2
MAX_CORRECTED_LENGTH: Final = 40
MAX_SYLLABLE_LENGTH: Final = 7
# A word this long needs no known neighbour as evidence.
SELF_EVIDENT_LENGTH: Final = 6
MAX_UNKNOWN_WORDS: Final = 6
#: Costs of readings; adjacent syllables known from titles earn ``ADJACENT_BONUS``.
INPUT_METHOD_COST: Final = 0.2
EDIT_COST: Final = 1.0
SPLIT_COST: Final = 0.3
UNCHANGED_COST: Final = 4.0
ADJACENT_BONUS: Final = 1.2

# What input methods leave behind when they are switched off: letters of Telex, digits of VNI.
_TELEX_TONE: Final = re.compile(r"(?<=[aeiouyw])([a-z]*?)[sfrxj](?=[a-z]*$)")
_TELEX_VOWEL: Final = re.compile(r"([aou])w|w")
_TELEX_DOUBLED: Final = re.compile(r"([aeod])\1")
_VNI: Final = re.compile(r"(?<=[a-z])[1-9]+")


@dataclass(frozen=True, slots=True)
class Expansion:
    """Other words, or codes, that the lexicon offers for the query words at ``positions`` (ascending).

    ``strength`` (0..1) is how much a match counts, compared with the query's own words.
    """

    positions: tuple[int, ...]
    words: tuple[Word, ...]
    codes: tuple[str, ...] = ()
    strength: float = 0.9
    label: str = ""

    @property
    def is_literal(self) -> bool:
        """True if the query contains the term itself, not only a part: in that case it is highlighted and announced."""
        return self.strength > MAX_PARTIAL_STRENGTH


@dataclass(frozen=True, slots=True)
class Query:
    """An analysed query: codes, words in order without stop phrases, and expansions of the words.

    ``exact``: it was typed with diacritics. ``levels`` are the levels of government that it names. ``corrected`` is
    the whole text with corrected spelling, empty if there is nothing to correct.
    """

    text: str
    codes: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    exact: bool = False
    corrected: str = ""
    levels: frozenset[str] = frozenset()
    acts: frozenset[Act] = frozenset()
    aspects: tuple[Aspect, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True if there is neither a code nor a word to look for."""
        return not (self.codes or self.words)

    @property
    def literal_expansions(self) -> list[Expansion]:
        """The expansions of terms that the query contains literally (``Expansion.is_literal``)."""
        return [expansion for expansion in self.expansions if expansion.is_literal]

    @property
    def all_codes(self) -> tuple[str, ...]:
        """The codes in the query, then those of its expansions."""
        return tuple(dict.fromkeys([*self.codes, *(code for e in self.expansions for code in e.codes)]))

    @property
    def candidate_terms(self) -> dict[str, float]:
        """The folded syllables of words and expansions, any of which makes a document a candidate, with weights."""
        weights = {word.folded: word.weight for expansion in self.expansions for word in expansion.words}
        return weights | {word.folded: word.weight for word in self.words}

    @property
    def deciding_terms(self) -> dict[str, float]:
        """Those of ``candidate_terms`` without which a document contains too little of the query or an expansion."""
        kept = _heaviest(self.words, MAX_LIGHT_SHARE)
        for expansion in self.expansions:
            kept = _heaviest(expansion.words, MAX_LIGHT_PART) | kept
        return kept

    @property
    def phrases(self) -> tuple[tuple[str, ...], ...]:
        """The expansions of two syllables or more, folded."""
        found = (tuple(word.folded for word in expansion.words) for expansion in self.expansions)
        return tuple(dict.fromkeys(phrase for phrase in found if len(phrase) > 1))

    def significant_terms(self, limit: int = MAX_SIGNIFICANT_TERMS) -> tuple[str, ...]:
        """Return the ``limit`` words of greatest weight, folded: a text without them is not about the query."""
        rarest = sorted(self.words, key=lambda word: -word.weight)[:limit]
        return tuple(dict.fromkeys(word.folded for word in rarest))

    def required_term_sets(self) -> tuple[tuple[str, ...], ...]:
        """Return sets of terms of which a text must contain one completely: all but one of the significant terms."""
        terms = self.significant_terms()
        if len(terms) <= ALL_REQUIRED:
            return (terms,) if terms else ()
        return tuple(combinations(terms, len(terms) - 1))


def _heaviest(words: Sequence[Word], light_share: float) -> dict[str, float]:
    """Return ``words`` with their weights, except the lightest ones, which together have at most ``light_share``."""
    weights = {word.folded: word.weight for word in words}
    rest = light_share * sum(weights.values())
    for word in sorted(weights, key=lambda word: weights[word]):
        rest -= weights[word]
        if rest < 0:
            break
        del weights[word]
    return weights


@dataclass(frozen=True, slots=True)
class QueryResources:
    """What the analysis of a query needs to know about a collection."""

    lexicon: CompiledLexicon = field(default_factory=CompiledLexicon)
    statistics: Statistics = field(default_factory=Statistics)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)


def analyse(text: str, resources: QueryResources) -> Query:
    """Return the query in ``text``: its codes, its words with weights, their expansions, and a correction."""
    asked = blank_codes(text)
    typed = syllables(asked)
    exact = any(syllable.marked != syllable.folded for syllable in typed)
    normalised = resources.vocabulary.without_unknown_marks(typed)
    level_positions, levels = find_levels(typed)
    light = level_positions | light_positions(typed, resources.vocabulary, exact=exact)
    matches = _matches(normalised, light, resources.lexicon)
    in_terms = frozenset(position for match in matches for position in match.positions)
    content = content_positions(typed, in_terms)
    word_position = {position: index for index, position in enumerate(content)}
    heavy = [position for position in content if position not in light]
    matches += _partial_matches(normalised, heavy, matches, resources.lexicon)
    intent = read_intent(nfc(asked), typed)
    words = weigh(
        [normalised[position] for position in content],
        resources.statistics,
        resources.vocabulary,
        factors=[intent.factors[n] * (LIGHT_FACTOR if n in light else 1.0) for n in content],
        exact=exact,
    )
    return Query(
        text=text,
        codes=query_codes(text),
        words=words,
        expansions=_expansions(matches, word_position, resources),
        exact=exact,
        levels=levels,
        acts=intent.acts,
        aspects=intent.aspects,
        corrected=correct(asked, typed, resources.vocabulary) if asked == text else "",
    )


def _matches(query: Sequence[Syllable], light: Set[int], lexicon: CompiledLexicon) -> list[Match]:
    """Return the terms in ``query``: adjacent words, with gaps, and with the light words left out."""
    found = [*lexicon.matches(query), *lexicon.gapped_matches(query)]
    heavy = [position for position in range(len(query)) if position not in light]
    if 0 < len(heavy) < len(query):
        rest = [query[position] for position in heavy]
        found += [
            Match(tuple(range(heavy[match.positions[0]], heavy[match.positions[-1]] + 1)), match.meanings)
            for match in lexicon.matches(rest)
        ]
    return list(dict.fromkeys(found))


def _partial_matches(
    query: Sequence[Syllable], heavy: Sequence[int], known: Sequence[Match], lexicon: CompiledLexicon
) -> list[Match]:
    """Return the terms partly contained in the ``heavy`` words, unless one of ``known`` covers the same words."""
    found = lexicon.partial_matches([query[position] for position in heavy])
    partial = [Match(tuple(heavy[place] for place in match.positions), match.meanings) for match in found]
    return [
        match for match in partial if not any(set(match.positions) <= set(one.positions) for one in known)
    ]


def _expansions(
    matches: Sequence[Match], word_position: dict[int, int], resources: QueryResources
) -> tuple[Expansion, ...]:
    meanings = [(match.positions, meaning) for match in matches for meaning in match.meanings]
    different = list(dict.fromkeys(syllable for _, meaning in meanings for syllable in meaning.words))
    words = dict(
        zip(different, weigh(different, resources.statistics, resources.vocabulary, exact=True), strict=True)
    )
    return tuple(
        Expansion(
            tuple(word_position[position] for position in positions),
            tuple(words[syllable] for syllable in meaning.words),
            meaning.codes,
            meaning.strength,
            meaning.label,
        )
        for positions, meaning in meanings
    )


# Spelling


def without_telex(word: str) -> str:
    """Return the folded syllable that Telex keys spell, or ``word`` itself if it has none.

    >>> without_telex("ddawng"), without_telex("hoonf"), without_telex("nhaf")
    ('dang', 'hon', 'nha')
    """
    plain = _TELEX_DOUBLED.sub(r"\1", word)
    plain = _TELEX_VOWEL.sub(lambda found: found.group(1) or "u", plain)
    return _TELEX_TONE.sub(r"\1", plain, count=1)


def without_vni(word: str) -> str:
    """Return the folded syllable without the digits that VNI types for diacritics.

    >>> without_vni("chuye63n")
    'chuyen'
    """
    return _VNI.sub("", word) if word[:1].isalpha() else word


@dataclass(frozen=True, slots=True)
class Reading:
    """One or more syllables that a typed word may mean, and the cost of assuming so."""

    words: tuple[str, ...]
    cost: float


def correct(text: str, typed: Sequence[Syllable], vocabulary: Vocabulary) -> str:
    """Return ``text`` with its unknown words corrected; empty if there is nothing to correct."""
    unknown = _unknown_positions(typed, vocabulary)
    if not unknown or len(unknown) > MAX_UNKNOWN_WORDS:
        return ""
    chosen = _cheapest_readings(typed, set(unknown), vocabulary)
    changed = {
        position: chosen[position].words
        for position in unknown
        if chosen[position].words != (typed[position].folded,)
        and _is_plausible(position, chosen, typed, vocabulary)
    }
    return _replaced(nfc(text), typed, changed, vocabulary) if changed else ""


def _unknown_positions(typed: Sequence[Syllable], vocabulary: Vocabulary) -> list[int]:
    known = vocabulary.known_among(word.folded for word in typed)
    return [
        position
        for position, word in enumerate(typed)
        if word.folded not in known
        and MIN_CORRECTED_LENGTH <= len(word.folded) <= MAX_CORRECTED_LENGTH
        and not word.folded.isdigit()
    ]


def readings(word: str, vocabulary: Vocabulary) -> list[Reading]:
    """Return what ``word`` may mean; all readings consist of known syllables."""
    plain = dict.fromkeys([fold_spelling(without_telex(word)), fold_spelling(without_vni(word))])
    found: dict[tuple[str, ...], float] = {
        (syllable,): INPUT_METHOD_COST for syllable in plain if vocabulary.knows(syllable)
    }
    for edited in _edits(word):
        if vocabulary.knows(edited):
            found.setdefault((edited,), EDIT_COST)
    parts = _split(word, vocabulary)
    if parts:
        found.setdefault(parts, SPLIT_COST * len(parts))
    return [Reading(words, cost) for words, cost in found.items()]


def _edits(word: str) -> Iterator[str]:
    """Yield the words at a distance of one missing, wrong, surplus or swapped letter from ``word``."""
    for position in range(len(word) + 1):
        before, after = word[:position], word[position:]
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in ascii_lowercase)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        yield from (before + letter + after for letter in ascii_lowercase)


def _split(word: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the known syllables that are joined in ``word``, in the split with most adjacent pairs of titles."""
    splits: dict[int, tuple[float, tuple[str, ...]]] = {0: (0.0, ())}
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - MAX_SYLLABLE_LENGTH), end):
            part = fold_spelling(word[start:end])
            if start not in splits or len(part) < MIN_CORRECTED_LENGTH or not vocabulary.knows(part):
                continue
            score, parts = splits[start]
            adjacent = bool(parts) and vocabulary.are_adjacent(parts[-1], part)
            score += ADJACENT_BONUS * adjacent - SPLIT_COST
            if end not in splits or score > splits[end][0]:
                splits[end] = (score, (*parts, part))
    score, parts = splits.get(len(word), (0.0, ()))
    return parts if len(parts) > 1 and score > 0 else ()


def _cheapest_readings(typed: Sequence[Syllable], unknown: set[int], vocabulary: Vocabulary) -> list[Reading]:
    """Return one reading for each typed word, the sequence that costs least in total."""
    paths: dict[Reading, tuple[float, list[Reading]]] = {Reading((), 0.0): (0.0, [])}
    for position, word in enumerate(typed):
        options = [Reading((word.folded,), UNCHANGED_COST if position in unknown else 0.0)]
        options += readings(word.folded, vocabulary) if position in unknown else []
        paths = {option: _cheapest_path(paths, option, vocabulary) for option in options}
    return min(paths.values(), key=lambda path: path[0])[1]


def _cheapest_path(
    paths: dict[Reading, tuple[float, list[Reading]]], option: Reading, vocabulary: Vocabulary
) -> tuple[float, list[Reading]]:
    def cost(before: Reading) -> float:
        adjacent = bool(before.words) and vocabulary.are_adjacent(before.words[-1], option.words[0])
        return paths[before][0] - ADJACENT_BONUS * adjacent

    best = min(paths, key=cost)
    # Of otherwise equal readings the more frequent syllable wins.
    likelihood = min(1.0, vocabulary.frequency(option.words[0]) / 1000)
    return cost(best) + option.cost - 0.1 * likelihood, [*paths[best][1], option]


def _is_plausible(
    position: int, chosen: Sequence[Reading], typed: Sequence[Syllable], vocabulary: Vocabulary
) -> bool:
    words = chosen[position].words
    if len(words) > 1 or len(typed[position].folded) >= SELF_EVIDENT_LENGTH:
        return True
    before = position > 0 and vocabulary.are_adjacent(chosen[position - 1].words[-1], words[0])
    after = position + 1 < len(chosen) and vocabulary.are_adjacent(words[-1], chosen[position + 1].words[0])
    return before or after


def _replaced(
    text: str, typed: Sequence[Syllable], changed: dict[int, tuple[str, ...]], vocabulary: Vocabulary
) -> str:
    """Return ``text`` with the corrections, which get diacritics only if the person typed any."""
    marks = any(word.marked != word.folded for word in typed)
    out, done = [], 0
    for position, words in changed.items():
        before = typed[position - 1].folded if position else ""
        spelled = " ".join(_spellings(words, before, vocabulary, marks=marks))
        out += [text[done : typed[position].start], spelled]
        done = typed[position].end
    return "".join([*out, text[done:]])


def _spellings(words: Sequence[str], before: str, vocabulary: Vocabulary, *, marks: bool) -> list[str]:
    spelled = [
        vocabulary.usual_spelling(word, left) for left, word in zip([before, *words], words, strict=False)
    ]
    return spelled if marks else [fold(word) for word in spelled]
