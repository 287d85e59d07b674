"""File names as people and phones make them, made safe to show and to send back."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from core.text import clean

MOST: Final = 120
_PARTS: Final = re.compile(r"[\\/]+")
_FORBIDDEN: Final = re.compile(r'[<>:"|?*%;]')


def clean_name(name: str) -> str:
    """Return the last part of ``name`` in NFC without control characters, at most 120 characters, keeping its end."""
    last = _PARTS.split(name)[-1]
    printable = "".join(
        character for character in last if unicodedata.category(character) not in {"Cc", "Cs", "Co"}
    )
    tidy = _FORBIDDEN.sub("_", clean(printable)).strip(". ")
    stem, dot, ending = tidy.rpartition(".")
    if not dot:
        return tidy[:MOST] or "tep"
    return f"{stem[: MOST - len(ending) - 1] or 'tep'}.{ending}"


def extension(name: str) -> str:
    """Return what stands after the last dot, in small letters; empty without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""
