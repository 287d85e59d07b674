"""What the readers of all file formats share: the parsed row, file errors, limits, shapes and letters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Self

from core.errors import PortalError
from procedures.imports.record import ProcedureRecord
from procedures.snapshot import require_type

MAX_FILE_BYTES: Final = 200 * 1024 * 1024
MAX_ROWS: Final = 50_000
MAX_COLUMNS: Final = 64
MAX_CELL_CHARACTERS: Final = 32_767  # Excel's own limit
MAX_LINE_BYTES: Final = 500_000
MAX_RECORD_CHARACTERS: Final = 2_000_000
HEADER_SEARCH_ROWS: Final = 20
# Excel workbooks are zip files: what they declare is checked before anything is unpacked.
MAX_ZIP_ENTRIES: Final = 500
MAX_ZIP_BYTES: Final = 50 * 1024 * 1024
MAX_ZIP_RATIO: Final = 150


_VOWELS: Final = "aăâeêioôơuưy"
_TONES: Final = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_COMPOSED: Final = [unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES]
LOWER: Final = "a-zđ" + "".join(letter for letter in _COMPOSED if not letter.isascii())
UPPER: Final = "A-ZĐ" + LOWER.removeprefix("a-zđ").upper()


_KNOWN: Final = {*_COMPOSED, *"²³°ºª½¼¾"}
# Letters of Latin-1 that Vietnamese does not use; texts in TCVN3 (.VnTime) and VNI consist of them.
_FOREIGN: Final = re.compile(
    "".join(("[", *(letter for letter in map(chr, range(0xA1, 0x100)) if letter.lower() not in _KNOWN), "]"))
)
_FOREIGN_LETTERS: Final = 2


def seems_old_encoding(text: str) -> bool:
    """Return True if ``text`` seems to be written in TCVN3 or VNI: two words with letters that Vietnamese lacks."""
    words = (word for word in text.split() if _FOREIGN.search(word) and any(map(str.isalpha, word)))
    return len(list(islice(words, _FOREIGN_LETTERS))) == _FOREIGN_LETTERS


class FileProblem(PortalError):
    """The file cannot be read; ``place`` says where (``line 3``, ``record 12``). Nothing from it is imported."""

    code = "broken_file"

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedRow:
    """A record, or the reason why the row has none. ``row`` is numbered as in a spreadsheet program.

    ``warnings``: what was ignored or guessed, as sentences; the record is correct without it. ``further_rows``: numbers
    of the rows of the same procedure that were merged into this one.
    """

    row: int
    code: str = ""
    title: str = ""
    record: ProcedureRecord | None = None
    reason: str = ""
    warnings: tuple[str, ...] = ()
    further_rows: tuple[int, ...] = ()


class Cell(str):
    """The text of a spreadsheet cell that is more than plain text.

    ``kind``: ``date``, ``time``, ``boolean``, ``percent`` or ``number`` if the cell contains one, shown as Excel shows
    it; ``error``, without a text, if a formula failed; ``merged``: the text is that of a cell above, merged with this
    one.
    """

    kind: str
    merged: bool

    def __new__(cls, text: str, *, kind: str = "", merged: bool = False) -> Self:
        made = super().__new__(cls, text)
        made.kind, made.merged = kind, merged
        return made


Shape = dict[str, Any] | list[Any] | type[str]


def fit(value: Any, shape: Shape, path: str = "") -> Any:
    """Return ``value`` reduced to ``shape``, with null as empty; ``RecordError`` names the path of a wrong type.

    ``{"a": str, "b": [{"*": str}]}``: the key ``*`` means every other key; keys that are not in the shape are dropped.
    """
    if isinstance(shape, dict):
        return _fit_object(require_type(value, dict, path), shape, path)
    if isinstance(shape, list):
        rows = enumerate(require_type(value, list, path))
        return [fit(item, shape[0], f"{path}[{place}]") for place, item in rows]
    return require_type(value, str, path)


def _fit_object(value: dict[str, Any], shape: dict[str, Any], path: str) -> dict[str, Any]:
    read = [key for key in value if key in shape or "*" in shape]
    return {key: fit(value[key], shape.get(key) or shape["*"], f"{path}.{key}".lstrip(".")) for key in read}
