"""Refuse documents with active parts: programs, scripts and references that act when an officer opens the file."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final

import pikepdf
from django.utils.translation import gettext as _

from core.errors import InvalidInput

# PDF 32000-1: actions that start programs or scripts, send data or open other files; files inside the file.
ACTIONS: Final = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/RichMediaExecute"}
)
ACTIVE_KEYS: Final = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/RichMediaContent"})
ACTIVE_TYPES: Final = frozenset({"/EmbeddedFile", "/FileAttachment", "/RichMedia"})
# In a file that cannot be read as a PDF, where a viewer may still find them.
_RAW: Final = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia)\b")
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
MAX_DEPTH: Final = 60
MAX_HIDDEN: Final = 1024
PROGRAMS: Final = (b"MZ", b"\x7fELF", b"PK\x03\x04", b"#!")
PDF_BYTES: Final = 64 * 1024 * 1024

PROGRAM_ENDINGS: Final = (
    ".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".hta", ".lnk",
    ".msi", ".jar",
)  # fmt: skip
# Content types of ECMA-376 and its extensions; part names alone can be chosen freely.
_MACRO_TYPES: Final = re.compile(r"vbaproject|macroenabled|vbadata", re.IGNORECASE)
_OBJECT_TYPES: Final = re.compile(r"activex|oleobject", re.IGNORECASE)
_RELATIONSHIP: Final = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>", re.IGNORECASE | re.DOTALL)
_EXTERNAL: Final = re.compile(r"TargetMode\s*=\s*[\"']\s*External", re.IGNORECASE)
_HYPERLINK: Final = re.compile(r"Type\s*=\s*[\"'][^\"']*/hyperlink\s*[\"']", re.IGNORECASE)
_ENTITY: Final = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DDE_LINK: Final = re.compile(r"<(?:\w+:)?(?:ddeLink|oleLink)\b", re.IGNORECASE)
_FIELD: Final = re.compile(
    r"<(?:\w+:)?instrText\b[^>]*>([^<]*)<|\b(?:\w+:)?instr\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE
)
_DDE_FIELD: Final = re.compile(r"\bDDE(?:AUTO)?\b", re.IGNORECASE)
_XML: Final = (".xml", ".rels", ".vml")
_EMBEDDED: Final = ("/embeddings/", "/activex/")
#: Charts keep their figures in such files; they are data, and an officer does not open them by opening the document.
_CHART_DATA: Final = (".xlsx",)


def check_pdf(file: BinaryIO) -> None:
    """Refuse a PDF that is locked, has active parts, or another file behind its end."""
    file.seek(0)
    data = file.read(PDF_BYTES)
    _check_end(data)
    file.seek(0)
    try:
        with pikepdf.open(file) as document:
            if any(map(_is_active, _dictionaries(document))):
                raise InvalidInput(_active_pdf())
    except pikepdf.PasswordError as error:
        raise InvalidInput(_("The file is protected by a password. Save it without a password.")) from error
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, NotImplementedError):
        if _RAW.search(_ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), data)):
            raise InvalidInput(_active_pdf()) from None


def _active_pdf() -> str:
    return _("The PDF contains a program, a script or another file. Print it to a PDF, or upload a photo.")


def _check_end(data: bytes) -> None:
    rest = data[data.rfind(b"%%EOF") + len(b"%%EOF") :].strip(b"\r\n\t \0")
    if rest.startswith(PROGRAMS) or len(rest) > MAX_HIDDEN:
        raise InvalidInput(_("Another file is hidden behind its end. Save it again as a PDF."))


def _dictionaries(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Yield every dictionary of a document, also those inside others."""
    waiting: list[tuple[pikepdf.Object, int]] = [(document.trailer, 0)]
    waiting += [(found, 0) for found in document.objects]
    while waiting:
        found, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise InvalidInput(_active_pdf())
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
    return bool(named & (ACTIONS | ACTIVE_TYPES) or ACTIVE_KEYS & set(found.keys()))


def check_office_file(archive: zipfile.ZipFile) -> None:
    """Refuse macros, embedded objects, external references, DDE and document types in an office file.

    The caller has limited how much the archive unpacks to.
    """
    names = [entry.filename.lower() for entry in archive.infolist()]
    if any("vba" in name or name.endswith(PROGRAM_ENDINGS) for name in names):
        raise InvalidInput(_macros())
    if any(_is_object(name) for name in names):
        raise InvalidInput(_objects())
    for entry in archive.infolist():
        if entry.filename.lower().endswith(_XML):
            _check_part(entry.filename.lower(), _text(archive.read(entry)))


def _is_object(name: str) -> bool:
    return any(folder in f"/{name}" for folder in _EMBEDDED) and not name.endswith((*_CHART_DATA, "/"))


def _text(data: bytes) -> str:
    """Return an XML part as text: UTF-8, or UTF-16 by its mark or its zero bytes."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", errors="replace")
    if b"\0" in data[:4]:
        return data.decode("utf-16-be" if data[:1] == b"\0" else "utf-16-le", errors="replace")
    return data.decode("utf-8", errors="replace")


def _check_part(name: str, text: str) -> None:
    if _ENTITY.search(text):
        raise InvalidInput(_references())
    if name == "[content_types].xml":
        if _MACRO_TYPES.search(text):
            raise InvalidInput(_macros())
        if _OBJECT_TYPES.search(text):
            raise InvalidInput(_objects())
    if name.endswith(".rels"):
        relations = _RELATIONSHIP.findall(text)
        if any(_MACRO_TYPES.search(one) for one in relations):
            raise InvalidInput(_macros())
        if any(_EXTERNAL.search(one) and not _HYPERLINK.search(one) for one in relations):
            raise InvalidInput(_references())
    # Word splits the text of a field into runs.
    codes = [first or second for first, second in _FIELD.findall(text)]
    if _DDE_LINK.search(text) or any(_DDE_FIELD.search(joint.join(codes)) for joint in ("", " ")):
        raise InvalidInput(_references())


def _macros() -> str:
    return _("The file contains macros. Save it without them or as a PDF.")


def _objects() -> str:
    return _("The file contains an embedded object. Delete the object, or save the file as a PDF.")


def _references() -> str:
    return _("The file takes content from other files or addresses. Save it as a PDF.")
