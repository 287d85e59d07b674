"""Refuse OpenDocument files with scripts, objects, or content from elsewhere (OASIS ODF 1.3).

Parts are checked against a list of what ordinary files have (ADR 290); all XML is read.
"""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO, Final
from urllib.parse import unquote
from xml.parsers import expat

from core.foreign_files import office_parts
from core.foreign_files.addresses import is_elsewhere, is_harmless_link
from core.foreign_files.reasons import Reason, Refused
from core.foreign_files.zip_files import (
    MAX_UNPACKED_BYTES,
    OLE,
    PROGRAM_ENDINGS,
    PROGRAMS,
    ZIP,
    check_sizes,
    readable,
    unpacked,
)

#: The content of the part `mimetype`, after its common prefix.
TYPES: Final = {"odt": "text", "ods": "spreadsheet", "odp": "presentation"}
_TYPE: Final = "application/vnd.oasis.opendocument."
MAX_TYPE_BYTES: Final = 100
_PARTS: Final = re.compile(
    r"""
    mimetype | manifest\.rdf | layout-cache
    | meta-inf/(?:manifest|documentsignatures)\.xml
    | thumbnails/thumbnail\.png
    | (?:object\ \d+/)?(?:content|styles|meta|settings)\.xml
    | configurations2/(?:[\w-]+/)*(?:current\.xml|[\w-]+\.xml)?
    | (?:object\ \d+/)?(?:pictures|media)/[^/]+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|svm|webp)
    | objectreplacements/[^/]+
    | fonts/[^/]+\.(?:ttf|otf|eot|woff2?)
    | (?:[\w\ -]+/)+
    """,
    re.VERBOSE,
)
_MACRO_PARTS: Final = ("basic/", "scripts/", "dialogs/", "java/")
_MACROS: Final = frozenset(
    {"script", "library", "library-linked", "library-embedded", "libraries", "module", "macro", "dialog"}
)
_OBJECTS: Final = frozenset({"object-ole", "plugin", "applet", "floating-frame"})
_REFERENCES: Final = frozenset(
    {
        "dde-source", "dde-connection", "dde-connection-decl", "dde-link", "section-source", "table-source",
        "cell-range-source", "connection-resource", "connection-data", "database-source-sql", "database-source-table",
        "database-source-query", "data-source", "submission", "instance", "auto-reload",
    }
)  # fmt: skip
_FORMULAS: Final = frozenset({"formula", "expression", "condition"})
_FORMULA_START: Final = re.compile(r"\s*(?:(?:of|oooc|msoxl|ooow):|=)", re.IGNORECASE)
#: Calls to another program, and cells in another file.
_REMOTE_FORMULA: Final = re.compile(r"\bDDE\s*\(|'[^']*'#|\bfile:", re.IGNORECASE)
_ADDRESSES: Final = frozenset({"href", "src", "image-data", "target-location", "datasource"})
#: What a click on a slide may do: stay in the presentation, or follow a link.
_ACTIONS: Final = frozenset(
    {
        "none", "previous-page", "next-page", "first-page", "last-page", "last-visited-page", "hide", "stop",
        "fade-out", "show",
    }
)  # fmt: skip


def check_opendocument(file: BinaryIO, kind: str) -> None:
    """Refuse a file that is not OpenDocument of `kind` ("odt", "ods", "odp"), is bloated, or has active parts."""
    with readable():
        office_parts.check_structure(file)
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_kind(archive, kind)
            check_sizes(entries)
            left = MAX_UNPACKED_BYTES
            for entry in entries:
                left -= _check_entry(archive, entry, left)


def _check_kind(archive: zipfile.ZipFile, kind: str) -> None:
    names = archive.namelist()
    if not {"mimetype", "content.xml"} <= set(names) or len(set(map(str.lower, names))) < len(names):
        raise Refused(Reason.OFFICE_OTHER_KIND)
    with archive.open("mimetype") as stream:
        if stream.read(MAX_TYPE_BYTES).decode("ascii", "replace").strip() != _TYPE + TYPES[kind]:
            raise Refused(Reason.OFFICE_OTHER_KIND)


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> int:
    """Return the unpacked size of one part after inspecting it."""
    name = entry.filename.lower()
    if name.startswith(_MACRO_PARTS) or name.endswith(PROGRAM_ENDINGS):
        raise Refused(Reason.OFFICE_MACROS)
    data = unpacked(archive, entry, left)
    if data.startswith((*PROGRAMS, OLE, ZIP)):
        raise Refused(Reason.OFFICE_OBJECTS)
    if name.endswith((".xml", ".rdf", ".svg")) or data.lstrip(b"\xef\xbb\xbf\xff\xfe\0\t\r\n ").startswith(
        b"<"
    ):
        _Part(name).read(data)
    # After the content, whose reason is clearer.
    if _PARTS.fullmatch(name) is None:
        raise Refused(Reason.OFFICE_PART, detail=entry.filename)
    return len(data)


class _Part:
    """One part, read event by event; names are compared without prefix and case."""

    def __init__(self, name: str) -> None:
        self._picture = name.endswith(".svg")

    def read(self, data: bytes) -> None:
        """Parse the part; ``Refused`` for active or remote content, ``ExpatError`` if it is not XML."""
        if not data.strip():
            # LibreOffice writes an empty table of keys.
            return
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = _refuse_document_type
        parser.XmlDeclHandler = _check_encoding
        parser.Parse(data, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if self._picture and any(_local(key).startswith("on") for key in attributes):
            raise Refused(Reason.OFFICE_OBJECTS)
        _check_element(name, attributes)
        for key, value in attributes.items():
            _check_attribute(name, _local(key), value)


def _check_element(name: str, attributes: dict[str, str]) -> None:
    if name in _MACROS:
        raise Refused(Reason.OFFICE_MACROS)
    if name == "encryption-data":
        raise Refused(Reason.LOCKED)
    if name in _OBJECTS:
        raise Refused(Reason.OFFICE_OBJECTS)
    if name in _REFERENCES:
        raise Refused(Reason.OFFICE_REFERENCES)
    if name == "event-listener":
        actions = {value for key, value in attributes.items() if _local(key) == "action"}
        if not actions or not actions <= _ACTIONS:
            raise Refused(Reason.OFFICE_MACROS)


def _check_attribute(element: str, name: str, value: str) -> None:
    if name in {"macro-name", "script-data"} and value.strip():
        raise Refused(Reason.OFFICE_MACROS)
    if name in _FORMULAS or _FORMULA_START.match(value):
        if _REMOTE_FORMULA.search(value):
            raise Refused(Reason.OFFICE_REFERENCES)
        office_parts.check_formula(value)
    if name in _ADDRESSES and not _is_harmless(element, value):
        raise Refused(Reason.OFFICE_REFERENCES)


def _is_harmless(element: str, address: str) -> bool:
    decoded = unquote(address).strip().lower()
    if decoded.startswith((".uno", "slot:", "vnd.", "macro:")):
        return False
    if element == "a":
        return is_harmless_link(address)
    # A template outside the file is only named; everything else is loaded, so it must be inside the archive.
    inside = element == "template" or not decoded.startswith(("/", "../", "./../"))
    return inside and (not is_elsewhere(address) or decoded.startswith("data:"))


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _refuse_document_type(*_declaration: object) -> None:
    raise Refused(Reason.OFFICE_REFERENCES)


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    office_parts.check_encoding(encoding)
