"""The menus in the language of the reader, remembered until something is published."""

from __future__ import annotations

from collections import defaultdict

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import get_language

from core.hooks import NavLink
from core.pagecache.epochs import watch
from home.models import MenuItem

KEEP_SECONDS = 3600


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
    key = f"home.menus.{language}.{watch.current()}"
    known: dict[str, list[NavLink]] | None = cache.get(key)
    if known is None:
        known = _read(language)
        cache.set(key, known, KEEP_SECONDS)
    return known
