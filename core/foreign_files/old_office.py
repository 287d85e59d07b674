"""Refuse office files from before 2007 with macros, packed objects or a password, by the names in their directory.

The format (MS-CFB) is not read the way Word and Excel do; the malware scanner examines it further.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from core.foreign_files.reasons import Reason, Refused
from core.foreign_files.zip_files import OLE

#: Directory entries begin at multiples of this, wherever the directory is.
ENTRY: Final = 128
NAME_BYTES: Final = 64
_MACROS: Final = frozenset({"_vba_project", "_vba_project_cur", "vba", "macros"})
_OBJECTS: Final = frozenset({"\x01ole10native", "package"})
_LOCKED: Final = frozenset({"encryptedpackage", "encryptioninfo"})


def check_old_office(file: BinaryIO) -> None:
    """Refuse what is not an OLE container, or has macros, packed objects or a password."""
    data = file.read()
    if not data.startswith(OLE):
        raise Refused(Reason.OFFICE_OTHER_KIND)
    for at in range(0, len(data), ENTRY):
        name = _name(data[at : at + ENTRY])
        if name in _MACROS:
            raise Refused(Reason.OFFICE_MACROS)
        if name in _OBJECTS:
            raise Refused(Reason.OFFICE_OBJECTS)
        if name in _LOCKED:
            raise Refused(Reason.LOCKED)


def _name(entry: bytes) -> str:
    """Return the name of a directory entry in lower case; empty if these bytes are not an entry."""
    length = int.from_bytes(entry[NAME_BYTES : NAME_BYTES + 2], "little")
    if length > NAME_BYTES:
        return ""
    return entry[:length].decode("utf-16-le", "replace").rstrip("\0").lower()
