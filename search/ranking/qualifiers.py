"""Special cases in titles (``đăng ký lại``, ``có yếu tố nước ngoài``): unasked, they cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from search.analysis.query import Query
from search.analysis.syllables import folded_syllables
from search.ranking.titles import Title


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A phrase that makes a title a special case, and the words of it that a person says who means that case.

    An act (``cấp lại``) makes a special case only where the title begins with it: it says what is done.
    """

    words: tuple[str, ...]
    telling: frozenset[str]
    is_act: bool = False


def _qualifiers(*phrases: str, is_act: bool) -> tuple[Qualifier, ...]:
    """Read phrases whose telling words stand in brackets; without brackets each word tells."""
    found = []
    for phrase in phrases:
        words = tuple(folded_syllables(phrase))
        inside = phrase[phrase.index("[") : phrase.index("]")] if "[" in phrase else phrase
        found.append(Qualifier(words, frozenset(folded_syllables(inside)), is_act))
    return tuple(found)


ACTS: Final = _qualifiers(
    *(
        "cấp [lại]",
        "cấp [đổi]",
        "đăng ký [lại]",
        "công bố [lại]",
        "xác định [lại]",
        "gia hạn",
        "sửa đổi",
        "bổ sung",
    ),
    *(
        "điều chỉnh",
        "thay đổi",
        "đính chính",
        "hiệu đính",
        "thu hồi",
        "chấm dứt",
        "hủy bỏ",
        "xóa",
        "tạm ngừng",
    ),
    *(
        "tạm dừng",
        "dừng",
        "đình chỉ",
        "chuyển đổi",
        "giải thể",
        "sáp nhập",
        "trả lại",
        "khôi phục",
        "ghi vào sổ",
    ),
    is_act=True,
)
CASES: Final = _qualifiers(
    *(
        "[kết hợp]",
        "lưu động",
        "khu vực [biên giới]",
        "yếu tố [nước ngoài]",
        "đã có [hồ sơ]",
        "định kỳ",
        "trở lại",
    ),
    *("cơ quan [đại diện]", "ở [nước ngoài]", "[có thời hạn]", "liên thông"),
    is_act=False,
)
QUALIFIERS: Final = (*ACTS, *CASES)
# Acts that a title lists after the plain one ("Thực hiện, điều chỉnh, …") make no special case of it.
_PLAIN_BEGINNINGS: Final = tuple(tuple(folded_syllables(text)) for text in ("thực hiện", "xác định"))
_HEAD: Final = 3
# A name from the lexicon that means its words nearly as surely as the query itself has asked.
LEAST_SURE: Final = 0.25


def unasked(query: Query) -> tuple[tuple[Qualifier, float], ...]:
    """Return the special cases that ``query`` does not speak of, each with how sure that is (0..1).

    Another name that speaks of one counts for its strength.
    """
    said: dict[str, float] = {}
    for expansion in query.expansions:
        for word in expansion.words:
            said[word.folded] = max(said.get(word.folded, 0.0), expansion.strength)
    said |= {word.folded: 1.0 for word in query.words}
    sure = ((q, 1 - max(said.get(word, 0.0) for word in q.telling)) for q in QUALIFIERS)
    return tuple((qualifier, value) for qualifier, value in sure if value > LEAST_SURE)


def count_unasked(title: Title, qualifiers: tuple[tuple[Qualifier, float], ...]) -> float:
    """Return how many of ``qualifiers`` stand in ``title``, each for how sure it is."""
    return sum(sure for q, sure in qualifiers if q.words[0] in title.places and _stands(title, q))


def _stands(title: Title, qualifier: Qualifier) -> bool:
    place = title.phrase_at(qualifier.words)
    if place is None or not qualifier.is_act:
        return place is not None
    head = tuple(title.words[title.begin : title.begin + 2])
    lists_plain = head in _PLAIN_BEGINNINGS or qualifier.words[0] in title.words[title.begin : place]
    return place - title.begin < _HEAD and not lists_plain
