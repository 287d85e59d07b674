"""Rows of an Excel workbook (.xlsx). It is a zip file: what it claims to contain is checked before it is unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from procedures.importing.limits import MAX_COLUMNS, MAX_ZIP_BYTES, MAX_ZIP_ENTRIES, MAX_ZIP_RATIO
from procedures.importing.problems import FileProblem

_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError, EOFError,
    OSError, IndexError, NotImplementedError,
)  # fmt: skip


def xlsx_rows(handle: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Yield (row, cells) of the first sheet; ``FileProblem`` for what is no workbook or unpacks to too much."""
    try:
        _check_zip(handle)
        book = load_workbook(handle, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):
            yield number, [_cell(value) for value in row]
    except FileProblem:
        raise
    except _BROKEN as error:
        message = _("no readable Excel workbook; open it in Excel and save it again as .xlsx")
        raise FileProblem(message) from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    if value.is_integer():
        return str(int(value))
    # Excel takes the code 1.000110 for a number and drops the last nought.
    return f"{value:.6f}" if 1 <= value < 10 else str(value)  # noqa: PLR2004 - one digit before the point


def _check_zip(handle: IO[bytes]) -> None:
    with zipfile.ZipFile(handle) as archive:
        entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if (
        len(entries) > MAX_ZIP_ENTRIES
        or unpacked > MAX_ZIP_BYTES
        or unpacked > MAX_ZIP_RATIO * packed + 2**20
    ):
        message = _("the workbook unpacks to %(size)d MB in %(entries)d parts; a list of procedures does not")
        raise FileProblem(message % {"size": unpacked // 2**20, "entries": len(entries)})
    handle.seek(0)
