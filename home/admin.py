"""Alerts, menus and the dashboard panel in the Wagtail admin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.snippets.views.snippets import SnippetViewSet

from accounts.models import Agency, Membership, User
from accounts.roles import roles_with_admin_access
from accounts.selectors import (
    agencies_in_scope,
    has_provincial_role,
    is_provincial_committee,
    memberships_of,
)
from core.wagtail.object_policy import ObjectPermissionPolicy, ObjectPermissionViewSet
from core.wagtail.register_filters import RegisterFilterSet
from core.web.context_processors import NavLink
from home.models import (
    AgencyIndexPage,
    AgencySitePage,
    Alert,
    HomePage,
    MenuItem,
    NewsIndexPage,
    NewsPage,
)
from home.models.pages import NEWS_WRITERS
from procedures.models import ProcedureCataloguePage, ProcedureSectionPage

Role = Membership.Role


class AlertPolicy(ObjectPermissionPolicy):
    """Communications staff manage the alerts of their agency and of those below it.

    Alerts without an agency are for the whole province and are managed by the staff of the provincial committee.
    """

    def objects_for(self, user: Any) -> QuerySet[Alert]:
        """Return the alerts that ``user`` manages."""
        alerts: QuerySet[Alert] = Alert.objects.select_related("agency")
        if user.is_superuser:
            return alerts
        managed = Q(agency__in=agencies_in_scope(user, Role.COMMUNICATION))
        if has_provincial_role(user, Role.COMMUNICATION):
            managed |= Q(agency__isnull=True)
        return alerts.filter(managed)


class AlertForm(WagtailAdminModelForm):
    """An alert, only for agencies that the user manages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user, field = self.for_user, self.fields["agency"]
        whole_province = user.is_superuser or has_provincial_role(user, Role.COMMUNICATION)
        managed = Agency.objects.all() if user.is_superuser else agencies_in_scope(user, Role.COMMUNICATION)
        choices = managed.valid_on(timezone.localdate()) | managed.filter(pk=self.instance.agency_id)
        field.queryset, field.required = choices, not whole_province
        if whole_province:
            field.empty_label = _("The whole province")
        if not whole_province and not self.instance.pk and choices.count() == 1:
            field.initial = choices.get()


class AlertFilters(RegisterFilterSet):
    """Filter by kind and agency."""

    class Meta:
        model = Alert
        fields = ["tone", "agency"]


class AlertViewSet(ObjectPermissionViewSet):
    """Alerts, newest first."""

    model = Alert
    policy_class = AlertPolicy
    icon = "warning"
    menu_label = _("Alerts")
    menu_order = 210
    add_to_admin_menu = True
    list_display = ["title", "tone", "agency", "starts_at", "ends_at"]
    filterset_class = AlertFilters
    search_fields = ["title", "text"]
    edit_handler = ObjectList(
        [
            FieldPanel("tone"),
            FieldPanel("title"),
            FieldPanel("text"),
            FieldPanel("agency"),
            FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
            FieldPanel("link_page"),
            FieldPanel("link_text"),
        ],
        base_form_class=AlertForm,
    )


class MenuItemViewSet(SnippetViewSet):
    """The menus in the header and the footer."""

    model = MenuItem
    icon = "list-ul"
    menu_label = _("Menus")
    menu_order = 710
    add_to_settings_menu = True
    list_display = ("label", "place", "position", "page", "path")
    list_filter = ("place",)
    panels = [
        FieldRowPanel([FieldPanel("place"), FieldPanel("position")]),
        FieldRowPanel([FieldPanel("label"), FieldPanel("label_en")]),
        FieldPanel("page"),
        FieldPanel("path"),
    ]


@dataclass(frozen=True, slots=True)
class WorkSection:
    """An agency in which a person works, with their roles and the links to their work."""

    agency: Agency
    roles: list[str]
    links: list[NavLink]


class WorkPanel(Component):
    """The agencies and roles of the user on the dashboard; empty without a role in the admin."""

    name = "work"
    template_name = "home/admin/work.html"
    order = 50

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``sections``."""
        return {"sections": work_sections_of(parent_context["request"].user)}


def work_sections_of(user: User) -> list[WorkSection]:
    """Return the agencies in which ``user`` works in the admin, by code; at most four queries."""
    held: dict[Agency, list[Membership]] = {}
    for membership in (
        memberships_of(user).filter(role__in=roles_with_admin_access()).order_by("agency__code", "role")
    ):
        held.setdefault(membership.agency, []).append(membership)
    if not held:
        return []
    sites = dict(AgencySitePage.objects.filter(agency__in=held).order_by("-pk").values_list("agency", "pk"))
    sections = dict(
        ProcedureSectionPage.objects.filter(agency__in=held).order_by("-pk").values_list("agency", "pk")
    )
    common = _common_pages()
    return [
        WorkSection(
            agency,
            [str(row.get_role_display()) for row in rows],
            _links(
                {row.role for row in rows},
                site=sites.get(agency.pk),
                section=sections.get(agency.pk),
                common=common if is_provincial_committee(agency) else {},
                index=common.get(AgencyIndexPage),
            ),
        )
        for agency, rows in held.items()
    ]


def _common_pages() -> dict[type[Page], int]:
    """Return the first page of each type of which the province has only one: one query."""
    types = {
        model._meta.model_name: model
        for model in (
            HomePage,
            NewsIndexPage,
            AgencyIndexPage,
            ProcedureCataloguePage,
            ProcedureSectionPage,
        )
    }
    pages = Page.objects.type(*types.values()).order_by("-pk").values_list("content_type__model", "pk")
    return {types[name]: pk for name, pk in pages}


def _links(
    roles: set[str],
    *,
    site: int | None,
    section: int | None,
    common: Mapping[type[Page], int],
    index: int | None,
) -> list[NavLink]:
    links: list[NavLink] = []
    if roles.intersection(NEWS_WRITERS) and site:
        links.append(NavLink(gettext("Write news"), _add_news(site)))
        links.append(NavLink(gettext("Pages of the agency"), _explore(site)))
    if roles.intersection(NEWS_WRITERS) and (news := common.get(NewsIndexPage)):
        links.append(NavLink(gettext("Write news for the province"), _add_news(news)))
    if Role.COMMUNICATION in roles:
        links.append(NavLink(gettext("New alert"), reverse("alerts:add")))
        if home := common.get(HomePage):
            links += [
                NavLink(gettext("Front page"), reverse("wagtailadmin_pages:edit", args=[home])),
                NavLink(gettext("Information pages"), _explore(home)),
                NavLink(gettext("Menus"), reverse("wagtailsnippets_home_menuitem:list")),
                NavLink(gettext("Redirects"), reverse("wagtailredirects:index")),
            ]
    if Role.CONTROLLER in roles:
        first_section = common.get(ProcedureSectionPage)
        links += _catalogue_links(section or first_section, common.get(ProcedureCataloguePage))
    if Role.OPERATOR in roles:
        links += [
            NavLink(gettext("Invite a person"), reverse("wagtailusers_users:add")),
            NavLink(gettext("Assign a role"), reverse("memberships:add")),
            NavLink(gettext("Accounts"), reverse("wagtailusers_users:index")),
            NavLink(gettext("Agencies"), reverse("agencies:index")),
        ]
        if index:
            address = reverse("wagtailadmin_pages:add", args=[*_label(AgencySitePage), index])
            links.append(NavLink(gettext("New agency site"), address))
            links.append(NavLink(gettext("Agency sites"), _explore(index)))
    return links


def _catalogue_links(section: int | None, catalogue: int | None) -> list[NavLink]:
    """Return the links of a controller: to the whole catalogue, or to the section of the agency."""
    links: list[NavLink] = []
    if catalogue:
        links.append(NavLink(gettext("Procedures of the province"), _explore(catalogue)))
    elif section:
        links.append(NavLink(gettext("Procedures of the agency"), _explore(section)))
    if section:  # without one, nothing can be created or ended
        links += [
            NavLink(gettext("Create a procedure"), reverse("procedures_create")),
            NavLink(
                gettext("Amend or end a procedure"), reverse("wagtailsnippets_procedures_procedure:list")
            ),
        ]
    return [
        *links,
        NavLink(
            gettext("Publication decisions"), reverse("wagtailsnippets_procedures_publicationdecision:list")
        ),
        NavLink(gettext("Import procedures"), reverse("procedures_import")),
        NavLink(gettext("Online forms"), reverse("forms:index")),
    ]


def _add_news(parent: int) -> str:
    return reverse("wagtailadmin_pages:add", args=[*_label(NewsPage), parent])


def _label(model: type[Page]) -> tuple[str, str]:
    return model._meta.app_label, str(model._meta.model_name)


def _explore(page: int) -> str:
    return reverse("wagtailadmin_explore", args=[page])
