"""Load the shipped answers "handled elsewhere"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final

from core.errors import InvalidInput
from search.models import OtherOffice
from search.services.shipped_rows import LoadReport, load_rows, read_table

FILE: Final = Path(__file__).resolve().parents[1] / "data" / "other_offices.tsv"
_TEXTS: Final = (
    *("words", "exceptions", "office", "office_en", "text", "text_en", "address", "url", "legal_basis"),
    "checked_on",
)
COLUMNS: Final = ("slug", *_TEXTS)
_REQUIRED: Final = ("slug", "words", "office", "office_en", "text", "text_en", "legal_basis")


def read_other_offices(path: Path = FILE) -> Iterator[dict[str, str]]:
    """Yield the rows, phrases one per line; raise ``InvalidInput`` naming the first invalid row."""
    for place, values in read_table(path, COLUMNS, ("words", "exceptions")):
        if missing := [name for name in _REQUIRED if not values[name]]:
            raise InvalidInput(f"{place}: {', '.join(missing)} are needed")
        try:
            date.fromisoformat(values["checked_on"])
        except ValueError as error:
            raise InvalidInput(f"{place}: checked_on is not a date") from error
        yield values


def load_other_offices(*, path: Path = FILE) -> LoadReport:
    """Load the rows of ``path``, or none if one is invalid."""
    return load_rows(OtherOffice, read_other_offices(path), _TEXTS)
