"""Read an import file of any format: detect the format from the content and yield parsed rows."""

from __future__ import annotations

import codecs
import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import IO, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import clean
from procedures.imports.formats import full_text, structured
from procedures.imports.formats.base import (
    MAX_FILE_BYTES,
    MAX_RECORD_CHARACTERS,
    MAX_ROWS,
    FileProblem,
    ParsedRow,
    seems_old_encoding,
)
from procedures.imports.formats.national_list import list_records
from procedures.imports.formats.spreadsheets import csv_rows, xlsx_rows
from procedures.imports.record import ProcedureRecord
from procedures.snapshot import RecordError, check_storable

CHUNK_SIZE: Final = 64 * 1024
ERROR_CONTEXT_CHARACTERS: Final = 20
SEPARATORS: Final = " \t\r\n,"
OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
# Files mistaken for lists, by their first bytes; some provincial systems save web pages as .xls.
NOT_A_LIST: Final = {
    b"%PDF": gettext_lazy("this is a PDF; a list must be .xlsx, CSV (UTF-8) or JSON"),
    b"{\\rtf": gettext_lazy("this is a text document; a list must be .xlsx, CSV (UTF-8) or JSON"),
    b"<": gettext_lazy("this is a web page or an XML file; open it in Excel and save it as .xlsx"),
    b"\x1f\x8b": gettext_lazy("this is a compressed archive; extract it first"),
    b"Rar!": gettext_lazy("this is a compressed archive; extract it first"),
    b"7z\xbc\xaf": gettext_lazy("this is a compressed archive; extract it first"),
}
RECORD_BUILDERS: Final[dict[str, Callable[[dict[str, Any]], ProcedureRecord]]] = {
    full_text.KEY: full_text.fulltext_record,
    structured.KEY: structured.structured_record,
    "core_code": ProcedureRecord.from_json,
}


def parse_file(handle: IO[bytes]) -> Iterator[ParsedRow]:
    """Yield the parsed rows of ``handle`` (a seekable binary file); ``FileProblem`` if the file is broken.

    The format is recognised by the content: Excel workbook, JSON (an array, or consecutive objects), otherwise CSV. A
    name that seems to be written in TCVN3 or VNI gets a warning.
    """
    for row in _rows_of(handle):
        if seems_old_encoding(row.title):
            warning = _(
                "the name seems to be written in TCVN3 or VNI (.VnTime, VNI-Times); convert the file to Unicode"
            )
            yield dataclasses.replace(row, warnings=(*row.warnings, warning))
        else:
            yield row


def _rows_of(handle: IO[bytes]) -> Iterator[ParsedRow]:
    size = handle.seek(0, 2)
    handle.seek(0)
    if size > MAX_FILE_BYTES:
        raise FileProblem(_("the file is %(size)d MB, too large for a catalogue") % {"size": size // 2**20})
    head = handle.read(4096)
    handle.seek(0)
    if not head.strip():
        raise FileProblem(_("the file is empty"))
    if head.startswith(OLD_EXCEL):
        raise FileProblem(_("this is an old .xls workbook; save it as .xlsx"))
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    other = next((message for mark, message in NOT_A_LIST.items() if begin.startswith(mark)), None)
    if other:
        raise FileProblem(str(other))
    if head.startswith(b"PK"):
        notes: list[str] = []
        return list_records(xlsx_rows(handle, notes), notes)
    if begin[:1] in {b"[", b"{"}:
        return _objects(handle)
    return list_records(csv_rows(handle))


def _objects(handle: IO[bytes]) -> Iterator[ParsedRow]:
    for number, data in ObjectStream(handle):
        if number > MAX_ROWS:
            raise FileProblem(_("more than %(rows)d rows") % {"rows": MAX_ROWS})
        builder = next((make for key, make in RECORD_BUILDERS.items() if key in data), None)
        if builder is None:
            keys = ", ".join(sorted(map(str, data))[:5])
            raise FileProblem(
                _("not a procedure record (keys: %(keys)s)") % {"keys": clean(keys)[:100]},
                place=_("record %(number)d") % {"number": number},
            )
        yield _build(number, data, builder)


def _build(
    number: int, data: dict[str, Any], builder: Callable[[dict[str, Any]], ProcedureRecord]
) -> ParsedRow:
    try:
        check_storable(data)
        record = builder(data)
        record.check()
    except (RecordError, ValueError, KeyError, TypeError, AttributeError) as error:
        code = next((clean(str(data[key]))[:40] for key in (full_text.KEY, "core_code") if key in data), "")
        return ParsedRow(row=number, code=code, reason=_record_reason(error))
    return ParsedRow(row=number, code=record.core_code, title=record.title, record=record)


def _record_reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return _("the key %(key)s is missing") % {"key": error}
    if isinstance(error, ValueError):
        return str(error)
    return _("a value of an unexpected type (%(reason)s)") % {"reason": error}


class ObjectStream:
    """The objects of a file that holds ``[{…}, {…}]`` or one object per line (or simply one after the other)."""

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("strict").decode
        self._read_json = json.JSONDecoder().raw_decode
        self._buffer = ""
        self._number = 0
        self._ended = False

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield (number from 1, object); ``FileProblem`` if the text is not JSON."""
        inside = self._skip(SEPARATORS) == "["
        if inside:
            self._buffer = self._buffer[1:]
        while (mark := self._skip(SEPARATORS)) and mark != "]":
            self._number += 1
            yield self._number, self._object()
        if inside and not mark:
            raise FileProblem(_("the list is not closed: the file was cut off"), place=self._place())
        self._buffer = self._buffer[1:]
        if self._skip(SEPARATORS):
            raise FileProblem(_("there is text after the end of the list"), place=self._place())

    def _place(self) -> str:
        return _("record %(number)d") % {"number": self._number}

    def _more(self) -> bool:
        chunk = self._handle.read(CHUNK_SIZE)
        try:
            self._buffer += self._decode(chunk, not chunk)
        except UnicodeDecodeError as error:
            raise FileProblem(_("the text is not UTF-8"), place=self._place()) from error
        self._ended = not chunk
        return bool(chunk)

    def _skip(self, characters: str) -> str:
        """Drop leading ``characters`` and return the next one; empty at the end of the file."""
        while True:
            self._buffer = self._buffer.lstrip(characters)
            if self._buffer or not self._more():
                return self._buffer[:1]

    def _reason(self, error: ValueError | RecursionError) -> str:
        if isinstance(error, RecursionError):
            return _("nested too deeply")
        if not isinstance(error, json.JSONDecodeError):
            # Python does not parse numbers of more than 4,300 digits.
            return _("a number has too many digits")
        if self._ended and (
            error.msg.startswith("Unterminated") or error.pos >= len(self._buffer.rstrip()) - 1
        ):
            return _("the object is not closed: the file was cut off")
        near = clean(
            self._buffer[max(0, error.pos - ERROR_CONTEXT_CHARACTERS) : error.pos + ERROR_CONTEXT_CHARACTERS]
        )
        return _("not a valid JSON object; the error is near “%(near)s”") % {"near": near}

    def _object(self) -> dict[str, Any]:
        wanted = CHUNK_SIZE
        while True:
            while len(self._buffer) < wanted and not self._ended:
                self._more()
            try:
                value, end = self._read_json(self._buffer)
            except (ValueError, RecursionError) as error:
                wanted *= 4
                if self._ended or wanted > MAX_RECORD_CHARACTERS or not self._buffer.startswith("{"):
                    raise FileProblem(self._reason(error), place=self._place()) from error
                continue
            if not isinstance(value, dict):
                raise FileProblem(_("an object is expected"), place=self._place())
            self._buffer = self._buffer[end:]
            return value
