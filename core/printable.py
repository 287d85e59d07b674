"""The letters that printed forms can show: those of the fonts built into Typst and of core/fonts.

Latin with all Vietnamese letters, Greek, Cyrillic, Armenian, Georgian, Hebrew, Khmer, Lao, Thai, Cham, digits, signs.
Chinese, Japanese and Korean fonts would be fifty times the size of all others; passports show names in Latin letters.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Final

RANGES: Final = Path(__file__).with_name("printable.txt")  # written by scripts/printable.py


@cache
def _ranges() -> tuple[list[int], list[int]]:
    rows = [line.split("-") for line in RANGES.read_text(encoding="ascii").split()]
    return [int(first, 16) for first, _last in rows], [int(last, 16) for _first, last in rows]


def unprintable(text: str) -> list[str]:
    """Return the letters of ``text`` (in NFC) that are in no font of the printed forms, each once, in order.

    >>> unprintable("Danh 김민수, xã Đất Mũi")
    ['김', '민', '수']
    """
    firsts, lasts = _ranges()
    return [
        letter
        for letter in dict.fromkeys(text)
        if not letter.isspace() and ord(letter) > lasts[bisect_right(firsts, ord(letter)) - 1]
    ]
