"""The navigation of every page: menus, links to workplaces and the account."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from core.wagtail.languages import in_active_language, localized, original, path_of
from core.web.context_processors import NavLink
from core.web.process_cache import cached_until_publish
from home.registrations import works_in_admin
from home.selectors import menu_items
from one_stop.access import officer_access


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Return `menus` (links by place: `main`, `footer`) and `account_links`, both evaluated on first use."""
    return {
        "menus": SimpleLazyObject(menus),
        "account_links": SimpleLazyObject(lambda: account_links(getattr(request, "user", None))),
    }


def menus() -> dict[str, list[NavLink]]:
    """Return the menu links by place in the active language; no query until something is published."""
    language = get_language() or settings.LANGUAGE_CODE
    return cached_until_publish(("menus", language), lambda: _read_menus(language))


def _read_menus(language: str) -> dict[str, list[NavLink]]:
    is_default = language == settings.LANGUAGE_CODE
    found: defaultdict[str, list[NavLink]] = defaultdict(list)
    items = menu_items()
    pages = [item.page for item in items if item.page is not None and item.page.live]
    paths = {page.pk: path_of(shown) for page, shown in zip(pages, localized(pages), strict=True)}
    for item in items:
        url = in_active_language(item.path) if item.path else paths.get(item.page_id or 0, "")
        if url:
            label = item.label if is_default else item.label_en or original(item.label)
            found[item.place].append(NavLink(label, url))
    return dict(found)


def account_links(user: User | AnonymousUser | None) -> list[NavLink]:
    """Return the links to the workplaces and the account of a user, or to the sign-in page; empty without a user."""
    if user is None:
        return []
    if not user.is_authenticated:
        return [NavLink(_("Sign in"), reverse("accounts:login"))]
    links = []
    if officer_access(user):
        links.append(NavLink(_("One-stop desk"), reverse("one_stop:queue")))
    if works_in_admin(user):
        links.append(NavLink(_("Administration"), reverse("wagtailadmin_home")))
    return [*links, NavLink(_("My account"), reverse("accounts:account"))]
