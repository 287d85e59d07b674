"""Vietnamese letters for regular expressions: ranges such as ``à-ỹ`` mix capitals and small letters."""

from __future__ import annotations

import unicodedata
from typing import Final

_VOWELS: Final = "aăâeêioôơuưy"
_TONES: Final = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_COMPOSED: Final = [unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES]
LOWER: Final = "a-zđ" + "".join(letter for letter in _COMPOSED if not letter.isascii())
UPPER: Final = "A-ZĐ" + LOWER.removeprefix("a-zđ").upper()
