"""What the catalogue already has of the procedures in a file, what of it a file must not change, and the locks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import Case, F, OuterRef, Subquery, When
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page

from core.display import date_text
from procedures.choices import Status
from procedures.imports.record import ProcedureRecord
from procedures.models import (
    ImportedFacts,
    LocalAssignment,
    Procedure,
    ProcedureEnding,
    ProcedurePage,
    ProcedureVersion,
)
from procedures.page_content import read_decision

LOCK_KEY: Final = 0x5454_4843  # "TTHC"; different from every other advisory lock of the portal
BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class ExistingProcedure:
    """A procedure in the catalogue: its record, its latest version, its page (if it has one).

    ``blocked_reason``: why an import must leave the page alone, as a sentence; empty if it may be written.
    ``imported``: the fingerprints that the last import stored (``manual_edits``); empty if there was none. ``number``:
    of the last version, which may have been withdrawn and then is not ``version``.
    ``withdrawn``: the import that created it was undone, so a file may create it again.
    """

    record: ProcedureRecord
    version: ProcedureVersion
    page_id: int | None
    assigned: bool
    blocked_reason: str
    imported: dict[str, str]
    number: int
    withdrawn: bool = False


def try_lock_imports() -> bool:
    """Hold the lock until the transaction ends; return False at once if another import has it."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK_KEY])
        return bool(cursor.fetchone()[0])


def lock_imports() -> None:
    """Wait for other imports and hold the lock until the transaction ends. SQLite has only one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])


def existing_procedures(core_codes: Iterable[str], *, locked: bool = False) -> dict[str, ExistingProcedure]:
    """Return the procedures with ``core_codes`` that have a version, by core code, in a few queries per 500 codes.

    ``locked``: nothing else can publish or save them or create a version until the end of the transaction.
    """
    wanted, found = list(core_codes), {}
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        if locked:
            _lock(batch)
        found.update(_existing_batch(batch))
    return found


def _lock(core_codes: list[str]) -> None:
    rows = Procedure.objects.select_for_update().filter(core_code__in=core_codes).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    pages = ProcedurePage.objects.filter(procedure__in=ids).values("pk")
    list(Page.objects.select_for_update().filter(pk__in=pages).order_by("pk").values_list("pk"))


def _existing_batch(core_codes: list[str]) -> dict[str, ExistingProcedure]:
    newest = ProcedureVersion.objects.filter(procedure=OuterRef("procedure")).order_by("-number")
    never_in_force = Case(When(valid_to__lt=F("valid_from"), then=1), default=0)
    followed = newest.order_by(never_in_force, "-number")
    versions = (
        ProcedureVersion.objects.filter(
            procedure__core_code__in=core_codes, number=Subquery(followed.values("number")[:1])
        )
        .annotate(newest=Subquery(newest.values("number")[:1]))
        .select_related("procedure__field", "decision")
    )
    ids = [version.procedure_id for version in versions]
    # An import writes the Vietnamese page; a translation belongs to its translators and is never written.
    sources = ProcedurePage.objects.filter(
        procedure__in=ids, alias_of__isnull=True, locale=Locale.get_default()
    ).order_by("live", "-pk")
    pages = {
        row["procedure_id"]: row
        for row in sources.values("pk", "procedure_id", "has_unpublished_changes", "locked")
    }
    open_now = LocalAssignment.objects.filter(procedure__in=ids, valid_to__isnull=True).order_by("-pk")
    assignments = {row.procedure_id: row for row in open_now}
    imported = dict(ImportedFacts.objects.filter(procedure__in=ids).values_list("procedure", "facts"))
    return {
        version.procedure.core_code: ExistingProcedure(
            record=_existing_record(version, assignments.get(version.procedure_id)),
            version=version,
            page_id=pages.get(version.procedure_id, {}).get("pk"),
            assigned=version.procedure_id in assignments,
            blocked_reason=_blocked_reason(pages.get(version.procedure_id, {})),
            imported=imported.get(version.procedure_id, {}),
            number=version.newest,
            withdrawn=version.procedure_id not in pages and _is_withdrawn(version),
        )
        for version in versions
    }


def _existing_record(version: ProcedureVersion, assignment: LocalAssignment | None) -> ProcedureRecord:
    """Return the current content, including what changes without a version: code, status, field and decision."""
    procedure = version.procedure
    content = dataclasses.replace(
        version.content,
        decision=read_decision(version.decision) if version.decision else None,
        field_code=procedure.field.code if procedure.field else "",
    )
    return ProcedureRecord.of(
        content,
        local_code=procedure.code,
        ministry=procedure.field.ministry if procedure.field else "",
        status=procedure.status,
        national_url=procedure.national_url,
        level_2011=assignment.level_2011 if assignment else None,
        level_2022=assignment.level_2022 if assignment else "",
    )


def _is_withdrawn(version: ProcedureVersion) -> bool:
    return version.never_in_force and version.procedure.status == Status.HIDDEN


def _blocked_reason(page: dict[str, Any]) -> str:
    if page.get("has_unpublished_changes"):
        return _("an editor has unpublished changes on this page; publish or discard them")
    return _("an editor has locked this page") if page.get("locked") else ""


def reserved_procedures(core_codes: Iterable[str]) -> dict[str, str]:
    """Return why an import must not touch a procedure, by code.

    A controller has entered its end, or is preparing its first version.
    """
    wanted = list(core_codes)
    endings = ProcedureEnding.objects.filter(procedure__core_code__in=wanted)
    ended = endings.values_list("procedure__core_code", "decision__number", "day")
    message = _("ended from %(day)s under Decision %(number)s, entered by a controller")
    found = {code: message % {"number": number, "day": date_text(day)} for code, number, day in ended}
    drafts = Procedure.objects.filter(core_code__in=wanted, versions__isnull=True, pages__isnull=False)
    waiting = _("a controller is preparing the first version on its page; publish or delete that page")
    return found | dict.fromkeys(drafts.values_list("core_code", flat=True).distinct(), waiting)
