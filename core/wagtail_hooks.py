"""What the kernel adds to the Wagtail admin."""

from __future__ import annotations

from wagtail.snippets.models import register_snippet

from core.admin import HolidayViewSet

register_snippet(HolidayViewSet)
