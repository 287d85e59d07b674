"""Codes of procedures (mã thủ tục). A code is written in three styles with the same eight-character core.

``1.002407`` (national), ``1.002407.000.00.00.H12`` (local until 2025), ``1.000110.H12`` (local since);
docs/domain.md#procedure-codes.
"""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

# ``\Z``: ``$`` accepts a line break at the end. ``[0-9]``: ``\d`` matches the digits of every script.
CORE_PATTERN: Final = r"^[0-9]\.[0-9]{6}\Z"
LOCAL_PATTERN: Final = r"^[0-9]\.[0-9]{6}((\.[0-9]{3}\.[0-9]{2}\.[0-9]{2})?\.[A-Z][0-9]{2})?\Z"
_ANY_STYLE: Final = re.compile(r"(?<!\d)(\d\.\d{6})((?:\.\d{3}\.\d{2}\.\d{2})?\.[A-Z]\d{2})?(?!\d)", re.ASCII)


def split(text: str) -> tuple[str, str]:
    """Return (core code, local code) of ``text`` in any style; local is empty for a bare national code.

    ``ValueError`` if ``text`` is not a procedure code.

    >>> split(" 1.002407.000.00.00.h12 ")
    ('1.002407', '1.002407.000.00.00.H12')
    """
    found = _ANY_STYLE.fullmatch(re.sub(r"\s+", "", text).upper())
    if found is None:
        raise ValueError(_("“%(code)s” is not a code") % {"code": text[:40]})
    return found[1], found[0] if found[2] else ""


def core_code(text: str) -> str:
    """Return the national code inside ``text``; ``ValueError`` when there is none.

    >>> core_code("1.000110.H12")
    '1.000110'
    """
    return split(text)[0]


def styles(core: str, province: str) -> tuple[str, ...]:
    """Return every way in which a person may write the code: bare, since 2025, until 2025.

    >>> styles("1.000110", "H12")
    ('1.000110', '1.000110.H12', '1.000110.000.00.00.H12')
    """
    return core, f"{core}.{province}", f"{core}.000.00.00.{province}"


def find_all(text: str) -> tuple[str, ...]:
    """Return the national codes inside ``text``, each once, in order."""
    return tuple(dict.fromkeys(found[1] for found in _ANY_STYLE.finditer(text)))
