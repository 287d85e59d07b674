"""Template tags of the look: numbers and dates as people read them, states, paging, menus, the language switch."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.http import HttpRequest
from django.urls import translate_url
from django.utils import timezone
from django.utils.translation import get_language

from core import display, hooks

register = template.Library()


@register.filter
def date_vn(value: dt.date | dt.datetime | None) -> str:
    """27/11/2026, or nothing."""
    return display.date_text(value) if value else ""


@register.filter
def time_vn(value: dt.datetime | dt.time | None) -> str:
    """17:00, or nothing."""
    return display.time_text(value) if value else ""


@register.filter
def datetime_vn(value: dt.datetime | None) -> str:
    """27/11/2026 17:00, or nothing."""
    return display.moment_text(value) if value else ""


@register.filter
def number_vn(value: float | Decimal | None) -> str:
    """18.402, or nothing."""
    return "" if value is None else display.number_text(value)


@register.filter
def money(value: float | Decimal | None) -> str:
    """7.500 đ, or nothing."""
    return "" if value is None else display.money_text(value)


@register.filter
def filesize_vn(value: int | None) -> str:
    """1,2 MB, or nothing."""
    return "" if value is None else display.size_text(value)


@register.filter
def due_phrase(due: dt.datetime | None) -> str:
    """Còn 12 ngày, or nothing."""
    return display.due_text(due, timezone.now()) if due else ""


@register.filter
def lower_first(text: str) -> str:
    """tỉnh Cà Mau for Tỉnh Cà Mau: a name that goes on inside a sentence."""
    return text[:1].lower() + text[1:]


@register.filter
def in_language(path: str) -> str:
    """The address ``path`` of the Vietnamese site in the language of the reader: /en/thu-tuc/ for /thu-tuc/."""
    language = get_language() or settings.LANGUAGE_CODE
    return path if language == settings.LANGUAGE_CODE else f"/{language}{path}"


@register.inclusion_tag("components/status.html")
def status_badge(label: str, tone: str = "plain") -> dict[str, str]:
    """Show a state in words on its tint."""
    return {"label": label, "tone": tone}


@register.inclusion_tag("components/status.html")
def due_badge(due: dt.datetime) -> dict[str, str]:
    """Show the time left on its tint."""
    now = timezone.now()
    return {"label": display.due_text(due, now), "tone": display.due_tone(due, now)}


def _page_url(request: HttpRequest, param: str, number: int, more: Mapping[str, Any]) -> str:
    query = request.GET.copy()
    for key, value in more.items():
        query[key] = str(value)
    query.pop(param, None)
    if number > 1:
        query[param] = str(number)
    return f"{request.path}?{query.urlencode()}" if query else request.path


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(
    context: template.Context, page: Page[Any], param: str = "page", **more: Any
) -> dict[str, Any]:
    """Show the links of ``page``; the rest of the query stays as it is, page 1 has no number in its address.

    ``more`` is added to the query where it is not there yet.
    """
    request: HttpRequest = context["request"]
    more = {key: value for key, value in more.items() if key not in request.GET}
    numbers: Iterable[int | str] = page.paginator.get_elided_page_range(
        page.number, on_each_side=1, on_ends=1
    )
    return {
        "page": page,
        "entries": [
            {"number": number, "url": _page_url(request, param, number, more)}
            if isinstance(number, int)
            else {}
            for number in numbers
        ],
        "previous_url": _page_url(request, param, page.previous_page_number(), more)
        if page.has_previous()
        else "",
        "next_url": _page_url(request, param, page.next_page_number(), more) if page.has_next() else "",
    }


def _is_inside(path: str, place: str) -> bool:
    is_front_page = place.strip("/") in {"", *dict(settings.LANGUAGES)}
    return path == place or (path.startswith(place) and not is_front_page)


def _menus(request: HttpRequest | None) -> dict[str, list[hooks.NavLink]]:
    """Return the menus of all places, asked for once a request."""
    known: dict[str, list[hooks.NavLink]] | None = getattr(request, "_menus", None)
    if known is None:
        known = {}
        for answer in hooks.call("menus"):
            for place, links in answer.items():
                known.setdefault(place, []).extend(links)
        if request is not None:
            request._menus = known  # type: ignore[attr-defined]
    return known


@register.simple_tag(takes_context=True)
def menu(context: template.Context, place: str) -> list[dict[str, Any]]:
    """Return the links that the hook ``menus`` gives for ``place`` (main, footer), the current one marked.

    ``menu_path`` in the context says under which entry a page stands that does not lie below it.
    """
    request: HttpRequest | None = context.get("request")
    path = context.get("menu_path") or (request.path if request else "")
    links = _menus(request).get(place, [])
    inside = [link.url for link in links if _is_inside(path, link.url)]
    current = max(inside, key=len, default=None)
    return [{"label": link.label, "url": link.url, "current": link.url == current} for link in links]


@register.simple_tag(takes_context=True)
def page_address(context: template.Context) -> str:
    """Return the whole address of this page as the reader reached it, without its query."""
    request: HttpRequest = context["request"]
    return request.build_absolute_uri(request.path)


@register.simple_tag(takes_context=True)
def language_url(context: template.Context, code: str) -> str:
    """Return the address of this page in the language ``code``.

    A view whose page has another address in that language says so with ``translation_urls`` in its context; all others
    differ by the prefix only, so that asking costs no query.
    """
    known: dict[str, str] = context.get("translation_urls") or {}
    request: HttpRequest = context["request"]
    return known.get(code) or translate_url(request.get_full_path(), code)


@register.simple_tag(takes_context=True)
def account_links(context: template.Context) -> dict[str, Any]:
    """Return what the hooks ``account_links`` (links), ``sign_out_url`` and ``still_here_url`` give for this person.

    The wide and the narrow head both show them: the hooks are asked once a request.
    """
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None:
        return {"links": [], "logout_url": "", "still_here_url": ""}
    known: dict[str, Any] | None = getattr(request, "_account_links", None)
    if known is None:
        links = [link for answer in hooks.call("account_links", user) for link in answer]
        known = {"links": links, "logout_url": "", "still_here_url": ""}
        if user.is_authenticated:
            known |= {
                "logout_url": hooks.first("sign_out_url") or "",
                "still_here_url": hooks.first("still_here_url") or "",
            }
        request._account_links = known
    return known


@register.inclusion_tag("components/breadcrumbs.html", takes_context=True)
def page_crumbs(context: template.Context, wrap: str = "") -> dict[str, Any]:
    """Show the way from the front page to the page of the context, in one query."""
    page = context["page"]
    ancestors = page.get_ancestors().filter(depth__gt=1).live()
    crumbs = [{"title": ancestor.title, "url": ancestor.url} for ancestor in ancestors]
    return {"crumbs": [*crumbs, {"title": page.title, "url": ""}], "wrap": wrap}


@register.simple_tag(takes_context=True)
def full_address(context: template.Context, page: Any) -> str:
    """Return the whole address of ``page`` at the host that was asked: what it calls itself to other services."""
    address: str = context["request"].build_absolute_uri(page.url or "/")
    return address
