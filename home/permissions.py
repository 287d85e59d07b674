"""Permissions on the pages of the public site: editors, communications staff, operating teams."""

from __future__ import annotations

from typing import Final

from accounts.models import Agency
from accounts.roles import (
    Role,
    grant_collection_permissions,
    grant_media_permissions,
    grant_page_permissions,
    grant_permissions,
)
from accounts.selectors import is_provincial_committee, with_descendants
from home.models import (
    AgencyIndexPage,
    AgencySitePage,
    HomePage,
    InformationPage,
    NewsIndexPage,
)

EDIT: Final = ("wagtailcore.add_page", "wagtailcore.change_page", "wagtailcore.publish_page")


def sites_and_news(agency: Agency) -> list[int]:
    """Return the sites of ``agency``; for the provincial committee also the list of news."""
    sites = list(AgencySitePage.objects.filter(agency=agency).values_list("pk", flat=True))
    news = NewsIndexPage.objects.values_list("pk", flat=True) if is_provincial_committee(agency) else ()
    return [*sites, *news]


def front_pages(agency: Agency) -> list[int]:
    """Return the front pages if ``agency`` is the provincial committee."""
    return list(HomePage.objects.values_list("pk", flat=True)) if is_provincial_committee(agency) else []


def common_information(agency: Agency) -> list[int]:
    """Return the information pages directly below the front pages if ``agency`` is the provincial committee."""
    if not is_provincial_committee(agency):
        return []
    depths = HomePage.objects.values_list("depth", flat=True)
    common = InformationPage.objects.filter(depth__in=[depth + 1 for depth in depths])
    return list(common.values_list("pk", flat=True))


def translated_lists(agency: Agency) -> list[int]:
    """Return the lists of agencies if ``agency`` is the provincial committee, whose staff translate their texts."""
    return agency_lists(agency) if is_provincial_committee(agency) else []


def agency_lists(_agency: Agency) -> list[int]:
    """Return the lists of agencies, below which every operating team adds the sites of its agencies."""
    return list(AgencyIndexPage.objects.values_list("pk", flat=True))


def sites_in_scope(agency: Agency) -> list[int]:
    """Return the sites of ``agency`` and of the agencies below it."""
    managed = with_descendants(Agency.objects.filter(pk=agency.pk))
    return list(AgencySitePage.objects.filter(agency__in=managed).values_list("pk", flat=True))


for role in (Role.EDITOR, Role.COMMUNICATION):
    grant_permissions(role, "wagtail_localize.submit_translation")
    grant_media_permissions(role)
    grant_page_permissions(role, *EDIT, pages=sites_and_news)

grant_permissions(Role.COMMUNICATION, "home.add_alert", "home.change_alert", "home.view_alert")
grant_permissions(
    Role.COMMUNICATION,
    "home.add_menuitem",
    "home.change_menuitem",
    "home.delete_menuitem",
    "home.view_menuitem",
    "wagtailredirects.add_redirect",
    "wagtailredirects.change_redirect",
    "wagtailredirects.delete_redirect",
    "wagtailredirects.view_redirect",
    provincial=True,
)
# The catalogue and the sites of all agencies are below the front page and belong to others.
grant_page_permissions(Role.COMMUNICATION, *EDIT, pages=front_pages, below=False)
grant_page_permissions(Role.COMMUNICATION, *EDIT, pages=common_information)
grant_page_permissions(
    Role.COMMUNICATION,
    "wagtailcore.change_page",
    "wagtailcore.publish_page",
    pages=translated_lists,
    below=False,
)

grant_page_permissions(
    Role.OPERATOR, "wagtailcore.add_page", "wagtailcore.publish_page", pages=agency_lists, below=False
)
grant_page_permissions(
    Role.OPERATOR, "wagtailcore.change_page", "wagtailcore.publish_page", pages=sites_in_scope, below=False
)
grant_permissions(
    Role.OPERATOR,
    "wagtailcore.add_workflow",
    "wagtailcore.change_workflow",
    "wagtailcore.delete_workflow",
    "wagtailcore.add_task",
    "wagtailcore.change_task",
    "wagtailcore.delete_task",
    "wagtailcore.add_groupapprovaltask",
    "wagtailcore.change_groupapprovaltask",
    "wagtailcore.delete_groupapprovaltask",
    provincial=True,
)
grant_collection_permissions(
    Role.OPERATOR,
    "wagtailcore.add_collection",
    "wagtailcore.change_collection",
    "wagtailcore.delete_collection",
)
