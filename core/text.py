"""Vietnamese text: one folding and one slug function for every engine, form and page.

Folding is NFC → NFD → drop the combining marks → đ becomes d → lower case. It keeps the length of an NFC string
character by character, so an offset in the folded text is the same offset in the text a person reads.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

_D_WITH_STROKE: Final = str.maketrans({"đ": "d", "Đ": "d"})
_NOT_SLUG: Final = re.compile(r"[^a-z0-9]+")
_TOKEN: Final = re.compile(r"[^\W_]+(?:[.\-/][^\W_]+)*", re.UNICODE)
# Ranks far above those of all signs and digits; letters that Vietnamese lacks keep their place in the Latin order.
_ALPHABET: Final = {
    letter: 1_000_000 + rank for rank, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")
}
# Huyền, hỏi, ngã, sắc, nặng.
_TONES: Final = "\u0300\u0309\u0303\u0301\u0323"
# Two digits for each letter or sign, so that every database orders keys alike, whatever its collation.
_ORDER_END: Final = "00"
_ORDER_CODES: Final = {
    sign: f"{code:02d}" for code, sign in enumerate((chr(c) for c in range(32, 65)), start=10)
} | {letter: f"{60 + rank:02d}" for rank, letter in enumerate(_ALPHABET)}
_ORDER_OTHER: Final = "55"
_SPACES: Final = re.compile(r"\s+")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


def nfc(text: str) -> str:
    """Return ``text`` in Unicode NFC: the only form that enters the database."""
    return unicodedata.normalize("NFC", text)


def clean(text: str) -> str:
    """Return ``text`` in NFC with invisible characters dropped and runs of white space made one space."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", nfc(text))).strip()


def _fold_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    bare = "".join(c for c in unicodedata.normalize("NFD", character) if unicodedata.category(c) != "Mn")
    lowered = (bare or " ").translate(_D_WITH_STROKE).lower()
    return lowered if len(lowered) == 1 else lowered[0]


class _Folding(dict[int, str]):
    """A translation table that learns each character once: folding a long text costs one C loop."""

    def __missing__(self, code: int) -> str:
        self[code] = _fold_character(chr(code))
        return self[code]


_FOLDING: Final = _Folding()


def fold(text: str) -> str:
    """Return the searchable form of ``text``: NFC, no marks, đ→d, lower case; as long as ``nfc(text)``.

    >>> fold("Đăng ký KẾT HÔN")
    'dang ky ket hon'
    """
    normal = nfc(text)
    if normal.isascii():
        return normal.lower()
    return normal.translate(_FOLDING)


def slugify(text: str, *, max_length: int = 80) -> str:
    """Return an ASCII slug of ``text``, cut at a word where it is longer than ``max_length`` characters.

    >>> slugify("Cấp Giấy phép xây dựng")
    'cap-giay-phep-xay-dung'
    """
    slug = _NOT_SLUG.sub("-", fold(clean(text))).strip("-")
    if len(slug) <= max_length:
        return slug
    cut = slug[: max_length + 1]
    return cut.rsplit("-", 1)[0][:max_length].strip("-") if "-" in cut else slug[:max_length]


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """Yield each letter of ``text`` without its tone, and the rank of the tone (0: none)."""
    for character in nfc(text).lower():
        parts = unicodedata.normalize("NFD", character)
        letter = nfc("".join(part for part in parts if part not in _TONES))
        yield letter, max((_TONES.index(part) + 1 for part in parts if part in _TONES), default=0)


def sort_key(text: str) -> tuple[list[int], list[int]]:
    """Return the key of Vietnamese dictionary order: a ă â b c d đ e ê …; tones decide between equal letters only.

    >>> sorted(["Đất đai", "Văn hóa", "Cấp phép", "Công chứng", "Chứng thực"], key=sort_key)
    ['Cấp phép', 'Chứng thực', 'Công chứng', 'Đất đai', 'Văn hóa']
    """
    pairs = list(_letters(text))
    return [_ALPHABET.get(letter, ord(letter[:1] or " ")) for letter, _tone in pairs], [
        tone for _, tone in pairs
    ]


def order_key(text: str, *, letters: int = 150) -> str:
    """Return ``sort_key`` of the first ``letters`` characters as digits: a database column in Vietnamese order.

    No database needs to know Vietnamese, and none can disagree: digits stand in the same order in every collation.

    >>> sorted(["Đất đai", "Văn hóa", "Cấp phép", "An toàn", "Ăn uống"], key=order_key)
    ['An toàn', 'Ăn uống', 'Cấp phép', 'Đất đai', 'Văn hóa']
    """
    pairs = list(_letters(text[:letters]))
    places = "".join(_ORDER_CODES.get(letter, _ORDER_OTHER) for letter, _tone in pairs)
    return f"{places}{_ORDER_END}{''.join(str(tone) for _letter, tone in pairs)}"


def tokens(text: str) -> list[str]:
    """Return the folded syllables, numbers and codes of ``text`` in order; codes keep their dots and dashes."""
    return _TOKEN.findall(fold(text))


def has_marks(text: str) -> bool:
    """Say whether ``text`` carries Vietnamese marks, so that its writer meant exact words."""
    return fold(text) != nfc(text).lower()
