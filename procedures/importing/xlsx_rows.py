"""Rows of an Excel workbook (.xlsx). It is a zip file: what it claims to contain is checked before it is unpacked."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.exceptions import InvalidFileException

from procedures.importing.limits import (
    HEADER_SEARCH_ROWS,
    MAX_COLUMNS,
    MAX_ZIP_BYTES,
    MAX_ZIP_ENTRIES,
    MAX_ZIP_RATIO,
)
from procedures.importing.problems import FileProblem
from procedures.importing.tables import is_header

_CODE_WITHOUT_NOUGHTS: Final = re.compile(r"[1-9]\.\d{3,6}")
_BROKEN = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, AttributeError, EOFError,
    OSError, IndexError, NotImplementedError,
)  # fmt: skip


def xlsx_rows(handle: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Yield (row, cells) of the first sheet that people see and that holds a list, else of the first that they see.

    ``FileProblem`` for what is no workbook or unpacks to too much. Formulas are not counted: what Excel saved counts.
    """
    try:
        _check_zip(handle)
        book = load_workbook(handle, read_only=True, data_only=True, keep_links=False)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        yield from enumerate(_rows(next(filter(_holds_a_list, visible), visible[0])), start=1)
    except FileProblem:
        raise
    except _BROKEN as error:
        message = _("no readable Excel workbook; open it in Excel and save it again as .xlsx")
        raise FileProblem(message) from error


def _rows(sheet: Any, most: int | None = None) -> Iterator[list[str]]:
    for row in sheet.iter_rows(max_row=most, max_col=MAX_COLUMNS, values_only=True):
        yield [_cell(value) for value in row]


def _holds_a_list(sheet: Any) -> bool:
    return any(map(is_header, _rows(sheet, HEADER_SEARCH_ROWS)))


def _cell(value: object) -> str:
    if value is None or value in ERROR_CODES:
        return ""
    if not isinstance(value, float):
        return str(value)
    if value.is_integer():
        return str(int(value))
    # Excel takes the code 1.000110 for a number and drops the last noughts; ``1.1`` is a number of a list.
    return f"{value:.6f}" if _CODE_WITHOUT_NOUGHTS.fullmatch(str(value)) else str(value)


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
