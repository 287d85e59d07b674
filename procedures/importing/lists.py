"""The export “Danh sách TTHC” (Excel or CSV): one row a procedure, rows below it that only add a blank form."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from django.utils.translation import gettext as _

from core.text import clean, fold
from procedures import codes
from procedures.choices import ProcedureKind
from procedures.importing import words
from procedures.importing.parsed import Parsed
from procedures.importing.tables import Cells, table_rows
from procedures.parts import Case, Decision, Flags, Paper, Template
from procedures.records import ProcedureRecord


def list_records(rows: Iterator[tuple[int, list[str]]]) -> Iterator[Parsed]:
    """Yield a record a procedure, with the blank forms of its continuation rows, or the reason of a refusal."""
    waiting: Parsed | None = None
    for number, cells in table_rows(rows):
        if cells["code"] or cells["title"]:
            if waiting:
                yield waiting
            waiting = _begin(number, cells)
        elif waiting is None:
            yield Parsed(row=number, reason=_("a row without code and name, and no procedure above it"))
        elif waiting.record is not None:
            waiting = dataclasses.replace(waiting, record=_continue(waiting.record, cells))
    if waiting:
        yield waiting


def _begin(number: int, cells: Cells) -> Parsed:
    code, title = clean(cells["code"]), clean(cells["title"])
    if not code:
        return Parsed(row=number, title=title, reason=_("no code"))
    try:
        core, local = codes.split(code)
    except ValueError as error:
        return Parsed(row=number, code=code[:40], title=title, reason=str(error))
    if not title:
        return Parsed(row=number, code=core, reason=_("no name"))
    return Parsed(row=number, code=core, title=title, record=_record(core, local, title, cells))


def _record(core: str, local: str, title: str, cells: Cells) -> ProcedureRecord:
    number, note = words.decision(cells.get("decision", ""))
    publisher = words.said(cells.get("publisher", ""))
    field, ministry = words.field(cells.get("field", ""))
    own = "dac thu" in fold(note)
    return ProcedureRecord(
        core_code=core,
        local_code=local,
        title=title,
        field=field,
        ministry=ministry,
        levels=words.levels(cells.get("levels", "")),
        kind=ProcedureKind.OWN.value if own else "",
        audiences=words.audiences(cells.get("audience", "")),
        decision=Decision(number=number, agency=publisher) if number else None,
        cases=_cases(cells),
        implementing_agencies=words.names(cells.get("implementing", "")),
        flags=Flags(dac_thu=own),
        status=words.status(cells.get("status", "")),
        publisher=publisher,
    )


def _template(cells: Cells) -> Template | None:
    path, name = clean(cells.get("path", "")), clean(cells.get("file", ""))
    return Template(name=name or path.rsplit("/", 1)[-1], path=path) if name or path else None


def _cases(cells: Cells) -> tuple[Case, ...]:
    name, template = clean(cells.get("paper", "")), _template(cells)
    if not name and template is None:
        return ()
    if template is None:
        return (Case(papers=(Paper(name=name),)),)
    return (Case(papers=(Paper(name=name or template.name, templates=(template,)),)),)


def _continue(record: ProcedureRecord, cells: Cells) -> ProcedureRecord:
    """Add a row without code: a further paper when it names one, a further blank form of the last paper when not."""
    added = _cases(cells)
    if not added:
        return record
    papers = record.papers()
    if clean(cells.get("paper", "")) or not papers:
        papers += added[0].papers
    else:
        last = papers[-1]
        papers[-1] = dataclasses.replace(last, templates=last.templates + added[0].papers[0].templates)
    return dataclasses.replace(record, cases=(Case(papers=tuple(papers)),))
