"""Alerts and menus in the Wagtail admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from home.models import Alert, MenuItem


class AlertViewSet(SnippetViewSet):
    """Alerts, the newest first."""

    model = Alert
    icon = "warning"
    menu_label = _("Alerts")
    menu_order = 210
    add_to_admin_menu = True
    list_display = ("title", "tone", "agency", "starts_at", "ends_at")
    list_filter = ("tone", "agency")
    search_fields = ("title", "text")
    panels = [
        FieldPanel("tone"),
        FieldPanel("title"),
        FieldPanel("text"),
        FieldPanel("agency"),
        FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
        FieldPanel("link_page"),
        FieldPanel("link_text"),
    ]


class MenuItemViewSet(SnippetViewSet):
    """The menus at the head and the foot."""

    model = MenuItem
    icon = "list-ul"
    menu_label = _("Menus")
    menu_order = 710
    add_to_settings_menu = True
    list_display = ("label", "place", "position", "page", "path")
    list_filter = ("place",)
    panels = [
        FieldRowPanel([FieldPanel("place"), FieldPanel("position")]),
        FieldRowPanel([FieldPanel("label"), FieldPanel("label_en")]),
        FieldPanel("page"),
        FieldPanel("path"),
    ]
