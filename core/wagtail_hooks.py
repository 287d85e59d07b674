"""What the kernel adds to the Wagtail admin."""

from __future__ import annotations

from django.urls import URLPattern, path
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from core import admin_walls, localize
from core.admin import HolidayViewSet

register_snippet(HolidayViewSet)
hooks.register("construct_page_chooser_queryset", admin_walls.choosable_pages)
hooks.register("before_move_page", admin_walls.check_move)


@hooks.register("register_admin_urls", order=-10)
def guarded_translation_urls() -> list[URLPattern]:
    """The two views of wagtail-localize behind the walls of core.localize: these addresses are found first."""
    return [
        path("localize/submit/page/<int:page_id>/", localize.submit_page),
        path("localize/update/<int:translation_source_id>/", localize.update),
    ]
