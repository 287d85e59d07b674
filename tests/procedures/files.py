"""Files for tests: lists in Excel and CSV, records in the three formats."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from procedures.imports.formats.base import ParsedRow
from procedures.imports.formats.reader import parse_file

HEADER = ["STT", "Mã TTHC", "Tên TTHC", "Lĩnh vực", "Tình trạng"]
ROW = [1, "1.000001", "Cấp giấy phép", "Hộ tịch (Bộ Tư pháp)", "Công khai"]


def csv_list(*rows: Sequence[object], header: Sequence[str] = HEADER) -> bytes:
    """A comma-separated list; cells are written as they are, so a test does its own quoting."""
    lines = [",".join(map(str, row)) for row in (header, *rows)]
    return "\n".join([*lines, ""]).encode()


def workbook(*rows: Sequence[object], change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """A workbook whose first sheet holds ``rows``; ``change`` edits it as a person would."""
    book = openpyxl.Workbook()
    fill(book.active, rows)
    if change:
        change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def fill(sheet: Worksheet, rows: Iterable[Sequence[object]]) -> None:
    for row in rows:
        sheet.append(list(row))


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with an extra part in its archive."""
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def with_changed_part(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    """The workbook with the part ``name`` changed, as if another program had written it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            new.writestr(part, change(content.decode()).encode() if part == name else content)
    return stream.getvalue()


def archive(**parts: bytes) -> bytes:
    """A zip file that is not a workbook."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as found:
        for name, content in parts.items():
            found.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def read(data: bytes | str | list[Any]) -> list[ParsedRow]:
    """What the parser reads from a file with ``data`` (a list is written as JSON)."""
    if isinstance(data, list):
        data = json.dumps(data, ensure_ascii=False)
    return list(parse_file(io.BytesIO(data.encode() if isinstance(data, str) else data)))
