"""The table of a list: its header in one or several rows, and the rows below by column name.

Title lines above, the numbers of columns below, headers repeated on every printed page, headings between rows, total
rows and a second table on the same sheet are recognised here; ``procedures/imports/formats/national_list.py`` reads
the cells.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from core.text import clean, fold
from procedures import codes
from procedures.imports.formats.base import HEADER_SEARCH_ROWS, MAX_ROWS, Cell, FileProblem

HEADERS_FILE: Final = Path(__file__).resolve().parents[2] / "data" / "list_headers.tsv"
REQUIRED: Final = ("code", "title")
# Lines of group titles may precede the line with the names of the columns.
_LINES_ABOVE: Final = 2
SAMPLE_ROWS: Final = HEADER_SEARCH_ROWS + 50
_BRACKETED: Final = re.compile(r"\([^()]*\)")
_NOT_WORDS: Final = re.compile(r"[^a-z0-9]+")
# Both forms of the header are in use: “Mã TTHC” and “Mã thủ tục hành chính”.
_LONG_FORMS: Final = (
    (re.compile(r"\bthu tuc hanh chinh\b"), "tthc"),
    (re.compile(r"\bthu tuc\b"), "tthc"),
    (re.compile(r"\bquyet dinh\b"), "qd"),
)
_TOTAL: Final = re.compile(
    r"(?:tong cong|tong so|tong|cong|grand total|total)\b[\W\d]*(?:(?:so )?(?:tthc|thu tuc)[a-z ]*)?[\W\d]*"
)
_COLUMN_NUMBER: Final = re.compile(r"\(?(?:\d{1,2}|[a-z])\)?")
_ORDINAL: Final = re.compile(r"(?:[ivxlc]+|\d+|[a-z])\s*[.)/:-]?\s*")
_HEADING_MARK: Final = re.compile(r"(?:[ivxlc]+|\d+|[a-z])\s*[.)/:-]\s*")
_TITLE: Final = re.compile(
    r"(?:linh vuc|danh muc|danh sach|phu luc|(?:(?:thu tuc hanh chinh|thu tuc|tthc) )?"
    r"(?:cap (?:tinh|xa|bo|huyen|trung uong)|bi bai bo|bai bo|(?:duoc )?(?:moi )?ban hanh|(?:duoc )?sua doi))\b"
)

Cells = dict[str, str]


def header_key(text: str) -> str:
    """Return ``text`` in the form used to compare headers: folded, without brackets and signs, with TTHC and QĐ.

    >>> header_key("Mã thủ tục hành chính (*)") == header_key("MÃ TTHC:")
    True
    """
    words = _NOT_WORDS.sub(" ", _BRACKETED.sub(" ", fold(clean(text)))).strip()
    for pattern, short in _LONG_FORMS:
        words = pattern.sub(short, words)
    return words


def _read_headers() -> dict[str, tuple[str, ...]]:
    with HEADERS_FILE.open(encoding="utf-8", newline="") as handle:
        pairs = [(row["column"], row["header"]) for row in csv.DictReader(handle, delimiter="\t")]
    return {name: tuple(header for column, header in pairs if column == name) for name, _header in pairs}


# Our names of the columns, and the headers in use, the usual one first; docs/features/import.md lists them.
COLUMNS: Final = _read_headers()
_NAMES: Final = {header_key(header): name for name, headers in COLUMNS.items() for header in headers}


@cache
def _column_name(cell: str) -> str:
    return _NAMES.get(header_key(cell), "")


@dataclass(slots=True)
class TableRow:
    """One row below the header. ``heading``: it is the title of the rows below it, for example “Lĩnh vực hộ tịch”.

    ``follows_gap``: an empty row is above it, so it does not continue a procedure.
    """

    number: int
    cells: Cells = field(default_factory=dict)
    heading: str = ""
    follows_gap: bool = False


@dataclass(slots=True)
class _Header:
    """The columns by name, the number of headed columns, and the width including empty ones at the end."""

    columns: dict[str, int]
    width: int
    length: int

    def add(self, cells: Sequence[str]) -> None:
        """Add a line of subtitles."""
        for name, index in column_indexes(cells).items():
            self.columns.setdefault(name, index)
        self.width = max(self.width, _width(cells))
        self.length = max(self.length, len(cells))


def is_header(cells: Sequence[str]) -> bool:
    """Return True if ``cells`` name the required columns."""
    return set(REQUIRED) <= column_indexes(cells).keys()


def holds_a_list(rows: Iterable[Sequence[str]]) -> bool:
    """Return True if a header is among the first rows of ``rows`` and a procedure is below it."""
    below: dict[str, int] | None = None
    for cells in islice(rows, SAMPLE_ROWS):
        if is_header(cells):
            below = column_indexes(cells)
        elif below and below["code"] < len(cells) and _is_code(cells[below["code"]]):
            return True
    return False


def column_indexes(cells: Sequence[str]) -> dict[str, int]:
    """Return the indexes of the cells that are column names; the first of two with the same name counts."""
    found: dict[str, int] = {}
    for index, cell in enumerate(cells):
        name = _column_name(cell) if cell else ""
        if name:
            found.setdefault(name, index)
    return found


def table_rows(rows: Iterator[tuple[int, Sequence[str]]]) -> Iterator[TableRow]:
    """Yield the rows below the header, and the titles above and between them.

    ``FileProblem`` if there is no header, for half a row, for more columns than the header, or for two tables side by
    side.
    """
    header, titles = _find_header(rows)
    yield from titles
    gap, below_header = False, True
    for count, (number, cells, following) in enumerate(_with_following(rows)):
        if count >= MAX_ROWS:
            raise FileProblem(_("more than %(rows)d rows") % {"rows": MAX_ROWS}, place=_row_location(number))
        if not any(map(_own, cells)):
            gap = True
        elif below_header and (is_header(cells) or _is_subtitle(cells, header)):
            header.add(cells)
        elif _is_group_titles(cells, following, header):
            continue
        elif is_header(cells):  # repeated on the next printed page, or that of a second table
            header, below_header, gap = _header_of([], number, cells), True, False
        elif not _is_column_numbers(cells, header) and not _is_total(cells, header):
            yield _row(number, cells, header, gap=gap)
            gap = below_header = False


def _with_following(
    rows: Iterator[tuple[int, Sequence[str]]],
) -> Iterator[tuple[int, Sequence[str], Sequence[str]]]:
    """Yield each row with the cells of the next one."""
    current = next(rows, None)
    while current is not None:
        following = next(rows, None)
        yield (*current, following[1] if following else ())
        current = following


def _is_group_titles(cells: Sequence[str], following: Sequence[str], header: _Header) -> bool:
    """Return True for the line of group titles above a repeated header, with which it shares a column name."""
    if not is_header(following) or is_header(cells) or _is_code(_at(cells, header, "code")):
        return False
    keys = [header_key(cell) for cell in cells]
    return any(key and key == header_key(below) for key, below in zip(keys, following, strict=False))


def _row(number: int, cells: Sequence[str], header: _Header, *, gap: bool) -> TableRow:
    documents = {header.columns.get(name) for name in ("document", "path", "file")}
    heading = _heading(cells, documents)
    if heading:
        return TableRow(number, heading=heading)
    if len(cells) < header.width:
        message = _("incomplete row: %(have)d of %(want)d columns; the file was cut off")
        raise FileProblem(message % {"have": len(cells), "want": header.width}, place=_row_location(number))
    if any(map(_own, cells[header.length :])):
        message = _(
            "%(have)d columns below a header of %(want)d; a cell with a comma in it needs quotation marks"
        )
        raise FileProblem(message % {"have": len(cells), "want": header.length}, place=_row_location(number))
    found = {name: _stripped(cells[index]) for name, index in header.columns.items()}
    return TableRow(number, cells=found, follows_gap=gap)


def _own(cell: str) -> str:
    """Return the cell's own text, not the one it shares with the cell above."""
    return "" if isinstance(cell, Cell) and cell.merged else cell.strip()


def _stripped(cell: str) -> str:
    return cell if isinstance(cell, Cell) else cell.strip()


def _row_location(number: int) -> str:
    return _("row %(number)d") % {"number": number}


def _width(cells: Sequence[str]) -> int:
    return max((index for index, cell in enumerate(cells) if cell.strip()), default=-1) + 1


def _is_code(text: str) -> bool:
    try:
        codes.split(text)
    except ValueError:
        return False
    return True


def _at(cells: Sequence[str], header: _Header, name: str) -> str:
    index = header.columns[name]
    return cells[index] if index < len(cells) else ""


def _is_subtitle(cells: Sequence[str], header: _Header) -> bool:
    """Return True for a further header line: no procedure, but below merged names or with a column name in it."""
    required = [_at(cells, header, name) for name in REQUIRED]
    if any(map(_own, required)):
        return False
    return any(required) or bool(column_indexes([_own(cell) for cell in cells]))


def _is_column_numbers(cells: Sequence[str], header: _Header) -> bool:
    """Return True for the line ``(1) (2) (3)`` or ``A B C`` below a header."""
    filled = [fold(cell.strip()) for cell in cells if cell.strip()]
    named = all(_at(cells, header, name).strip() for name in REQUIRED)
    return named and all(map(_COLUMN_NUMBER.fullmatch, filled))


def _is_total(cells: Sequence[str], header: _Header) -> bool:
    """Return True for ``Tổng cộng: 35 thủ tục``: no code, and such words before or in the name column."""
    if _is_code(_at(cells, header, "code")):
        return False
    last = max(header.columns[name] for name in REQUIRED)
    return any(_TOTAL.fullmatch(fold(clean(cell))) for cell in cells[: last + 1] if cell)


def _heading(cells: Sequence[str], documents: Collection[int | None] = ()) -> str:
    """Return the title of the rows below, without its number, if ``cells`` contain nothing else."""
    filled = [(index, text) for index, cell in enumerate(cells) if (text := _own(cell))]
    if len(filled) > 1 and _ORDINAL.fullmatch(fold(filled[0][1])):
        filled = filled[1:]
    if len(filled) != 1 or filled[0][0] in documents:
        return ""
    words = clean(filled[0][1])
    mark = _HEADING_MARK.match(fold(words))
    words = words[mark.end() :] if mark else words
    return words if _TITLE.match(fold(words)) else ""


def _header_of(above: Sequence[Sequence[str]], number: int, cells: Sequence[str]) -> _Header:
    """Return the header that ends in ``cells``; for empty cells the name may be in the lines ``above``."""
    own = [_column_name(text) for cell in cells if (text := _own(cell))]
    if all(own.count(name) > 1 for name in REQUIRED):
        message = _("there are two tables side by side; put each on its own sheet")
        raise FileProblem(message, place=_row_location(number))
    header = _Header(column_indexes(cells), _width(cells), len(cells))
    for line in reversed(above):
        for name, index in column_indexes(line).items():
            if index >= len(cells) or not cells[index].strip():
                header.columns.setdefault(name, index)
                header.width = max(header.width, index + 1)
                header.length = max(header.length, index + 1)
    return header


def _find_header(rows: Iterator[tuple[int, Sequence[str]]]) -> tuple[_Header, list[TableRow]]:
    """Return the header and the titles above it; ``rows`` then begin below."""
    above: list[Sequence[str]] = []
    titles: list[TableRow] = []
    for number, cells in islice(rows, HEADER_SEARCH_ROWS):
        if is_header(cells):
            return _header_of(above[-_LINES_ABOVE:], number, cells), titles
        above.append(cells)
        if heading := _heading(cells):
            titles.append(TableRow(number, heading=heading))
    first = next((text for cells in above if (text := clean(" ".join(cells)))), "")[:60]
    message = _(
        "no header row with “Mã TTHC” and “Tên TTHC” in the first %(rows)d rows; the file begins “%(first)s”"
    )
    raise FileProblem(message % {"rows": HEADER_SEARCH_ROWS, "first": first}, place=_row_location(1))
