"""From what a person typed to a ``Query``, the form that engines and scorer read."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

from core.text import nfc
from search.language.acts import Act
from search.language.aspects import Aspect
from search.language.levels import find_levels
from search.language.lexicon import CompiledLexicon, Match
from search.language.question import read_intent
from search.language.spelling import correct
from search.language.tokenizer import Syllable, blank_codes, query_codes, syllables
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
#: A title that contains words of less than this share of an expansion's weight gets nothing for it.
MIN_PART: Final = 0.6
# The lightest words that together weigh at most this share of an expansion are too little of it.
MAX_LIGHT_PART: Final = MIN_PART - 0.01
#: A title that contains at least this share of the query's weight answers it better than any text.
MIN_COVERED: Final = 0.5
#: Bonus per word for a candidate whose title contains an expansion as a phrase: as much as an average word.
PHRASE_BONUS: Final = 3.0
# Up to this many significant terms must all occur in a text; of more, all but one.
ALL_REQUIRED: Final = 2
# The greatest strength of expansions that the query contains only in part.
MAX_PARTIAL_STRENGTH: Final = 0.7


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
