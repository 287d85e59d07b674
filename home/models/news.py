"""News (tin tức), of the province and of its agencies."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from accounts.models import Agency, Membership
from accounts.selectors import speaks_for_province
from core.blocks import LeanStreamField
from core.models import BasePage
from home.blocks import BodyBlock
from home.models.agencies import AgencySitePage

WRITERS: Final = (Membership.Role.EDITOR, Membership.Role.COMMUNICATION)


class NewsIndexPage(BasePage):
    """All news, newest first, of one agency when asked."""

    content_panels = [*BasePage.content_panels, FieldPanel("summary")]
    parent_page_types = ["home.HomePage"]
    subpage_types = ["home.NewsPage"]
    max_count_per_parent = 1
    template = "home/news_index_page.html"

    class Meta:
        verbose_name = _("list of news")
        verbose_name_plural = _("lists of news")


class SpeakerPanel(FieldPanel):
    """Whom news of the province speak for. Everybody else writes below the site of an agency, which answers that."""

    class BoundPanel(FieldPanel.BoundPanel):
        """Shown to who may write in the list of all news."""

        def is_shown(self) -> bool:
            """Say whether there is something to choose."""
            user = self.request.user
            chooses = user.is_superuser or speaks_for_province(user, *WRITERS)
            return chooses and super().is_shown()


class NewsPage(BasePage):
    """One piece of news with its date and the agency that says it."""

    date = models.DateField(_("date"), default=timezone.localdate)
    agency = models.ForeignKey(
        Agency,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="news",
        verbose_name=_("agency"),
        help_text=_("Below the site of an agency it is that agency."),
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
        SpeakerPanel("agency"),
        FieldPanel("summary"),
        FieldPanel("image"),
        FieldPanel("body"),
    ]
    parent_page_types = ["home.NewsIndexPage", "home.AgencySitePage"]
    subpage_types: list[str] = []
    template = "home/news_page.html"
    serve_prefetch = ("agency", "image")

    class Meta:
        verbose_name = _("news")
        verbose_name_plural = _("news")
        indexes = [models.Index(fields=["-date"], name="news_newest_first")]

    def save(self, *args: Any, **kwargs: Any) -> Any:
        """Take the agency from the site that the news stand under, so that nobody speaks for another one."""
        self.speak_for(self.get_parent())
        return super().save(*args, **kwargs)

    def speak_for(self, parent: Page | None) -> None:
        """Take the agency from ``parent`` where that is the site of one."""
        if parent is not None and parent.specific_class is AgencySitePage:
            self.agency_id = AgencySitePage.objects.values_list("agency", flat=True).get(pk=parent.pk)
