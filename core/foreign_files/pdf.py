"""Refuse PDFs with active parts: scripts, programs and references that act when an officer opens the file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

import pikepdf

from core.foreign_files.addresses import is_harmless_link
from core.foreign_files.reasons import Reason, Refused

# PDF 32000-1: actions that start programs or scripts, send data or open other files; files inside the file.
ACTIONS: Final = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/Rendition", "/RichMediaExecute"}
)  # fmt: skip
# The forms of Adobe LiveCycle (XFA) are programs of their own.
ACTIVE_KEYS: Final = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA"})
ACTIVE_TYPES: Final = frozenset({"/EmbeddedFile", "/FileAttachment", "/RichMedia"})
# In a file that cannot be read as a PDF, where a viewer may still find them.
_RAW: Final = re.compile(rb"/(?:JavaScript|JS|Launch|GoToR|EmbeddedFiles?|RichMedia|XFA)\b")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
MAX_DEPTH: Final = 60
MAX_OBJECTS: Final = 1_000_000
MAX_HIDDEN: Final = 1024
PROGRAMS: Final = (b"MZ", b"\x7fELF", b"PK\x03\x04", b"#!")
PDF_BYTES: Final = 64 * 1024 * 1024
PDF_TAIL: Final = 4096


def check_pdf(file: BinaryIO) -> None:
    """Refuse a file that only contains a PDF somewhere (a polyglot), a cut-off or locked one, and active parts."""
    if not file.read(5) == b"%PDF-":
        raise Refused(Reason.PDF_START)
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - PDF_TAIL))
    if b"%%EOF" not in file.read():
        raise Refused(Reason.PDF_INCOMPLETE)
    file.seek(0)
    data = file.read(PDF_BYTES)
    _check_end(data)
    file.seek(0)
    try:
        with pikepdf.open(file) as document:
            if any(map(_is_active, _dictionaries(document))):
                raise Refused(Reason.PDF_ACTIVE)
            # What did not fit into the memory is left out by qpdf with a warning: it was not looked at.
            if any("bad_alloc" in str(warning) for warning in document.get_warnings()):
                raise Refused(Reason.TOO_COMPLEX)
    except pikepdf.PasswordError as error:
        raise Refused(Reason.LOCKED) from error
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, NotImplementedError):
        if _RAW.search(_ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), data)):
            raise Refused(Reason.PDF_ACTIVE) from None


def _check_end(data: bytes) -> None:
    rest = data[data.rfind(b"%%EOF") + len(b"%%EOF") :].strip(b"\r\n\t \0")
    if rest.startswith(PROGRAMS) or len(rest) > MAX_HIDDEN:
        raise Refused(Reason.PDF_HIDDEN_FILE)


def _dictionaries(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Yield every dictionary of a document, also those inside others."""
    waiting: list[tuple[pikepdf.Object, int]] = [(document.trailer, 0)]
    waiting += [(found, 0) for found in document.objects]
    seen = 0
    while waiting:
        found, depth = waiting.pop()
        seen += 1
        if seen > MAX_OBJECTS:
            raise Refused(Reason.TOO_COMPLEX)
        if depth > MAX_DEPTH:
            raise Refused(Reason.PDF_ACTIVE)
        inner: list[pikepdf.Object] = []
        if isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
            yield found
            inner = [value for _key, value in found.items()]
        elif isinstance(found, pikepdf.Array):
            inner = list(found)
        # An indirect object comes by itself.
        waiting += [
            (value, depth + 1)
            for value in inner
            if isinstance(value, pikepdf.Object) and not value.is_indirect
        ]


def _is_active(found: pikepdf.Object) -> bool:
    named = {str(found.get(key)) for key in ("/S", "/Type", "/Subtype")}
    if named & (ACTIONS | ACTIVE_TYPES) or ACTIVE_KEYS & set(found.keys()):
        return True
    # A file specification: the content of a stream, a page or an action lies in another file.
    # The flags of annotations have the same key.
    if isinstance(found.get("/F"), (pikepdf.String, pikepdf.Dictionary)):
        return True
    address = found.get("/URI")
    return isinstance(address, pikepdf.String) and not is_harmless_link(str(address))
