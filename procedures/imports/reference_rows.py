"""Find or create what the records of an import refer to.

* ``ReferenceRows``: fields, decisions, audiences and agencies, read once and kept in memory during the import;
* ``SectionFinder``: the section of a new procedure, and the catalogue (``catalogue``);
* ``FormFileStore``: the blank form files in the folder given to the import, each stored once.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Self

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page, Site

from accounts.models import Agency
from core.errors import InvalidInput
from core.text import fold, slugify, unused_slug
from procedures import value_objects
from procedures.choices import Level
from procedures.imports.record import ProcedureRecord, map_blank_forms
from procedures.models import (
    Audience,
    BlankForm,
    Field,
    ProcedureCataloguePage,
    ProcedureSectionPage,
    PublicationDecision,
)
from procedures.value_objects import Decision

CATALOGUE_SLUG = "thu-tuc"
SUFFIXES = frozenset({".doc", ".docx", ".pdf", ".xls", ".xlsx", ".odt"})
MAX_BYTES = 10 * 1024 * 1024


class ReferenceRows:
    """Reads all rows once and creates missing ones on demand."""

    def __init__(self) -> None:
        self._fields = list(Field.objects.all())
        self._decisions = {(row.number, row.agency_name): row for row in PublicationDecision.objects.all()}
        self._audiences = {row.code: row for row in Audience.objects.all()}
        self.agencies = list(Agency.objects.order_by("valid_from"))
        self._agencies = {
            fold(name): agency
            for agency in self.agencies
            for name in (agency.name, agency.short_name)
            if name
        }

    def agency(self, name: str) -> Agency | None:
        """Return the most recent agency called ``name``, in full or short, with or without the name of its province."""
        if not name:
            return None
        folded = fold(name)
        return self._agencies.get(folded) or self._agencies.get(folded.partition(" tinh ")[0])

    def audiences(self, codes: tuple[str, ...]) -> list[Audience]:
        """Return the audiences with ``codes``."""
        return [self._audiences[code] for code in codes if code in self._audiences]

    def field(self, record: ProcedureRecord) -> Field | None:
        """Return the field of ``record`` by code, by name and ministry, or by its name alone; a new one if unknown."""
        if not record.field:
            return None
        found = self._find_field(record)
        if found is None:
            found = Field.objects.create(
                code=record.field_code, name=record.field, ministry=record.ministry, slug=self._slug(record)
            )
            self._fields.append(found)
        elif self._enrich(found, record):
            found.save(update_fields=["code", "ministry"])
        return found

    def _find_field(self, record: ProcedureRecord) -> Field | None:
        if record.field_code:
            coded = next((row for row in self._fields if row.code == record.field_code), None)
            if coded:
                return coded
        same = [row for row in self._fields if fold(row.name) == fold(record.field)]
        if record.ministry:
            same = [row for row in same if row.ministry in {"", record.ministry}]
        return max(same, key=lambda row: row.ministry == record.ministry, default=None)

    def _enrich(self, row: Field, record: ProcedureRecord) -> bool:
        before = (row.code, row.ministry)
        row.code = row.code or record.field_code
        row.ministry = row.ministry or record.ministry
        return before != (row.code, row.ministry)

    def _slug(self, record: ProcedureRecord) -> str:
        slug = slugify(record.field, max_length=80) or "linh-vuc"
        return unused_slug(slug, {row.slug for row in self._fields})

    def decision(self, part: Decision | None) -> PublicationDecision | None:
        """Return the decision, completed with the facts of ``part``; create it if it is unknown."""
        if part is None:
            return None
        found = self._decisions.get((part.number, part.agency)) or self._same_number(part)
        if found is None:
            found = PublicationDecision.objects.create(
                number=part.number,
                date=part.date,
                agency_name=part.agency,
                agency=self.agency(part.agency),
                summary=part.summary,
                url=part.url,
            )
        elif self._fill(found, part):
            found.save()
        self._decisions[found.number, found.agency_name] = found
        return found

    def signed_on(self, part: Decision) -> date | None:
        """Return the date of the decision ``part``, from the file or from the known decision."""
        found = self._decisions.get((part.number, part.agency)) or self._same_number(part)
        return part.date or (found.date if found else None)

    def _same_number(self, part: Decision) -> PublicationDecision | None:
        """Return the only decision with this number if the agency is not given."""
        same = [row for (number, _agency), row in self._decisions.items() if number == part.number]
        unsigned = [row for row in same if not row.agency_name]
        if part.agency:
            return unsigned[0] if unsigned else None
        return same[0] if len(same) == 1 else None

    def _fill(self, row: PublicationDecision, part: Decision) -> bool:
        before = (row.date, row.agency_name, row.summary, row.url)
        row.date = row.date or part.date
        if not row.agency_name and part.agency:
            row.agency_name, row.agency = part.agency, self.agency(part.agency)
        row.summary = row.summary or part.summary
        row.url = row.url or part.url
        return before != (row.date, row.agency_name, row.summary, row.url)


class SectionFinder:
    """Finds the section of a record; each section is looked up once. ``wanted``: slug of a section or its agency."""

    def __init__(self, reference_rows: ReferenceRows, wanted: str = "") -> None:
        self._reference_rows = reference_rows
        self._agencies = {agency.slug: agency for agency in reference_rows.agencies}
        self._today = timezone.localdate()
        self._found = {section.agency_id: section for section in self._sections().order_by("-path")}
        self._wanted = self._by_slug(wanted) if wanted else None
        levels = (section for section in self._found.values() if section.government_level == Level.COMMUNE)
        self._communes = min(levels, key=lambda section: section.path, default=None)

    def section_for(self, record: ProcedureRecord) -> ProcedureSectionPage:
        """Return the section given by the import; otherwise that of the record's agency, of all communes, of the
        agency that carries it out, of the publishing agency, or of the province. A missing section is created."""
        if isinstance(self._wanted, ProcedureSectionPage):
            return self._wanted
        place = self.place(record)
        return (
            place if isinstance(place, ProcedureSectionPage) else self._section_of(place or self._province())
        )

    def place_of(self, record: ProcedureRecord) -> str:
        """Return the title of the section into which ``record`` would go; nothing is created."""
        place = self.place(record)
        if isinstance(place, ProcedureSectionPage):
            return str(place.title)
        return str(self._title_of(place)) if place else settings.PORTAL_OWNER

    def knows_agency(self, slug: str) -> bool:
        """Return True if there is an agency with ``slug``, or if it is empty."""
        return not slug or slug in self._agencies

    def place(self, record: ProcedureRecord) -> ProcedureSectionPage | Agency | None:
        """Return the section, or the agency whose section it is; None: the province, which does not exist yet."""
        if self._wanted is not None:
            return self._wanted
        if record.section_agency:
            agency: Agency | None = self._agency_by_slug(record.section_agency)
        elif self._communes is not None and Level.COMMUNE in record.levels:
            return self._communes
        else:
            names = (*record.implementing_agencies, record.publisher)
            agency = next(filter(None, map(self._agency_in_force, names)), None) or self._existing_province()
        return self._found.get(agency.pk, agency) if agency else None

    def _agency_in_force(self, name: str) -> Agency | None:
        agency = self._reference_rows.agency(name)
        ended = agency and agency.valid_to and agency.valid_to < self._today
        return None if ended else agency

    def _sections(self) -> QuerySet[ProcedureSectionPage]:
        pages: QuerySet[ProcedureSectionPage] = ProcedureSectionPage.objects.filter(
            locale=Locale.get_default(), alias_of__isnull=True
        )
        return pages

    def _section_of(self, agency: Agency) -> ProcedureSectionPage:
        if agency.pk not in self._found:
            self._found[agency.pk] = self._create(agency)
        return self._found[agency.pk]

    def _by_slug(self, slug: str) -> ProcedureSectionPage | Agency:
        agency = self._agencies.get(slug)
        by_slug = next((section for section in self._found.values() if section.slug == slug), None)
        section = by_slug or (self._found.get(agency.pk) if agency else None)
        if section is None and agency is None:
            raise InvalidInput(_("There is no section and no agency “%(slug)s”.") % {"slug": slug})
        return section or self._agencies[slug]

    def _agency_by_slug(self, slug: str) -> Agency:
        if slug not in self._agencies:
            raise InvalidInput(_("There is no agency “%(slug)s”.") % {"slug": slug})
        return self._agencies[slug]

    def _existing_province(self) -> Agency | None:
        own = [agency for agency in self._agencies.values() if agency.code == settings.PORTAL_PROVINCE_CODE]
        return max(own, key=lambda agency: agency.valid_from, default=None)

    def _province(self) -> Agency:
        """Return the agency that publishes the catalogue: the province (UBND tỉnh)."""
        existing = self._existing_province()
        if existing:
            return existing
        made = Agency.objects.create(
            code=settings.PORTAL_PROVINCE_CODE,
            name=settings.PORTAL_OWNER,
            slug=slugify(settings.PORTAL_OWNER),
            kind=Agency.Kind.PROVINCE,
            valid_from=settings.PORTAL_PROVINCE_SINCE,
        )
        self._agencies[made.slug] = made
        return made

    @staticmethod
    def _title_of(agency: Agency) -> str:
        return agency.short_name or agency.name

    def _create(self, agency: Agency) -> ProcedureSectionPage:
        page = ProcedureSectionPage(title=self._title_of(agency), slug=agency.slug, agency=agency)
        catalogue().add_child(instance=page)
        page.save_revision().publish()
        page.refresh_from_db()
        return page


def catalogue() -> ProcedureCataloguePage:
    """Return the catalogue in the default language; create it below the front page if it is missing."""
    existing = ProcedureCataloguePage.objects.filter(
        locale=Locale.get_default(), alias_of__isnull=True
    ).first()
    if existing:
        return existing
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    root = site.root_page if site else Page.get_first_root_node()
    page = ProcedureCataloguePage(title="Thủ tục hành chính", slug=CATALOGUE_SLUG, show_in_menus=True)
    root.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


class FormFileStore:
    """Finds files by the code in their path and their name; equal files are stored once.

    As a context manager it encloses the transaction of the import: after a failure the stored files are deleted,
    because their rows are gone with the transaction.
    """

    def __init__(self, folder: Path) -> None:
        self._stored: list[str] = []
        self._files = {
            (path.relative_to(folder).parts[0], fold(path.name)): path
            for path in sorted(folder.glob("*/**/*"))
            if path.is_file() and path.suffix.lower() in SUFFIXES and path.stat().st_size <= MAX_BYTES
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_details: object) -> None:
        for name in self._stored if kind else ():
            default_storage.delete(name)

    def attach(self, record: ProcedureRecord) -> ProcedureRecord:
        """Return ``record`` with our own copy on every blank form whose file is in the folder."""
        return dataclasses.replace(record, cases=map_blank_forms(record.cases, self._with_own_copy))

    def _with_own_copy(self, blank_form: value_objects.ListedBlankForm) -> value_objects.ListedBlankForm:
        folder, _slash, file = blank_form.path.partition("/")
        path = self._files.get((folder, fold(blank_form.name))) or self._files.get((folder, fold(file)))
        if path is None:
            return blank_form
        form = self._store(path)
        return dataclasses.replace(blank_form, own_copy=form.pk, size=form.size)

    def _store(self, path: Path) -> BlankForm:
        data = path.read_bytes()
        existing = BlankForm.objects.filter(sha256=hashlib.sha256(data).hexdigest()).first()
        if existing:
            return existing
        form = BlankForm(name=path.name[:200])
        form.file.save(path.name, ContentFile(data), save=False)
        self._stored.append(str(form.file.name))
        form.save()
        return form


def existing_form_sizes(records: Iterable[ProcedureRecord]) -> dict[int, int]:
    """Return the sizes in bytes of our copies that ``records`` refer to, by key; a file may name any key."""
    wanted = {
        one.own_copy
        for record in records
        for document in record.documents()
        for one in document.blank_forms
        if one.own_copy
    }
    return dict(BlankForm.objects.filter(pk__in=wanted).values_list("pk", "size")) if wanted else {}


def with_existing_forms(record: ProcedureRecord, sizes: dict[int, int]) -> ProcedureRecord:
    """Return ``record`` without references to copies that do not exist, and with the true sizes of the others."""

    def existing(one: value_objects.ListedBlankForm) -> value_objects.ListedBlankForm:
        size = sizes.get(one.own_copy) if one.own_copy else None
        return dataclasses.replace(one, own_copy=one.own_copy if size is not None else None, size=size or 0)

    return dataclasses.replace(record, cases=map_blank_forms(record.cases, existing))
