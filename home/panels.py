"""What the admin shows first: the agencies and roles of the person, each with the ways to today's work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from accounts.models import Agency, Membership, User
from accounts.selectors import memberships_of, stands_for_province
from accounts.services.groups import MODEL_RIGHTS
from core.hooks import NavLink
from home.models import AgencySitePage, NewsIndexPage, NewsPage
from home.models.news import WRITERS
from procedures.models import ProcedureSectionPage

Role = Membership.Role


@dataclass(frozen=True, slots=True)
class Post:
    """One agency in which a person works: what they are there, and where their work begins."""

    agency: Agency
    roles: list[str]
    links: list[NavLink]


class WorkPanel(Component):
    """The posts of the person; nothing for who has none."""

    name = "work"
    template_name = "home/admin/work.html"
    order = 50

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``posts``."""
        return {"posts": posts_of(parent_context["request"].user)}


def posts_of(user: User) -> list[Post]:
    """Return the posts of ``user`` in the admin, by code of the agency; four queries however many there are."""
    held: dict[Agency, list[Membership]] = {}
    for membership in memberships_of(user).filter(role__in=MODEL_RIGHTS).order_by("agency__code", "role"):
        held.setdefault(membership.agency, []).append(membership)
    if not held:
        return []
    sites = dict(AgencySitePage.objects.filter(agency__in=held).values_list("agency", "pk"))
    sections = dict(ProcedureSectionPage.objects.filter(agency__in=held).values_list("agency", "pk"))
    news = NewsIndexPage.objects.values_list("pk", flat=True).first()
    return [
        Post(
            agency,
            [str(one.get_role_display()) for one in rows],
            _links(
                {one.role for one in rows},
                site=sites.get(agency.pk),
                section=sections.get(agency.pk),
                news=news if stands_for_province(agency) else None,
            ),
        )
        for agency, rows in held.items()
    ]


def _links(roles: set[str], *, site: int | None, section: int | None, news: int | None) -> list[NavLink]:
    links: list[NavLink] = []
    if roles.intersection(WRITERS) and site:
        links.append(NavLink(_("Write news"), _add_news(site)))
        links.append(NavLink(_("Pages of the agency"), reverse("wagtailadmin_explore", args=[site])))
    if roles.intersection(WRITERS) and news:
        links.append(NavLink(_("Write news of the province"), _add_news(news)))
    if Role.COMMUNICATION in roles:
        links.append(NavLink(_("New alert"), reverse("alerts:add")))
    if Role.CATALOGUE in roles and section:
        links.append(NavLink(_("Procedures of the agency"), reverse("wagtailadmin_explore", args=[section])))
    if Role.OPERATOR in roles:
        links.append(NavLink(_("Give a role"), reverse("memberships:add")))
        links.append(NavLink(_("Agencies"), reverse("agencies:index")))
    return links


def _add_news(parent: int) -> str:
    return reverse(
        "wagtailadmin_pages:add", args=[NewsPage._meta.app_label, NewsPage._meta.model_name, parent]
    )
