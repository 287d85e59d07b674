"""Log lines: one line per message, without the keys in private addresses."""

from __future__ import annotations

import logging
import re
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
MASK: Final = "•••"


class SingleLineFormatter(logging.Formatter):
    """Keep a message on one line whatever a user typed into it, so that log entries cannot be forged."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Escape control characters as ``\\x0a``; a traceback follows on its own lines."""
        return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", super().formatMessage(record))


class PrivateAddressFilter(logging.Filter):
    """Mask the key in every private address; drop no message (docs/features/filing.md).

    ``address``: pattern of an address up to the end of its key; what its first group matches is kept.
    """

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = re.compile(address)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message of ``record`` if it contains a key."""
        text = record.getMessage()
        if (safe := self._address.sub(rf"\1{MASK}", text)) != text:
            record.msg, record.args = safe, ()
        return True
