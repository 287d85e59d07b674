"""Refuse OpenDocument files with scripts, objects, or content from elsewhere (OASIS ODF 1.3).

Parts, elements and functions are checked against lists of what ordinary files have, and addresses may stand only
where a person clicks on them (ADR 370); all XML is read.
"""

from __future__ import annotations

import re
import zipfile
from typing import BinaryIO, Final
from urllib.parse import unquote
from xml.parsers import expat

from core.foreign_files import office_parts
from core.foreign_files.addresses import is_elsewhere, is_harmless_link
from core.foreign_files.formulas import check_formula
from core.foreign_files.opendocument_names import (
    DRAW,
    ELEMENTS,
    HARMLESS,
    PICTURE,
    RDF,
    SIGNATURES,
    SVG,
    TEXT,
)
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
from core.foreign_files.zip_structure import check_names, check_structure

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
    | configurations2/(?:[\w-]+/)*(?:current\.xml)?
    | (?:object\ \d+/)?(?:pictures|media)/[^/]+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|svm|webp)
    | objectreplacements/[^/]+
    | fonts/[^/]+\.(?:ttf|otf|eot|woff2?)
    | (?:[\w\ -]+/)+
    """,
    re.VERBOSE,
)
_PICTURE_FOLDER: Final = re.compile(r"(?:^|/)(?:pictures|media|objectreplacements|thumbnails)/")
#: The metafile of LibreOffice.
_METAFILE: Final = b"VCLMTF"
_MACRO_PARTS: Final = ("basic/", "scripts/", "dialogs/", "java/")
#: Elements that are not on the list, by what the message says of them.
_MACROS: Final = frozenset(
    {
        "script", "library", "library-linked", "library-embedded", "libraries", "module", "macro", "dialog",
        "execute-macro", "error-macro", "event-listener", "command",
    }
)  # fmt: skip
_OBJECTS: Final = frozenset({"object-ole", "plugin", "applet", "floating-frame"})
_REFERENCES: Final = frozenset(
    {
        "dde-source", "dde-connection", "dde-connection-decl", "dde-link", "section-source", "table-source",
        "cell-range-source", "connection-resource", "database-source-sql", "database-source-table",
        "database-source-query", "database-display", "database-name", "submission", "instance", "model", "load",
        "auto-reload", "data-mapping", "alphabetical-index-auto-mark-file",
    }
)  # fmt: skip
_KNOWN: Final = {
    Reason.OFFICE_MACROS: _MACROS,
    Reason.OFFICE_OBJECTS: _OBJECTS,
    Reason.OFFICE_REFERENCES: _REFERENCES,
}
_FORMULAS: Final = frozenset({"formula", "expression", "condition"})
_FORMULA_START: Final = re.compile(r"\s*(?:(?:of|oooc|msoxl|ooow):\s*=?|=)", re.IGNORECASE)
#: What people write: it may look like an address or a formula.
_TEXTS: Final = frozenset(
    {
        "string-value", "name", "title", "description", "display-name", "label", "value", "current-value", "annote",
        "author", "note", "publisher", "prefix", "suffix", "num-prefix", "num-suffix", "target-frame-name",
        "reference-name", "message", "alternative-text", "hint", "tag", "string-value-if-true",
        "string-value-if-false",
    }
)  # fmt: skip
#: Attributes that are followed when somebody clicks on them.
_LINKS: Final = frozenset(
    {
        (TEXT, "a", "href"), (TEXT, "bibliography-mark", "url"), (DRAW, "a", "href"),
        (DRAW, "area-circle", "href"), (DRAW, "area-polygon", "href"), (DRAW, "area-rectangle", "href"),
    }
)  # fmt: skip
_ADDRESSES: Final = frozenset(
    {"href", "src", "url", "image-data", "target-location", "resource", "schema", "base"}
)
#: Of a form: where it sends its data or gets it from.
_DATABASE: Final = frozenset({"datasource", "command", "database-name", "connection-resource"})
#: A path, a share or a scheme that opens something, in any other attribute.
_OPENS: Final = re.compile(
    r"\s*(?:\\\\|//|/\\|[a-z][a-z0-9+.-]*:\s*[\\/]"
    r"|(?:file|macro|script|javascript|service|slot|private|\.uno|vnd\.[\w.-]+):)",
    re.IGNORECASE,
)
#: Where the standard describes how to read the metadata.
_STANDARD: Final = re.compile(r"https?://docs\.oasis-open\.org/[\w./#-]+")
#: What a click on a slide may do: stay in the presentation, or follow a link.
_ACTIONS: Final = frozenset(
    {
        "none", "previous-page", "next-page", "first-page", "last-page", "last-visited-page", "hide", "stop",
        "fade-out", "show",
    }
)  # fmt: skip
_BUTTONS: Final = frozenset({"push", "reset"})
_FORM_FIELDS: Final = re.compile(r"vnd\.oasis\.opendocument\.field\.FORM\w+|msoffice\.field\.FORM\w+")


def check_opendocument(file: BinaryIO, kind: str) -> None:
    """Refuse a file that is not OpenDocument of `kind` ("odt", "ods", "odp"), is bloated, or has active parts."""
    with readable():
        check_structure(file)
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_kind(archive, kind)
            check_names(entry.orig_filename for entry in entries)
            check_sizes(entries)
            left = MAX_UNPACKED_BYTES
            for entry in entries:
                left -= _check_entry(archive, entry, left)


def _check_kind(archive: zipfile.ZipFile, kind: str) -> None:
    if not {"mimetype", "content.xml"} <= set(archive.namelist()):
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
    picture = _PICTURE_FOLDER.search(name) is not None
    is_text = data.lstrip(b"\xef\xbb\xbf\xff\xfe\0\t\r\n ").startswith(b"<")
    if name.endswith((".xml", ".rdf", ".svg")) or is_text:
        _Part(name, is_picture=picture).read(data)
    # After the content, whose reason is clearer. Keys, menus and toolbars of the document's own are not ordinary.
    custom = name.startswith("configurations2/") and data
    if _PARTS.fullmatch(name) is None or custom:
        raise Refused(Reason.OFFICE_PART, detail=entry.filename)
    if picture and data and not data.startswith((*office_parts.PICTURES, _METAFILE)):
        raise Refused(Reason.OFFICE_PART, detail=entry.filename)
    return len(data)


class _Part:
    """One part, read event by event, with the namespaces of its elements as office programs read them."""

    def __init__(self, name: str, *, is_picture: bool) -> None:
        self._picture = is_picture
        self._signature = name.endswith("documentsignatures.xml")

    def read(self, data: bytes) -> None:
        """Parse the part; ``Refused`` for active or remote content, ``ExpatError`` if it is not XML."""
        if not data.strip():
            # LibreOffice writes an empty table of keys.
            return
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = _refuse_document_type
        parser.XmlDeclHandler = _check_encoding
        parser.Parse(data, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        space, name = _split(tag)
        values = {_split(key): value for key, value in attributes.items()}
        if self._picture:
            _check_picture_element(space, name, values)
        elif self._signature:
            if space not in SIGNATURES:
                raise Refused(Reason.OFFICE_PART, detail=name)
        else:
            _check_element(space, name, values)


def _split(name: str) -> tuple[str, str]:
    space, _blank, local = name.rpartition(" ")
    return space, local


def _check_picture_element(space: str, name: str, values: dict[tuple[str, str], str]) -> None:
    if space != SVG:
        return
    if name not in PICTURE or any(key.lower().startswith("on") for _space, key in values):
        raise Refused(Reason.OFFICE_OBJECTS)
    for (_space, key), value in values.items():
        if key == "href" and is_elsewhere(value) and not value.lower().startswith("data:"):
            raise Refused(Reason.OFFICE_REFERENCES)


def _check_element(space: str, name: str, values: dict[tuple[str, str], str]) -> None:
    if name == "encryption-data":
        raise Refused(Reason.LOCKED)
    if space not in HARMLESS and name not in ELEMENTS.get(space, ()):
        reasons = {
            Reason.OFFICE_MACROS: _MACROS,
            Reason.OFFICE_OBJECTS: _OBJECTS,
            Reason.OFFICE_REFERENCES: _REFERENCES,
        }
        known = (reason for reason, names in reasons.items() if name in names)
        raise Refused(next(known, Reason.OFFICE_PART), detail=name)
    by_name = {key: value for (_space, key), value in values.items()}
    if name == "event-listener" and by_name.get("action") not in _ACTIONS:
        raise Refused(Reason.OFFICE_MACROS)
    if name == "button" and by_name.get("button-type", "push") not in _BUTTONS:
        raise Refused(Reason.OFFICE_REFERENCES)
    if name.startswith("fieldmark") and not _FORM_FIELDS.fullmatch(
        by_name.get("type", "msoffice.field.FORM_")
    ):
        raise Refused(Reason.OFFICE_REFERENCES)
    if space == RDF:
        # Describes the parts by names that look like addresses and are not opened.
        return
    for (_space, key), value in values.items():
        _check_attribute(space, name, key, value)


def _check_attribute(space: str, element: str, name: str, value: str) -> None:
    if name in {"macro-name", "script-data"} and value.strip():
        raise Refused(Reason.OFFICE_MACROS)
    if (space, element, name) in _LINKS:
        if not is_harmless_link(value) or (_OPENS.match(unquote(value)) and not _is_web(value)):
            raise Refused(Reason.OFFICE_REFERENCES)
    elif name in _FORMULAS or (name not in _TEXTS and _FORMULA_START.match(value)):
        check_formula(_FORMULA_START.sub("", value, count=1))
    elif name in _ADDRESSES:
        if not _is_inside(element, value):
            raise Refused(Reason.OFFICE_REFERENCES)
    elif (name in _DATABASE and value.strip()) or (
        name not in _TEXTS and _OPENS.match(unquote(value)) and not _STANDARD.fullmatch(value)
    ):
        raise Refused(Reason.OFFICE_REFERENCES)


def _is_web(address: str) -> bool:
    return unquote(address).strip().lower().startswith(("http://", "https://", "ftp://"))


def _is_inside(element: str, address: str) -> bool:
    """Return True for content in the archive; a template outside is only named, not loaded."""
    decoded = unquote(address).strip().lower()
    leaves = (
        decoded.startswith(("/", "../", "./../", ".uno", "slot:", "vnd.", "macro:")) and element != "template"
    )
    return not leaves and (not is_elsewhere(address) or decoded.startswith("data:"))


def _refuse_document_type(*_declaration: object) -> None:
    raise Refused(Reason.OFFICE_REFERENCES)


def _check_encoding(_version: str, encoding: str | None, _standalone: int) -> None:
    office_parts.check_encoding(encoding)
