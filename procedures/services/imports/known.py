"""What the catalogue knows already, as records, in a handful of queries for any number of procedures."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _
from wagtail.models import Page

from procedures.models import LocalAssignment, Procedure, ProcedurePage, ProcedureVersion
from procedures.records import ProcedureRecord
from procedures.snapshot import Snapshot

_CONTENT = [field.name for field in dataclasses.fields(Snapshot)]
BATCH = 500


@dataclass(frozen=True, slots=True)
class Known:
    """A procedure as it stands: its record, its latest version, its page (if it has one).

    ``held``: why an import must leave the page alone, in words; empty where it may write.
    """

    record: ProcedureRecord
    version: ProcedureVersion
    page_id: int | None
    assigned: bool
    held: str


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
    return {
        version.procedure.core_code: _known(
            version, pages.get(version.procedure_id, {}), levels.get(version.procedure_id)
        )
        for version in versions
    }


def _known(version: ProcedureVersion, page: dict[str, Any], level: LocalAssignment | None) -> Known:
    content, procedure = version.content, version.procedure
    record = ProcedureRecord(
        **{name: getattr(content, name) for name in _CONTENT},
        ministry=procedure.field.ministry if procedure.field else "",
        status=procedure.status,
        level_2011=level.level_2011 if level else None,
        level_2022=level.level_2022 if level else "",
    )
    return Known(
        record=record,
        version=version,
        page_id=page.get("pk"),
        assigned=level is not None,
        held=_held(page),
    )


def _held(page: dict[str, Any]) -> str:
    if page.get("has_unpublished_changes"):
        return _("an editor has unpublished changes on this page; publish or drop them")
    return _("an editor has locked this page") if page.get("locked") else ""
