"""Refuse PDFs with active parts: scripts, programs and references that act when an officer opens the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

import pikepdf

from core.foreign_files.addresses import is_harmless_link
from core.foreign_files.reasons import Reason, Refused

# PDF 32000-1: actions that start programs or scripts, play media, send data or open other files; files inside the file.
ACTIONS: Final = frozenset(
    {
        "/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR", "/GoTo3DView", "/Rendition",
        "/RichMediaExecute", "/Movie", "/Sound",
    }
)  # fmt: skip
# Adobe LiveCycle forms (XFA) are programs in themselves.
ACTIVE_KEYS: Final = frozenset(
    {
        "/JS",
        "/JavaScript",
        "/EmbeddedFiles",
        "/EF",
        "/RichMediaContent",
        "/XFA",
        "/OnInstantiate",
        "/3DD",
        "/3DA",
    }
)
ACTIVE_TYPES: Final = frozenset(
    {"/EmbeddedFile", "/FileAttachment", "/RichMedia", "/3D", "/U3D", "/PRC", "/RichMediaSettings", "/Screen"}
)
#: Name trees that many programs write although they are empty.
_NAME_TREES: Final = frozenset({"/JavaScript", "/EmbeddedFiles"})
# For a file that cannot be read as a PDF, this reason is clearer than "damaged".
_RAW: Final = re.compile(rb"/(?:JavaScript|JS|Launch|GoToR|EmbeddedFiles?|RichMedia|XFA)\b")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
MAX_DEPTH: Final = 60
#: Number of objects examined: few in a small file, since half a million of them fit into one kilobyte when packed.
MAX_OBJECTS: Final = 300_000
LEAST_OBJECTS: Final = 50_000
BYTES_PER_OBJECT: Final = 4
#: What programs put before the first and after the last mark.
BLANK_BEFORE: Final = b"\r\n\t "
BLANK_BEHIND: Final = b"\r\n\t\f \0\x1a"
MAX_NEXT: Final = 20
HEAD: Final = 1024


def check_pdf(file: BinaryIO) -> None:
    """Refuse a file that merely contains a PDF somewhere (a polyglot), a truncated or locked PDF, and active parts."""
    data = file.read()
    if not data[:HEAD].lstrip(BLANK_BEFORE).startswith(b"%PDF-"):
        raise Refused(Reason.PDF_START)
    _before, mark, rest = data.rpartition(b"%%EOF")
    if not mark:
        raise Refused(Reason.PDF_INCOMPLETE)
    if rest.strip(BLANK_BEHIND):
        raise Refused(Reason.PDF_HIDDEN_FILE)
    try:
        with pikepdf.open(file) as document:
            if any(map(_is_active, _dictionaries(document, _max_objects(len(data))))):
                raise Refused(Reason.PDF_ACTIVE)
            _check_warnings(document)
    except pikepdf.PasswordError as error:
        raise Refused(Reason.LOCKED) from error
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, NotImplementedError):
        if _RAW.search(_ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), data)):
            raise Refused(Reason.PDF_ACTIVE) from None
        # A viewer that repairs the file may find content that was never examined.
        raise Refused(Reason.PDF_DAMAGED) from None


def _check_warnings(document: pikepdf.Pdf) -> None:
    """Refuse what qpdf could not examine: objects for lack of memory, and packed ones of a file without a directory."""
    warnings = " ".join(map(str, document.get_warnings()))
    if "bad_alloc" in warnings:
        raise Refused(Reason.TOO_COMPLEX)
    packed = "reconstruct" in warnings and any(
        isinstance(found, pikepdf.Stream) and str(found.get("/Type")) == "/ObjStm"
        for found in document.objects
    )
    if packed or "unable to find trailer" in warnings:
        raise Refused(Reason.PDF_DAMAGED)


def _max_objects(size: int) -> int:
    return min(LEAST_OBJECTS + size // BYTES_PER_OBJECT, MAX_OBJECTS)


def _dictionaries(document: pikepdf.Pdf, most: int) -> Iterator[pikepdf.Object]:
    """Yield every dictionary of a document, including nested ones."""
    waiting: list[tuple[pikepdf.Object, int]] = [(document.trailer, 0)]
    waiting += [(found, 0) for found in document.objects]
    seen = 0
    while waiting:
        found, depth = waiting.pop()
        seen += 1
        if seen > most:
            raise Refused(Reason.TOO_COMPLEX)
        if depth > MAX_DEPTH:
            raise Refused(Reason.PDF_ACTIVE)
        inner: list[pikepdf.Object] = []
        if isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
            yield found
            inner = [value for _key, value in found.items()]
        elif isinstance(found, pikepdf.Array):
            inner = list(found)
        # An indirect object is yielded on its own.
        waiting += [
            (value, depth + 1)
            for value in inner
            if isinstance(value, pikepdf.Object) and not value.is_indirect
        ]


def _is_active(found: pikepdf.Object) -> bool:
    named = {str(found.get(key)) for key in ("/S", "/Type", "/Subtype")}
    keys = {
        key for key in ACTIVE_KEYS & set(found.keys()) if key not in _NAME_TREES or not _is_empty(found[key])
    }
    if keys or named & (ACTIONS | ACTIVE_TYPES) or _opens_address(found):
        return True
    # A file specification: the content of a stream, a page or an action lies in another file.
    # The flags of annotations have the same key.
    if isinstance(found.get("/F"), (pikepdf.String, pikepdf.Dictionary)):
        return True
    address = found.get("/URI")
    if isinstance(address, pikepdf.Dictionary):
        address = address.get("/Base")
    return isinstance(address, pikepdf.String) and not is_harmless_link(str(address))


def _is_empty(tree: pikepdf.Object) -> bool:
    """Return True for a name tree without names."""
    if not isinstance(tree, pikepdf.Dictionary):
        return False
    parts = [tree.get(key) for key in ("/Names", "/Kids")]
    return all(part is None or (isinstance(part, pikepdf.Array) and not len(part)) for part in parts)


def _opens_address(found: pikepdf.Object) -> bool:
    """Return True if the document opens an address without a click."""
    triggers = found.get("/AA")
    begun = [found.get("/OpenAction")]
    if isinstance(triggers, pikepdf.Dictionary):
        begun += [action for _key, action in triggers.items()]
    for _step in range(MAX_NEXT):
        actions = [action for action in begun if isinstance(action, pikepdf.Dictionary)]
        if any(str(action.get("/S")) == "/URI" for action in actions):
            return True
        following = [action.get("/Next") for action in actions]
        begun = [one for part in following for one in (part if isinstance(part, pikepdf.Array) else [part])]
        if not actions:
            return False
    return True
