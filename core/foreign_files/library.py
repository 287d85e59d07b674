"""Check the files of the editors' library: documents for download and images."""

from __future__ import annotations

from typing import BinaryIO, Final

from core.foreign_files.inspection import KINDS, Limits, check_content, extension_of, inspect, refusal
from core.foreign_files.reasons import SUCCESSORS, Reason, Refused
from core.foreign_files.turns import PORTAL, Visitor

#: Read in the inspecting process, in addition to `KINDS`.
_FURTHER: Final = {
    "gif": "GIF", "avif": "AVIF", "pptx": "pptx", "doc": "doc", "odt": "odt", "ods": "ods", "odp": "odp",
    "zip": "zip", "csv": "csv", "txt": "txt",
}  # fmt: skip
MAX_BYTES: Final = 64 * 1024 * 1024


def check_library_file(file: BinaryIO, *, name: str, size: int, visitor: Visitor = PORTAL) -> None:
    """Raise ``InvalidInput`` unless the content of ``file`` matches its extension and has no active parts."""
    extension = extension_of(name)
    if extension in KINDS:
        inspect(file, name=name, size=size, limits=Limits([extension], MAX_BYTES), visitor=visitor)
        return
    if extension in SUCCESSORS:
        raise refusal(name, Refused(Reason.OLD_FORMAT, detail=extension))
    if extension in _FURTHER:
        check_content(file, name, _FURTHER[extension], visitor)
