"""The pages of the public site: front page, agencies and their sites, information pages, news."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail_localize.fields import SynchronizedField

from accounts.models import Agency, Membership
from accounts.policies import managed_agencies
from accounts.selectors import has_provincial_role
from core.models import BasePage
from core.text import nonempty_lines
from core.wagtail.blocks import TEXT_FEATURES, LeanStreamField
from core.wagtail.page_form import PortalPageForm
from home.blocks import BodyBlock, LifeEventBlock, opening_of
from home.models.snippets import AlertsMixin

NEWS_WRITERS: Final = (Membership.Role.EDITOR, Membership.Role.COMMUNICATION)


class HomePage(AlertsMixin, BasePage):
    """The front page: search, life events, dossier tracking, alerts, news and figures."""

    question = models.CharField(_("question above the search box"), max_length=100)
    hint = models.CharField(_("hint below the search box"), max_length=200, blank=True)
    examples = models.TextField(
        _("examples of searches"), blank=True, help_text=_("One per line; each becomes a link.")
    )
    life_events = LeanStreamField([("event", LifeEventBlock())], verbose_name=_("life events"), blank=True)

    content_panels = [
        *BasePage.content_panels,
        MultiFieldPanel(
            [FieldPanel("question"), FieldPanel("hint"), FieldPanel("examples")], heading=_("Search")
        ),
        FieldPanel("life_events"),
        FieldPanel("summary"),
    ]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "home.InformationPage",
        "home.AgencyIndexPage",
        "home.NewsIndexPage",
        "procedures.ProcedureCataloguePage",
    ]
    structural = True
    template = "home/home_page.html"

    class Meta:
        verbose_name = _("front page")
        verbose_name_plural = _("front pages")

    @property
    def opening(self) -> str:
        """Return the beginning of the page's text."""
        return f"{self.question} {self.hint}"

    @property
    def example_list(self) -> list[str]:
        """Return the examples, which are entered one per line."""
        return list(nonempty_lines(self.examples))


class AgencyIndexPage(BasePage):
    """The list of agencies, by kind."""

    content_panels = [*BasePage.content_panels, FieldPanel("summary")]
    parent_page_types = ["home.HomePage"]
    subpage_types = ["home.AgencySitePage"]
    structural = True
    max_count_per_parent = 1
    template = "home/agency_index_page.html"

    class Meta:
        verbose_name = _("list of agencies")
        verbose_name_plural = _("lists of agencies")


class AgencySiteForm(PortalPageForm):
    """Lets the operating team of an agency, or of one above it, choose the agency of a site.

    The agency decides who may edit the site, so its editors must not change it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        managed, agency_id = managed_agencies(self.for_user), self.instance.agency_id
        if agency_id and not managed.filter(pk=agency_id).exists():
            del self.fields["agency"]
            return
        current = managed.filter(pk=agency_id)
        self.fields["agency"].queryset = managed.valid_on(timezone.localdate()) | current


class AgencySitePage(AlertsMixin, BasePage):
    """The site of an agency (trang của cơ quan); the contact details shown are those of ``Agency``."""

    agency = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="site_pages", verbose_name=_("agency")
    )
    duties = RichTextField(_("duties"), blank=True, features=TEXT_FEATURES)
    head_title = models.CharField(_("job title of the head"), max_length=150, blank=True)
    directions = models.TextField(_("how to get there"), blank=True, max_length=500)
    body = LeanStreamField(BodyBlock(), verbose_name=_("further text"), blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("agency"),
        FieldPanel("summary"),
        FieldPanel("duties"),
        FieldPanel("head_title"),
        FieldPanel("directions"),
        FieldPanel("body"),
    ]
    override_translatable_fields = [SynchronizedField("agency", overridable=False)]
    base_form_class = AgencySiteForm
    parent_page_types = ["home.AgencyIndexPage"]
    subpage_types = ["home.InformationPage", "home.NewsPage"]
    template = "home/agency_site_page.html"
    serve_prefetch = ("agency",)

    class Meta:
        verbose_name = _("agency site")
        verbose_name_plural = _("agency sites")

    @property
    def opening(self) -> str:
        """Return the beginning of the page's text."""
        return strip_tags(self.duties) or opening_of(self.body)

    def clean(self) -> None:
        """Reject a second site of the agency in the same language."""
        super().clean()
        others = AgencySitePage.objects.filter(agency=self.agency_id, locale=self.locale_id)
        if self.agency_id and others.exclude(pk=self.pk).exists():
            raise ValidationError({"agency": _("This agency already has a site.")})


class InformationPage(BasePage):
    """A text of the portal or of an agency: help, contact, privacy, accessibility."""

    body = LeanStreamField(BodyBlock(), verbose_name=_("text"), blank=True)

    content_panels = [*BasePage.content_panels, FieldPanel("summary"), FieldPanel("body")]
    parent_page_types = ["home.HomePage", "home.AgencySitePage", "home.InformationPage"]
    subpage_types = ["home.InformationPage"]
    template = "home/information_page.html"

    class Meta:
        verbose_name = _("information page")
        verbose_name_plural = _("information pages")

    @property
    def opening(self) -> str:
        """Return the beginning of the page's text."""
        return opening_of(self.body)


class NewsIndexPage(BasePage):
    """The list of news (tin tức), newest first, optionally of one agency."""

    content_panels = [*BasePage.content_panels, FieldPanel("summary")]
    parent_page_types = ["home.HomePage"]
    subpage_types = ["home.NewsPage"]
    structural = True
    max_count_per_parent = 1
    template = "home/news_index_page.html"

    class Meta:
        verbose_name = _("list of news")
        verbose_name_plural = _("lists of news")


class PublisherAgencyPanel(FieldPanel):
    """The agency that publishes news of the province; below an agency site it is always that agency."""

    class BoundPanel(FieldPanel.BoundPanel):
        """Shown to people who may add to the list of all news."""

        def is_shown(self) -> bool:
            """Return True if the user may choose the agency."""
            user = self.request.user
            may_choose = user.is_superuser or has_provincial_role(user, *NEWS_WRITERS)
            return may_choose and super().is_shown()


class NewsPage(BasePage):
    """A news item with its date and the agency that publishes it."""

    date = models.DateField(_("date"), default=timezone.localdate)
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="news",
        verbose_name=_("agency"),
        help_text=_("Pages below an agency site always belong to that agency."),
    )
    image = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("image"),
    )
    body = LeanStreamField(BodyBlock(), verbose_name=_("text"), blank=True)

    content_panels = [
        *BasePage.content_panels,
        FieldPanel("date"),
        PublisherAgencyPanel("agency"),
        FieldPanel("summary"),
        FieldPanel("image"),
        FieldPanel("body"),
    ]
    parent_page_types = ["home.NewsIndexPage", "home.AgencySitePage"]
    override_translatable_fields = [
        SynchronizedField("agency", overridable=False),
        SynchronizedField("date", overridable=False),
    ]
    subpage_types: list[str] = []
    template = "home/news_page.html"
    serve_prefetch = ("agency", "image")

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
        indexes = [models.Index(fields=["-date"], name="news_newest_first")]

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Take the agency from the parent site, so that no one publishes for another agency."""
        self.set_publisher_from_parent(self.get_parent())
        return super().save(*args, **kwargs)

    def set_publisher_from_parent(self, parent: Page | None) -> None:
        """Set the agency to that of ``parent`` if it is the site of an agency."""
        if parent is not None and parent.specific_class is AgencySitePage:
            self.agency_id = AgencySitePage.objects.values_list("agency", flat=True).get(pk=parent.pk)

    @property
    def opening(self) -> str:
        """Return the beginning of the page's text."""
        return opening_of(self.body)
