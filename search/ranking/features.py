"""Features of a candidate: its row, what its title contains of the query, and special cases that nobody asked for.

Special cases (``đăng ký lại``, ``có yếu tố nước ngoài``) lower the score unless the query asks for them. The constants
and names are those of the formula in docs/features/search.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from search.analysis import Expansion, Query
from search.language.tokenizer import folded_syllables
from search.language.vocabulary import Word

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

_OPENING: Final = tuple(folded_syllables("thủ tục"))


@dataclass(slots=True)
class Row:
    """The columns of an ``IndexedDocument`` that scoring and counting read, with the engine's text score."""

    pk: int
    key: str
    kind: str
    ref: str
    title_words: str
    title_marked: str
    extra_words: str
    codes: list[str]
    weight: float
    facets: dict[str, list[str]]
    facet_labels: dict[str, str]
    scopes: list[str]
    changed_at: datetime
    text_score: float = 0.0

    def values(self, facet: str) -> Sequence[str]:
        """Return the values of one facet; ``kind`` is a facet too."""
        return (self.kind,) if facet == "kind" else self.facets.get(facet, ())


class Title:
    """The words of a row's title with their positions, and the words of its keywords and summary (``extra``)."""

    def __init__(self, row: Row) -> None:
        self.words = row.title_words.split()
        self.marked = row.title_marked.split()
        self.extra = frozenset(row.extra_words.split())
        self.positions: dict[str, list[int]] = {}
        for position, word in enumerate(self.words):
            self.positions.setdefault(word, []).append(position)
        #: Where the title starts after an uninformative ``Thủ tục``.
        self.start = len(_OPENING) if tuple(self.words[: len(_OPENING)]) == _OPENING else 0

    def phrase_at(self, words: Sequence[str]) -> int | None:
        """Return the first position where ``words`` are adjacent, or None."""
        for position in self.positions.get(words[0], ()):
            if self.words[position : position + len(words)] == list(words):
                return position
        return None


@dataclass(slots=True)
class TitleMatch:
    """What a title contains of a query.

    For each word of the query: ``scores`` (0..1), and the positions in the title where it ``starts`` and ``ends``.
    ``phrase_inner`` are words followed by the next one inside an expansion that the title contains as a phrase;
    ``curated`` are words that the lexicon leads to a code of the document. ``positions`` maps each matched position
    of the title to its score.
    """

    scores: list[float]
    starts: list[set[int]]
    ends: list[set[int]]
    phrase_inner: set[int] = field(default_factory=set)
    curated: set[int] = field(default_factory=set)
    positions: dict[int, float] = field(default_factory=dict)

    def add_position(self, position: int, score: float) -> None:
        """Give ``position`` of the title ``score``, unless it has a higher one."""
        self.positions[position] = max(self.positions.get(position, 0.0), score)


def match_title(query: Query, title: Title, codes: set[str]) -> TitleMatch:
    """Find the words of ``query`` and their expansions in ``title``; ``codes`` are those of its document."""
    number = len(query.words)
    found = TitleMatch([0.0] * number, [set() for _ in query.words], [set() for _ in query.words])
    for index, word in enumerate(query.words):
        found.scores[index] = _match_word(word, index, title, found, exact=query.exact)
    _penalise_isolated(query, found)
    for expansion in query.expansions:
        score = _match_expansion(expansion, title, codes, found)
        for index in expansion.positions:
            found.scores[index] = max(found.scores[index], score)
    return found


def _match_word(word: Word, index: int, title: Title, found: TitleMatch, *, exact: bool) -> float:
    positions = title.positions.get(word.folded)
    if not positions:
        return IN_EXTRA if word.folded in title.extra else 0.0
    if exact and word.marked:
        positions = [position for position in positions if title.marked[position] == word.marked]
        if not positions:
            return FOLDED_ONLY
    found.starts[index].update(positions)
    found.ends[index].update(position + 1 for position in positions)
    for position in positions:
        found.add_position(position, 1.0)
    return MARKS_UNKNOWN if exact and not word.marked else 1.0


def _penalise_isolated(query: Query, found: TitleMatch) -> None:
    """Lower the score of words with no neighbour of the query nearby in the title."""
    if len(query.words) == 1:
        return
    for index, positions in enumerate(found.starts):
        around = {p for n in (index - 1, index + 1) if 0 <= n < len(found.starts) for p in found.starts[n]}
        if positions and not any(abs(one - other) <= NEARBY for one in positions for other in around):
            found.scores[index] *= ISOLATED


def _match_expansion(expansion: Expansion, title: Title, codes: set[str], found: TitleMatch) -> float:
    by_code = bool(codes.intersection(expansion.codes))
    if by_code:
        found.curated.update(expansion.positions)
    words = [word.folded for word in expansion.words]
    if not words:
        return expansion.strength if by_code else 0.0
    part, score = _part_in_title(expansion, title), 0.0
    if part >= MIN_PART:
        score = _match_expansion_words(expansion, words, part, title, found)
    elif all(word in title.extra or word in title.positions for word in words):
        score = expansion.strength * IN_EXTRA
    return max(score, expansion.strength) if by_code else score


def _part_in_title(expansion: Expansion, title: Title) -> float:
    total = sum(word.weight for word in expansion.words)
    return sum(word.weight for word in expansion.words if word.folded in title.positions) / total


def _match_expansion_words(
    expansion: Expansion, words: list[str], part: float, title: Title, found: TitleMatch
) -> float:
    """Return the score of an expansion that the title contains as a phrase, scattered, or for the most part."""
    start = title.phrase_at(words)
    if start is not None:
        found.starts[expansion.positions[0]].add(start)
        found.ends[expansion.positions[-1]].add(start + len(words))
        found.phrase_inner.update(expansion.positions[:-1])
        for position in range(start, start + len(words)):
            found.add_position(position, expansion.strength)
        return expansion.strength
    present = [word for word in words if word in title.positions]
    score = expansion.strength * (SCATTERED if len(present) == len(words) else PARTIAL * part)
    for word in present:
        found.add_position(title.positions[word][0], score)
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
    return sum(
        certainty for q, certainty in qualifiers if q.words[0] in title.positions and _applies(title, q)
    )


def _applies(title: Title, qualifier: Qualifier) -> bool:
    position = title.phrase_at(qualifier.words)
    if position is None or not qualifier.is_act:
        return position is not None
    first_words = tuple(title.words[title.start : title.start + 2])
    is_one_of_several = (
        first_words in _PLAIN_STARTS or qualifier.words[0] in title.words[title.start : position]
    )
    return position - title.start < _MAX_ACT_POSITION and not is_one_of_several
