"""Features of a candidate: its row, what its title contains of the query, and special cases the query does not ask for.

Special cases (``đăng ký lại``, ``có yếu tố nước ngoài``) lower the score unless the query asks for them. The constants
and names are those of the formula in docs/features/search.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from search.analysis import MIN_PART, Expansion, Query
from search.language.tokenizer import folded_syllables
from search.language.vocabulary import Word
from search.ranking.rows import Title

# Score of a word found with diacritics other than those typed.
FOLDED_ONLY: Final = 0.55
# Score of a word typed without diacritics in a query with diacritics, or with diacritics that are never written.
MARKS_UNKNOWN: Final = 0.85
# Score of a word found only in the keywords, the summary or the field.
IN_EXTRA: Final = 0.45
# Factors for an expansion whose words are apart in the title, or there only in part (at least MIN_PART of its weight).
SCATTERED: Final = 0.85
PARTIAL: Final = 0.75
# A word farther than NEARBY from its neighbours in the query most likely belongs to something else.
ISOLATED: Final = 0.7
NEARBY: Final = 2


@dataclass(slots=True)
class TitleMatch:
    """What a title contains of a query.

    For each word of the query: ``scores`` (0..1), and the positions in the title where it ``starts`` and ``ends``, as
    numbers with a bit for each position. ``phrase_inner`` are words followed by the next one inside an expansion that
    the title contains as a phrase; ``curated`` are words that the lexicon leads to a code of the document.
    ``positions`` maps each matched position of the title to its score.
    """

    scores: list[float]
    starts: list[int]
    ends: list[int]
    phrase_inner: set[int] = field(default_factory=set)
    curated: set[int] = field(default_factory=set)
    positions: dict[int, float] = field(default_factory=dict)

    def add_position(self, position: int, score: float) -> None:
        """Give ``position`` of the title ``score``, unless it has a higher one."""
        if score > self.positions.get(position, 0.0):
            self.positions[position] = score


class PreparedExpansion:
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
        """Return the share (0..1) of the total weight that the words ``present`` have.

        Many titles contain the same ones.
        """
        share = self._parts.get(present)
        if share is None:
            words = self.expansion.words
            weight = sum(word.weight for word in words if word.folded in present)
            share = self._parts[present] = weight / sum(word.weight for word in words)
        return share


class ExpansionMatch(NamedTuple):
    """What all titles with the same words and codes contain of an expansion.

    ``present`` are its words in the title, each with the ``score`` of an expansion whose words are apart; ``outside``
    is its score by a code or by words outside the title. ``is_whole``: the title has all of its words.
    """

    prepared: PreparedExpansion
    by_code: bool
    present: tuple[str, ...]
    score: float
    outside: float
    is_whole: bool

    @property
    def greatest_of_word(self) -> float:
        """The greatest score that one of the words present can have."""
        return self.prepared.strength if self.is_whole else self.score


def find_expansion(
    prepared: PreparedExpansion, title: frozenset[str], extra: frozenset[str], codes: Set[str]
) -> ExpansionMatch | None:
    """Return what titles with these words, extra words and codes contain of an expansion; None if too little."""
    by_code = not prepared.codes.isdisjoint(codes)
    strength, distinct = prepared.strength, prepared.distinct
    outside = strength if by_code else 0.0
    present: tuple[str, ...] = ()
    score, is_whole = 0.0, False
    if distinct:
        some = distinct & title
        is_whole = len(some) == len(distinct)
        part = prepared.part(some) if some else 0.0
        if part >= MIN_PART:
            present = tuple(word for word in prepared.words if word in some)
            score = strength * (SCATTERED if is_whole else PARTIAL * part)
        elif not by_code and distinct <= some | extra:
            outside = strength * IN_EXTRA
    if not (present or outside):
        return None
    return ExpansionMatch(prepared, by_code, present, score, outside, is_whole)


class Matcher:
    """Finds the words of one query and their expansions in titles."""

    def __init__(self, query: Query) -> None:
        self.words, self.exact = query.words, query.exact
        self.expansions = [PreparedExpansion(expansion) for expansion in query.expansions]
        #: The words of the query and its expansions.
        self.wanted = frozenset(word.folded for word in query.words).union(
            *(one.distinct for one in self.expansions)
        )

    def match(self, title: Title, extra: Set[str], expansions: Iterable[ExpansionMatch]) -> TitleMatch:
        """Return what ``title`` contains of the query.

        ``extra`` are the words of the query in the document's extra words, ``expansions`` what it contains of those.
        """
        number = len(self.words)
        found = TitleMatch([0.0] * number, [0] * number, [0] * number)
        places = self._places(title)
        for index, word in enumerate(self.words):
            if word.folded in places:
                found.scores[index] = self._match_word(word, index, places[word.folded], title, found)
            elif word.folded in extra:
                found.scores[index] = IN_EXTRA
        _penalise_isolated(found)
        scores = found.scores
        for expansion in expansions:
            score = _match_expansion(expansion, places, found)
            for index in expansion.prepared.positions:
                scores[index] = max(scores[index], score)
        return found

    def _places(self, title: Title) -> dict[str, int]:
        """Return the positions of each wanted word of ``title``, as a number with a bit for each."""
        places: dict[str, int] = {}
        wanted = self.wanted
        for position, word in enumerate(title.words):
            if word in wanted:
                places[word] = places.get(word, 0) | 1 << position
        return places

    def _match_word(self, word: Word, index: int, places: int, title: Title, found: TitleMatch) -> float:
        positions = _positions(places)
        if self.exact and word.marked:
            marked = title.marked
            positions = [position for position in positions if marked[position] == word.marked]
            if not positions:
                return FOLDED_ONLY
            places = sum(1 << position for position in positions)
        found.starts[index], found.ends[index] = places, places << 1
        for position in positions:
            found.positions[position] = 1.0
        return MARKS_UNKNOWN if self.exact and not word.marked else 1.0


def _positions(places: int) -> list[int]:
    """Return the positions of the bits of ``places``, ascending."""
    if not places & (places - 1):
        return [places.bit_length() - 1]
    return [position for position in range(places.bit_length()) if places >> position & 1]


def _first(places: int) -> int:
    """Return the position of the lowest bit of ``places``."""
    return (places & -places).bit_length() - 1


def _penalise_isolated(found: TitleMatch) -> None:
    """Lower the score of words with no neighbour of the query nearby in the title."""
    starts = found.starts
    last = len(starts) - 1
    if not last:
        return
    before = 0
    for index, places in enumerate(starts):
        if places:
            near = places
            for _step in range(NEARBY):
                near |= near << 1 | near >> 1
            if not (near & before or (index < last and near & starts[index + 1])):
                found.scores[index] *= ISOLATED
        before = places


def _match_expansion(expansion: ExpansionMatch, places: dict[str, int], found: TitleMatch) -> float:
    prepared = expansion.prepared
    if expansion.by_code:
        found.curated.update(prepared.positions)
    if not expansion.present:
        return expansion.outside
    start = _phrase_at(prepared.words, places) if expansion.is_whole else 0
    if not start:
        for word in expansion.present:
            found.add_position(_first(places[word]), expansion.score)
        return max(expansion.outside, expansion.score)
    first, last = prepared.positions[0], prepared.positions[-1]
    found.starts[first] |= start
    found.ends[last] |= start << len(prepared.words)
    found.phrase_inner.update(prepared.positions[:-1])
    begin = _first(start)
    for position in range(begin, begin + len(prepared.words)):
        found.add_position(position, prepared.strength)
    return prepared.strength


def _phrase_at(words: tuple[str, ...], places: dict[str, int]) -> int:
    """Return the bit of the first position where ``words`` are adjacent, or 0."""
    starts = -1
    for offset, word in enumerate(words):
        starts &= places[word] >> offset
        if not starts:
            return 0
    return starts & -starts


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
_BY_FIRST_WORD: Final[dict[str, list[Qualifier]]] = defaultdict(list)
for _qualifier in QUALIFIERS:
    _BY_FIRST_WORD[_qualifier.words[0]].append(_qualifier)
# After one of these, an act is only one of several that the title lists ("Thực hiện, điều chỉnh, …").
_PLAIN_STARTS: Final = tuple(tuple(folded_syllables(text)) for text in ("thực hiện", "xác định"))
# An act must begin within this many words from the start of the title.
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
    special: frozenset[tuple[str, ...]] | None = title.known.get("qualifiers")
    if special is None:
        some = [
            qualifier
            for word in _BY_FIRST_WORD.keys() & set(title.words)
            for qualifier in _BY_FIRST_WORD[word]
        ]
        special = frozenset(qualifier.words for qualifier in some if _applies(title, qualifier))
        title.known["qualifiers"] = special
    return (
        sum(certainty for qualifier, certainty in qualifiers if qualifier.words in special) if special else 0
    )


def _applies(title: Title, qualifier: Qualifier) -> bool:
    position = title.phrase_at(qualifier.words)
    if position is None or not qualifier.is_act:
        return position is not None
    first_words = title.words[title.start : title.start + 2]
    is_one_of_several = (
        first_words in _PLAIN_STARTS or qualifier.words[0] in title.words[title.start : position]
    )
    return position - title.start < _MAX_ACT_POSITION and not is_one_of_several
