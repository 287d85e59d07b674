"""Check the files of the editors' library: documents for download and images."""

from __future__ import annotations

from typing import BinaryIO, Final

from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.foreign_files.inspection import KINDS, Limits, check_content, extension_of, inspect
from core.foreign_files.turns import PORTAL, Visitor

#: Formats that citizens cannot send: their first bytes. They are always sent as downloads, and the malware scanner
#: knows them.
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_STARTS: Final = {
    "doc": _OLE, "xls": _OLE, "ppt": _OLE, "rtf": b"{\\rtf", "odt": _ZIP, "ods": _ZIP, "zip": _ZIP,
}  # fmt: skip
_TEXTS: Final = frozenset({"csv", "txt"})
#: Read in the inspecting process, in addition to `KINDS`.
_FURTHER: Final = {"gif": "GIF", "avif": "AVIF", "pptx": "pptx"}
_BLANK: Final = b"\xef\xbb\xbf\t\r\n "
HEAD: Final = 8192
MAX_BYTES: Final = 64 * 1024 * 1024


def check_library_file(file: BinaryIO, *, name: str, size: int, visitor: Visitor = PORTAL) -> None:
    """Raise ``InvalidInput`` unless the content of ``file`` matches its extension and has no active parts."""
    extension = extension_of(name)
    if extension in KINDS:
        inspect(file, name=name, size=size, limits=Limits([extension], MAX_BYTES), visitor=visitor)
        return
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if extension in _FURTHER:
        check_content(file, name, _FURTHER[extension], visitor)
    elif extension in _STARTS:
        if not head.startswith(_STARTS[extension]):
            raise InvalidInput(_not_what_it_says(name))
    elif extension in _TEXTS and (b"\0" in head or head.lstrip(_BLANK).startswith(b"<")):
        raise InvalidInput(_not_what_it_says(name))


def _not_what_it_says(name: str) -> str:
    return _("“%(name)s” does not contain a %(kind)s file.") % {
        "name": name,
        "kind": extension_of(name).upper(),
    }
