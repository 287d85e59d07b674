"""Refuse files that are not text, and tables (CSV) whose cells a spreadsheet program would calculate."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from typing import BinaryIO, Final

from core.foreign_files.formulas import REMOTE, is_ordinary, plain_name
from core.foreign_files.reasons import Reason, Refused

_BLANK: Final = b"\xef\xbb\xbf\t\r\n "
_DELIMITERS: Final = (",", ";", "\t", "|")
#: The first line with which a file names its own delimiter to Excel.
_OWN_DELIMITER: Final = re.compile(r"[\s\"\ufeff]*sep\s*=(?P<delimiter>[^\r\n]*)", re.IGNORECASE)
#: What spreadsheet programs skip before a formula.
_BEFORE: Final = '\ufeff\t\r\n\v\f \xa0"'
_BEGINNINGS: Final = "=+-@"
#: A number that keeps its zeros: ="0292", also with its quotation marks doubled, as CSV is written. With another
#: delimiter the rest of the line belongs to the cell.
_AS_TEXT: Final = re.compile(r'="{1,2}[^"|()!]*"{1,3}\s*(?=[,;\t|]|$)')
# What begins with + - @ is calculated too, but is usually a number, a telephone number or a line of a list. It can name
# something outside the table in three ways only: before the mark of a sheet, in Calc before #, or in a call.
_SHEET: Final = re.compile(r"![\w$'\"#({\[]|['\[\]\\/|].*!\s", re.DOTALL)
_CALC_SHEET: Final = re.compile(r"['/\\:].*#\s*[$'a-z_]", re.IGNORECASE | re.DOTALL)
#: Functions are named in ASCII, words in Vietnamese mostly not.
_CALL: Final = re.compile(r"(?<![\w.])(?P<name>[a-z_][a-z0-9._]*)\s*\(", re.IGNORECASE)
#: An argument that is a text, or a cell, in which an address may be.
_TEXT: Final = re.compile(r"[\"'&\\\[]")
_CELL: Final = re.compile(r"[\s$]*(?:[a-z]{1,3}\$?[0-9]+#?|RC|R[0-9]+C[0-9]+|[RC][0-9]+)\s*", re.IGNORECASE)
_ARGUMENT: Final = re.compile(r"[(),;:+\-*/%^=<>@]")
#: Whole columns and rows. Rows that are a time (7:30) are left to the functions known to lead outside.
_COLUMNS: Final = re.compile(r"(?<![\w.])\$?[a-z]{1,3}\s*:\s*\$?[a-z]{1,3}(?![\w.])", re.IGNORECASE)
_ROWS: Final = re.compile(r"(?<![\w.:])(?!\d{1,2}:[0-5]\d(?!\d))\$?\d+\s*:\s*\$?\d+(?![\w.])")
#: Excel reads a file that begins like this as SYLK, which has macros, whatever its name.
_SYLK: Final = re.compile(r"[\s\ufeff\"]*ID\s*;\s*P", re.IGNORECASE)
_SYLK_RECORD: Final = re.compile(
    r"^[ \t\v\f]*(?:[a-z]{1,2}\s*;|[oe][ \t]*$)", re.IGNORECASE | re.ASCII | re.MULTILINE
)
MAX_SHOWN: Final = 40


def check_text(file: BinaryIO) -> None:
    """Refuse what contains NUL, begins like an HTML page, or is a SYLK table."""
    _read(file)


def check_table(file: BinaryIO) -> None:
    """Refuse a CSV file with a formula, or with a delimiter of its own.

    A formula is a cell that begins with ``=``, or with ``+``, ``-``, ``@`` if it could read anything but numbers.
    """
    text = _read(file)
    own = _OWN_DELIMITER.match(text)
    if own and own["delimiter"].strip(' "') not in {",", ";"} and own["delimiter"] != "\t":
        raise Refused(Reason.OFFICE_PART, detail=own[0].strip()[:MAX_SHOWN])
    if not any(mark in text for mark in _BEGINNINGS) and text.isascii():
        return
    for cell in _cells(text[own.end() :] if own else text):
        if _is_formula(cell):
            raise Refused(Reason.FORMULA, detail=cell.strip()[:MAX_SHOWN])


def _read(file: BinaryIO) -> str:
    data = file.read()
    if b"\0" in data or data.lstrip(_BLANK).startswith(b"<"):
        raise Refused(Reason.OFFICE_OTHER_KIND)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if (sylk := _SYLK.match(text)) and _SYLK_RECORD.search(text, sylk.end()):
        raise Refused(Reason.OFFICE_OTHER_KIND)
    return text


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
    if first == "=":
        return _AS_TEXT.match(start) is None
    rest = unicodedata.normalize("NFKC", start[1:])
    return bool(_SHEET.search(rest) or _CALC_SHEET.search(rest)) or _has_an_argument(rest)


def _has_an_argument(text: str) -> bool:
    """Return True if a function is called with something that may be an address.

    That is a text, a cell, the answer of another function or, for a function that leads outside, all but words.
    """
    for call in _CALL.finditer(text):
        arguments = _within(text[call.end() :])
        name = plain_name(call["name"])
        if name in REMOTE and any(mark in arguments for mark in ":("):
            return True
        if any(pattern.search(arguments) for pattern in (_TEXT, _COLUMNS, _ROWS)):
            return True
        if any(map(_CELL.fullmatch, _ARGUMENT.split(arguments))):
            return True
        if any(is_ordinary(plain_name(inner["name"])) for inner in _CALL.finditer(arguments)):
            return True
    return False


def _within(text: str) -> str:
    """Return the text up to the parenthesis that ends a call."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return text[:at]
    return text
