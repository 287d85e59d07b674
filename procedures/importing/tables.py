"""Find the header of a list and read the rows below it by the names of their columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from core.text import clean, fold
from procedures.importing.limits import HEADER_SEARCH_ROWS, MAX_ROWS
from procedures.importing.problems import FileProblem

COLUMNS: Final = {
    "code": ("ma tthc", "ma so", "ma thu tuc", "ma"),
    "title": ("ten tthc", "ten thu tuc", "ten thu tuc hanh chinh", "ten"),
    "decision": ("qd cong bo", "so quyet dinh", "quyet dinh cong bo"),
    "audience": ("doi tuong", "doi tuong thuc hien"),
    "field": ("linh vuc",),
    "publisher": ("co quan cong khai", "co quan ban hanh"),
    "implementing": ("co quan thuc hien",),
    "levels": ("cap thuc hien",),
    "status": ("tinh trang",),
    "paper": ("ten giay to",),
    "path": ("mau don, to khai", "mau don to khai"),
    "file": ("ten file",),
}
REQUIRED: Final = ("code", "title")
_NAMES: Final = {written: name for name, ways in COLUMNS.items() for written in ways}

Cells = dict[str, str]


def table_rows(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, Cells]]:
    """Yield (row number, cells by column name) below the header; ``FileProblem`` without one, for half a row, or
    for more columns than the header has."""
    places, width, length = _header(rows)
    for count, (number, cells) in enumerate(rows):
        if count >= MAX_ROWS:
            raise FileProblem(_("more than %(rows)d rows") % {"rows": MAX_ROWS}, place=_row(number))
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < width:
            message = _("half a row: %(have)d of %(want)d columns; the file was cut off")
            raise FileProblem(message % {"have": len(cells), "want": width}, place=_row(number))
        if any(cell.strip() for cell in cells[length:]):
            message = _(
                "%(have)d columns below a header of %(want)d; a cell with a comma in it needs quotation marks"
            )
            raise FileProblem(message % {"have": len(cells), "want": length}, place=_row(number))
        yield number, {name: cells[place].strip() for name, place in places.items()}


def _row(number: int) -> str:
    return _("row %(number)d") % {"number": number}


def is_header(cells: list[str]) -> bool:
    """Say whether ``cells`` name the columns that no list can be without."""
    return set(REQUIRED) <= _places(cells).keys()


def _places(cells: list[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = _NAMES.get(fold(clean(cell)))
        if name:
            places.setdefault(name, place)
    return places


def _header(rows: Iterator[tuple[int, list[str]]]) -> tuple[dict[str, int], int, int]:
    """Return the columns by name, how many have a heading, how many the header has with the empty ones at its end."""
    first = ""
    for _place, (_number, cells) in zip(range(HEADER_SEARCH_ROWS), rows, strict=False):
        first = first or clean(" ".join(cells))[:60]
        if is_header(cells):
            width = max(place for place, cell in enumerate(cells) if cell.strip()) + 1
            return _places(cells), width, len(cells)
    message = _(
        "no header row with “Mã TTHC” and “Tên TTHC” in the first %(rows)d rows; the file begins “%(first)s”"
    )
    raise FileProblem(message % {"rows": HEADER_SEARCH_ROWS, "first": first}, place=_row(1))
