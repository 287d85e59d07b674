"""Template variables of every page: names and contacts of the portal; and links that higher apps provide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    """Return the names and contacts of the portal.

    `portal_title` is the name with the province, as titles show it: "Cổng dịch vụ công tỉnh Cà Mau".
    """
    return {
        "portal_name": settings.PORTAL_NAME,
        "portal_province": settings.PORTAL_PROVINCE,
        "portal_title": portal_title(),
        "portal_owner": settings.PORTAL_OWNER,
        "portal_phone": settings.PORTAL_PHONE,
        "portal_email": settings.PORTAL_EMAIL,
    }


def portal_title() -> str:
    """Return the name of the portal with its province, which starts in lower case inside a phrase."""
    province: str = settings.PORTAL_PROVINCE
    return f"{settings.PORTAL_NAME} {province[:1].lower()}{province[1:]}"


@dataclass(frozen=True, slots=True)
class NavLink:
    """An entry of a menu; `url` is a path of this site."""

    label: str
    url: str


def mark_current(links: Iterable[NavLink], path: str) -> list[dict[str, Any]]:
    """Return `label`, `url` and `current` of each link; current is the longest address that contains `path`."""
    links = list(links)
    containing = [link.url for link in links if _contains(link.url, path)]
    current = max(containing, key=len, default=None)
    return [{"label": link.label, "url": link.url, "current": link.url == current} for link in links]


def _contains(url: str, path: str) -> bool:
    is_front_page = url.strip("/") in {"", *dict(settings.LANGUAGES)}
    return path == url or (path.startswith(url) and not is_front_page)
