"""PDF files set by Typst from a template and data; the data is passed as JSON, never as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import typst
from django.core.serializers.json import DjangoJSONEncoder

# Typst takes letters that the fonts of a template lack from these and its own ones (core.printable).
FONTS: Final = Path(__file__).with_name("fonts")
# A compiler caches fonts and parsed files, and can be used by one thread at a time.
_compiler_lock = Lock()


@cache
def _compiler(template: Path) -> typst.Compiler:
    if not template.is_file():
        raise LookupError(f"no PDF template {template}")
    return typst.Compiler(
        input=str(template), root=str(template.parent), ignore_system_fonts=True, font_paths=[str(FONTS)]
    )


def render(template: Path, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of `template` (a `.typ` file; it may import others of its folder) with `data`.

    `data` is any JSON-serialisable mapping; the template reads it with `json(bytes(sys.inputs.data))`. Text stays a
    string there and cannot act as Typst markup. Raise `LookupError` for a missing template.
    """
    payload = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
    with _compiler_lock:
        content = _compiler(template).compile(format="pdf", sys_inputs={"data": payload})
    if not isinstance(content, bytes):
        raise TypeError(f"{template}: Typst returned no single PDF")
    return content
