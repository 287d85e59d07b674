"""Import procedures: plan (the preview), apply, report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from procedures.importing import Parsed
from procedures.jsonable import RecordError, storable
from procedures.records import ProcedureRecord
from procedures.services.imports.apply import Import, Progress, apply_plan
from procedures.services.imports.plan import Plan, plan_import
from procedures.services.imports.report import ImportReport, Line, Outcome
from procedures.services.imports.shelf import FormShelf

__all__ = [
    "FormShelf",
    "Import",
    "ImportReport",
    "Line",
    "Outcome",
    "Plan",
    "Progress",
    "apply_plan",
    "import_records",
    "plan_import",
]


def import_records(
    records: Iterable[ProcedureRecord | dict[str, Any]],
    *,
    circumstances: Import | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Import normalised records (objects or their JSON) in one transaction; ``dry_run`` changes nothing."""
    rows = (_parsed(number, record) for number, record in enumerate(records, start=1))
    with transaction.atomic():
        plan = plan_import(rows, writing=not dry_run)
        if not dry_run:
            apply_plan(plan, circumstances or Import(source="records"), progress)
    return plan.report


def _parsed(number: int, record: ProcedureRecord | dict[str, Any]) -> Parsed:
    try:
        if isinstance(record, dict):
            storable(record)
        read = record if isinstance(record, ProcedureRecord) else ProcedureRecord.from_json(record)
    except RecordError as error:
        return Parsed(row=number, reason=str(error))
    return Parsed(row=number, code=read.core_code, title=read.title, record=read)
