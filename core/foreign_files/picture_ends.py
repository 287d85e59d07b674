"""Where a picture ends: what lies behind its end mark is another file, unless a phone wrote it there (ADR 292)."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Final

from core.foreign_files.reasons import Reason, Refused

BLANK: Final = b"\0\r\n\t \x1a"
_MARKER: Final = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])", re.DOTALL)
_START, _END, _SCAN = b"\xd8", b"\xd9", b"\xda"
#: Markers without content.
_ALONE: Final = frozenset({b"\x01", _START})
_PNG_HEAD: Final = 8
_PNG_CHUNK: Final = struct.Struct(">I4s")
_PNG_CHECKSUM: Final = 4
_GIF_HEAD: Final = 13
_GIF_IMAGE: Final = 10
_GIF_TABLE: Final = 0x80
_RIFF_HEAD: Final = 8
_BOX: Final = struct.Struct(">I4s")
_LARGE_BOX: Final = struct.Struct(">Q")
_BOX_TYPE: Final = re.compile(rb"[a-zA-Z0-9 ]{4}")
_BOX_TYPE_AT: Final = slice(4, 8)
#: Marks of files that open by themselves. An archive is found by its end (`zipfile.is_zipfile`).
_OTHER_FILE: Final = re.compile(
    rb"%PDF-|<script|<html|<!doctype|<\?php|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c|PK\x05\x06|This program cannot be run",
    re.IGNORECASE,
)


def check_end(data: bytes, kind: str) -> None:
    """Refuse a picture without its end, or with another file behind it; `kind` is Pillow's name of the format."""
    try:
        end = _ENDS[kind](data)
    except (struct.error, IndexError) as error:
        raise Refused(Reason.PICTURE_DAMAGED) from error
    if end > len(data):
        raise Refused(Reason.PICTURE_DAMAGED)
    rest = data[end:]
    if rest.strip(BLANK) and (not _is_of_a_camera(rest) or _OTHER_FILE.search(rest)):
        raise Refused(Reason.PICTURE_HIDDEN_FILE)


def _is_of_a_camera(rest: bytes) -> bool:
    """Return True for further pictures (CIPA DC-007), records of a Samsung phone, or the video of a moving photo."""
    written = rest.strip(BLANK)
    records = written.endswith(b"SEFT") and b"SEFH" in written
    return written.startswith(b"\xff\xd8\xff") or records or rest[_BOX_TYPE_AT] == b"ftyp"


def _end_of_jpeg(data: bytes) -> int:
    at = 0
    while found := _MARKER.search(data, at):
        marker, at = found[1], found.end()
        if marker == _END:
            return at
        if marker not in _ALONE:
            # Of a scan, the data follows its header and holds no marker but its own.
            at += int.from_bytes(data[at : at + 2])
    raise Refused(Reason.PICTURE_DAMAGED)


def _end_of_png(data: bytes) -> int:
    at, kind = _PNG_HEAD, b""
    while kind != b"IEND":
        length, kind = _PNG_CHUNK.unpack_from(data, at)
        at += _PNG_CHUNK.size + length + _PNG_CHECKSUM
    return at


def _end_of_gif(data: bytes) -> int:
    at = _GIF_HEAD + _table_size(data[_GIF_HEAD - 3])
    while data[at] != ord(";"):
        if data[at] == ord(","):
            at += _GIF_IMAGE + _table_size(data[at + _GIF_IMAGE - 1]) + 1
        elif data[at] == ord("!"):
            at += 2
        else:
            raise Refused(Reason.PICTURE_DAMAGED)
        while length := data[at]:
            at += length + 1
        at += 1
    return at + 1


def _table_size(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & _GIF_TABLE else 0


def _end_of_webp(data: bytes) -> int:
    return _RIFF_HEAD + int.from_bytes(data[4:_RIFF_HEAD], "little")


def _end_of_boxes(data: bytes) -> int:
    """Return the end of the last box of HEIC and AVIF (ISO 14496-12)."""
    at = 0
    while at + _BOX.size <= len(data):
        size, kind = _BOX.unpack_from(data, at)
        if not _BOX_TYPE.fullmatch(kind):
            break
        if size == 1:
            (size,) = _LARGE_BOX.unpack_from(data, at + _BOX.size)
        if size == 0:
            return len(data)
        if size < _BOX.size:
            break
        at += size
    return at


_ENDS: Final[dict[str, Callable[[bytes], int]]] = {
    "JPEG": _end_of_jpeg,
    "PNG": _end_of_png,
    "GIF": _end_of_gif,
    "WEBP": _end_of_webp,
    "HEIF": _end_of_boxes,
    "AVIF": _end_of_boxes,
}
