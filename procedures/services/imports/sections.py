"""Where a new procedure goes in the tree; what is missing of catalogue and sections is made."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page, Site

from accounts.models import Agency
from core.errors import InvalidInput
from core.text import slugify
from procedures.choices import Level
from procedures.models import ProcedureCataloguePage, ProcedureSectionPage
from procedures.records import ProcedureRecord
from procedures.services.vocabulary import Vocabulary

CATALOGUE_SLUG = "thu-tuc"
# The section of what every commune does alike; the demo province and the national list call it so.
COMMUNES_SLUG = "ubnd-cap-xa"
FOUNDED = date(2025, 7, 1)  # NQ 202/2025/QH15: the province in its present form


class Sections:
    """Finds the section of a record; each section is looked up once."""

    def __init__(self, vocabulary: Vocabulary, wanted: str = "") -> None:
        self._vocabulary = vocabulary
        self._found: dict[int, ProcedureSectionPage] = {}
        self._wanted = self._named(wanted) if wanted else None

    def section_for(self, record: ProcedureRecord) -> ProcedureSectionPage:
        """Return the section that the command named, else the one of the record's agency."""
        if self._wanted is not None:
            return self._wanted
        agency = self._agency(record)
        if agency.pk not in self._found:
            self._found[agency.pk] = self._pages().filter(agency=agency).first() or self._make(agency)
        return self._found[agency.pk]

    def _pages(self) -> QuerySet[ProcedureSectionPage]:
        pages: QuerySet[ProcedureSectionPage] = ProcedureSectionPage.objects.filter(
            locale=Locale.get_default(), alias_of__isnull=True
        )
        return pages

    def _named(self, slug: str) -> ProcedureSectionPage:
        section = self._pages().filter(slug=slug).first() or self._pages().filter(agency__slug=slug).first()
        if section:
            return section
        agency = Agency.objects.filter(slug=slug).first()
        if agency is None:
            raise InvalidInput(_("There is no section and no agency “%(slug)s”.") % {"slug": slug})
        return self._make(agency)

    def _agency(self, record: ProcedureRecord) -> Agency:
        if record.section_agency:
            agency = Agency.objects.filter(slug=record.section_agency).first()
            if agency is None:
                raise InvalidInput(_("There is no agency “%(slug)s”.") % {"slug": record.section_agency})
            return agency
        communes = None
        if Level.COMMUNE in record.levels:
            communes = Agency.objects.filter(slug=COMMUNES_SLUG).first()
        return communes or self._vocabulary.agency(record.publisher) or self._province()

    def _province(self) -> Agency:
        """Return the agency that publishes the catalogue: the province (UBND tỉnh)."""
        code = settings.PORTAL_PROVINCE_CODE
        known = Agency.objects.filter(code=code).order_by("-valid_from").first()
        return known or Agency.objects.create(
            code=code,
            name=settings.PORTAL_OWNER,
            slug=slugify(settings.PORTAL_OWNER),
            kind=Agency.Kind.PROVINCE,
            valid_from=FOUNDED,
        )

    def _make(self, agency: Agency) -> ProcedureSectionPage:
        title = agency.short_name or agency.name
        page = ProcedureSectionPage(title=title, slug=agency.slug, agency=agency)
        catalogue().add_child(instance=page)
        page.save_revision().publish()
        page.refresh_from_db()
        return page


def catalogue() -> ProcedureCataloguePage:
    """Return the catalogue in the default language, below the front page; made when missing."""
    found = ProcedureCataloguePage.objects.filter(locale=Locale.get_default(), alias_of__isnull=True).first()
    if found:
        return found
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    root = site.root_page if site else Page.get_first_root_node()
    page = ProcedureCataloguePage(title="Thủ tục hành chính", slug=CATALOGUE_SLUG, show_in_menus=True)
    root.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page
