"""Template tags of the user interface: numbers, dates, states, pagination, menus, breadcrumbs, language switch."""

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
from django.utils.html import escape
from django.utils.safestring import mark_safe

from core import display
from core.wagtail.languages import (
    OriginalText,
    active_language,
    in_active_language,
    language_of,
    localized,
    original,
    path_of,
    title_of,
)
from core.web.context_processors import mark_current

register = template.Library()


@register.filter
def date_vn(value: dt.date | dt.datetime | None) -> str:
    """Return 27/11/2026; empty for None."""
    return display.date_text(value) if value else ""


@register.filter
def time_vn(value: dt.datetime | dt.time | None) -> str:
    """Return 17:00; empty for None."""
    return display.time_text(value) if value else ""


@register.filter
def datetime_vn(value: dt.datetime | None) -> str:
    """Return 27/11/2026 17:00; empty for None."""
    return display.datetime_text(value) if value else ""


@register.filter
def number_vn(value: float | Decimal | None) -> str:
    """Return 18.402; empty for None."""
    return "" if value is None else display.number_text(value)


@register.filter
def lifetime_vn(value: dt.timedelta | None) -> str:
    """Return 7 ngày, 2 giờ or 15 phút; empty for None."""
    return "" if value is None else display.lifetime_text(value)


@register.filter
def filesize_vn(value: int | None) -> str:
    """Return 1,2 MB; empty for None."""
    return "" if value is None else display.size_text(value)


register.filter("in_language", in_active_language)
register.filter("original", original)
register.filter("page_path", path_of)


@register.filter
def language_mark(page: Any) -> str:
    """Return the `lang` attribute of the title of `page` in a list; empty in the default language."""
    if not page or active_language() == settings.LANGUAGE_CODE:
        return ""
    code = language_of(page)
    return mark_safe(f' lang="{code}"')  # noqa: S308 - a code of the settings


@register.filter
def path_mark(path: str) -> str:
    """Return the `lang` attribute of texts about the page at the stored `path`; empty if they are in the active one."""
    is_original = in_active_language(path) != path
    return mark_safe(f' lang="{settings.LANGUAGE_CODE}"') if is_original else ""  # noqa: S308 - a setting


@register.filter
def lang_of(text: object) -> str:
    """Return the `lang` attribute of an element with a text that has no translation on a translated page."""
    is_original = isinstance(text, OriginalText)
    return mark_safe(f' lang="{settings.LANGUAGE_CODE}"') if is_original else ""  # noqa: S308 - a setting


@register.filter
def marking(text: object, quoted: object) -> str:
    """Return `text` as HTML with the language of `quoted` marked in it, if that has no translation."""
    html = escape(text)
    language = lang_of(quoted)
    part = escape(quoted) if language else ""
    marked = html.replace(part, f"<span{language}>{part}</span>", 1) if part else html
    return mark_safe(marked)  # noqa: S308 - both parts are escaped


@register.inclusion_tag("components/status.html")
def status_badge(label: str, tone: str = "plain") -> dict[str, str]:
    """Render a state as text on its tinted background."""
    return {"label": label, "tone": tone}


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
    """Render the links of `page`; the rest of the query is kept, and the address of the first page has no number.

    `more` is added to the query unless it is there.
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


@register.simple_tag(takes_context=True)
def menu(context: template.Context, place: str) -> list[dict[str, Any]]:
    """Return the links of `place` (main, footer) in the context variable `menus`, with the current one marked.

    `menu_path` in the context is the path of the entry to mark for a page that does not lie below it.
    """
    request: HttpRequest | None = context.get("request")
    path = context.get("menu_path") or (request.path if request else "")
    return mark_current((context.get("menus") or {}).get(place, []), path)


@register.simple_tag(takes_context=True)
def page_address(context: template.Context) -> str:
    """Return the full address of this page as requested, without the query."""
    request: HttpRequest = context["request"]
    return request.build_absolute_uri(request.path)


@register.simple_tag(takes_context=True)
def language_url(context: template.Context, code: str) -> str:
    """Return the address of this page in the language `code`.

    Pages have `translation_urls` in their context: an empty text is returned if there is no translation. The addresses
    of other views differ by the prefix only, so that no query is needed.
    """
    known: dict[str, str] | None = context.get("translation_urls")
    if known is not None:
        return known.get(code, "")
    request: HttpRequest = context["request"]
    return translate_url(request.get_full_path(), code)


@register.inclusion_tag("components/breadcrumbs.html", takes_context=True)
def page_crumbs(context: template.Context, wrap: str = "") -> dict[str, Any]:
    """Render the breadcrumbs of the page in the context, in one query; two where pages are translated."""
    page = context["page"]
    ancestors = localized(list(page.get_ancestors().filter(depth__gt=1).live()))
    crumbs = [{"title": title_of(ancestor), "url": path_of(ancestor)} for ancestor in ancestors]
    return {"crumbs": [*crumbs, {"title": title_of(page), "url": ""}], "wrap": wrap}


@register.simple_tag(takes_context=True)
def full_address(context: template.Context, page: Any) -> str:
    """Return the full address of `page` at the requested host."""
    address: str = context["request"].build_absolute_uri(page.url or "/")
    return address
