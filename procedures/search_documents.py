"""Procedures as the search knows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from core.titles import sentence_case
from procedures.choices import AudienceCode, Level, ServiceLevel
from procedures.models import ProcedurePage, ProcedureSectionPage, ProcedureVersion
from procedures.presentation.channels import channel_table
from procedures.selectors import live_pages
from procedures.snapshot import Snapshot
from search.documents import SearchDocument
from search.registry import DocumentSource, register
from search.services import index

KIND = "procedure"
BATCH = 200


@register
class ProcedureSource(DocumentSource):
    """One document a live page; the text is that of the version in force."""

    kind = KIND

    def documents(self, refs: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """Yield the documents of the pages with these ids, or of all. Aliases would only repeat their source."""
        pages = live_pages().filter(alias_of=None).order_by("pk")
        pages = pages.select_related("procedure", "field", "locale")
        if refs is not None:
            pages = pages.filter(pk__in=[ref for ref in refs if ref.isdigit()])
        rest = pages.iterator(chunk_size=BATCH)
        while batch := list(islice(rest, BATCH)):
            contents = _contents(batch)
            agencies = _agencies(batch)
            for page in batch:
                yield _document(page, contents.get(page.procedure_id), agencies)


def _contents(pages: list[ProcedurePage]) -> dict[int, Snapshot]:
    versions = ProcedureVersion.objects.in_force(timezone.localdate())
    found = versions.filter(procedure__in=[page.procedure_id for page in pages])
    return {version.procedure_id: version.content for version in found}


def _agencies(pages: list[ProcedurePage]) -> dict[str, tuple[str, str]]:
    """Return (key, name) of the responsible agency by the path of its section."""
    sections = ProcedureSectionPage.objects.filter(path__in={page.path[: -page.steplen] for page in pages})
    return {s.path: (s.agency.slug, s.agency.name) for s in sections.select_related("agency")}


def _document(
    page: ProcedurePage, content: Snapshot | None, agencies: dict[str, tuple[str, str]]
) -> SearchDocument:
    agency, agency_name = agencies.get(page.path[: -page.steplen], ("", ""))
    labels = {agency: agency_name} | {level.value: str(level.label) for level in Level}
    labels |= {audience.value: str(audience.label) for audience in AudienceCode}
    facets: dict[str, tuple[str, ...]] = {"level": tuple(page.levels)}
    if agency:
        facets["agency"] = (agency,)
    if page.field:
        facets["field"] = (page.field.slug,)
        labels[page.field.slug] = page.field.name
    if content:
        facets["audience"] = content.audiences
    return SearchDocument(
        kind=KIND,
        ref=str(page.pk),
        locale=page.locale.language_code,
        title=sentence_case(page.name),
        url=page.url or "",
        codes=tuple(filter(None, (page.procedure.core_code, page.procedure.code))),
        summary=page.summary,
        body=_body(content) if content else "",
        facts=_facts(page, content),
        keywords=tuple(line.strip() for line in page.keywords.splitlines() if line.strip()),
        facets=facets,
        facet_labels=labels,
        changed_at=page.last_published_at or page.latest_revision_created_at or timezone.now(),
    )


def _facts(page: ProcedurePage, content: Snapshot | None) -> dict[str, str]:
    """Return what a person chooses by, in the language of the page; what only refers to the table is left out."""
    with override(page.locale.language_code):
        table = channel_table(content.channels) if content else None
        online = str(ServiceLevel(page.service_level).label) if page.service_level else ""
        found = {"online": online, "time": table.time if table else "", "fee": table.fee if table else ""}
        nothing = {"", _("See below"), _("Depends on the case: see the table")}
    return {name: text for name, text in found.items() if text not in nothing}


def _body(content: Snapshot) -> str:
    """Return what a citizen may remember of a procedure: results, papers, steps, conditions."""
    parts = [result.name for result in content.results]
    parts += [paper.name for paper in content.papers()]
    parts += [item for group in content.steps for item in group.items]
    return "\n".join([*parts, content.requirements, *content.implementing_agencies])


def reindex(pages: Iterable[ProcedurePage]) -> None:
    """Ask for the documents of ``pages`` to be brought up to date, after commit."""
    with transaction.atomic():
        index(kind=KIND, refs=[str(page.pk) for page in pages])


@receiver([page_published, page_unpublished], sender=ProcedurePage, dispatch_uid="procedures.index")
@receiver(post_delete, sender=ProcedurePage, dispatch_uid="procedures.index_deleted")
def index_page(instance: ProcedurePage, **_kwargs: Any) -> None:
    """A page came or went."""
    reindex([instance])


@receiver([page_slug_changed, post_page_move], dispatch_uid="procedures.index_branch")
@receiver(page_published, sender=ProcedureSectionPage, dispatch_uid="procedures.index_section")
def index_branch(instance: Page, **_kwargs: Any) -> None:
    """The addresses, or the agency, of all procedures below have changed."""
    pages = ProcedurePage.objects.descendant_of(instance, inclusive=True).only("pk")
    if pages:
        reindex(pages)
