"""Refuse downloadable archives that contain anything but documents and pictures, each of which is inspected too."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Callable
from typing import BinaryIO, Final

from core.foreign_files.reasons import SUCCESSORS, Reason, Refused
from core.foreign_files.zip_files import MAX_UNPACKED_BYTES, check_sizes, readable, unpacked
from core.foreign_files.zip_structure import UNSAFE, check_names, check_structure

#: How the content of an entry is inspected, by its file extension. Archives in archives are not accepted.
KINDS: Final = {
    "csv": "csv", "txt": "txt", "doc": "doc", "docx": "docx", "xlsx": "xlsx", "pptx": "pptx", "odt": "odt",
    "ods": "ods", "odp": "odp", "pdf": "pdf", "jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP",
    "heic": "HEIF", "gif": "GIF", "avif": "AVIF",
}  # fmt: skip
#: What every archive program can unpack.
_PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_UNIX: Final = 16


def check_archive(file: BinaryIO, inspect: Callable[[BinaryIO, str], None]) -> None:
    """Refuse an archive that is damaged, locked, bloated, unpacks elsewhere, or contains what `inspect` refuses."""
    with readable():
        check_structure(file)
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            check_sizes(entries)
            check_names(entry.orig_filename for entry in entries)
            kinds = [(entry, _kind(entry)) for entry in entries]
            left = MAX_UNPACKED_BYTES
            for entry, kind in kinds:
                content = unpacked(archive, entry, left)
                left -= len(content)
                if kind:
                    _inspect(content, kind, entry.filename, inspect)


def _kind(entry: zipfile.ZipInfo) -> str:
    """Return how to inspect an entry; empty for a directory."""
    mode = entry.external_attr >> _UNIX
    # Python ends a name at NUL; other programs may not.
    irregular = stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}
    if irregular or UNSAFE.search(entry.orig_filename):
        raise Refused(Reason.ARCHIVE_PATH, detail=entry.filename)
    if entry.is_dir():
        if entry.file_size:
            raise Refused(Reason.ARCHIVE_ENTRY, detail=entry.filename)
        return ""
    extension = entry.filename.rpartition(".")[2].lower()
    if extension in SUCCESSORS:
        raise Refused(Reason.OLD_FORMAT, detail=extension, inside=entry.filename)
    kind = KINDS.get(extension, "")
    if not kind or entry.compress_type not in _PACKINGS:
        raise Refused(Reason.ARCHIVE_ENTRY, detail=entry.filename)
    return kind


def _inspect(content: bytes, kind: str, name: str, inspect: Callable[[BinaryIO, str], None]) -> None:
    try:
        inspect(io.BytesIO(content), kind)
    except Refused as refused:
        raise Refused(refused.reason, refused.number, refused.detail, inside=name) from refused
