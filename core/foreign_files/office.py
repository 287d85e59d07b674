"""Refuse office files with active parts; they are read as the same XML that Word and Excel read (ECMA-376)."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import IO, BinaryIO, Final
from xml.parsers import expat

from core.foreign_files import office_parts
from core.foreign_files.addresses import is_elsewhere, is_harmless_link
from core.foreign_files.formulas import check_formula
from core.foreign_files.reasons import Reason, Refused
from core.foreign_files.zip_files import (
    CHUNK,
    MAX_UNPACKED_BYTES,
    OLE,
    PROGRAM_ENDINGS,
    PROGRAMS,
    ZIP,
    check_sizes,
    readable,
)
from core.foreign_files.zip_structure import check_names, check_structure

# Content types and kinds of relationships of ECMA-376 and its extensions; part names alone can be chosen freely.
_MACRO_TYPES: Final = re.compile(r"vbaproject|macroenabled|vbadata|macrosheet|dialogsheet", re.IGNORECASE)
_OBJECT_TYPES: Final = re.compile(r"activex|oleobject|afchunk|subdocument|webextension", re.IGNORECASE)
_OBJECTS: Final = frozenset({"oleobject", "objectembed", "objectlink", "altchunk", "script", "webvideopr"})
_REFERENCES: Final = frozenset(
    {"ddelink", "olelink", "connection", "mailmerge", "datamashup", "webpublishitem", "attachedtemplate"}
)
#: Elements of VML and SVG whose address is opened with the document.
_LOADED: Final = frozenset({"imagedata", "fill", "stroke", "image", "use", "feimage"})
_ADDRESSES: Final = frozenset({"src", "href", "althref"})
_EXACT: Final = frozenset({"relationship", "override", "default", "fldchar", "fldsimple"})
_FIELD_TEXTS: Final = frozenset({"instrtext", "delinstrtext"})
_FORMULAS: Final = frozenset(
    {
        "f", "definedname", "formula", "formula1", "formula2", "oldformula", "calculatedcolumnformula",
        "totalsrowformula", "fmlalink", "fmlarange", "fmlatxbx", "fmlapict", "fmlagroup",
    }
)  # fmt: skip
#: Attributes of drawings, controls and pivot tables that are formulas.
_FORMULA_ATTRIBUTES: Final = frozenset(
    {"textlink", "formula", "fmlalink", "fmlarange", "fmlatxbx", "fmlagroup", "linkedcell", "listfillrange"}
)
#: Elements of VML that name a macro or contain a script.
_SCRIPTS: Final = frozenset({"fmlamacro", "scripttext", "scriptextended", "scriptlocation"})
#: Excel reads other files with it only if they are open already.
_WORKBOOK_FUNCTIONS: Final = frozenset({"INDIRECT", "INFO"})
_SLIDE_LINKS: Final = frozenset({"hlinkclick", "hlinkmouseover", "hlinkhover"})
_UNCLOSED_BREAK: Final = re.compile(rb"<br\s*>", re.IGNORECASE)
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def check_office(file: BinaryIO, main_part: str) -> None:
    """Refuse a file that is not an office file with `main_part`, unpacks to too much, or has active parts."""
    with readable():
        _check_archive(file, main_part, MAX_UNPACKED_BYTES)


def _check_archive(file: BinaryIO, main_part: str, left: int, *, inside: bool = False) -> None:
    check_structure(file)
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        _check_directory(entries, main_part)
        for entry in entries:
            name = entry.filename.lower()
            if "vba" in name or name.endswith(PROGRAM_ENDINGS):
                raise Refused(Reason.OFFICE_MACROS)
            if "/activex/" in f"/{name}":
                raise Refused(Reason.OFFICE_OBJECTS)
            with archive.open(entry) as stream:
                left -= _check_entry(stream, name, left, inside=inside)
            # After the content check, whose reason is clearer.
            office_parts.check_name(entry.filename)
        check_names(entry.orig_filename for entry in entries)


def _check_directory(entries: list[zipfile.ZipInfo], main_part: str) -> None:
    names = {entry.filename for entry in entries}
    # Word Online numbers it: word/document2.xml.
    stem, _dot, ending = main_part.rpartition(".")
    main = re.compile(rf"{re.escape(stem)}\d*\.{ending}")
    if "[Content_Types].xml" not in names or not any(map(main.fullmatch, names)):
        raise Refused(Reason.OFFICE_OTHER_KIND)
    check_sizes(entries)


def _check_entry(stream: IO[bytes], name: str, left: int, *, inside: bool) -> int:
    """Return the unpacked size of one part after reading it: the sizes in the directory can be false."""
    first = stream.read(CHUNK)
    if first.startswith((*PROGRAMS, OLE)) or _is_foreign(first, name):
        raise Refused(Reason.OFFICE_OBJECTS)
    office_parts.check_picture_start(name, first)
    pieces: list[bytes] = []
    size, chunk = 0, first
    wanted = _is_xml(first, name) or first.startswith(ZIP)
    while chunk:
        size += len(chunk)
        if size > left:
            raise Refused(Reason.OFFICE_BLOATED)
        if wanted:
            pieces.append(chunk)
        chunk = stream.read(CHUNK)
    if first.startswith(ZIP):
        _check_inner(b"".join(pieces), left - size, inside=inside)
    elif wanted:
        _Part(name).read(b"".join(pieces))
    return size


def _is_foreign(first: bytes, name: str) -> bool:
    """Return True for an embedded file: an object, or an archive that is not the workbook of a chart."""
    workbook = name.endswith(".xlsx")
    embedded = "/embeddings/" in f"/{name}" and not name.endswith("/")
    return (embedded or first.startswith(ZIP)) and not (workbook and first.startswith(ZIP))


def _is_xml(first: bytes, name: str) -> bool:
    for mark in _MARKS:
        first = first.removeprefix(mark)
    return name.endswith((".xml", ".rels", ".vml")) or first.lstrip(b"\0\t\r\n ").startswith(b"<")


def _check_inner(data: bytes, left: int, *, inside: bool) -> None:
    """Check the workbook of a chart, which contains nothing further."""
    if inside:
        raise Refused(Reason.OFFICE_OBJECTS)
    _check_archive(io.BytesIO(data), "xl/workbook.xml", left, inside=True)


@dataclass(slots=True)
class _Field:
    """A field that has begun, in how many alternatives (Word reads only one), and its code, up to the separator."""

    begun_in: int
    code: list[str] = field(default_factory=list)
    in_code: bool = True


class _Part:
    """One part of an office file, read event by event: no tree, no entities, in the memory of its deepest text.

    Names are compared without prefix and case, so that no namespace binding can hide an element.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._fields: list[_Field] = []
        self._alternatives = 0
        self._loose: list[str] = []
        self._codes: list[str] = []
        self._text: list[str] | None = None

    def read(self, data: bytes) -> None:
        """Parse the part; raise ``Refused`` for active or external content, ``ExpatError`` if it is not XML."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse_document_type
        parser.XmlDeclHandler = self._check_encoding
        # Excel leaves line break elements unclosed in drawings of comments and buttons.
        parser.Parse(_UNCLOSED_BREAK.sub(b"<br/>", data) if self._name.endswith(".vml") else data, True)
        self._check_code("".join(self._loose))
        office_parts.check_field_words(self._codes)

    def _check_encoding(self, _version: str, encoding: str | None, _standalone: int) -> None:
        office_parts.check_encoding(encoding)

    def _refuse_document_type(self, *_declaration: object) -> None:
        raise Refused(Reason.OFFICE_REFERENCES)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name, values = _local(tag), {_local(key): value for key, value in attributes.items()}
        if name in _EXACT and len(values) < len(attributes):
            # Two attributes that differ only in their prefix: crafted so that one hides the other.
            raise Refused(Reason.OFFICE_REFERENCES)
        if self._name.endswith(".svg") and any(key.startswith("on") for key in values):
            raise Refused(Reason.OFFICE_OBJECTS)
        _check_element(name, values)
        if name == "fldchar":
            self._mark_field(values.get("fldchartype", "").lower())
        elif name == "fldsimple":
            self._check_code(values.get("instr", ""))
            self._codes.append(values.get("instr", ""))
        elif name == "alternatecontent":
            self._alternatives += 1
        elif name in _FIELD_TEXTS | _FORMULAS:
            self._text = []

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        name = _local(tag)
        if name == "alternatecontent":
            self._alternatives -= 1
        if self._text is None or name not in _FIELD_TEXTS | _FORMULAS:
            return
        text, self._text = "".join(self._text), None
        if name in _FORMULAS:
            check_formula(text, _WORKBOOK_FUNCTIONS)
            return
        if self._fields and self._fields[-1].begun_in != self._alternatives:
            raise Refused(Reason.OFFICE_REFERENCES)
        # Word splits the text of a field into runs.
        self._codes.append(text)
        (self._fields[-1].code if self._fields else self._loose).append(text)

    def _mark_field(self, kind: str) -> None:
        if kind == "begin":
            if self._fields:
                outer = self._fields[-1]
                office_parts.check_outer_field("".join(outer.code), in_code=outer.in_code)
            self._fields.append(_Field(self._alternatives))
        elif self._fields:
            self._check_code("".join(self._fields[-1].code))
            self._fields[-1].in_code = False
            if kind == "end":
                self._fields.pop()

    def _check_code(self, code: str) -> None:
        office_parts.check_field(code)


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()


def _check_element(name: str, values: dict[str, str]) -> None:
    if name in _OBJECTS:
        raise Refused(Reason.OFFICE_OBJECTS)
    if name in _REFERENCES:
        raise Refused(Reason.OFFICE_REFERENCES)
    if name == "customui" or name in _SCRIPTS or values.get("macro", "").strip():
        raise Refused(Reason.OFFICE_MACROS)
    _check_formulas(name, values)
    if name in _SLIDE_LINKS:
        office_parts.check_slide_action(values.get("action", ""))
    if name == "relationship":
        _check_relationship(values)
    elif name in {"override", "default"}:
        _check_type(values.get("contenttype", ""))
        office_parts.check_content_type(values.get("contenttype", ""))
    else:
        _check_addresses(name, values)


def _check_formulas(name: str, values: dict[str, str]) -> None:
    """Check the attributes that are formulas."""
    for key in _FORMULA_ATTRIBUTES & values.keys():
        check_formula(values[key], _WORKBOOK_FUNCTIONS)
    if name == "cfvo" and values.get("type") == "formula":
        check_formula(values.get("val", ""), _WORKBOOK_FUNCTIONS)


def _check_addresses(name: str, values: dict[str, str]) -> None:
    """Refuse pictures that are loaded from elsewhere, and shapes that link to a file."""
    if name not in _LOADED:
        if not is_harmless_link(values.get("href", "")):
            raise Refused(Reason.OFFICE_REFERENCES)
        return
    for key in _ADDRESSES & values.keys():
        if is_elsewhere(values[key]) and not values[key].lower().startswith("data:"):
            raise Refused(Reason.OFFICE_REFERENCES)


def _check_relationship(values: dict[str, str]) -> None:
    kind = values.get("type", "").rpartition("/")[2].lower()
    target = values.get("target", "")
    _check_type(kind)
    external = values.get("targetmode", "").strip().lower() == "external"
    if kind == "hyperlink":
        if not is_harmless_link(target):
            raise Refused(Reason.OFFICE_REFERENCES)
    elif external or is_elsewhere(target):
        raise Refused(Reason.OFFICE_REFERENCES)
    office_parts.check_kind(values.get("type", ""))


def _check_type(text: str) -> None:
    if _MACRO_TYPES.search(text):
        raise Refused(Reason.OFFICE_MACROS)
    if _OBJECT_TYPES.search(text):
        raise Refused(Reason.OFFICE_OBJECTS)
