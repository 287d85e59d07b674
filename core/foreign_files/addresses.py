"""Addresses in documents: links that a person may click, and addresses that a program would open by itself."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_LINKS: Final = frozenset({"http", "https", "mailto", "tel", "ftp"})
#: Control characters, spaces and invisible characters, which programs leave out.
_IGNORED: Final = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u2060\u3000\ufeff]+")
_QUOTES: Final = "\"'“”„‟‘’‚‛<"


def is_elsewhere(address: str) -> bool:
    """Return True if `address` refers to another computer or file, by a scheme or as a network share."""
    cleaned = _cleaned(address)
    return cleaned.startswith(("\\\\", "//", "/\\", "\\/")) or _SCHEME.match(cleaned) is not None


def is_harmless_link(address: str) -> bool:
    """Return True for a link to the web, a mailbox or a telephone, or inside the document.

    A share (``\\\\server\\share``) or ``file:`` sends the password hash of the officer who opens it.
    """
    scheme = _SCHEME.match(_cleaned(address))
    return scheme[1].lower() in _LINKS if scheme else not is_elsewhere(address)


def _cleaned(address: str) -> str:
    # Programs decode %5C before they open the address.
    return _IGNORED.sub("", unquote(address)).lstrip(_QUOTES)
