"""The one door: bytes in, records out, whatever the format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import clean
from procedures.importing import fulltext, structured
from procedures.importing.csv_rows import csv_rows
from procedures.importing.json_stream import ObjectStream
from procedures.importing.limits import MAX_FILE_BYTES, MAX_ROWS
from procedures.importing.lists import list_records
from procedures.importing.parsed import Parsed
from procedures.importing.problems import FileProblem
from procedures.importing.xlsx_rows import xlsx_rows
from procedures.jsonable import RecordError, storable
from procedures.records import ProcedureRecord

__all__ = ["Parsed", "parse"]

OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
# Files that people take for lists, by how they begin; systems of the provinces save web pages under the name .xls.
OTHERS: Final = {
    b"%PDF": gettext_lazy("this is a PDF; a list comes as .xlsx, CSV (UTF-8) or JSON"),
    b"{\\rtf": gettext_lazy("this is a text document; a list comes as .xlsx, CSV (UTF-8) or JSON"),
    b"<": gettext_lazy("this is a web page or XML; open it in Excel and save it as .xlsx"),
    b"\x1f\x8b": gettext_lazy("this is a packed archive; unpack it first"),
    b"Rar!": gettext_lazy("this is a packed archive; unpack it first"),
    b"7z\xbc\xaf": gettext_lazy("this is a packed archive; unpack it first"),
}
BUILDERS: Final[dict[str, Callable[[dict[str, Any]], ProcedureRecord]]] = {
    fulltext.KEY: fulltext.fulltext_record,
    structured.KEY: structured.structured_record,
    "core_code": ProcedureRecord.from_json,
}


def parse(handle: IO[bytes]) -> Iterator[Parsed]:
    """Yield what each row of ``handle`` (a seekable binary file) holds; ``FileProblem`` when the file is broken.

    The format is seen from the content: Excel workbook, JSON (an array, or objects one after the other), else CSV.
    """
    size = handle.seek(0, 2)
    handle.seek(0)
    if size > MAX_FILE_BYTES:
        raise FileProblem(_("the file has %(size)d MB; too large for a catalogue") % {"size": size // 2**20})
    head = handle.read(4096)
    handle.seek(0)
    if not head.strip():
        raise FileProblem(_("the file is empty"))
    if head.startswith(OLD_EXCEL):
        raise FileProblem(_("this is an old .xls workbook; save it as .xlsx"))
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    other = next((message for mark, message in OTHERS.items() if begin.startswith(mark)), None)
    if other:
        raise FileProblem(str(other))
    if head.startswith(b"PK"):
        return list_records(xlsx_rows(handle))
    if begin[:1] in {b"[", b"{"}:
        return _objects(handle)
    return list_records(csv_rows(handle))


def _objects(handle: IO[bytes]) -> Iterator[Parsed]:
    for number, data in ObjectStream(handle):
        if number > MAX_ROWS:
            raise FileProblem(_("more than %(rows)d rows") % {"rows": MAX_ROWS})
        builder = next((make for key, make in BUILDERS.items() if key in data), None)
        if builder is None:
            keys = ", ".join(sorted(map(str, data))[:5])
            raise FileProblem(
                _("no record of a procedure (keys: %(keys)s)") % {"keys": clean(keys)[:100]},
                place=_("record %(number)d") % {"number": number},
            )
        yield _build(number, data, builder)


def _build(number: int, data: dict[str, Any], builder: Callable[[dict[str, Any]], ProcedureRecord]) -> Parsed:
    try:
        storable(data)
        record = builder(data)
        record.check()
    except (RecordError, ValueError, KeyError, TypeError, AttributeError) as error:
        code = next((clean(str(data[key]))[:40] for key in (fulltext.KEY, "core_code") if key in data), "")
        return Parsed(row=number, code=code, reason=_reason(error))
    return Parsed(row=number, code=record.core_code, title=record.title, record=record)


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return _("the key %(key)s is missing") % {"key": error}
    if isinstance(error, ValueError):
        return str(error)
    return _("a value of another kind than expected (%(reason)s)") % {"reason": error}
