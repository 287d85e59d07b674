"""CSV files for spreadsheet programs: in UTF-8 with a byte order mark, no cell read as a formula."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterable
from typing import Final

from django.http import HttpResponse

#: The mark by which Excel recognises a CSV file as UTF-8.
_BOM: Final = "\N{BYTE ORDER MARK}"
#: Characters that spreadsheet programs take as the start of a formula.
_FORMULA_START: Final = ("=", "+", "-", "@", "\t", "\r")


def escape_formula(text: str) -> str:
    """Return `text`, prefixed with an apostrophe if a spreadsheet program would read it as a formula."""
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA_START) else text


def csv_response(name: str, head: Iterable[object], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """Return the download `name` with a header line and a line for each of `rows`; every cell is escaped."""
    response = HttpResponse(_BOM, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    writer = csv.writer(response)
    for cells in itertools.chain([head], rows):
        writer.writerow([escape_formula(str(cell)) for cell in cells])
    return response
