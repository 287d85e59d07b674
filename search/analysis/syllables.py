"""Cut text into syllables: folded for finding, as written for exactness, with their places for marking."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.text import fold, nfc

# Vietnamese folds to plain letters; other scripts and signs part words.
_SYLLABLE: Final = re.compile(r"[a-z0-9]+")
# "kĩ thuật" and "kỹ thuật", "quí" and "quý" are the same word: both spellings are taught.
_FINAL_Y: Final = re.compile(r"\b(qu|[bcdghklmnprstvx]{1,3})y\b")
_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")


@dataclass(frozen=True, slots=True)
class Syllable:
    """One syllable (``tiếng``), number or word and where it stands in the NFC text."""

    folded: str
    marked: str
    start: int
    end: int


def searchable(text: str) -> str:
    """Return the folded ``text`` with one spelling of final i and y; as long as ``nfc(text)``."""
    return _FINAL_Y.sub(r"\1i", fold(text))


@lru_cache(maxsize=20_000)
def exact_form(word: str) -> str:
    """Return ``word`` in lower case with its tone mark last: ``hoà`` and ``hòa`` are the same word.

    >>> exact_form("Thuỷ") == exact_form("thủy")
    True
    """
    parts = unicodedata.normalize("NFD", word.lower())
    tones = "".join(part for part in parts if part in _TONES)
    form = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    return _FINAL_Y.sub(r"\1i", form) + tones


def syllables(text: str) -> list[Syllable]:
    """Return the syllables of ``text`` in order."""
    normal = nfc(text)
    return [
        Syllable(m.group(), exact_form(normal[m.start() : m.end()]), m.start(), m.end())
        for m in _SYLLABLE.finditer(searchable(normal))
    ]


def folded_syllables(text: str) -> list[str]:
    """Return only the folded forms: what every engine indexes."""
    return _SYLLABLE.findall(searchable(text))


def marked_syllables(text: str) -> list[str]:
    """Return the exact forms, one for each folded one."""
    return [syllable.marked for syllable in syllables(text)]
