"""Kernel rows that staff edit in the Wagtail admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from core.models import Holiday


class HolidayViewSet(SnippetViewSet):
    """The working calendar (lịch làm việc): days off and Saturdays worked in exchange."""

    model = Holiday
    icon = "date"
    menu_label = _("Working calendar")
    menu_order = 700
    add_to_settings_menu = True
    list_display = ("date", "kind", "name")
    list_filter = ("kind",)
    search_fields = ("name",)
    ordering = ("-date",)
    panels = [FieldPanel("date"), FieldPanel("kind"), FieldPanel("name"), FieldPanel("legal_basis")]
