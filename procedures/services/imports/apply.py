"""Carry out a plan, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.text import order_key
from procedures.choices import Status
from procedures.hand_changes import fingerprints
from procedures.models import ImportedFacts, Procedure, ProcedurePage, ProcedureSectionPage, ProcedureVersion
from procedures.records import ProcedureRecord
from procedures.selectors import snapshot_of
from procedures.services.contents import page_slug, write_content
from procedures.services.imports.assignments import assign
from procedures.services.imports.children import replace_children
from procedures.services.imports.plan import Item, Plan
from procedures.services.imports.publication import publish_pages
from procedures.services.imports.sections import Sections
from procedures.services.imports.tree import insert, place, update
from procedures.services.versions import announce, next_version, refresh
from procedures.services.vocabulary import Vocabulary
from procedures.snapshot import Snapshot

T = TypeVar("T")
BATCH = 100
Progress = Callable[[int], object]


@dataclass(slots=True, kw_only=True)
class Import:
    """The circumstances of one import."""

    by: User | None = None
    section: str = ""
    source: str = ""
    valid_from: date | None = None
    now: datetime = field(default_factory=timezone.now)


@transaction.atomic
def apply_plan(plan: Plan, circumstances: Import, progress: Progress | None = None) -> None:
    """Write every item of ``plan``; ``progress`` is called with the number of procedures done since the last call."""
    if not plan.items:
        return
    writer = Writer(circumstances)
    for batch in _batches(plan.items):
        writer.write(batch)
        if progress:
            progress(len(batch))
    announce(writer.versions)
    if writer.without_version:  # a status or an agency: people see it at once all the same
        refresh(procedures=writer.without_version)


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def _remember(batch: Sequence[Item], pages: Sequence[ProcedurePage], contents: Sequence[Snapshot]) -> None:
    """Keep the fingerprints of what this import wrote; an editor's facts keep theirs."""
    rows = []
    for item, page, content in zip(batch, pages, contents, strict=True):
        before = item.known.imported if item.known else {}
        stays = {name: before[name] for name in item.by_hand if name in before}
        written = ProcedureRecord.of(content, status=page.procedure.status)
        facts = {**fingerprints(written, apart_from=item.by_hand), **stays}
        rows.append(ImportedFacts(procedure_id=page.procedure_id, facts=facts))
    ImportedFacts.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["procedure"], update_fields=["facts"]
    )


class Writer:
    """Writes batches of procedures: register, pages, children, revisions, versions, assignments."""

    def __init__(self, circumstances: Import) -> None:
        self._given = circumstances
        self._vocabulary = Vocabulary()
        self._sections = Sections(self._vocabulary, circumstances.section)
        self.versions: list[ProcedureVersion] = []
        self.without_version: list[int] = []

    def write(self, batch: Sequence[Item]) -> None:
        """Write one batch."""
        register = self._register(batch)
        known = ProcedurePage.objects.in_bulk([i.known.page_id for i in batch if i.known and i.known.page_id])
        new: list[tuple[ProcedureSectionPage, ProcedurePage]] = []
        pages: list[ProcedurePage] = []
        for item in batch:
            page = known.get(item.known.page_id) if item.known and item.known.page_id else None
            if page is None:
                page = ProcedurePage(slug=page_slug(item.record))
                new.append((self._sections.section_for(item.record), page))
            page.procedure = register[item.record.core_code]
            write_content(page, item.record, self._vocabulary)
            page.procedure.field = page.field
            pages.append(page)
        place(new)
        insert([page for _section, page in new])
        update(list(known.values()))
        Procedure.objects.bulk_update(register.values(), ["title", "order_key", "code", "status", "field"])
        replace_children(pages, list(known))
        publish_pages(pages, now=self._given.now, by=self._given.by, source=self._given.source)
        contents = [snapshot_of(page) for page in pages]
        self._record(batch, pages, contents)
        _remember(batch, pages, contents)
        assign(batch, register, self._vocabulary, self._sections)

    def _register(self, batch: Sequence[Item]) -> dict[str, Procedure]:
        cores = [item.record.core_code for item in batch]
        found = {row.core_code: row for row in Procedure.objects.filter(core_code__in=cores)}
        missing = [Procedure(core_code=core, title="") for core in cores if core not in found]
        found.update({row.core_code: row for row in Procedure.objects.bulk_create(missing)})
        for item in batch:
            row, record = found[item.record.core_code], item.record
            row.title, row.order_key, row.code = record.title, order_key(record.title), record.local_code
            if row.replaced_by_id is None:
                row.status = record.status or Status.PUBLIC.value
        return found

    def _record(
        self, batch: Sequence[Item], pages: Sequence[ProcedurePage], contents: Sequence[Snapshot]
    ) -> None:
        versions, closed = [], []
        for item, page, content in zip(batch, pages, contents, strict=True):
            latest = item.known.version if item.known else None
            if latest and latest.digest == content.digest:
                self.without_version.append(page.procedure_id)
                continue
            signed = page.decision.date if page.decision else None
            begins = self._given.valid_from or signed or timezone.localdate(self._given.now)
            version = next_version(
                procedure=page.procedure,
                content=content,
                decision=page.decision,
                latest=latest,
                valid_from=begins,
                by=self._given.by,
            )
            versions.append(version)
            if latest:
                closed.append(latest)
        ProcedureVersion.objects.bulk_update(closed, ["valid_to"])
        self.versions += ProcedureVersion.objects.bulk_create(versions)
