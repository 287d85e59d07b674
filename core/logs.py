"""How log lines are written."""

from __future__ import annotations

import logging
import re
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class OneLine(logging.Formatter):
    """A message stays on its line whatever a person typed into it: nobody writes entries of their own into the log."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Write control characters as ``\\x0a``; the trace of an error follows on lines of its own as ever."""
        return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", super().formatMessage(record))
