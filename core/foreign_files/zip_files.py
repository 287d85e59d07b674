"""Rules for every external zip archive: its size when unpacked, and how errors in it are reported."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from xml.parsers import expat

from core.foreign_files.reasons import Reason, Refused

# A zip archive can unpack to many times its size.
MAX_ENTRIES: Final = 2000
MAX_UNPACKED_BYTES: Final = 100 * 1024 * 1024
MAX_RATIO: Final = 100
RATIO_CHECK_FROM_BYTES: Final = 1024 * 1024
CHUNK: Final = 64 * 1024
ENCRYPTED: Final = 0x1

PROGRAM_ENDINGS: Final = (
    ".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".hta", ".lnk",
    ".msi", ".jar",
)  # fmt: skip
PROGRAMS: Final = (b"MZ", b"\x7fELF", b"#!", b"{\\rtf")
#: The container of OLE objects, of VBA projects and of the office files before 2007.
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"


@contextmanager
def readable() -> Iterator[None]:
    """Refuse as damaged what the archive and XML readers cannot read."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        EOFError,
        NotImplementedError,
        OSError,
        OverflowError,
        RuntimeError,
        ValueError,
        LookupError,
    ) as error:
        raise Refused(Reason.OFFICE_DAMAGED) from error


def check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse locked entries, too many entries, and what according to the directory is too large when unpacked."""
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise Refused(Reason.LOCKED)
    declared = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    bloated = declared > RATIO_CHECK_FROM_BYTES and declared > MAX_RATIO * max(packed, 1)
    if len(entries) > MAX_ENTRIES or declared > MAX_UNPACKED_BYTES or bloated:
        raise Refused(Reason.OFFICE_BLOATED)


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    """Return the content of an entry of at most `left` bytes: the sizes in the directory can be false."""
    pieces, size = [], 0
    with archive.open(entry) as stream:
        while piece := stream.read(CHUNK):
            size += len(piece)
            if size > left:
                raise Refused(Reason.OFFICE_BLOATED)
            pieces.append(piece)
    return b"".join(pieces)
