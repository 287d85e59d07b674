"""The aspects of a procedure that a question is about: how long, how much, which documents, where.

"Lệ phí bao nhiêu?" asks for a fact of the procedure, not for a procedure of that name: such words hardly count in
the search for procedures, and the fact is shown with the hit.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from search.language.phrases import find_phrases
from search.language.tokenizer import Syllable


class Aspect(StrEnum):
    """An aspect, by the name of the fact in which a document answers it (``SearchDocument.facts``)."""

    TIME = "time"
    FEE = "fee"
    DOCUMENTS = "documents"
    PLACE = "place"


#: How much a word that asks for an aspect counts.
ASPECT_FACTOR: Final = 0.1
_PHRASES: Final = {
    Aspect.TIME: (
        "bao lâu, mấy ngày, mấy bữa, bao nhiêu ngày, thời hạn giải quyết, thời gian giải quyết, thời hạn bao lâu, "
        "thời gian bao lâu, chừng nào xong, bao giờ có, khi nào có, chừng nào có, khi nào xong, how long"
    ),
    Aspect.FEE: (
        "lệ phí, phí bao nhiêu, bao nhiêu tiền, nhiêu tiền, lệ phí bao nhiêu, lệ phí nhiêu, tốn bao nhiêu, tốn tiền, "
        "mất tiền không, mất phí không, có tốn tiền không, phí nhiêu, how much, fee"
    ),
    Aspect.DOCUMENTS: (
        "hồ sơ gồm, hồ sơ gồm những gì, hồ sơ gồm gì, cần hồ sơ gì, hồ sơ thế nào, hồ sơ cần gì, giấy tờ gì, giấy gì, "
        "cần gì, cần những gì, cần giấy tờ gì, nộp gì, nộp những gì, nộp cái gì, cần nộp những gì, mang theo gì, "
        "chuẩn bị gì, làm đơn gì, which documents, what documents"
    ),
    Aspect.PLACE: (
        "ở đâu, tại đâu, nộp ở đâu, làm ở đâu, nộp đâu, xin ở đâu, ra đâu, gửi đâu, chỗ nào, nơi nào, nộp hồ sơ đâu, "
        "cơ quan nào, gửi ai, gặp ai, where"
    ),
}
#: "Mai táng phí bao nhiêu" asks for an allowance.
_NO_FEES: Final = frozenset({"tang", "hoc", "tro", "ho"})
_BY_ASPECT: Final = {aspect: tuple(texts.split(", ")) for aspect, texts in _PHRASES.items()}


def find_aspects(query: Sequence[Syllable]) -> tuple[tuple[Aspect, ...], frozenset[int]]:
    """Return the aspects that ``query`` asks for and the positions of the words that ask."""
    aspects: dict[Aspect, None] = {}
    positions: set[int] = set()
    for aspect, texts in _BY_ASPECT.items():
        for start, end in find_phrases(query, texts):
            if aspect is Aspect.FEE and start and query[start - 1].folded in _NO_FEES:
                continue
            aspects[aspect] = None
            positions.update(range(start, end))
    return tuple(aspects), frozenset(positions)
