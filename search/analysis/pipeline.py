"""From what a person typed to a ``Query``."""

from __future__ import annotations

from search.analysis.codes import codes_in, without_codes
from search.analysis.fillers import subject_of
from search.analysis.lexicon import CompiledLexicon, Match, Meaning
from search.analysis.query import Expansion, Query, Word
from search.analysis.syllables import Syllable, syllables
from search.ranking.statistics import Statistics


def analyse(text: str, *, lexicon: CompiledLexicon, statistics: Statistics) -> Query:
    """Return the codes, the telling words and their other names in ``text``."""
    typed = syllables(without_codes(text))
    matches = lexicon.matches(typed)
    known = frozenset(position for match in matches for position in range(match.start, match.end))
    subject = subject_of(typed, known)
    place = {position: index for index, position in enumerate(subject)}
    return Query(
        text=text,
        codes=codes_in(text),
        words=tuple(_word(typed[position], statistics) for position in subject),
        expansions=tuple(e for match in matches for e in _expansions(match, place, statistics)),
        exact=any(syllable.marked != syllable.folded for syllable in typed),
    )


def _word(syllable: Syllable, statistics: Statistics) -> Word:
    return Word(syllable.folded, syllable.marked, statistics.weight(syllable.folded))


def _expansions(match: Match, place: dict[int, int], statistics: Statistics) -> list[Expansion]:
    start, end = place[match.start], place[match.end - 1] + 1
    return [_expansion(start, end, meaning, statistics) for meaning in match.meanings]


def _expansion(start: int, end: int, meaning: Meaning, statistics: Statistics) -> Expansion:
    words = tuple(_word(syllable, statistics) for syllable in meaning.words)
    return Expansion(start, end, words, meaning.codes, meaning.strength, meaning.label)
