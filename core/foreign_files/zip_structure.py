"""Refuse zip archives that two programs would read differently (APPNOTE 6.3): structure, extra fields and names.

One program goes by the directory at the end, another by the headers before the parts, a third by a name in an extra
field. Only archives for which all of them see the same are accepted (ADR 370).
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final

from core.foreign_files.reasons import Reason, Refused

_END: Final = struct.Struct("<4sHHHHIIH")
_CENTRAL: Final = struct.Struct("<4sBBBBHHHHIIIHHHHHII")
_LOCAL: Final = struct.Struct("<4sBBHHHHIIIHH")
_EXTRA: Final = struct.Struct("<HH")
_SIZE: Final = struct.Struct("<Q")
_DESCRIPTOR_MARK: Final = b"PK\x07\x08"
#: Flags: the sizes follow the part; the name is UTF-8.
_SIZES_FOLLOW: Final = 0x08
_LOCKED: Final = 0x01
_UTF_8: Final = 1 << 11
_LARGE: Final = 0x0001
_NO_SIZE: Final = 0xFFFFFFFF
#: The name in Unicode, as WinRAR writes it beside a name with accents.
_UNICODE_NAME: Final = 0x7075
_NAME: Final = struct.Struct("<BI")
#: Besides these: times and owners of NTFS, Unix and Info-ZIP, and the padding of office programs.
_EXTRAS: Final = frozenset({_LARGE, _UNICODE_NAME, 0x000A, 0x000D, 0x5455, 0x5855, 0x7855, 0x7875, 0xA220})
#: Windows drops these at the end of a name.
_DROPPED: Final = re.compile(r"[. ](?:/|$)")
#: Absolute paths, drives, other separators, characters that change the direction of a name or are invisible.
UNSAFE: Final = re.compile(
    r"^[/\\~]|\\|:|[\x00-\x1f\x7f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
    r"|(?:^|/)\.\.?(?:/|$)|//"
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the directory says about a part."""

    name: bytes
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    start: int


def check_structure(file: BinaryIO) -> None:
    """Refuse an archive whose directory and parts differ, or with bytes before, between or behind them.

    There is one directory; the parts follow each other without gaps, and each is in the directory; extra fields are
    ordinary ones.
    """
    data = file.read()
    file.seek(0)
    try:
        start, entries = _directory(data)
        at = 0
        for entry in sorted(entries, key=lambda one: one.start):
            if entry.start != at:
                raise Refused(Reason.OFFICE_DAMAGED)
            at = _end_of_part(data, entry)
    except struct.error as error:
        raise Refused(Reason.OFFICE_DAMAGED) from error
    if not entries or at != start:
        raise Refused(Reason.OFFICE_DAMAGED)


def _directory(data: bytes) -> tuple[int, list[_Entry]]:
    """Return where the directory begins, and its entries."""
    at = len(data) - _END.size
    mark, disk, first, here, total, length, start, comment = _END.unpack_from(data, at)
    if mark != b"PK\x05\x06" or disk or first or comment or here != total or start + length != at:
        raise Refused(Reason.OFFICE_DAMAGED)
    entries, position = [], start
    # Nothing but entries: if there is a second directory too, one program reads the first and another the second.
    while position < at:
        fields = _CENTRAL.unpack_from(data, position)
        name, extra, note = fields[12:15]
        if fields[0] != b"PK\x01\x02" or fields[15]:
            raise Refused(Reason.OFFICE_DAMAGED)
        begin = position + _CENTRAL.size
        entry = _Entry(
            data[begin : begin + name], fields[5], fields[6], fields[9], fields[10], fields[11], fields[18]
        )
        _check_extra(data[begin + name : begin + name + extra], entry)
        entries.append(entry)
        position = begin + name + extra + note
    if position != at or len(entries) != total:
        raise Refused(Reason.OFFICE_DAMAGED)
    return start, entries


def _end_of_part(data: bytes, entry: _Entry) -> int:
    """Return where the part ends, whose header says the same as the directory."""
    mark, _version, _system, flags, method, _time, _date, checksum, packed, size, name, extra = (
        _LOCAL.unpack_from(data, entry.start)
    )
    begin = entry.start + _LOCAL.size
    if (flags | entry.flags) & _LOCKED:
        raise Refused(Reason.LOCKED)
    same = flags & _UTF_8 == entry.flags & _UTF_8 and method == entry.method
    if mark != b"PK\x03\x04" or not same or data[begin : begin + name] != entry.name:
        raise Refused(Reason.OFFICE_DAMAGED)
    _check_extra(data[begin + name : begin + name + extra], entry)
    at = begin + name + extra + entry.packed
    said = ((checksum, entry.checksum), (packed, entry.packed), (size, entry.size))
    if not flags & _SIZES_FOLLOW:
        if any(value not in {_NO_SIZE, true} for value, true in said):
            raise Refused(Reason.OFFICE_DAMAGED)
        return at
    if any(value not in {0, _NO_SIZE, true} for value, true in said):
        raise Refused(Reason.OFFICE_DAMAGED)
    for mark in (_DESCRIPTOR_MARK, b""):
        for layout in ("<III", "<IQQ"):
            described = mark + struct.pack(layout, entry.checksum, entry.packed, entry.size)
            if data.startswith(described, at):
                return at + len(described)
    raise Refused(Reason.OFFICE_DAMAGED)


def _check_extra(extra: bytes, entry: _Entry) -> None:
    """Refuse extra fields that can say something else than the headers do."""
    at = 0
    while at < len(extra):
        kind, length = _EXTRA.unpack_from(extra, at)
        content = extra[at + _EXTRA.size : at + _EXTRA.size + length]
        at += _EXTRA.size + length
        known = kind in _EXTRAS and at <= len(extra)
        if not known or (kind == _UNICODE_NAME and not _is_same_name(content, entry.name)):
            raise Refused(Reason.ARCHIVE_PATH, detail=entry.name.decode("utf-8", "replace"))
        if kind == _LARGE:
            sizes = {value for (value,) in _SIZE.iter_unpack(content)}
            if not sizes <= {0, entry.packed, entry.size}:
                raise Refused(Reason.OFFICE_DAMAGED)


def _is_same_name(content: bytes, name: bytes) -> bool:
    """Return True if a name in Unicode only spells the accents that the name in the header cannot have."""
    version, checksum = _NAME.unpack_from(content)
    other = content[_NAME.size :].decode("utf-8", "replace")
    if name.isascii():
        return other.encode() == name
    same_ending = other.lower().encode().rpartition(b".")[2] == name.lower().rpartition(b".")[2]
    same_depth = other.count("/") == name.count(b"/")
    current = version == 1 and checksum == zlib.crc32(name)
    return current and same_ending and same_depth and not UNSAFE.search(other)


def check_names(names: Iterable[str]) -> None:
    """Refuse names that are one for some systems (case, accents, dots, blanks), and a file that is a folder too."""
    files: set[str] = set()
    folders: dict[str, str] = {}
    for name in names:
        if _DROPPED.search(name):
            raise Refused(Reason.ARCHIVE_PATH, detail=name)
        for slash in re.finditer("/", name):
            folder = name[: slash.start()]
            if folders.setdefault(_key(folder), folder) != folder:
                raise Refused(Reason.ARCHIVE_PATH, detail=name)
        if not name.endswith("/"):
            if _key(name) in files:
                raise Refused(Reason.ARCHIVE_PATH, detail=name)
            files.add(_key(name))
    for path in files & folders.keys():
        raise Refused(Reason.ARCHIVE_PATH, detail=path)


def _key(path: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", path).casefold())
