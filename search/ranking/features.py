"""Features of a candidate: its row, what its title contains of the query, and special cases that nobody asked for.

Special cases (``đăng ký lại``, ``có yếu tố nước ngoài``) lower the score unless the query asks for them. The constants
and names are those of the formula in docs/features/search.md.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from search.analysis import Expansion, Query
from search.language.tokenizer import folded_syllables
from search.language.vocabulary import Word
from search.ranking.rows import Title

# Score of a word found with other diacritics than typed.
FOLDED_ONLY: Final = 0.55
# Score of a word typed without diacritics in a query with diacritics, or with diacritics that nobody writes.
MARKS_UNKNOWN: Final = 0.85
# Score of a word found only in the keywords, the summary or the field.
IN_EXTRA: Final = 0.45
# Factors for an expansion whose words are apart in the title, or there only in part (at least MIN_PART of its weight).
SCATTERED: Final = 0.85
PARTIAL: Final = 0.75
MIN_PART: Final = 0.6
# A word farther than NEARBY from its neighbours in the query most likely belongs to something else.
ISOLATED: Final = 0.7
NEARBY: Final = 2
_NOWHERE: Final[Set[int]] = frozenset()


@dataclass(slots=True)
class TitleMatch:
    """What a title contains of a query.

    For each word of the query: ``scores`` (0..1), and the positions in the title where it ``starts`` and ``ends``.
    ``phrase_inner`` are words followed by the next one inside an expansion that the title contains as a phrase;
    ``curated`` are words that the lexicon leads to a code of the document. ``positions`` maps each matched position
    of the title to its score.
    """

    scores: list[float]
    starts: list[Set[int]]
    ends: list[Set[int]]
    phrase_inner: set[int] = field(default_factory=set)
    curated: set[int] = field(default_factory=set)
    positions: dict[int, float] = field(default_factory=dict)

    def add_position(self, position: int, score: float) -> None:
        """Give ``position`` of the title ``score``, unless it has a higher one."""
        if score > self.positions.get(position, 0.0):
            self.positions[position] = score


class Sought:
    """An expansion with what matching reads of it for every title."""

    __slots__ = ("_parts", "codes", "distinct", "expansion", "positions", "strength", "words")

    def __init__(self, expansion: Expansion) -> None:
        self.words = tuple(word.folded for word in expansion.words)
        self._parts = {frozenset[str](): 0.0}
        self.distinct = frozenset(self.words)
        self.codes = frozenset(expansion.codes)
        self.expansion = expansion
        self.positions, self.strength = expansion.positions, expansion.strength

    def part(self, present: frozenset[str]) -> float:
        """Return the share (0..1) of the words ``present`` in the weight of all; many titles contain the same ones."""
        share = self._parts.get(present)
        if share is None:
            words = self.expansion.words
            weight = sum(word.weight for word in words if word.folded in present)
            share = self._parts[present] = weight / sum(word.weight for word in words)
        return share


class Matcher:
    """Finds the words of one query and their expansions in titles."""

    def __init__(self, query: Query) -> None:
        self.words, self.exact = query.words, query.exact
        self.expansions = [Sought(expansion) for expansion in query.expansions]

    def match(self, title: Title, codes: Set[str], expansions: Sequence[Sought] | None = None) -> TitleMatch:
        """Return what ``title`` contains of the query; ``codes`` are those of its document.

        ``expansions``: those of which it may contain enough, by default all.
        """
        number = len(self.words)
        found = TitleMatch([0.0] * number, [_NOWHERE] * number, [_NOWHERE] * number)
        for index, word in enumerate(self.words):
            found.scores[index] = self._match_word(word, index, title, found)
        _penalise_isolated(found)
        for sought in self.expansions if expansions is None else expansions:
            score = _match_expansion(sought, title, codes, found)
            if score:
                for index in sought.positions:
                    found.scores[index] = max(found.scores[index], score)
        return found

    def _match_word(self, word: Word, index: int, title: Title, found: TitleMatch) -> float:
        positions = title.places(word.folded)
        if not positions:
            return IN_EXTRA if word.folded in title.extra else 0.0
        if self.exact and word.marked:
            marked = title.marked
            positions = tuple(position for position in positions if marked[position] == word.marked)
            if not positions:
                return FOLDED_ONLY
        found.starts[index] = set(positions)
        found.ends[index] = {position + 1 for position in positions}
        for position in positions:
            found.positions[position] = 1.0
        return MARKS_UNKNOWN if self.exact and not word.marked else 1.0


def _penalise_isolated(found: TitleMatch) -> None:
    """Lower the score of words with no neighbour of the query nearby in the title."""
    starts = found.starts
    last = len(starts) - 1
    if not last:
        return
    for index, positions in enumerate(starts):
        if not positions:
            continue
        before = starts[index - 1] if index else _NOWHERE
        after = starts[index + 1] if index < last else _NOWHERE
        if not (_is_near(positions, before) or _is_near(positions, after)):
            found.scores[index] *= ISOLATED


def _is_near(positions: Set[int], others: Set[int]) -> bool:
    """Return True if one of ``positions`` is within ``NEARBY`` of one of ``others``."""
    for one in positions:
        for other in others:
            if -NEARBY <= one - other <= NEARBY:
                return True
    return False


def _match_expansion(sought: Sought, title: Title, codes: Set[str], found: TitleMatch) -> float:
    by_code = not sought.codes.isdisjoint(codes)
    if by_code:
        found.curated.update(sought.positions)
    score = sought.strength if by_code else 0.0
    if not sought.words:
        return score
    present = sought.distinct.intersection(title.words)
    if present:
        part = sought.part(present)
        if part >= MIN_PART:
            return max(score, _match_expansion_words(sought, part, title, found))
    if not by_code and sought.distinct.issubset((*present, *title.extra)):
        return sought.strength * IN_EXTRA
    return score


def _match_expansion_words(sought: Sought, part: float, title: Title, found: TitleMatch) -> float:
    """Return the score of an expansion that the title contains as a phrase, scattered, or for the most part."""
    words = sought.words
    start = title.phrase_at(words)
    if start is not None:
        first, last = sought.positions[0], sought.positions[-1]
        found.starts[first] = found.starts[first] | {start}
        found.ends[last] = found.ends[last] | {start + len(words)}
        found.phrase_inner.update(sought.positions[:-1])
        for position in range(start, start + len(words)):
            found.add_position(position, sought.strength)
        return sought.strength
    present = [word for word in words if word in title.words]
    score = sought.strength * (SCATTERED if len(present) == len(words) else PARTIAL * part)
    for word in present:
        found.add_position(title.words.index(word), score)
    return score


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A phrase that makes a title a special case, and its words by which a query asks for that case.

    An act (``cấp lại``) makes a special case only at the start of a title, where it says what is done.
    """

    words: tuple[str, ...]
    asked_by: frozenset[str]
    is_act: bool = False


def _qualifiers(phrases: str, *, is_act: bool) -> tuple[Qualifier, ...]:
    """Parse comma-separated phrases with the words that ask for them in brackets; without brackets each word does."""
    found = []
    for phrase in phrases.split(","):
        words = tuple(folded_syllables(phrase))
        inside = phrase[phrase.index("[") : phrase.index("]")] if "[" in phrase else phrase
        found.append(Qualifier(words, frozenset(folded_syllables(inside)), is_act))
    return tuple(found)


ACTS: Final = _qualifiers(
    "cấp [lại], cấp [đổi], đăng ký [lại], công bố [lại], xác định [lại], gia hạn, sửa đổi, bổ sung, điều chỉnh,"
    " thay đổi, đính chính, hiệu đính, thu hồi, chấm dứt, hủy bỏ, xóa, tạm ngừng, tạm dừng, dừng, đình chỉ,"
    " chuyển đổi, giải thể, sáp nhập, trả lại, khôi phục, ghi vào sổ",
    is_act=True,
)
CASES: Final = _qualifiers(
    "[kết hợp], lưu động, khu vực [biên giới], yếu tố [nước ngoài], đã có [hồ sơ], định kỳ, trở lại,"
    " cơ quan [đại diện], ở [nước ngoài], [có thời hạn], liên thông",
    is_act=False,
)
QUALIFIERS: Final = (*ACTS, *CASES)
# After one of these, an act is only one of several that the title lists ("Thực hiện, điều chỉnh, …").
_PLAIN_STARTS: Final = tuple(tuple(folded_syllables(text)) for text in ("thực hiện", "xác định"))
# An act must begin among so many words from the start of the title.
_MAX_ACT_POSITION: Final = 3
# Below this an expansion of the query asks for the case nearly as surely as the query itself would.
MIN_CERTAINTY: Final = 0.25


def unasked_qualifiers(query: Query) -> tuple[tuple[Qualifier, float], ...]:
    """Return the special cases that ``query`` does not ask for, each with the certainty (0..1) of that.

    An expansion that contains a word of the case asks for it with the certainty of its strength.
    """
    asked: dict[str, float] = {}
    for expansion in query.expansions:
        for word in expansion.words:
            asked[word.folded] = max(asked.get(word.folded, 0.0), expansion.strength)
    asked |= {word.folded: 1.0 for word in query.words}
    certainty = ((q, 1 - max(asked.get(word, 0.0) for word in q.asked_by)) for q in QUALIFIERS)
    return tuple((qualifier, value) for qualifier, value in certainty if value > MIN_CERTAINTY)


def count_unasked(title: Title, qualifiers: tuple[tuple[Qualifier, float], ...]) -> float:
    """Return the number of ``qualifiers`` in ``title``, each counted by its certainty."""
    special: frozenset[Qualifier] | None = title.known.get("qualifiers")
    if special is None:
        special = frozenset(q for q in QUALIFIERS if q.words[0] in title.words and _applies(title, q))
        title.known["qualifiers"] = special
    return sum(certainty for qualifier, certainty in qualifiers if qualifier in special) if special else 0


def _applies(title: Title, qualifier: Qualifier) -> bool:
    position = title.phrase_at(qualifier.words)
    if position is None or not qualifier.is_act:
        return position is not None
    first_words = title.words[title.start : title.start + 2]
    is_one_of_several = (
        first_words in _PLAIN_STARTS or qualifier.words[0] in title.words[title.start : position]
    )
    return position - title.start < _MAX_ACT_POSITION and not is_one_of_several
