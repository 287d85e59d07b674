"""Serve a page by one look-up of its whole address instead of one query for every step of the way.

Stock Wagtail walks the tree slug by slug (11 statements for a procedure page, FACTS). Here a plain page is
remembered until something is published, and one small statement says that it is still live at its address. Everything
out of the ordinary (restricted pages, routable pages, no such page) takes the ordinary Wagtail path, so that its rules
stay the only ones.

A page type says what its template needs in ``serve_prefetch``: names of relations to join. ``cache_seconds = 0`` keeps
a page type out of the page cache.
"""

from __future__ import annotations

from copy import copy
from typing import Any, Final

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from wagtail import hooks
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve as wagtail_serve
from wagtail.views import serve_chain
from wagtail.wagtail_hooks import check_view_restrictions

from core import pagecache

DEFAULT_CACHE_SECONDS: Final = 300


def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Answer with the live page at ``path`` of the request's site and language, or as Wagtail would."""
    page = find_public_page(request, path)
    if page is None:
        return wagtail_serve(request, path)
    request._wagtail_route_for_request = RouteResult(page, [], {})  # type: ignore[attr-defined]
    for before in hooks.get_hooks("before_serve_page"):
        answer = before(page, request, [], {})
        if isinstance(answer, HttpResponse):
            return answer
    chain: Any = serve_chain
    for around in reversed(hooks.get_hooks("on_serve_page")):
        if around is not check_view_restrictions:  # find_public_page() saw that there are none
            chain = around(chain)
    response: HttpResponse = chain(page, request, [], {})
    seconds: int = getattr(page, "cache_seconds", DEFAULT_CACHE_SECONDS)
    return pagecache.allow(response, seconds=seconds) if seconds else response


def find_public_page(request: HttpRequest, path: str) -> Page | None:
    """Return the specific live page that everybody may see at ``path``; None sends the request to Wagtail."""
    root = _root_path(request)
    if root is None:
        return None
    return _page_at(f"{root}{path}")


def _page_at(url_path: str) -> Page | None:
    """Return the page, remembered until something is published; one small statement says that it is still live."""
    just_read: list[str] = []
    try:
        known = pagecache.remember(("page", url_path), lambda: _public_page(url_path, just_read))
    except LookupError:
        return None
    if known is None:
        return None
    if not just_read and not _only(
        Page.objects.filter(pk=known.pk, url_path=url_path, live=True).values("pk")
    ):
        return None
    return _own(known)


def _own(known: Page) -> Page:
    """Return a copy for one request: what it hangs on the page, and on its relations, is not seen by the next."""
    page = known.__class__.__new__(known.__class__)
    page.__dict__.update(known.__dict__)
    page._state = copy(known._state)
    page._state.fields_cache = known._state.fields_cache.copy()
    return page


def _public_page(url_path: str, just_read: list[str]) -> Page | None:
    """Return the page that everybody may see at an address and note it in ``just_read``; None: Wagtail answers.

    ``LookupError`` when there is none: addresses that strangers make up are not worth remembering.
    """
    just_read.append(url_path)
    # The slug has an index, the whole path has none.
    rows = Page.objects.filter(slug=url_path.rstrip("/").rsplit("/", 1)[-1], url_path=url_path, live=True)
    base = _only(rows.values_list("pk", "path", "content_type_id"))
    if base is None:
        raise LookupError(url_path)
    model: Any = ContentType.objects.get_for_id(base[2]).model_class()
    if base[1].startswith(_restricted_paths()) or model is None or model.route is not Page.route:
        return None
    joined = ("locale", *getattr(model, "serve_prefetch", ()))
    found: Page | None = _only(model._default_manager.select_related(*joined).filter(pk=base[0]))
    return found


def _only(rows: Any) -> Any:
    """Return the one row there is, or None: without the order that ``first`` would add."""
    return next(iter(rows.order_by()[:1]), None)


def _restricted_paths() -> tuple[str, ...]:
    """Return the places in the tree below which not everybody may read."""
    return tuple(PageViewRestriction.objects.values_list("page__path", flat=True))


def _root_path(request: HttpRequest) -> str | None:
    """Return the ``url_path`` of the site's root page in the active language; of the only tree where it has none."""
    site = site_of(request)
    if site is None:
        return None
    language = get_language() or settings.LANGUAGE_CODE
    roots = pagecache.remember("roots", _roots)
    return roots.get((site.pk, language)) or roots.get((site.pk, settings.LANGUAGE_CODE))


def _roots() -> dict[tuple[int, str], str]:
    return {(root.site_id, root.language_code): root.root_path for root in Site.get_site_root_paths()}


def site_of(request: HttpRequest) -> Site | None:
    """Return the site of the request, remembered as long as no site is changed."""
    if not hasattr(request, "_wagtail_site"):
        known = pagecache.remember(("site", request.get_host()), lambda: _site_for(request))
        # A copy: the root page that one request reads would be seen by the next.
        request._wagtail_site = copy(known)  # type: ignore[attr-defined]
    found: Site | None = request._wagtail_site  # type: ignore[attr-defined]
    return found


def _site_for(request: HttpRequest) -> Site | None:
    site = Site.find_for_request(request)
    if site is not None:
        site._state.fields_cache.clear()
    return site
