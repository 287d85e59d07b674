"""Rows of CSV files and Excel workbooks, in bounded memory, numbered as a spreadsheet does."""

from __future__ import annotations

import csv
import re
import zipfile
from array import array
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import IO, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openpyxl import load_workbook
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.escape import unescape
from openpyxl.utils.exceptions import InvalidFileException

from procedures.imports.formats.base import (
    HEADER_SEARCH_ROWS,
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_LINE_BYTES,
    MAX_ROWS,
    MAX_ZIP_BYTES,
    MAX_ZIP_ENTRIES,
    MAX_ZIP_RATIO,
    Cell,
    FileProblem,
)
from procedures.imports.formats.list_table import COLUMNS, SAMPLE_ROWS, holds_a_list, is_header

MARKS = ",;\t"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def csv_rows(handle: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Yield (row as a spreadsheet counts, cells).

    ``FileProblem`` for an encoding other than UTF-8, overlong lines or an open quotation mark."""
    head = handle.read(4096)
    handle.seek(0)
    if head.startswith(UTF16_MARKS) or b"\0" in head[:2]:
        raise FileProblem(_("the text is UTF-16; save the list as “CSV UTF-8”"), place=_line(1))
    lines, number = _Lines(handle), 0
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=_delimiter(head), strict=True), start=1):
            yield number, [_without_controls(cell) for cell in cells]
    except UnicodeDecodeError as error:
        message = _("the text is not UTF-8 (byte 0x%(byte)02x); save the list as “CSV UTF-8”")
        raise FileProblem(message % {"byte": error.object[error.start]}, place=_line(lines.number)) from error
    except csv.Error as error:
        raise FileProblem(_reason(error), place=_("row %(number)d") % {"number": number + 1}) from error


def _without_controls(cell: str) -> str:
    """Return ``cell`` without escaped line ends, which other programs copy from a workbook into a CSV file."""
    return unescape_text(cell) if _ESCAPED_CONTROL.search(cell) else cell


def _reason(error: csv.Error) -> str:
    said = str(error)
    if "end of data" in said:
        return _("a quotation mark opens here and is never closed")
    if "new-line character" in said:
        return _("the file has classic Mac line endings; save the list as “CSV UTF-8”")
    if "field limit" in said:
        return _("a cell of more than %(most)d characters") % {"most": MAX_CELL_CHARACTERS}
    return _("text after a closing quotation mark; double the quotation marks inside a cell")


def _line(number: int) -> str:
    return _("line %(number)d") % {"number": number}


def _delimiter(head: bytes) -> str:
    """Return the delimiter with which the header can be read: Vietnamese Excel writes semicolons, other tools tabs."""
    lines = head.decode("utf-8-sig", errors="ignore").splitlines(keepends=True)
    return next((mark for mark in MARKS if any(map(is_header, csv.reader(lines, delimiter=mark)))), MARKS[0])


class _Lines:
    """Lines of limited length, decoded and counted."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._handle.readline(MAX_LINE_BYTES)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) >= MAX_LINE_BYTES:
            raise FileProblem(_("a line is too long; this is not a list"), place=_line(self.number))
        if b"\0" in line:
            raise FileProblem(_("binary data; this is not a list"), place=_line(self.number))
        return line.decode("utf-8-sig" if self.number == 1 else "utf-8", errors="strict")


_CODE_WITHOUT_TRAILING_ZEROS: Final = re.compile(r"[1-9]\.\d{3,6}")
# Control characters except tab and line ends, and halves of surrogate pairs.
_NO_TEXT: Final = re.compile("[\x00-\x08\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED_CONTROL: Final = re.compile("_x00[01][0-9A-Fa-f]_")
_MERGED: Final = re.compile(
    rb"<(?:[\w.-]+:)?mergeCell\s(?:[^<>]*?\s)?ref\s*=\s*[\"']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})[\"']"
)
_HIDDEN: Final = re.compile(
    rb"<(?:[\w.-]+:)?row\s(?=[^<>]*?\bhidden\s*=\s*[\"'](?:1|true)[\"'])[^<>]*?\br\s*=\s*[\"'](\d{1,7})[\"'][^<>]*>"
)
MERGE_TAG_BYTES: Final = 256
MAX_NAMED_ROWS: Final = 5
MERGE_CHUNK_BYTES: Final = 256 * 1024
_BROKEN = (
    # SyntaxError: XML that neither of openpyxl's two parsers can read.
    zipfile.BadZipFile, InvalidFileException, SyntaxError, KeyError, ValueError, TypeError, AttributeError, EOFError,
    OSError, IndexError, NotImplementedError,
)  # fmt: skip


def xlsx_rows(handle: IO[bytes], notes: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (row, cells) of the first visible sheet that contains a list, otherwise of the first visible one.

    Sheets with further lists and hidden rows are named in ``notes`` before the first row is yielded. Cells merged
    downwards repeat their text as a merged ``Cell``. Formulas are not evaluated: the value that Excel saved counts.
    ``FileProblem`` if it is not a workbook or unpacks to too much.
    """
    try:
        _check_zip(handle)
        book = load_workbook(handle, read_only=True, data_only=True, keep_links=False)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        lists = [sheet for sheet in visible if holds_a_list(_sheet_rows(sheet, SAMPLE_ROWS))]
        chosen = next(iter(lists or filter(_has_header, visible)), visible[0])
        notes += [
            _("the sheet “%(sheet)s” also contains a list, which is not read; import it as a separate file")
            % {"sheet": other.title}
            for other in lists[1:]
        ]
        hidden: list[int] = []
        ranges = _merged_ranges(chosen, hidden)
        notes += _about_hidden(hidden)
        yield from enumerate(_with_merged_texts(_sheet_rows(chosen), ranges), start=1)
    except FileProblem:
        raise
    except _BROKEN as error:
        message = _("not a readable Excel workbook; open it in Excel and save it again as .xlsx")
        raise FileProblem(message) from error


def _about_hidden(rows: list[int]) -> list[str]:
    """Return the note about hidden ``rows``: whoever looks at the sheet does not see that they are imported, too."""
    if not rows:
        return []
    named = ", ".join(map(str, rows[:MAX_NAMED_ROWS])) + (", …" if len(rows) > MAX_NAMED_ROWS else "")
    text = ngettext(
        "%(number)d row is hidden in the sheet and is read like the others (row %(rows)s)",
        "%(number)d rows are hidden in the sheet and are read like the others (rows %(rows)s)",
        len(rows),
    )
    return [text % {"number": len(rows), "rows": named}]


def _has_header(sheet: Any) -> bool:
    return any(map(is_header, _sheet_rows(sheet, HEADER_SEARCH_ROWS)))


def _sheet_rows(sheet: Any, most: int | None = None) -> Iterator[list[str]]:
    # Some programs declare a range of one cell for every sheet; openpyxl would read no further.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(max_row=most, max_col=MAX_COLUMNS):
        yield [_cell(cell) for cell in row]


def _cell(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return Cell("", kind="error") if value in ERROR_CODES else unescape_text(value)
    if isinstance(value, bool):
        return Cell(str(value).upper(), kind="boolean")
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, date):
        has_time = isinstance(value, datetime) and value.time() != time()
        return Cell(f"{value:%d/%m/%Y %H:%M}" if has_time else f"{value:%d/%m/%Y}", kind="date")
    return Cell(str(value), kind="time")


def _number(value: float, number_format: str) -> Cell:
    if "%" in number_format:
        return Cell(f"{value:.10%}".rstrip("%").rstrip("0").rstrip(".") + "%", kind="percent")
    if isinstance(value, int) or value.is_integer():
        return Cell(str(int(value)), kind="number")
    # Excel reads the code 1.000110 as a number and drops trailing zeros; ``1.1`` is a list number.
    text = f"{value:.6f}" if _CODE_WITHOUT_TRAILING_ZEROS.fullmatch(str(value)) else str(value)
    return Cell(text, kind="number")


def unescape_text(text: str) -> str:
    """Return ``text`` without the escapes of OOXML (``_x000D_``), and without characters that no text may contain."""
    if "_x" not in text:
        return text
    plain = unescape(text).encode("utf-16", "surrogatepass").decode("utf-16", "ignore")
    return _NO_TEXT.sub("", plain)


def _merged_ranges(sheet: Any, hidden: list[int]) -> array[int]:
    """Return the ranges of ``sheet`` merged downwards, sorted: first row, last row and first column in one number each.

    They come after the rows, so the part is read twice; openpyxl returns them only after loading the sheet. The numbers
    of hidden rows, which it does not return either, are added to ``hidden``.
    """
    found = array("Q")
    with sheet._get_source() as part:
        rest = b""
        while chunk := part.read(MERGE_CHUNK_BYTES):
            data = rest + chunk
            end = 0
            for mark in _MERGED.finditer(data):
                end = mark.end()
                _add_range(found, mark)
            for mark in _HIDDEN.finditer(data):
                end = max(end, mark.end())
                hidden.append(int(mark[1]))
            rest = data[max(end, len(data) - MERGE_TAG_BYTES) :]
            if len(found) > MAX_ROWS * len(COLUMNS):
                raise FileProblem(_("too many merged cells; this is not a list"))
    return array("Q", sorted(found))


def _add_range(found: array[int], mark: re.Match[bytes]) -> None:
    left = column_index_from_string(mark[1].decode()) - 1
    top, bottom = int(mark[2]), int(mark[3])
    if top < bottom and left < MAX_COLUMNS:
        found.append(top << 32 | bottom << 8 | left)


def _with_merged_texts(rows: Iterable[list[str]], ranges: array[int]) -> Iterator[list[str]]:
    """Yield ``rows`` with the text of the first cell in every cell that is merged with it downwards."""
    place = 0
    open_now: dict[int, tuple[int, str]] = {}
    for number, cells in enumerate(rows, start=1):
        for column, (last, text) in list(open_now.items()):
            if number > last:
                del open_now[column]
            elif column < len(cells) and text and not cells[column]:
                cells[column] = Cell(text, kind=getattr(text, "kind", ""), merged=True)
        while place < len(ranges) and ranges[place] >> 32 <= number:
            packed = ranges[place]
            place += 1
            column = packed & 0xFF
            if packed >> 32 == number and column < len(cells):
                open_now[column] = (packed >> 8 & 0xFFFFFF, cells[column])
        yield cells


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
        message = _(
            "the workbook unpacks to %(size)d MB in %(entries)d parts, too large for a list of procedures"
        )
        raise FileProblem(message % {"size": unpacked // 2**20, "entries": len(entries)})
    handle.seek(0)
