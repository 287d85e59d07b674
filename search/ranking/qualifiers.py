"""Special cases in titles (``đăng ký lại``, ``có yếu tố nước ngoài``): unasked, they cost."""

from __future__ import annotations

from typing import Final

from search.analysis.query import Query
from search.analysis.syllables import folded_syllables
from search.ranking.titles import Title

_PHRASES: Final = (
    *(
        "cấp lại",
        "cấp đổi",
        "đăng ký lại",
        "gia hạn",
        "sửa đổi",
        "bổ sung",
        "điều chỉnh",
        "thay đổi",
        "đính chính",
    ),
    *("thu hồi", "chấm dứt", "hủy bỏ", "xóa", "tạm ngừng", "tạm dừng", "đình chỉ", "chuyển đổi", "kết hợp"),
    *("lưu động", "khu vực biên giới", "yếu tố nước ngoài", "đã có hồ sơ", "định kỳ"),
)
QUALIFIERS: Final = tuple(tuple(folded_syllables(phrase)) for phrase in _PHRASES)


def unasked(query: Query) -> tuple[tuple[str, ...], ...]:
    """Return the special cases that neither the words of ``query`` nor their other names speak of."""
    said = set(query.any_words)
    return tuple(phrase for phrase in QUALIFIERS if not said.intersection(phrase))


def count_unasked(title: Title, phrases: tuple[tuple[str, ...], ...]) -> int:
    """Return how many of ``phrases`` stand in ``title``."""
    return sum(title.phrase_at(phrase) is not None for phrase in phrases)
