"""PDF files: begin and end as such, so that nothing else is hidden in front."""

from __future__ import annotations

import os
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from core.errors import InvalidInput

TAIL: Final = 4096


def check(file: BinaryIO) -> None:
    """Refuse a file that only contains a PDF somewhere (a polyglot) or was cut off."""
    if not file.read(5) == b"%PDF-":
        raise InvalidInput(_("The file does not begin as a PDF. Save it again as PDF."))
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - TAIL))
    if b"%%EOF" not in file.read():
        raise InvalidInput(_("The PDF is cut off. Save or send it again."))
