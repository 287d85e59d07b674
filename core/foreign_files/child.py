"""The inspecting process: ``python -m core.foreign_files.child KIND MAX_PIXELS`` with the file as standard input.

It limits itself before it reads a byte, does not import Django, has no secrets in its environment, and writes one line
of JSON: the reason for refusing the file, or "", and the processor time that it took.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, Final

from core.foreign_files.reasons import Reason, Refused

#: Processor time by size: ordinary files take 0.1 to 0.6 seconds, even on a busy machine.
LEAST_SECONDS: Final = 2
MOST_SECONDS: Final = 8
BYTES_PER_SECOND: Final = 1024 * 1024
MEMORY_BYTES: Final = 768 * 1024 * 1024
PICTURES: Final = frozenset({"JPEG", "PNG", "WEBP", "HEIF", "GIF", "AVIF"})
OFFICE: Final = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
OPEN_DOCUMENT: Final = frozenset({"odt", "ods", "odp"})
OTHERS: Final = {
    "pdf": ("pdf", "check_pdf"),
    "zip": ("archives", "check_archive"),
    "csv": ("texts", "check_table"),
    "txt": ("texts", "check_text"),
    "doc": ("word_files", "check_word_file"),
}


def check(file: BinaryIO, kind: str, max_pixels: int) -> None:
    """Raise ``Refused`` unless the content of ``file`` is accepted as ``kind``. Imports only what the kind needs."""
    module, name, arguments = _checks(kind)
    run: Callable[..., None] = getattr(importlib.import_module(f"core.foreign_files.{module}"), name)
    if module == "archives":
        arguments = (lambda inner, inner_kind: check(inner, inner_kind, max_pixels),)
    elif module == "pictures":
        arguments = (*arguments, max_pixels)
    file.seek(0)
    run(file, *arguments)


def _checks(kind: str) -> tuple[str, str, tuple[Any, ...]]:
    """Return the module and function that read a kind, and what the function needs besides the file."""
    if kind in PICTURES:
        return "pictures", "check_picture", (kind,)
    if kind in OFFICE:
        return "office", "check_office", (OFFICE[kind],)
    if kind in OPEN_DOCUMENT:
        return "opendocument", "check_opendocument", (kind,)
    module, name = OTHERS[kind]
    return module, name, ()


def processor_seconds(size: int) -> int:
    """Return the processor time for a file of ``size`` bytes."""
    return min(LEAST_SECONDS + size // BYTES_PER_SECOND, MOST_SECONDS)


def _limit(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # If memory runs short, this process is the one to end. Its priority is not lowered, or it would hold its turn
    # longer.
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as handle:
        handle.write("1000")


def main() -> None:
    """Inspect standard input."""
    _limit(processor_seconds(os.fstat(0).st_size))
    reason, number, detail, inside = "", 0, "", ""
    try:
        with os.fdopen(0, "rb", closefd=False) as file:
            check(file, sys.argv[1], int(sys.argv[2]))
    except Refused as refused:
        reason, number = refused.reason, refused.number
        detail, inside = refused.detail, refused.inside
    except MemoryError:
        reason = Reason.TOO_COMPLEX
    facts = {"reason": reason, "number": number, "detail": detail, "inside": inside}
    verdict = {**facts, "seconds": time.process_time()}
    sys.stdout.write(json.dumps(verdict))


if __name__ == "__main__":
    main()
