"""Codes in a text: national procedure codes in their three styles, and other codes with digits.

``1.002407``, ``1.002407.H12`` and ``1.002407.000.00.00.H12`` are the same procedure (DOMAIN: mã TTHC).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from core.text import fold

_NATIONAL: Final = re.compile(r"(?<![\w.])(\d\.\d{6})(?:\.\d{3}\.\d{2}\.\d{2})?(?:\.h\d{2})?(?![\w]|\.\w)")
_CARELESS: Final = re.compile(
    r"(?<![\w.,/-])([1-9])[.,_ -]?(\d{6})(?:[. -]?\d{3}[. -]?\d{2}[. -]?\d{2})?(?:[. -]?h\d{2})?(?![\w]|[.,/-]\w)"
)
_OTHER: Final = re.compile(r"(?<![\w.\-/])(?=[\w.\-/]*\d)[a-z0-9]+(?:[.\-/][a-z0-9]+)+(?![\w])")
_LONG_NUMBER: Final = re.compile(r"(?<!\w)\d{6,20}(?!\w)")


def normal_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the forms under which a document's codes are kept: folded, and national ones also bare."""
    forms: dict[str, None] = {}
    for code in codes:
        folded = fold(code).strip()
        forms |= dict.fromkeys(_NATIONAL.findall(folded))
        forms[folded] = None
    return tuple(form for form in forms if form)


def codes_in(text: str) -> tuple[str, ...]:
    """Return the codes that a query names, national ones bare.

    >>> codes_in("thủ tục 2.000815.000.00.00.H12")
    ('2.000815',)
    """
    folded = fold(text)
    national = _NATIONAL.findall(folded)
    rest = _NATIONAL.sub(" ", folded)
    others, rest = _OTHER.findall(rest), _OTHER.sub(" ", rest)
    return tuple(dict.fromkeys([*national, *others, *_LONG_NUMBER.findall(rest)]))


def codes_asked(text: str) -> tuple[str, ...]:
    """Return ``codes_in(text)``, and the national codes that somebody may have meant by ``2000815`` or ``2-000815``.

    >>> codes_asked("thủ tục 2-000815h12")
    ('2.000815', '2-000815h12')
    """
    meant = [f"{head}.{number}" for head, number in _CARELESS.findall(fold(text))]
    return tuple(dict.fromkeys([*meant, *codes_in(text)]))


def without_codes(text: str) -> str:
    """Return ``text`` with national codes blanked, as long as before; seven bare digits may be a telephone and stay."""
    folded = fold(text)
    out = list(text)
    for pattern in (_NATIONAL, _CARELESS):
        for match in pattern.finditer(folded):
            if not match[0].isdigit():
                out[match.start() : match.end()] = " " * (match.end() - match.start())
    return "".join(out)
