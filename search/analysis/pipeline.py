"""From what a person typed to a ``Query``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from search.analysis import offices, spelling
from search.analysis.codes import codes_asked, without_codes
from search.analysis.fillers import is_light, subject_of
from search.analysis.lexicon import CompiledLexicon, Match, Meaning
from search.analysis.query import Expansion, Query, Word
from search.analysis.syllables import Syllable, syllables
from search.analysis.vocabulary import Vocabulary
from search.ranking.statistics import Statistics

# What a word that only holds the sentence together counts, against its own weight.
LIGHT: Final = 0.3


@dataclass(frozen=True, slots=True)
class Language:
    """What is known of the words of a collection: other names, how telling they are, how they are spelled."""

    lexicon: CompiledLexicon = field(default_factory=CompiledLexicon)
    statistics: Statistics = field(default_factory=Statistics)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)


def analyse(text: str, language: Language) -> Query:
    """Return the codes, the telling words and their other names in ``text``, and a correction where one is needed."""
    asked = without_codes(text)
    typed = syllables(asked)
    exact = any(syllable.marked != syllable.folded for syllable in typed)
    plain = [_without_wrong_marks(syllable, language.vocabulary) for syllable in typed]
    office, levels = offices.named_in(typed)
    light = [
        place in office or is_light(syllable, language.vocabulary, exact=exact)
        for place, syllable in enumerate(typed)
    ]
    matches = _matches(plain, light, language.lexicon)
    known = frozenset(position for match in matches for position in match.places)
    subject = subject_of(typed, known)
    place = {position: index for index, position in enumerate(subject)}
    telling = [position for position in subject if not light[position]]
    matches += _near_matches(plain, telling, matches, language.lexicon)
    return Query(
        text=text,
        codes=codes_asked(text),
        words=tuple(_word(plain[p], language, light=light[p], exact=exact) for p in subject),
        expansions=tuple(e for match in matches for e in _expansions(match, place, language)),
        exact=exact,
        levels=levels,
        corrected=spelling.correct(asked, typed, language.vocabulary) if asked == text else "",
    )


def _without_wrong_marks(syllable: Syllable, vocabulary: Vocabulary) -> Syllable:
    """Return ``syllable`` as if typed without marks where nobody writes it with these (``thưc``)."""
    if vocabulary.writes(syllable.marked) or not vocabulary.knows(syllable.folded):
        return syllable
    return replace(syllable, marked=syllable.folded)


def _matches(query: Sequence[Syllable], light: Sequence[bool], lexicon: CompiledLexicon) -> list[Match]:
    """Return the terms in ``query``: word by word, with other words between, and with the light words left out."""
    found = [*lexicon.matches(query), *lexicon.loose_matches(query)]
    heavy = [position for position, is_one in enumerate(light) if not is_one]
    if 0 < len(heavy) < len(query):
        rest = [query[position] for position in heavy]
        found += [
            Match(tuple(range(heavy[match.places[0]], heavy[match.places[-1]] + 1)), match.meanings)
            for match in lexicon.matches(rest)
        ]
    return list(dict.fromkeys(found))


def _near_matches(
    query: Sequence[Syllable], telling: Sequence[int], known: Sequence[Match], lexicon: CompiledLexicon
) -> list[Match]:
    """Return the terms that the ``telling`` words say in part; not where a term that is ``known`` says as much."""
    found = lexicon.near_matches([query[position] for position in telling])
    near = [Match(tuple(telling[place] for place in match.places), match.meanings) for match in found]
    return [match for match in near if not any(set(match.places) <= set(one.places) for one in known)]


def _word(syllable: Syllable, language: Language, *, light: bool = False, exact: bool = False) -> Word:
    weight = language.statistics.weight(syllable.folded) * (LIGHT if light else 1.0)
    as_written = exact and (
        language.vocabulary.writes(syllable.marked) or not language.vocabulary.knows(syllable.folded)
    )
    return Word(syllable.folded, syllable.marked if as_written else "", weight)


def _expansions(match: Match, place: dict[int, int], language: Language) -> list[Expansion]:
    places = tuple(place[position] for position in match.places)
    return [_expansion(places, meaning, language) for meaning in match.meanings]


def _expansion(places: tuple[int, ...], meaning: Meaning, language: Language) -> Expansion:
    words = tuple(_word(syllable, language, exact=True) for syllable in meaning.words)
    return Expansion(places, words, meaning.codes, meaning.strength, meaning.label)
