"""Letters of other alphabets that look like Đ and that keyboards and old fonts give for it: eth and African D."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LOOK_ALIKE: Final = re.compile("[ÐƉðɖ]")
_PROPER: Final = str.maketrans("ÐƉðɖ", "ĐĐđđ")
_WORD: Final = re.compile(r"[^\W_]+")
_VOWELS: Final = frozenset("aeiouy")


def with_proper_d(text: str) -> str:
    """Return `text` (NFC) with Đ in the place of its look-alikes; as long as `text`.

    They are Đ at the start of a syllable (`Ðất`), alone (`50.000 ð`) and in abbreviations, which have no vowel
    (`QÐ-UBND`), but not inside a foreign name (`Sigurðsson`).
    """
    return _WORD.sub(_in_word, text) if _LOOK_ALIKE.search(text) else text


def _in_word(found: re.Match[str]) -> str:
    word = found[0]
    if not _LOOK_ALIKE.search(word):
        return word
    bare = unicodedata.normalize("NFD", word.lower())
    if len(word) == 1 or not _VOWELS.intersection(bare):
        return word.translate(_PROPER)
    return word[0].translate(_PROPER) + word[1:] if bare[1] in _VOWELS else word
