"""Whom a question names: ``ở xã``, ``UBND tỉnh``, ``Sở Tư pháp``. A wish for a level, hardly ever the subject."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from search.analysis.syllables import Syllable, syllables

# Two syllables or more: ``xã`` alone is also a part of ``hợp tác xã``, ``sở`` of ``cơ sở``.
_SEATS: Final = ("cấp", "ở", "tại", "lên", "ra", "trên", "ubnd", "ủy ban", "ủy ban nhân dân")
_PLACES: Final = {
    "xã": "cap_xa", "phường": "cap_xa", "đặc khu": "cap_xa", "huyện": "cap_huyen", "tỉnh": "cap_tinh",
}  # fmt: skip
_DEPARTMENTS: Final = (
    *("tư pháp", "xây dựng", "y tế", "công thương", "nội vụ", "tài chính", "nông nghiệp", "môi trường"),
    *("giáo dục", "khoa học", "văn hóa", "du lịch", "ngoại vụ", "lao động", "giao thông", "tài nguyên"),
)
_LONGEST: Final = 5


# "trợ cấp xã hội" names no commune.
_GOES_ON: Final = ("xa", "hoi")


@cache
def _phrases() -> dict[tuple[str, ...], tuple[tuple[str, ...], str]]:
    """Map folded phrases to how they are written and the level they name."""
    named = {f"{seat} {place}": level for seat in _SEATS for place, level in _PLACES.items()}
    named |= {f"sở {name}": "cap_tinh" for name in _DEPARTMENTS} | {
        f"bộ {name}": "cap_bo" for name in _DEPARTMENTS
    }
    named |= {"cấp bộ": "cap_bo", "trung ương": "cap_bo"}
    cut = {text: syllables(text) for text in named}
    return {
        tuple(s.folded for s in cut[text]): (tuple(s.marked for s in cut[text]), level)
        for text, level in named.items()
    }


def named_in(query: Sequence[Syllable]) -> tuple[frozenset[int], frozenset[str]]:
    """Return the positions of the words in ``query`` that name an office, and the levels of these offices."""
    places: set[int] = set()
    levels: set[str] = set()
    for start in range(len(query)):
        for end in range(min(len(query), start + _LONGEST), start + 1, -1):
            written, level = _phrases().get(tuple(s.folded for s in query[start:end]), ((), ""))
            if written and _as_written(query[start:end], written) and not _goes_on(query, end):
                places.update(range(start, end))
                levels.add(level)
                break
    return frozenset(places), frozenset(levels)


def _as_written(span: Sequence[Syllable], written: Sequence[str]) -> bool:
    return all(s.marked in (s.folded, form) for s, form in zip(span, written, strict=True))


def _goes_on(query: Sequence[Syllable], end: int) -> bool:
    return tuple(s.folded for s in query[end - 1 : end + 1]) == _GOES_ON
