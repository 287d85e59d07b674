"""Private addresses are keys: no log line may carry one (docs/features/filing.md)."""

from __future__ import annotations

import logging
import re
from typing import Final

# /ho-so/<token>/…, /nop-ho-so/<code>/tiep/<token>/; the desk's /mot-cua/ho-so/<code>/ is no secret.
_TOKEN: Final = re.compile(r"(?<!/mot-cua)(/ho-so/|/tiep/)[^/\s\"'?#]+")
MASK: Final = "•••"


def masked(text: str) -> str:
    """Return ``text`` with the token of every private address replaced by three dots."""
    return _TOKEN.sub(rf"\1{MASK}", text)


class PrivateAddresses(logging.Filter):
    """Masks the tokens in what is logged, whoever logs it; drops nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message of ``record`` where it carries a token."""
        text = record.getMessage()
        if (safe := masked(text)) != text:
            record.msg, record.args = safe, ()
        return True
