"""Reasons for refusing a file. Without Django: the inspecting process knows the reasons, the portal words them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

#: Formats that the library does not accept, because programs in them cannot be found reliably, and what to use instead
#: (ADR 370).
SUCCESSORS: Final = {"rtf": "docx", "xls": "xlsx", "ppt": "pptx"}


class Reason(StrEnum):
    """Reasons for refusing the content of a file; `inspection.py` has the message of each."""

    PDF_START = "pdf_start"
    PDF_INCOMPLETE = "pdf_incomplete"
    PDF_DAMAGED = "pdf_damaged"
    PDF_ACTIVE = "pdf_active"
    PDF_HIDDEN_FILE = "pdf_hidden_file"
    LOCKED = "locked"
    PICTURE_FAR_TOO_LARGE = "picture_far_too_large"
    PICTURE_TOO_LARGE = "picture_too_large"
    PICTURE_ANIMATED = "picture_animated"
    PICTURE_HIDDEN_FILE = "picture_hidden_file"
    PICTURE_DAMAGED = "picture_damaged"
    OFFICE_DAMAGED = "office_damaged"
    OFFICE_OTHER_KIND = "office_other_kind"
    OFFICE_BLOATED = "office_bloated"
    OFFICE_MACROS = "office_macros"
    OFFICE_OBJECTS = "office_objects"
    OFFICE_REFERENCES = "office_references"
    OFFICE_PART = "office_part"
    OLD_FORMAT = "old_format"
    FORMULA = "formula"
    ARCHIVE_ENTRY = "archive_entry"
    ARCHIVE_PATH = "archive_path"
    TOO_COMPLEX = "too_complex"
    BUSY = "busy"
    SPENT = "spent"


class Refused(Exception):
    """The content of a file is not accepted; `number` and `detail` are facts for the message.

    ``inside`` is the name of the file in an archive that is meant; empty for the file itself.
    """

    def __init__(self, reason: Reason, number: int = 0, detail: str = "", *, inside: str = "") -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.number = number
        self.detail = detail
        self.inside = inside
