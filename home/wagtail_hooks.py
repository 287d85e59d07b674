"""What the front floor adds to the Wagtail admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.snippets.models import register_snippet

from home.admin import AlertViewSet, MenuItemViewSet
from home.panels import WorkPanel

register_snippet(MenuItemViewSet)


@hooks.register("register_admin_viewset")
def register_alerts() -> AlertViewSet:
    """Add the alerts to the menu of those who may write one."""
    return AlertViewSet("alerts")


@hooks.register("insert_global_admin_css")
def admin_colours() -> SafeString:
    """The admin wears the colours of the portal."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("construct_homepage_panels")
def show_work(request: HttpRequest, panels: list[Component]) -> None:
    """Show everybody their agencies and where to begin."""
    panels.append(WorkPanel())
