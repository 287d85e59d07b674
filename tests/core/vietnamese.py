"""Every letter of the Vietnamese alphabet with every mark, made from its parts."""

from __future__ import annotations

import unicodedata

VOWELS = {"a": "aăâ", "e": "eê", "i": "i", "o": "oôơ", "u": "uư", "y": "y"}
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
# Letter → the letter without marks: 12 vowels in 6 tones, đ, and all of them in capitals.
LETTERS: dict[str, str] = {
    unicodedata.normalize("NFC", vowel + tone): plain
    for plain, family in VOWELS.items()
    for vowel in family
    for tone in TONES
} | {"đ": "d"}
CAPITALS: dict[str, str] = {letter.upper(): plain for letter, plain in LETTERS.items()}
CONSONANTS = "bcdghklmnpqrstvx"
ALPHABET = "".join(LETTERS) + "".join(CAPITALS) + CONSONANTS + CONSONANTS.upper()
