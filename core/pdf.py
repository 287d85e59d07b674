"""Papers as PDF, set by Typst: ``templates/pdf/<name>.typ`` with data handed over as JSON, never as markup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

# A compiler keeps its fonts and parsed files, and serves one thread at a time.
_ONE_AT_A_TIME = Lock()


@cache
def _compiler(template: str) -> typst.Compiler:
    folder = Path(settings.BASE_DIR) / "templates" / "pdf"
    source = folder / f"{template}.typ"
    if not source.is_file():
        raise LookupError(f"no PDF template {template!r} in {folder}")
    return typst.Compiler(input=str(source), root=str(folder), ignore_system_fonts=True)


def render(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of ``templates/pdf/<template>.typ`` filled with ``data``.

    ``data`` is any JSON-serialisable mapping; in the template it is ``json(bytes(sys.inputs.data))``. What a person
    typed stays a string there, so it cannot act as Typst markup. ``LookupError`` names a missing template.
    """
    payload = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
    with _ONE_AT_A_TIME:
        content = _compiler(template).compile(format="pdf", sys_inputs={"data": payload})
    if not isinstance(content, bytes):
        raise TypeError(f"{template}: Typst gave no single PDF")
    return content
