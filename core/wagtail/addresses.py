"""Whether an address of this site leads somewhere, for menus and redirects that editors enter."""

from __future__ import annotations

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_path, override
from wagtail.models import Page, Site

PAGE_VIEW = "wagtail_serve"


def leads_somewhere(path: str, *, with_parameters: bool) -> bool:
    """Return True if ``path`` (from the first slash, without query) is that of a live page or of a view.

    ``with_parameters`` is the result for a view with parameters, such as the code of a dossier, which
    may not exist.
    """
    with override(get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            match = resolve(path)
        except Resolver404:
            return False
    if match.url_name == PAGE_VIEW:
        return _is_page("".join(match.args))
    return with_parameters if match.args or match.kwargs else True


def _is_page(path: str) -> bool:
    site = Site.objects.filter(is_default_site=True).select_related("root_page").first()
    if site is None:
        return False
    roots = site.root_page.get_translations(inclusive=True).values_list("url_path", flat=True)
    return bool(Page.objects.live().filter(url_path__in=[f"{root}{path}" for root in roots]).exists())
