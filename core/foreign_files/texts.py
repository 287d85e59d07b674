"""Refuse files that are not text, and tables (CSV) whose cells a spreadsheet program would calculate."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO, Final

from core.foreign_files.reasons import Reason, Refused

_BLANK: Final = b"\xef\xbb\xbf\t\r\n "
_DELIMITERS: Final = (",", ";", "\t")
#: What spreadsheet programs skip before a formula.
_BEFORE: Final = "\ufeff\t\r\n\v\f \xa0\"'"
_BEGINNINGS: Final = "=+-@"
#: A number that keeps its zeros: ="0292". With another delimiter the rest of the line belongs to the cell.
_AS_TEXT: Final = re.compile(r'="{1,2}[^"|()!]*"{1,2}\s*(?=[,;\t]|$)')
#: What begins with + - @ is calculated too, but is usually a number, a telephone number or text.
_ACTS: Final = re.compile(
    r"\b(?:WEBSERVICE|HYPERLINK|IMAGE|RTD|CALL|REGISTER(?:\.ID)?|EXEC|DDE|FILTERXML|INDIRECT|IMPORT\w*|MSEXCEL)\s*\(",
    re.IGNORECASE,
)
#: Excel reads a file that begins like this as SYLK, which has macros, whatever its name.
_SYLK: Final = re.compile(r"ID;P[^\r\n]*[\r\n]+(?:[A-Z]{1,2};|[OE]\b)")
MAX_SHOWN: Final = 40


def check_text(file: BinaryIO) -> None:
    """Refuse what contains NUL or begins like an HTML page."""
    _read(file)


def check_table(file: BinaryIO) -> None:
    """Refuse a CSV file with a formula: ``=``, or ``+``, ``-``, ``@`` with a call to another program or address."""
    text = _read(file)
    if _SYLK.match(text):
        raise Refused(Reason.OFFICE_OTHER_KIND)
    if not any(mark in text for mark in _BEGINNINGS) and text.isascii():
        return
    for cell in _cells(text):
        if _is_formula(cell):
            raise Refused(Reason.FORMULA, detail=cell.strip()[:MAX_SHOWN])


def _read(file: BinaryIO) -> str:
    data = file.read()
    if b"\0" in data or data.lstrip(_BLANK).startswith(b"<"):
        raise Refused(Reason.OFFICE_OTHER_KIND)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _cells(text: str) -> Iterator[str]:
    """Yield the cells for each delimiter, with and without the rules for quotes, since programs differ."""
    # The limit is that of the whole process: it is only raised.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    for delimiter in _DELIMITERS:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield from row
    for line in text.splitlines():
        for delimiter in _DELIMITERS:
            yield from line.split(delimiter)


def _is_formula(cell: str) -> bool:
    start = cell.lstrip(_BEFORE)
    # Full-width characters begin a formula too.
    first = unicodedata.normalize("NFKC", start[:1])
    if not first or first not in _BEGINNINGS:
        return False
    if first == "=" and _AS_TEXT.match(start) is None:
        return True
    # DDE: program|topic!item.
    return "!" in start.partition("|")[2] or _ACTS.search(start) is not None
