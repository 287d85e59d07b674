"""Wagtail hooks of the core."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from core.models import Holiday
from core.wagtail import dependants, documents, overrides, translation_guards


class HolidayViewSet(SnippetViewSet):
    """The working calendar (lịch làm việc): days off and make-up days."""

    model = Holiday
    icon = "date"
    menu_label = _("Working calendar")
    menu_order = 700
    add_to_settings_menu = True
    list_display = ("date", "kind", "name", BooleanColumn("estimated", label=_("Estimate")))
    list_filter = ("kind", "estimated")
    search_fields = ("name",)
    ordering = ("-date",)
    panels = [
        FieldPanel("date"),
        FieldPanel("kind"),
        FieldPanel("name"),
        FieldPanel("legal_basis"),
        FieldPanel("estimated"),
    ]


register_snippet(HolidayViewSet)
hooks.register("construct_page_chooser_queryset", overrides.limit_page_chooser)
hooks.register("construct_document_chooser_queryset", documents.readable_documents)
hooks.register("before_move_page", overrides.check_move)
hooks.register("before_delete_page", dependants.refuse_page)
hooks.register("before_bulk_action", dependants.refuse_bulk_action)
hooks.register("before_delete_snippet", dependants.refuse_rows)


@hooks.register("insert_global_admin_js")
def keep_typed_dates() -> SafeString:
    """Send a date as it was typed; without `defer`, since the fields are set up while the page is parsed."""
    return format_html('<script src="{}"></script>', static("js/admin_dates.js"))


@hooks.register("register_admin_urls", order=-10)
def guarded_translation_urls() -> list[URLPattern]:
    """Put the guarded views in front of the two addresses of wagtail-localize."""
    return [
        path("localize/submit/page/<int:page_id>/", translation_guards.submit_page),
        path("localize/update/<int:translation_source_id>/", translation_guards.update),
    ]


@hooks.register("construct_help_menu")
def without_manuals_of_wagtail(request: HttpRequest, menu_items: list[MenuItem]) -> None:
    """Remove the links to Wagtail's own pages, which are in English and on another site."""
    menu_items[:] = [item for item in menu_items if not item.url.startswith("http")]
