"""Serve a page by one lookup of its whole address instead of one query per path segment.

Stock Wagtail walks the tree slug by slug: 11 statements for a procedure page (docs/facts.md#wagtail). Here a plain
page is cached until something is published, and one small query checks that it is still live at its address.
Anything else (restricted pages, routable pages, missing pages) is left to Wagtail, so that its rules apply.

A page type lists the relations that its template needs in `serve_prefetch`. `cache_seconds = 0` excludes a page type
from the page cache.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any, Final, cast

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import SimpleLazyObject
from wagtail import hooks
from wagtail.models import Page, Site
from wagtail.url_routing import RouteResult
from wagtail.views import serve as wagtail_serve
from wagtail.views import serve_chain
from wagtail.wagtail_hooks import check_view_restrictions

from core.wagtail.languages import active_language, restricted_paths, translation_paths
from core.web import page_cache
from core.web.process_cache import cached_until_publish

DEFAULT_CACHE_SECONDS: Final = 300
#: What a page reads from the query string unless its class says otherwise.
DEFAULT_PARAMETERS: Final = frozenset({"page"})


def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Serve the live page at `path` of the site and language of the request, or delegate to Wagtail.

    The address of a page that is not translated shows the Vietnamese page; that of a translated one redirects to the
    translation (ADR 140).
    """
    found = find_page(request, path)
    if found.page is None:
        if found.route_from is not None:
            _route(request, found.route_from, path)
        return _with_languages(request, wagtail_serve(request, path))
    page = found.page
    moved = translation_paths(page).get(active_language()) if found.is_fallback else None
    if moved is not None:
        query = request.META.get("QUERY_STRING", "")
        return HttpResponseRedirect(f"{moved}?{query}" if query else moved)
    request._wagtail_route_for_request = RouteResult(page, [], {})  # type: ignore[attr-defined]
    for before in hooks.get_hooks("before_serve_page"):
        answer = before(page, request, [], {})
        if isinstance(answer, HttpResponse):
            return answer
    chain: Any = serve_chain
    for around in reversed(hooks.get_hooks("on_serve_page")):
        if around is not check_view_restrictions:  # find_page() has checked them
            chain = around(chain)
    response = _with_languages(request, chain(page, request, [], {}))
    seconds: int = getattr(page, "cache_seconds", DEFAULT_CACHE_SECONDS)
    parameters = getattr(page, "query_parameters", DEFAULT_PARAMETERS)
    return page_cache.allow(response, seconds=seconds, parameters=parameters) if seconds else response


def _with_languages(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Add to the template context of a page its address in each language, and whether it lacks a translation."""
    route = getattr(request, "_wagtail_route_for_request", None)
    if route is not None and isinstance(response, TemplateResponse):
        page = route.page
        response.context_data = {
            **(response.context_data or {}),
            "translation_urls": SimpleLazyObject(lambda: translation_paths(page)),
            "untranslated": page.locale.language_code != active_language(),
        }
    return response


@dataclass(frozen=True, slots=True)
class PageLookup:
    """What is at an address: a public page, or nothing that is served here.

    `is_fallback`: the page is in the default language, the request is not. `route_from`: the path of the root
    page from which Wagtail has to route the request, if that is not the one of the active language.
    """

    page: Page | None = None
    is_fallback: bool = False
    route_from: str | None = None


def find_page(request: HttpRequest, path: str) -> PageLookup:
    """Return the specific live public page at `path` in the active language, otherwise in the default language."""
    site = site_of(request)
    if site is None:
        return PageLookup()
    roots = cached_until_publish("roots", _roots)
    language, default = active_language(), roots.get((site.pk, settings.LANGUAGE_CODE))
    own = roots.get((site.pk, language))
    address = f"{default}{path}"
    if own is not None:
        is_known, page = _page_at(f"{own}{path}")
        source = _source_address(page) if page is not None and own != default else None
        if is_known and source is None:
            return PageLookup(page)
        address = source or address
    if default in (own, None):
        return PageLookup()
    is_known, page = _page_at(address)
    return PageLookup(page, page is not None, default if is_known and page is None else None)


def _source_address(page: Page) -> str | None:
    """Return the `url_path` of the page in another language of which `page` is a mere copy, an alias."""
    if page.alias_of_id is None:
        return None
    others = Page.objects.filter(pk=page.alias_of_id).exclude(locale=page.locale_id)
    return cast("str | None", _only(others.values_list("url_path", flat=True)))


def _route(request: HttpRequest, root: str, path: str) -> None:
    """Route the request from the root page of the default language instead of the active one."""
    parts = [part for part in path.split("/") if part]
    page = Page.objects.get(slug=_slug_of(root), url_path=root).specific
    request._wagtail_route_for_request = page.route(request, parts)  # type: ignore[attr-defined]


def _page_at(url_path: str) -> tuple[bool, Page | None]:
    """Return whether a live page has this address, and the page unless it is left to Wagtail.

    The page is cached until the next publication; one small query checks that it is still live.
    """
    just_read: list[str] = []
    try:
        cached = cached_until_publish(("page", url_path), lambda: _public_page(url_path, just_read))
    except LookupError:
        return False, None
    if cached is None:
        return True, None
    if not just_read and not _only(
        Page.objects.filter(pk=cached.pk, url_path=url_path, live=True).values("pk")
    ):
        return False, None
    return True, _copy_for_request(cached)


def _copy_for_request(cached: Page) -> Page:
    """Return a copy for one request: attributes set on the page or its relations do not leak into the next."""
    page = cached.__class__.__new__(cached.__class__)
    page.__dict__.update(cached.__dict__)
    page._state = copy(cached._state)
    page._state.fields_cache = cached._state.fields_cache.copy()
    return page


def _public_page(url_path: str, just_read: list[str]) -> Page | None:
    """Return the public page at an address and add it to `just_read`; None delegates to Wagtail.

    Raise `LookupError` for an unknown address, so that invented addresses do not fill the cache.
    """
    just_read.append(url_path)
    rows = Page.objects.filter(slug=_slug_of(url_path), url_path=url_path, live=True)
    base = _only(rows.values_list("pk", "path", "content_type_id"))
    if base is None:
        raise LookupError(url_path)
    model: Any = ContentType.objects.get_for_id(base[2]).model_class()
    if base[1].startswith(restricted_paths()) or model is None or model.route is not Page.route:
        return None
    joined = ("locale", *getattr(model, "serve_prefetch", ()))
    found: Page | None = _only(model._default_manager.select_related(*joined).filter(pk=base[0]))
    return found


def _slug_of(url_path: str) -> str:
    """Return the slug at the end of a path: the slug is indexed, the whole path is not."""
    return url_path.rstrip("/").rsplit("/", 1)[-1]


def _only(rows: Any) -> Any:
    """Return the only row or None, without the ordering that `first` would add."""
    return next(iter(rows.order_by()[:1]), None)


def _roots() -> dict[tuple[int, str], str]:
    """Return the `url_path` of the root page of each site in each language."""
    return {(root.site_id, root.language_code): root.root_path for root in Site.get_site_root_paths()}


def site_of(request: HttpRequest) -> Site | None:
    """Return the site of the request, cached until a site is changed."""
    if not hasattr(request, "_wagtail_site"):
        cached = cached_until_publish(("site", request.get_host()), lambda: _site_for(request))
        # A copy: the root page that one request loads would leak into the next.
        request._wagtail_site = copy(cached)  # type: ignore[attr-defined]
    found: Site | None = request._wagtail_site  # type: ignore[attr-defined]
    return found


def _site_for(request: HttpRequest) -> Site | None:
    site = Site.find_for_request(request)
    if site is not None:
        site._state.fields_cache.clear()
    return site
