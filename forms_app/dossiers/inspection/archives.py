"""Office files are zip archives; a small one can unpack to fill a disk, or hide a program."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from core.errors import InvalidInput

MOST_ENTRIES: Final = 2000
MOST_BYTES: Final = 100 * 1024 * 1024
MOST_RATIO: Final = 100
SMALL: Final = 1024 * 1024
CHUNK: Final = 64 * 1024
ENCRYPTED: Final = 0x1


def check(needed: str) -> Callable[[BinaryIO], None]:
    """Return a check for office files whose main part is ``needed``."""

    def check_archive(file: BinaryIO) -> None:
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
                _check_directory(entries, needed)
                _check_bytes(archive, entries)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            OSError,
            RuntimeError,
        ) as error:
            raise InvalidInput(_("The file is damaged. Save it again, or as PDF.")) from error

    return check_archive


def _check_directory(entries: list[zipfile.ZipInfo], needed: str) -> None:
    names = {entry.filename for entry in entries}
    if not {"[Content_Types].xml", needed} <= names:
        raise InvalidInput(_("The file is not what its name says. Save it again, or as PDF."))
    if any(
        name.lower().endswith((".bin", ".exe", ".dll", ".js", ".vbs")) and "vba" in name.lower()
        for name in names
    ):
        raise InvalidInput(_("The file contains macros. Save it without them, or as PDF."))
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise InvalidInput(_("The file is protected by a password. Save it without one."))
    declared, packed = (
        sum(entry.file_size for entry in entries),
        sum(entry.compress_size for entry in entries),
    )
    bloated = declared > SMALL and declared > MOST_RATIO * max(packed, 1)
    if len(entries) > MOST_ENTRIES or declared > MOST_BYTES or bloated:
        raise InvalidInput(_("The file unpacks to far more than it should. Save it again as PDF."))


def _check_bytes(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Unpack into nothing and count: the directory's figures can lie."""
    left = MOST_BYTES
    for entry in entries:
        with archive.open(entry) as stream:
            while chunk := stream.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise InvalidInput(
                        _("The file unpacks to far more than it should. Save it again as PDF.")
                    )
