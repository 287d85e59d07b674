"""Rows of a CSV file, in bounded memory, numbered as a spreadsheet does."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import IO

from django.utils.translation import gettext as _

from procedures.importing.limits import MAX_CELL_CHARACTERS, MAX_LINE_BYTES
from procedures.importing.problems import FileProblem
from procedures.importing.tables import is_header

MARKS = ",;\t"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def csv_rows(handle: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    """Yield (row as a spreadsheet counts, cells).

    ``FileProblem`` for another encoding than UTF-8, endless lines, an open quotation mark."""
    head = handle.read(4096)
    handle.seek(0)
    if head.startswith(UTF16_MARKS) or b"\0" in head[:2]:
        raise FileProblem(_("the text is UTF-16; save the list as “CSV UTF-8”"), place=_line(1))
    lines, number = _Lines(handle), 0
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    try:
        for number, cells in enumerate(csv.reader(lines, delimiter=_delimiter(head), strict=True), start=1):
            yield number, cells
    except UnicodeDecodeError as error:
        message = _("the text is not UTF-8 (byte 0x%(byte)02x); save the list as “CSV UTF-8”")
        raise FileProblem(message % {"byte": error.object[error.start]}, place=_line(lines.number)) from error
    except csv.Error as error:
        raise FileProblem(_reason(error), place=_("row %(number)d") % {"number": number + 1}) from error


def _reason(error: csv.Error) -> str:
    said = str(error)
    if "end of data" in said:
        return _("a quotation mark opens here and is never closed")
    if "new-line character" in said:
        return _("the lines end as on an old Mac; save the list as “CSV UTF-8”")
    if "field limit" in said:
        return _("a cell of more than %(most)d characters") % {"most": MAX_CELL_CHARACTERS}
    return _("text behind a closing quotation mark; double the marks inside of a cell")


def _line(number: int) -> str:
    return _("line %(number)d") % {"number": number}


def _delimiter(head: bytes) -> str:
    """Return the mark under which the header can be read: Excel in Vietnamese writes semicolons, other tools tabs."""
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
            raise FileProblem(_("a line without end; this is no list"), place=_line(self.number))
        if b"\0" in line:
            raise FileProblem(_("binary data; this is no list"), place=_line(self.number))
        return line.decode("utf-8-sig" if self.number == 1 else "utf-8", errors="strict")
