"""The menus in the language of the reader, remembered until something is published."""

from __future__ import annotations

from collections import defaultdict

from django.conf import settings
from django.utils.translation import get_language

from core import pagecache
from core.hooks import NavLink
from home.models import MenuItem


def _read(language: str) -> dict[str, list[NavLink]]:
    is_default = language == settings.LANGUAGE_CODE
    found: defaultdict[str, list[NavLink]] = defaultdict(list)
    for item in MenuItem.objects.select_related("page"):
        url = item.path or ""
        if item.page is not None:
            url = (item.page.url or "") if item.page.live else ""
            url = url.removeprefix(f"/{language}") if not is_default else url
        if url:
            label = item.label if is_default else item.label_en or item.label
            found[item.place].append(NavLink(label, url if is_default else f"/{language}{url}"))
    return dict(found)


def menus() -> dict[str, list[NavLink]]:
    """Return the links of each place; no query while nothing has been published since."""
    language = get_language() or settings.LANGUAGE_CODE
    return pagecache.remember(("menus", language), lambda: _read(language))
