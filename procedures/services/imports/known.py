"""What the catalogue knows already, as records, in a handful of queries for any number of procedures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from wagtail.models import Page

from procedures.models import ImportedFacts, LocalAssignment, Procedure, ProcedurePage, ProcedureVersion
from procedures.records import ProcedureRecord

BATCH = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A procedure as it stands: its record, its latest version, its page (if it has one).

    ``held``: why an import must leave the page alone, in words; empty where it may write. ``imported``: what the last
    import remembers of the facts that it wrote (``procedures.hand_changes``); empty where there was none.
    """

    record: ProcedureRecord
    version: ProcedureVersion
    page_id: int | None
    assigned: bool
    held: str
    imported: dict[str, str]


def known_procedures(cores: Iterable[str], *, locked: bool = False) -> dict[str, Known]:
    """Return what is known of ``cores`` by core code; procedures without any version are not.

    ``locked``: nobody publishes, saves or makes a version of them until the end of the transaction.
    """
    wanted, found = list(cores), {}
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        if locked:
            _lock(batch)
        found.update(_batch(batch))
    return found


def _lock(cores: list[str]) -> None:
    rows = Procedure.objects.select_for_update().filter(core_code__in=cores).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    pages = ProcedurePage.objects.filter(procedure__in=ids).values("pk")
    list(Page.objects.select_for_update().filter(pk__in=pages).order_by("pk").values_list("pk"))


def _batch(cores: list[str]) -> dict[str, Known]:
    newest = ProcedureVersion.objects.filter(procedure=OuterRef("procedure")).order_by("-number")
    versions = ProcedureVersion.objects.filter(
        procedure__core_code__in=cores, number=Subquery(newest.values("number")[:1])
    ).select_related("procedure__field")
    ids = [version.procedure_id for version in versions]
    sources = ProcedurePage.objects.filter(procedure__in=ids, alias_of__isnull=True).order_by(
        "-locale", "-pk"
    )
    pages = {
        row["procedure_id"]: row
        for row in sources.values("pk", "procedure_id", "has_unpublished_changes", "locked")
    }
    open_now = LocalAssignment.objects.filter(procedure__in=ids, valid_to__isnull=True).order_by("-pk")
    levels = {row.procedure_id: row for row in open_now}
    imported = dict(ImportedFacts.objects.filter(procedure__in=ids).values_list("procedure", "facts"))
    return {
        version.procedure.core_code: Known(
            record=_record(version, levels.get(version.procedure_id)),
            version=version,
            page_id=pages.get(version.procedure_id, {}).get("pk"),
            assigned=version.procedure_id in levels,
            held=_held(pages.get(version.procedure_id, {})),
            imported=imported.get(version.procedure_id, {}),
        )
        for version in versions
    }


def _record(version: ProcedureVersion, level: LocalAssignment | None) -> ProcedureRecord:
    """Return what stands; code and status are those of the register, where they change without a version."""
    procedure = version.procedure
    return ProcedureRecord.of(
        version.content,
        local_code=procedure.code,
        ministry=procedure.field.ministry if procedure.field else "",
        status=procedure.status,
        level_2011=level.level_2011 if level else None,
        level_2022=level.level_2022 if level else "",
    )


def _held(page: dict[str, Any]) -> str:
    if page.get("has_unpublished_changes"):
        return _("an editor has unpublished changes on this page; publish or drop them")
    return _("an editor has locked this page") if page.get("locked") else ""
