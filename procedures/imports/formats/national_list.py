"""The export “Danh sách TTHC” (Excel or CSV): one row per procedure, then rows that only add a blank form."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import clean, fold, sentence_case
from procedures import codes
from procedures.choices import ProcedureKind
from procedures.imports.formats import cell_parsers
from procedures.imports.formats.base import Cell, ParsedRow
from procedures.imports.formats.list_table import COLUMNS, Cells, TableRow, table_rows
from procedures.imports.record import ProcedureRecord
from procedures.value_objects import Case, Decision, Flags, ListedBlankForm, RequiredDocument

# Other columns contain text only: a date or a percentage there is a mistake, not a name.
_NUMBERS_ALLOWED: Final = frozenset({"code", "decision"})
# A cell merged over several rows counts for each of them, but a merged code or name does not begin a procedure.
_OF_THE_DOCUMENT: Final = frozenset({"document", "path", "file"})
_KINDS: Final = {
    "date": gettext_lazy("the date"),
    "time": gettext_lazy("the time"),
    "boolean": gettext_lazy("the logical value"),
    "percent": gettext_lazy("the percentage"),
    "number": gettext_lazy("the number"),
}
_FIELD_HEADING: Final = re.compile(r"linh vuc\s*[:.-]?\s*")


@dataclass(slots=True)
class _Part:
    """What the headings say about the rows below them. ``ended``: these procedures are abolished or expired."""

    field: str = ""
    levels: tuple[str, ...] = ()
    ended: bool = False

    def read(self, heading: str) -> None:
        """Apply what ``heading`` says; a new part of the list begins without a field."""
        folded = fold(heading)
        mark = _FIELD_HEADING.match(folded)
        if mark:
            name = heading[mark.end() :]
            self.field = sentence_case(name) if name.isupper() else name
            return
        levels = cell_parsers.parse_levels(heading)
        self.field, self.levels = "", levels if len(levels) == 1 else ()
        self.ended = "bai bo" in folded or "het hieu luc" in folded


@dataclass(slots=True)
class _Row:
    """The cells of one row by column name, and what was ignored in them."""

    cells: Cells
    warnings: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Return the text of a column; empty, with a warning, if its cell does not contain text."""
        value = self.cells.get(name, "")
        if not isinstance(value, Cell) or not value.kind:
            return value
        if value.kind == "number" and name in _NUMBERS_ALLOWED:
            return value
        self.warnings.append(_no_text(name, value))
        return ""

    def own_text(self, name: str) -> str:
        """Return the text of a column unless it is merged with the row above."""
        value = self.cells.get(name, "")
        return "" if isinstance(value, Cell) and value.merged else value


def _no_text(name: str, value: Cell) -> str:
    if value.kind == "error":
        return _("“%(column)s” contains a formula error; it is treated as empty") % {
            "column": COLUMNS[name][0]
        }
    message = _("“%(column)s” contains %(kind)s %(value)s, which is ignored")
    return message % {"column": COLUMNS[name][0], "kind": _KINDS[value.kind], "value": value}


def list_records(rows: Iterator[tuple[int, Sequence[str]]], notes: Sequence[str] = ()) -> Iterator[ParsedRow]:
    """Yield one record per procedure with the blank forms of its continuation rows, or the reason for refusal.

    ``notes`` on the whole file become warnings of its first row.
    """
    for number, row in enumerate(_parsed_rows(rows)):
        yield row if number else dataclasses.replace(row, warnings=(*notes, *row.warnings))


def _parsed_rows(rows: Iterator[tuple[int, Sequence[str]]]) -> Iterator[ParsedRow]:
    pending: ParsedRow | None = None
    part = _Part()
    for line in table_rows(rows):
        row = _Row(line.cells)
        if line.heading:
            part.read(line.heading)
        elif row.own_text("code") or row.own_text("title"):
            if pending:
                yield pending
            pending = _begin(line.number, row, part)
        elif pending is None or line.follows_gap:
            if pending:
                yield pending
            yield ParsedRow(row=line.number, reason=_stray_reason(line))
            pending = None
        elif pending.record is not None:
            record = _continue(pending.record, row)
            pending = dataclasses.replace(pending, record=record, warnings=(*pending.warnings, *row.warnings))
    if pending:
        yield pending


def _stray_reason(line: TableRow) -> str:
    if line.follows_gap:
        return _("a row without code and name below an empty row; it belongs to no procedure")
    return _("a row without code and name, and no procedure above it")


def _begin(number: int, row: _Row, part: _Part) -> ParsedRow:
    code, name = clean(row.own_text("code")), row.cells["title"]
    title = clean(name)
    if not code:
        return ParsedRow(row=number, title=title, reason=_("the code is missing"))
    try:
        core, local = codes.split(code)
    except ValueError as error:
        return ParsedRow(row=number, code=code[:40], title=title, reason=str(error))
    if reason := _title_reason(name, title):
        return ParsedRow(row=number, code=core, title=title, reason=reason)
    if part.ended:
        reason = _(
            "is listed under a heading of abolished procedures; end it on its own page, under the decision"
        )
        return ParsedRow(row=number, code=core, title=title, reason=reason)
    record = _record(core, local, title, row, part)
    return ParsedRow(row=number, code=core, title=title, record=record, warnings=tuple(row.warnings))


def _title_reason(name: str, title: str) -> str:
    """Return why ``name`` is not a procedure name; empty if it is one."""
    if not title:
        return _("the name is missing")
    if isinstance(name, Cell) and name.kind:
        return _no_text("title", name)
    return "" if any(map(str.isalpha, title)) else _("the name has no letters")


def _record(core: str, local: str, title: str, row: _Row, part: _Part) -> ProcedureRecord:
    number, note = _decision(row)
    publisher = cell_parsers.text_or_empty(row.text("publisher"))
    field, ministry = cell_parsers.parse_field(row.text("field") or part.field)
    implementing = row.text("implementing")
    levels = cell_parsers.parse_levels(row.text("levels")) or cell_parsers.levels_of_agencies(implementing)
    is_province_specific = "dac thu" in fold(note)
    return ProcedureRecord(
        core_code=core,
        local_code=local,
        title=title,
        field=field,
        ministry=ministry,
        levels=levels or part.levels,
        kind=ProcedureKind.OWN.value if is_province_specific else "",
        audiences=cell_parsers.parse_audiences(row.text("audience")),
        decision=Decision(number=number, agency=publisher) if number else None,
        cases=_cases(row),
        implementing_agencies=cell_parsers.parse_names(implementing),
        flags=Flags(is_special=is_province_specific),
        status=cell_parsers.parse_status(row.text("status")),
        publisher=publisher,
    )


def _decision(row: _Row) -> tuple[str, str]:
    text = row.text("decision")
    number, note = cell_parsers.parse_decision(text)
    if not number and cell_parsers.text_or_empty(text):  # it is a date
        row.warnings.append(_no_text("decision", Cell(clean(text), kind="date")))
    return number, note


def _blank_form(row: _Row) -> ListedBlankForm | None:
    path, name = clean(row.text("path")), clean(row.text("file"))
    return ListedBlankForm(name=name or path.rsplit("/", 1)[-1], path=path) if name or path else None


def _cases(row: _Row) -> tuple[Case, ...]:
    name, blank_form = clean(row.text("document")), _blank_form(row)
    if not name and blank_form is None:
        return ()
    if blank_form is None:
        return (Case(documents=(RequiredDocument(name=name),)),)
    return (Case(documents=(RequiredDocument(name=name or blank_form.name, blank_forms=(blank_form,)),)),)


def _continue(record: ProcedureRecord, row: _Row) -> ProcedureRecord:
    """Add a row without a code: another document if it names one, otherwise another blank form of the last document."""
    own = _Row({name: row.own_text(name) for name in _OF_THE_DOCUMENT})
    added = _cases(own)
    row.warnings += own.warnings
    if not added:
        return record
    documents = record.documents()
    if clean(own.text("document")) or not documents:
        documents += added[0].documents
    else:
        last = documents[-1]
        documents[-1] = dataclasses.replace(
            last, blank_forms=last.blank_forms + added[0].documents[0].blank_forms
        )
    return dataclasses.replace(record, cases=(Case(documents=tuple(documents)),))
