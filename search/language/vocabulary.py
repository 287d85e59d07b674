"""What is known about single words: counts and spellings in titles, stop phrases, light words.

Stop phrases (``tôi muốn``, ``ở đâu``) are dropped from a query. Light words, and words that name a level of government
(``ở xã``, ``UBND tỉnh``, ``Sở Tư pháp``), are hardly ever its subject and count for less.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import count, pairwise
from pathlib import Path
from typing import Final

from core.text import nfc
from search.language.tokenizer import Syllable, exact_form, folded_syllables, syllables

# Every process reads the pairs; rarer ones would make the row too large for what they are worth.
MAX_PAIRS: Final = 40_000
# A light word, or one that names a level of government, counts for this share of its weight.
LIGHT_FACTOR: Final = 0.3


@dataclass(frozen=True, slots=True)
class Word:
    """A syllable to look for: folded, exact (empty if the diacritics do not matter), with its weight."""

    folded: str
    marked: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Spellings:
    """Number of titles that contain each syllable (``trạng``) and each adjacent pair (``tình trạng``), lower case."""

    syllables: Mapping[str, int] = field(default_factory=dict)
    pairs: Mapping[str, int] = field(default_factory=dict)


class _Idf(dict[str, float]):
    """The inverse document frequencies, each computed when it is first asked for.

    A word that no title contains gets a middle weight: it may occur in the body texts, or be a typing error. Such words
    are not cached, since there is no limit to them.
    """

    def __init__(self, documents: int, frequencies: Mapping[str, int]) -> None:
        super().__init__()
        self._documents, self._frequencies = documents, frequencies

    def __missing__(self, word: str) -> float:
        known = self._frequencies.get(word, 0)
        seen = known or max(1.0, self._documents**0.5)
        rest = max(0.0, self._documents - seen)
        found = math.log(1 + (rest + 0.5) / (seen + 0.5)) + 0.1
        if known:
            self[word] = found
        return found


@dataclass(frozen=True, slots=True)
class Statistics:
    """Number of titles of a collection, and of those that contain each folded syllable, and their spellings."""

    documents: int = 0
    frequencies: Mapping[str, int] = field(default_factory=dict)
    spellings: Spellings = field(default_factory=Spellings)
    #: Word → inverse document frequency; about 0.1 if in every title, 6 to 9 if rare.
    idf: Mapping[str, float] = field(init=False, repr=False, compare=False)
    #: A unique number by which others know whether what they computed from the statistics is still valid.
    serial: int = field(default_factory=count().__next__, init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "idf", _Idf(self.documents, self.frequencies))


def count_titles(titles: Iterable[str]) -> Statistics:
    """Return the statistics of ``titles`` as written."""
    frequencies: Counter[str] = Counter()
    spelled: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    documents = 0
    for title in map(nfc, titles):
        documents += 1
        words = syllables(title)
        forms = [_lower(title, word) for word in words]
        frequencies.update(dict.fromkeys((word.folded for word in words), 1))
        spelled.update(dict.fromkeys(forms, 1))
        pairs.update(dict.fromkeys((f"{one} {two}" for one, two in pairwise(forms)), 1))
    return Statistics(
        documents, dict(frequencies), Spellings(dict(spelled), dict(pairs.most_common(MAX_PAIRS)))
    )


def _lower(title: str, word: Syllable) -> str:
    return title[word.start : word.end].lower()


@lru_cache(maxsize=20_000)
def _folded_and_spelled(phrase: str) -> tuple[tuple[str, str], ...]:
    """Return the words of a phrase; the phrases of the lexicon stay the same while the titles change."""
    normal = nfc(phrase.lower())
    return tuple((word.folded, normal[word.start : word.end]) for word in syllables(normal))


class Vocabulary:
    """Known syllables and adjacent pairs: those of titles and those of ``phrases``, which count as if in no title."""

    def __init__(self, spellings: Spellings | None = None, phrases: Iterable[str] = ()) -> None:
        seen = spellings or Spellings()
        self._forms: dict[str, dict[str, int]] = defaultdict(dict)
        known = cache(lambda spelled: tuple(folded_syllables(spelled)))
        for spelled, number in seen.syllables.items():
            for folded in known(spelled):
                self._forms[folded][spelled] = number
        self._pairs: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
        for pair, number in seen.pairs.items():
            one, _space, other = pair.partition(" ")
            self._pairs[known(one) + known(other)][pair] = number
        for phrase in phrases:
            self._add(phrase)
        self._exact_forms = frozenset(
            exact_form(spelled) for forms in self._forms.values() for spelled in forms
        )

    def _add(self, phrase: str) -> None:
        words = _folded_and_spelled(phrase)
        for folded, spelled in words:
            self._forms[folded].setdefault(spelled, 0)
        for (one, spelled_one), (other, spelled_other) in pairwise(words):
            self._pairs[one, other].setdefault(f"{spelled_one} {spelled_other}", 0)

    def knows(self, folded: str) -> bool:
        """Return True if any title or phrase contains ``folded`` with any diacritics."""
        return folded in self._forms

    def knows_exactly(self, marked: str) -> bool:
        """Return True if any title or phrase contains this exact form."""
        return marked in self._exact_forms

    def known_among(self, words: Iterable[str]) -> Set[str]:
        """Return those of the folded ``words`` that any title or phrase contains."""
        return self._forms.keys() & set(words)

    def without_unknown_marks(self, syllables: Iterable[Syllable]) -> list[Syllable]:
        """Return ``syllables``, those never written with these diacritics as if typed without any (``thưc``)."""
        return [
            syllable
            if self.knows_exactly(syllable.marked) or not self.knows(syllable.folded)
            else replace(syllable, marked=syllable.folded)
            for syllable in syllables
        ]

    def share(self, folded: str, marked: Iterable[str]) -> float:
        """Return the share (0..1) of the uses of ``folded`` written as one of ``marked``; 1 if it is never used."""
        forms = self._forms.get(folded, {})
        total = sum(forms.values())
        wanted = set(marked)
        return (
            sum(n for spelled, n in forms.items() if exact_form(spelled) in wanted) / total if total else 1.0
        )

    def frequency(self, folded: str) -> int:
        """Return how often titles contain ``folded``, in any spelling."""
        return sum(self._forms.get(folded, {}).values())

    def are_adjacent(self, first: str, second: str) -> bool:
        """Return True if any title or phrase contains the two folded syllables side by side."""
        return (first, second) in self._pairs

    def usual_spelling(self, folded: str, before: str = "") -> str:
        """Return the most frequent spelling of ``folded``, after ``before`` where the two occur together."""
        pairs = self._pairs.get((before, folded))
        if pairs:
            return max(pairs, key=lambda pair: pairs[pair]).rsplit(" ", 1)[-1]
        forms = self._forms.get(folded)
        return max(forms, key=lambda form: forms[form]) if forms else folded


def weigh(
    syllables: Sequence[Syllable],
    statistics: Statistics,
    vocabulary: Vocabulary,
    *,
    factors: Sequence[float] = (),
    exact: bool = False,
) -> tuple[Word, ...]:
    """Return ``syllables`` as words to look for, with their weights, each multiplied by its entry in ``factors``.

    If ``exact``, diacritics matter, except those that are never written on a known syllable.
    """
    words = []
    for syllable, factor in zip(syllables, factors or [1.0] * len(syllables), strict=True):
        as_written = exact and (
            vocabulary.knows_exactly(syllable.marked) or not vocabulary.knows(syllable.folded)
        )
        weight = statistics.idf[syllable.folded] * factor
        words.append(Word(syllable.folded, syllable.marked if as_written else "", weight))
    return tuple(words)


# Stop phrases and light words

_DATA: Final = Path(__file__).resolve().parents[1] / "data"
STOPWORDS_FILE: Final = _DATA / "stopwords.txt"
LIGHT_WORDS_FILE: Final = _DATA / "light_words.txt"
# A syllable typed without diacritics is light if at least this share of its uses in titles is a light word.
MIN_LIGHT_SHARE: Final = 0.8


def _data_lines(file: Path) -> list[str]:
    lines = (line.split("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


@cache
def stop_phrases() -> frozenset[tuple[str, ...]]:
    """Return the shipped stop phrases as exact forms; ``#`` starts a comment in the file."""
    return frozenset(tuple(map(exact_form, line.split())) for line in _data_lines(STOPWORDS_FILE))


@cache
def _folded_stop_phrases() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(folded_syllables(" ".join(phrase))) for phrase in stop_phrases())


@cache
def light_words() -> dict[str, tuple[str, ...]]:
    """Return the exact forms of the light words by their folded form."""
    words: dict[str, tuple[str, ...]] = {}
    for line in _data_lines(LIGHT_WORDS_FILE):
        (folded,) = folded_syllables(line)
        words[folded] = (*words.get(folded, ()), exact_form(line))
    return words


@cache
def shipped_phrases() -> tuple[str, ...]:
    """Return the lines of both files: words that count as known even if no title contains them."""
    return (*_data_lines(STOPWORDS_FILE), *_data_lines(LIGHT_WORDS_FILE))


def is_light(syllable: Syllable, vocabulary: Vocabulary, *, exact: bool) -> bool:
    """Return True for a light word or a number unknown to titles; ``exact``: the query has diacritics."""
    forms = light_words().get(syllable.folded, ())
    if not forms:
        return syllable.folded.isdigit() and not vocabulary.knows(syllable.folded)
    if exact and syllable.marked != syllable.folded:
        return syllable.marked in forms
    return vocabulary.share(syllable.folded, forms) >= MIN_LIGHT_SHARE


def light_positions(query: Sequence[Syllable], vocabulary: Vocabulary, *, exact: bool) -> frozenset[int]:
    """Return the positions of the light words in ``query``."""
    return frozenset(
        position for position, syllable in enumerate(query) if is_light(syllable, vocabulary, exact=exact)
    )


def content_positions(query: Sequence[Syllable], protected: frozenset[int]) -> list[int]:
    """Return the positions of ``query`` outside stop phrases; all of them if nothing else would remain.

    ``protected`` are positions of lexicon terms: stop phrases inside a term belong to it. In a query with diacritics
    a stop phrase must be written as in the file (``có`` is one, ``cỏ`` is not).
    """
    exact = any(syllable.marked != syllable.folded for syllable in query)
    forms = [syllable.marked if exact else syllable.folded for syllable in query]
    phrases = stop_phrases() if exact else _folded_stop_phrases()
    longest = max(map(len, phrases), default=0)
    dropped: set[int] = set()
    for start in range(len(forms)):
        for end in range(min(len(forms), start + longest), start, -1):
            span = set(range(start, end))
            if tuple(forms[start:end]) in phrases and not span & protected:
                dropped |= span
                break
    rest = [position for position in range(len(forms)) if position not in dropped]
    return rest or list(range(len(forms)))


def without_stop_phrases(text: str | Sequence[Syllable]) -> list[Syllable]:
    """Return the syllables without stop phrases; all of them if nothing else is left."""
    all_of_them = syllables(text) if isinstance(text, str) else list(text)
    kept = [all_of_them[position] for position in content_positions(all_of_them, frozenset())]
    return kept or all_of_them
