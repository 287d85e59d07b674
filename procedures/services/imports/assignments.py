"""Say which agencies receive the imported procedures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone

from accounts.models import Agency
from procedures.choices import Level
from procedures.models import LocalAssignment, Procedure
from procedures.records import ProcedureRecord
from procedures.services.imports.plan import Item
from procedures.services.imports.sections import Sections
from procedures.services.vocabulary import Vocabulary

_FACTS = ("local_code", "level_2011", "level_2022", "at_one_stop", "bcci_in", "bcci_out")


def assign(
    batch: Sequence[Item],
    register: Mapping[str, Procedure],
    vocabulary: Vocabulary,
    sections: Sections,
) -> None:
    """Give commune procedures to every commune of today, the others to the agency of their section.

    Only what a province carries out is assigned: a record with a local code, a local decision or a section of its own.
    """
    today = timezone.localdate()
    communes = list(Agency.objects.valid_on(today).filter(kind=Agency.Kind.COMMUNE))
    open_now = LocalAssignment.objects.filter(procedure__in=register.values(), valid_to__isnull=True)
    known = {(row.procedure_id, row.agency_id): row for row in open_now}
    new, changed = [], []
    for item in batch:
        procedure = register[item.record.core_code]
        for agency in _receivers(item.record, communes, sections):
            row = known.get((procedure.pk, agency.pk))
            if row is None:
                new.append(LocalAssignment(procedure=procedure, agency=agency, valid_from=today))
                _fill(new[-1], item.record)
            elif _fill(row, item.record):
                changed.append(row)
    LocalAssignment.objects.bulk_create(new)
    LocalAssignment.objects.bulk_update(changed, _FACTS)


def _receivers(record: ProcedureRecord, communes: Sequence[Agency], sections: Sections) -> list[Agency]:
    local = record.local_code or (record.decision and "UBND" in record.decision.number.upper())
    if not local and not record.section_agency:
        return []
    found = list(communes) if Level.COMMUNE in record.levels else []
    agency = sections.section_for(record).agency
    # A section of the communes in common belongs to a collective name, behind which nobody receives anything.
    collective = found and agency.kind == Agency.Kind.OTHER
    if not found or (Level.PROVINCE in record.levels and not collective):
        found.append(agency)
    return list({one.pk: one for one in found}.values())


def _fill(row: LocalAssignment, record: ProcedureRecord) -> bool:
    """Write the facts of ``record``; say whether anything changed."""
    facts = {
        "local_code": record.local_code,
        "level_2011": record.level_2011,
        "level_2022": record.level_2022 or record.service_level,
        "at_one_stop": record.flags.mot_cua,
        "bcci_in": record.flags.bcci_in,
        "bcci_out": record.flags.bcci_out,
    }
    changed = {name: value for name, value in facts.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
