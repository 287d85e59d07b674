"""Addresses in documents: links that a person may click, and addresses that a program would open by itself."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

_SCHEME: Final = re.compile(r"([a-z][a-z0-9+\-]*):", re.IGNORECASE)
_LINKS: Final = frozenset({"http", "https", "mailto", "tel", "ftp"})
_IGNORED: Final = re.compile(r"[\x00-\x20]+")


def is_elsewhere(address: str) -> bool:
    """Return True if `address` refers to another computer or file, by a scheme or as a network share."""
    # Programs decode %5C before they open the address.
    cleaned = _IGNORED.sub("", unquote(address))
    return cleaned.startswith(("\\\\", "//", "/\\", "\\/")) or _SCHEME.match(cleaned) is not None


def is_harmless_link(address: str) -> bool:
    """Return True for a link to the web, a mailbox or a telephone, or inside the document.

    A share (``\\\\server\\share``) or ``file:`` sends the password hash of the officer who opens it.
    """
    scheme = _SCHEME.match(_IGNORED.sub("", unquote(address)))
    return scheme[1].lower() in _LINKS if scheme else not is_elsewhere(address)
