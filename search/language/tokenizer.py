"""Split text into syllables and codes.

Syllables have a folded form for finding, one with diacritics for exactness, and offsets for highlighting. Codes are
national procedure codes in their three styles and other codes with digits: ``1.002407``, ``1.002407.H12`` and
``1.002407.000.00.00.H12`` are the same procedure (docs/domain.md#procedure-codes).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from core.text import fold, nfc

# Vietnamese folds to plain letters; other scripts and punctuation separate syllables.
_SYLLABLE: Final = re.compile(r"[a-z0-9]+")
# "kĩ thuật" and "kỹ thuật", "quí" and "quý" are the same word: both spellings are taught at school.


def _final_y(before: str, after: str) -> re.Pattern[str]:
    """Return the pattern of a final y between two edges of a syllable.

    It begins with its letter and looks back from there; long texts are thus scanned ten times as fast.
    """
    onset = "[bcdghklmnprstvx]"
    onsets = "|".join(f"(?<={before}{one}y)" for one in ("qu", onset, onset * 2, onset * 3))
    return re.compile(f"y{after}(?:{onsets})")


_FINAL_Y: Final = _final_y(r"\b", r"\b")
# In folded text, letters other than these separate syllables, as in _SYLLABLE.
_FOLDED_FINAL_Y: Final = _final_y("(?<![a-z0-9])", "(?![a-z0-9])")
_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")


@dataclass(frozen=True, slots=True)
class Syllable:
    """A syllable (``tiếng``), number or word, with its offsets in the NFC text.

    ``marked`` is the exact form, with diacritics; it equals ``folded`` when none were typed.
    """

    folded: str
    marked: str
    start: int
    end: int


def fold_spelling(text: str) -> str:
    """Return ``text`` folded, with one spelling of final i and y; as long as ``nfc(text)``."""
    return _FOLDED_FINAL_Y.sub("i", fold(text))


@lru_cache(maxsize=20_000)
def exact_form(word: str) -> str:
    """Return ``word`` in lower case with its tone mark last: ``hoà`` and ``hòa`` are the same word.

    >>> exact_form("Thuỷ") == exact_form("thủy")
    True
    """
    parts = unicodedata.normalize("NFD", word.lower())
    tones = "".join(part for part in parts if part in _TONES)
    form = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    return _FINAL_Y.sub("i", form) + tones


def syllables(text: str) -> list[Syllable]:
    """Return the syllables of ``text`` in order."""
    normal = nfc(text)
    return [
        Syllable(m.group(), exact_form(normal[m.start() : m.end()]), m.start(), m.end())
        for m in _SYLLABLE.finditer(fold_spelling(normal))
    ]


def folded_syllables(text: str) -> list[str]:
    """Return the folded forms only: what every engine indexes."""
    return _SYLLABLE.findall(fold_spelling(text))


def marked_syllables(text: str) -> list[str]:
    """Return the exact forms, one for each folded form."""
    return [syllable.marked for syllable in syllables(text)]


def marks_agree(typed: Sequence[Syllable], exact_forms: Sequence[str]) -> bool:
    """Return True if no diacritics of ``typed`` contradict ``exact_forms``; syllables typed without any agree."""
    return all(
        syllable.marked in (syllable.folded, form) for syllable, form in zip(typed, exact_forms, strict=True)
    )


_NATIONAL: Final = re.compile(r"(?<![\w.])(\d\.\d{6})(?:\.\d{3}\.\d{2}\.\d{2})?(?:\.h\d{2})?(?![\w]|\.\w)")
_LOOSE_NATIONAL: Final = re.compile(
    r"(?<![\w.,/-])([1-9])[.,_ -]?(\d{6})(?:[. -]?\d{3}[. -]?\d{2}[. -]?\d{2})?(?:[. -]?h\d{2})?(?![\w]|[.,/-]\w)"
)
_OTHER: Final = re.compile(r"(?<![\w.\-/])(?=[\w.\-/]*\d)[a-z0-9]+(?:[.\-/][a-z0-9]+)+(?![\w])")
# Documents copied from word processors have different hyphens from those that people type.
_HYPHENS: Final = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")
# "tháng 12/2024" and "từ 12/2024" are dates, while the decree 12/2024 and "thông tư 12/2024" are references.
_DATE: Final = re.compile(
    r"(?<!\w)(?:ngay|thang|nam|hom|mung|ram|quy|(?<!thong )tu|den|toi|truoc|sau|dip)\s+"
    r"\d{1,2}[/.-]\d{1,4}(?:[/.-]\d{2,4})?(?![\w/])"
    r"|(?<![\w./-])\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)\d{2}(?![\w/-])"
)
_LONG_NUMBER: Final = re.compile(r"(?<!\w)\d{6,20}(?!\w)")


def _folded(text: str) -> str:
    """Return ``text`` folded, with one kind of hyphen; as long as ``nfc(text)``."""
    return fold(text).translate(_HYPHENS)


def index_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the forms in which a document's codes are indexed: folded, national ones also without their suffix."""
    forms: dict[str, None] = {}
    for code in codes:
        folded = _folded(code).strip()
        forms |= dict.fromkeys(_NATIONAL.findall(folded))
        forms[folded] = None
    return tuple(form for form in forms if form)


def codes_in(text: str) -> tuple[str, ...]:
    """Return the codes in a query, national ones without their suffix; dates are not codes.

    >>> codes_in("thủ tục 2.000815.000.00.00.H12")
    ('2.000815',)
    """
    folded = _folded(text)
    national = _NATIONAL.findall(folded)
    rest = _NATIONAL.sub(" ", folded)
    rest = _DATE.sub(" ", rest)
    others, rest = _OTHER.findall(rest), _OTHER.sub(" ", rest)
    return tuple(dict.fromkeys([*national, *others, *_LONG_NUMBER.findall(rest)]))


def query_codes(text: str) -> tuple[str, ...]:
    """Return ``codes_in(text)`` and the national codes that ``2000815`` or ``2-000815`` may mean.

    >>> query_codes("thủ tục 2-000815h12")
    ('2.000815', '2-000815h12')
    """
    likely = [f"{head}.{number}" for head, number in _LOOSE_NATIONAL.findall(_folded(text))]
    return tuple(dict.fromkeys([*likely, *codes_in(text)]))


def blank_codes(text: str) -> str:
    """Replace national codes in ``text`` by spaces, keeping its length.

    Seven digits without separators stay: they may be a telephone number.
    """
    folded = _folded(text)
    out = list(text)
    for pattern in (_NATIONAL, _LOOSE_NATIONAL):
        for match in pattern.finditer(folded):
            if not match[0].isdigit():
                out[match.start() : match.end()] = " " * (match.end() - match.start())
    return "".join(out)
