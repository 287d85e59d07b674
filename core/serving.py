"""Serve a page by one look-up of its whole address instead of one query for every step of the way.

Stock Wagtail walks the tree slug by slug (11 statements for a procedure page, FACTS). Here a plain page costs two:
the base row with its view restrictions, and the specific row. Everything out of the ordinary (restricted pages,
routable pages, no such page) takes the ordinary Wagtail path, so that its rules stay the only ones.

A page type says what its template needs in ``serve_prefetch``: names of relations to join. ``cache_seconds = 0`` keeps
a page type out of the page cache.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from wagtail import hooks
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve as wagtail_serve
from wagtail.views import serve_chain
from wagtail.wagtail_hooks import check_view_restrictions

from core import pagecache

SITE_SECONDS: Final = 30
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
    url_path = f"{root}{path}"
    restrictions = PageViewRestriction.objects.annotate(
        seen=ExpressionWrapper(OuterRef("path"), output_field=CharField())
    )
    base = (
        # The slug has an index, the whole path has none.
        Page.objects.filter(slug=url_path.rstrip("/").rsplit("/", 1)[-1], url_path=url_path, live=True)
        .annotate(restricted=Exists(restrictions.filter(seen__startswith=F("page__path"))))
        .values_list("pk", "restricted", "content_type_id")
        .first()
    )
    if base is None or base[1]:
        return None
    model = Page(content_type_id=base[2]).specific_class
    if model is None or model.route is not Page.route:
        return None
    joined = ("locale", *getattr(model, "serve_prefetch", ()))
    return model._default_manager.select_related(*joined).filter(pk=base[0]).first()


def _root_path(request: HttpRequest) -> str | None:
    """Return the ``url_path`` of the site's root page in the active language."""
    site = site_of(request)
    if site is None:
        return None
    language = get_language() or settings.LANGUAGE_CODE
    for known in Site.get_site_root_paths():
        if known.site_id == site.pk and known.language_code == language:
            return str(known.root_path)
    return None


def site_of(request: HttpRequest) -> Site | None:
    """Return the site of the request, kept in the cache for half a minute as Wagtail keeps its root paths."""
    if not hasattr(request, "_wagtail_site"):
        key = f"core.site.{request.get_host()}"
        site: Site | None = cache.get(key)
        if site is None:
            site = Site.find_for_request(request)
            if site is not None:
                site._state.fields_cache.clear()  # a page kept here would grow old
                cache.set(key, site, SITE_SECONDS)
        request._wagtail_site = site  # type: ignore[attr-defined]
    found: Site | None = request._wagtail_site  # type: ignore[attr-defined]
    return found
