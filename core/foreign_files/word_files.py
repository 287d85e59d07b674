"""Refuse Word files from before 2007 (.doc) with macros, objects, remote templates, or fields that load something.

The container (MS-CFB) is read by olefile, which refuses what contradicts itself; fields and template are read as
MS-DOC says, and checked by the same lists as those of .docx (ADR 370).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import BinaryIO, Final

import olefile

from core.foreign_files import office_parts
from core.foreign_files.addresses import is_elsewhere
from core.foreign_files.reasons import Reason, Refused
from core.foreign_files.zip_files import OLE

#: Streams and storages of a document. `MsoDataStore` holds the XML of later versions of Word, under random names.
_ENTRIES: Final = frozenset(
    {
        "root entry", "worddocument", "0table", "1table", "data", "objectpool", "msodatastore", "\x01compobj",
        "\x01ole", "\x05summaryinformation", "\x05documentsummaryinformation", "_signatures", "_xmlsignatures",
    }
)  # fmt: skip
#: Storages whose content no program runs.
_DATA_STORES: Final = frozenset({"msodatastore", "_signatures", "_xmlsignatures"})
_MACROS: Final = frozenset({"_vba_project", "_vba_project_cur", "vba", "macros", "project", "projectwm"})
_LOCKED: Final = frozenset({"encryptedpackage", "encryptioninfo"})
#: Programs for which a container may be meant: none, and Word 6 to 2007.
_PROGRAMS: Final = frozenset(
    {
        "", "00020906-0000-0000-C000-000000000046", "00020900-0000-0000-C000-000000000046",
        "F4754C9B-64F5-4B40-8AF4-679732AC0607",
    }
)  # fmt: skip
ENTRY: Final = 128
NAME_BYTES: Final = 64
_NAME: Final = struct.Struct("<HB")
_BASE: Final = struct.Struct("<HH6xH")
_MARK: Final = 0xA5EC
#: The oldest version that has Unicode and these places in its head: Word 97.
_WORD_97: Final = 0x00C1
_ENCRYPTED, _TABLE_1, _OBFUSCATED = 0x0100, 0x0200, 0x8000
_TEMPLATE_AT, _PIECES_AT = 0x019A, 0x01A2
_PAIR: Final = struct.Struct("<II")
_PIECES: Final = b"\x02"
_PROPERTIES: Final = b"\x01"
_PIECE: Final = struct.Struct("<HIH")
_COMPRESSED: Final = 0x40000000
_BEGIN, _SEPARATOR, _END = "\x13", "\x14", "\x15"
_MARKS: Final = re.compile("([\x13-\x15])")
MAX_CHARACTERS: Final = 20_000_000
#: Strings of two bytes for each character.
_EXTENDED: Final = 0xFFFF
#: The strings of the associated ones that name the template, and the data and the headings of a mail merge.
TEMPLATE: Final = 1
MERGED: Final = (8, 9)
#: The records of drawings: where those of the document are listed, and the table of properties of a shape.
_DRAWINGS_AT: Final = 0x022A
_PROPERTY_TABLE: Final = re.compile(rb"(?s)(?=(..)\x0b\xf0(....))")
_PROPERTY: Final = struct.Struct("<HI")
_TABLE_VERSION: Final = 3
_IS_COMPLEX: Final = 0x8000
#: How a picture is stored, by a path or an address instead of its content; a link of a shape.
_PICTURE_FLAGS, _LINKED, _SHAPE_LINK = 0x0106, 0x0C, 0x0382
_PATH_IN_LINK: Final = re.compile(r"file:|\\\\", re.IGNORECASE)


def check_word_file(file: BinaryIO) -> None:
    """Refuse what is not a document of Word 97 to 2003, or has macros, objects, a password or remote content."""
    data = file.read()
    if not data.startswith(OLE):
        raise Refused(Reason.OFFICE_OTHER_KIND)
    try:
        with olefile.OleFileIO(BytesIO(data), raise_defects=olefile.DEFECT_INCORRECT) as container:
            _check_entries(container)
            _check_document(container)
    except (OSError, struct.error, ValueError, IndexError, TypeError, RecursionError) as error:
        raise Refused(Reason.OFFICE_DAMAGED) from error


def _check_entries(container: olefile.OleFileIO) -> None:
    """Check the name of every entry of the directory, even those that are in no storage."""
    names = set(_names(container))
    if _LOCKED & names:
        raise Refused(Reason.LOCKED)
    if _MACROS & names:
        raise Refused(Reason.OFFICE_MACROS)
    paths = [[part.lower() for part in path] for path in container.listdir(streams=True, storages=True)]
    inner = [path for path in paths if len(path) > 1]
    allowed = _ENTRIES.union(*(path[1:] for path in inner if path[0] in _DATA_STORES))
    if any(path[0] not in _DATA_STORES for path in inner) or not names <= allowed:
        raise Refused(Reason.OFFICE_OBJECTS)
    if container.root.clsid not in _PROGRAMS:
        raise Refused(Reason.OFFICE_OBJECTS)


def _names(container: olefile.OleFileIO) -> Iterator[str]:
    container.directory_fp.seek(0)
    directory = container.directory_fp.read()
    for at in range(0, len(directory), ENTRY):
        length, kind = _NAME.unpack_from(directory, at + NAME_BYTES)
        if kind:
            yield (
                directory[at : at + max(0, min(length, NAME_BYTES) - 2)]
                .decode("utf-16-le", "replace")
                .lower()
            )


def _check_document(container: olefile.OleFileIO) -> None:
    if not container.exists("WordDocument"):
        raise Refused(Reason.OFFICE_OTHER_KIND)
    main = container.openstream("WordDocument").read()
    mark, version, flags = _BASE.unpack_from(main)
    if mark != _MARK:
        raise Refused(Reason.OFFICE_OTHER_KIND)
    if flags & (_ENCRYPTED | _OBFUSCATED):
        raise Refused(Reason.LOCKED)
    if version < _WORD_97:
        raise Refused(Reason.OFFICE_OTHER_KIND)
    table = container.openstream("1Table" if flags & _TABLE_1 else "0Table").read()
    _check_template(_part(main, table, _TEMPLATE_AT))
    check_drawings(_part(main, table, _DRAWINGS_AT))
    if container.exists("Data"):
        check_drawings(container.openstream("Data").read())
    _check_fields(_text(main, _part(main, table, _PIECES_AT)))


def _part(main: bytes, table: bytes, at: int) -> bytes:
    start, length = _PAIR.unpack_from(main, at)
    if start + length > len(table):
        raise Refused(Reason.OFFICE_DAMAGED)
    return table[start : start + length]


def check_drawings(records: bytes) -> None:
    """Refuse pictures that are read from elsewhere, and shapes that link to a file (MS-ODRAW)."""
    for table in _PROPERTY_TABLE.finditer(records):
        (head,), (length,) = struct.unpack("<H", table[1]), struct.unpack("<I", table[2])
        start, count = table.start() + 8, head >> 4
        if head & 0xF != _TABLE_VERSION or length < _PROPERTY.size * count:
            continue  # these bytes only look like a table
        complex_at = start + _PROPERTY.size * count
        for number in range(count):
            if complex_at > len(records):
                break
            kind, value = _PROPERTY.unpack_from(records, start + _PROPERTY.size * number)
            if kind & 0x3FFF == _PICTURE_FLAGS and value & _LINKED:
                raise Refused(Reason.OFFICE_REFERENCES)
            if not kind & _IS_COMPLEX:
                continue
            content = records[complex_at : complex_at + value]
            complex_at += value
            # The address is in the middle of the record, at an even or odd place, or in single bytes.
            texts = (content.decode("utf-16-le", "replace"), content[1:].decode("utf-16-le", "replace"))
            if kind & 0x3FFF == _SHAPE_LINK and any(
                map(_PATH_IN_LINK.search, (*texts, content.decode("cp1252", "replace")))
            ):
                raise Refused(Reason.OFFICE_REFERENCES)


def _check_template(strings: bytes) -> None:
    """Refuse a template on another computer, and the data of a mail merge (STTBF of MS-DOC).

    A template of the author's own computer is only named.
    """
    if not strings:
        return
    extended, count, extra = struct.unpack_from("<HHH", strings)
    at = 6
    if extended != _EXTENDED:
        raise Refused(Reason.OFFICE_DAMAGED)
    for number in range(count):
        (length,) = struct.unpack_from("<H", strings, at)
        text = strings[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace")
        at += 2 + 2 * length + extra
        on_a_drive = text[1:3] == ":\\"
        if number == TEMPLATE and is_elsewhere(text) and not on_a_drive:
            raise Refused(Reason.OFFICE_REFERENCES)
        if number in MERGED and text:
            raise Refused(Reason.OFFICE_REFERENCES)


def _text(main: bytes, pieces: bytes) -> str:
    """Return all text of the document, with notes, headers and text boxes, in the order in which Word reads it."""
    at = 0
    while pieces[at : at + 1] == _PROPERTIES:
        (length,) = struct.unpack_from("<H", pieces, at + 1)
        at += 3 + length
    if pieces[at : at + 1] != _PIECES:
        raise Refused(Reason.OFFICE_DAMAGED)
    (length,) = struct.unpack_from("<I", pieces, at + 1)
    plan = pieces[at + 5 : at + 5 + length]
    count, rest = divmod(length - 4, 12)
    if count < 1 or rest or len(plan) != length:
        raise Refused(Reason.OFFICE_DAMAGED)
    positions = struct.unpack_from(f"<{count + 1}I", plan)
    found = []
    for number in range(count):
        size = positions[number + 1] - positions[number]
        if positions[number + 1] > MAX_CHARACTERS:
            raise Refused(Reason.OFFICE_DAMAGED)
        _flags, where, _properties = _PIECE.unpack_from(plan, 4 * (count + 1) + 8 * number)
        found.append(_piece(main, where, size))
    return "".join(found)


def _piece(main: bytes, where: int, size: int) -> str:
    if where & _COMPRESSED:
        start, width, encoding = (where & ~_COMPRESSED) // 2, 1, "cp1252"
    else:
        start, width, encoding = where, 2, "utf-16-le"
    content = main[start : start + width * size]
    # Never as long as that if the size is negative.
    if len(content) != width * size:
        raise Refused(Reason.OFFICE_DAMAGED)
    return content.decode(encoding, "replace")


@dataclass(slots=True)
class _Field:
    """A field that has begun; its code ends at the separator."""

    code: list[str] = field(default_factory=list)
    in_code: bool = True


def _check_fields(text: str) -> None:
    """Check the code of each field; a field in the code of another may only give texts, as in .docx."""
    codes: list[str] = []
    fields: list[_Field] = []
    for piece in _MARKS.split(text):
        if piece == _BEGIN:
            if fields and fields[-1].in_code:
                office_parts.check_outer_field("".join(fields[-1].code))
            fields.append(_Field())
        elif piece == _SEPARATOR and fields:
            fields[-1].in_code = False
        elif piece == _END and fields:
            codes.append("".join(fields.pop().code))
        elif fields and fields[-1].in_code:
            fields[-1].code.append(piece)
    codes.extend("".join(one.code) for one in fields)
    for code in codes:
        office_parts.check_field(code)
    office_parts.check_field_words(codes)
