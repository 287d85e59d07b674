"""Search documents of the pages of the public site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page
from wagtail.query import PageQuerySet

from accounts.models import Agency
from accounts.selectors import former_units
from core.text import clean
from core.wagtail.languages import originals_of, with_translated
from home.models import AgencySitePage, InformationPage, NewsPage
from search.documents import UNTRANSLATED, DocumentSource, SearchDocument, register

BATCH: Final = 500
KINDS: Final[dict[type[Page], str]] = {InformationPage: "page", NewsPage: "news", AgencySitePage: "agency"}


def body_text(body: Any) -> str:
    """Return the text of a StreamField: headings, paragraphs, notices and captions, but no codes or row numbers."""
    return clean(" ".join(strip_tags(text) for block in body.raw_data for text in _strings(block["value"])))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in {"id", "tone", "codes"}:
                yield from _strings(inner)


class PageSource(DocumentSource):
    """Live, public pages of one type, without aliases, which repeat another page."""

    model: type[Page]

    def _pages(self) -> PageQuerySet:
        pages: PageQuerySet = self.model.objects.live().public().filter(alias_of__isnull=True)
        return pages

    def refs(self) -> set[str]:
        """Return the ids of the pages."""
        return {str(pk) for pk in self._pages().order_by().values_list("pk", flat=True)}

    def documents(self, refs: Iterable[str] | None = None) -> Iterator[SearchDocument]:
        """Yield one document per page."""
        pages = with_translated(self._pages()).select_related("locale")
        pages = pages.select_related("agency") if self.kind != "page" else pages
        if refs is not None:
            pages = pages.filter(pk__in=list(refs))
        rest = pages.order_by("pk").iterator(chunk_size=BATCH)
        while batch := list(islice(rest, BATCH)):
            originals = originals_of(batch)
            for page in batch:
                yield self.document(page, originals.get(page.translation_key))

    def document(self, page: Any, original: Page | None = None) -> SearchDocument:
        """Return the document of ``page``; a translation is also found by the title of its ``original``."""
        changed_at = page.last_published_at or page.first_published_at or page.latest_revision_created_at
        agency = getattr(page, "agency", None)
        return SearchDocument(
            kind=self.kind,
            ref=str(page.pk),
            title=page.title,
            other_titles=(original.title,) if original else (),
            url=page.url or "",
            locale=UNTRANSLATED if page.is_untranslated else page.locale.language_code,
            summary=page.summary,
            # The successor of the greater part has the name twice, so that it ranks before the others.
            body=clean(f"{body_text(page.body)} {self.former_names(agency, lesser=False)}"),
            keywords=tuple(filter(None, (self.former_names(agency, lesser=part) for part in (False, True)))),
            codes=(agency.code,) if agency and self.kind == "agency" else (),
            facets={"agency": (agency.slug,)} if agency else {},
            facet_labels={agency.slug: agency.name} if agency else {},
            version=int(changed_at.timestamp() * 1000),
            changed_at=changed_at,
        )

    def former_names(self, agency: Agency | None, *, lesser: bool) -> str:
        """Return nothing; an agency site has the names of the communes before the last reform."""
        return ""


@register
class InformationSource(PageSource):
    """Information pages."""

    kind = "page"
    label = _("Guidance")
    order = 30
    model = InformationPage


@register
class NewsSource(PageSource):
    """News."""

    kind = "news"
    label = _("News")
    order = 20
    model = NewsPage


@register
class AgencySource(PageSource):
    """Agency sites."""

    kind = "agency"
    label = _("Agencies")
    order = 40
    model = AgencySitePage

    def former_names(self, agency: Agency | None, *, lesser: bool) -> str:
        """Return the former units of the agency's commune: those it took over, or lesser parts of others."""
        unit = agency.unit_id if agency else None
        found = former_units([unit]).get(unit, []) if unit else []
        return ", ".join(unit.name for unit in found if unit.is_lesser_part == lesser)
