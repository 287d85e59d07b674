"""The lists of the operating team and their pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.widgets.boolean_radio_select import BooleanRadioSelect
from wagtail.log_actions import log

from accounts.admin.forms import AgencyForm, MembershipEndForm, MembershipForm, SuccessionForm
from accounts.models import Agency, AgencySuccession, Membership
from accounts.policies import AgencyPolicy, MembershipPolicy, SuccessionPolicy
from accounts.services import revoke
from core.admin_rows import RowDeleteView, RowEditView, RowIndexView, RowViewSet
from core.errors import PortalError


class InForce(WagtailFilterSet):
    """Rows that are true today, or those that are not."""

    in_force = django_filters.BooleanFilter(
        label=_("In force today"), method="filter_in_force", widget=BooleanRadioSelect
    )

    def filter_in_force(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Return the rows in force today, or all others."""
        today = self._meta.model.objects.valid_on(timezone.localdate()).order_by().values("pk")
        return rows.filter(pk__in=today) if value else rows.exclude(pk__in=today)


class AgencyFilters(InForce):
    """By kind and day."""

    class Meta:
        model = Agency
        fields = ["kind"]


class MembershipFilters(InForce):
    """By role, agency and day."""

    class Meta:
        model = Membership
        fields = ["role", "agency"]


class SaysRefusals:
    """What a service refuses stands above the form."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Save, or say why not."""
        try:
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except PortalError as error:
            form.add_error(None, error.message)
            self.produced_error_message = error.message
            response = self.form_invalid(form)  # type: ignore[attr-defined]
        return response


class AgencyViewSet(RowViewSet):
    """The register of agencies (danh bạ cơ quan)."""

    model = Agency
    policy_class = AgencyPolicy
    icon = "home"
    menu_label = _("Agencies")
    list_display = ["name", "code", "kind", "parent", "valid_from", "valid_to"]
    filterset_class = AgencyFilters
    search_fields = ["name", "short_name", "code", "code_old"]
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[WagtailAdminModelForm]:
        """Return the one form."""
        return AgencyForm


class SuccessionViewSet(RowViewSet):
    """Who continues the work of an agency that is over (kế thừa)."""

    model = AgencySuccession
    policy_class = SuccessionPolicy
    icon = "redirect"
    menu_label = _("Successions")
    list_display = ["predecessor", "successor", "date", "legal_basis"]
    search_fields = ["predecessor__name", "successor__name", "legal_basis"]
    ordering = ["-date", "pk"]
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[WagtailAdminModelForm]:
        """Return the one form."""
        return SuccessionForm


class MembershipIndexView(RowIndexView):
    """Who holds what; the own roles lead nowhere."""

    def get_edit_url(self, instance: Membership) -> str | None:
        """Return the address of the form, if the person may use it."""
        own = instance.user_id == self.request.user.pk
        return None if own else super().get_edit_url(instance)

    def get_delete_url(self, instance: Membership) -> str | None:
        """Deleting is for mistakes and stands on the page of the role."""
        return None


class MembershipCreateView(SaysRefusals, generic.CreateView):
    """Give a role."""


class MembershipEditView(SaysRefusals, RowEditView):
    """Let a role end."""


class MembershipDeleteView(RowDeleteView):
    """Take back a role that was given by mistake."""

    def delete_action(self) -> None:
        """End it before it began: the service deletes such a one."""
        before = self.object.valid_from - timedelta(days=1)
        with transaction.atomic():
            log(instance=self.object, action="wagtail.delete")
            revoke(membership=self.object, by=self.request.user, last_day=before)


class MembershipViewSet(RowViewSet):
    """Roles of people in agencies, with their days (phân quyền)."""

    model = Membership
    policy_class = MembershipPolicy
    icon = "key"
    menu_label = _("Roles of people")
    add_view_class = MembershipCreateView
    edit_view_class = MembershipEditView
    delete_view_class = MembershipDeleteView
    index_view_class = MembershipIndexView
    list_display = [
        "user",
        Column("user.username", label=_("User name"), sort_key="user__username"),
        "role",
        "agency",
        "valid_from",
        "valid_to",
    ]
    filterset_class = MembershipFilters
    search_fields = ["user__full_name", "user__username", "agency__name", "agency__code"]
    ordering = ["agency__code", "role", "user__full_name"]
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[WagtailAdminModelForm]:
        """Return the form that gives, or the one that ends."""
        return MembershipEndForm if for_update else MembershipForm


class OrganisationGroup(ViewSetGroup):
    """The entry of the menu."""

    menu_label = _("Organisation")
    menu_icon = "group"
    menu_order = 345
    items = (
        AgencyViewSet("agencies"),
        SuccessionViewSet("agency_successions"),
        MembershipViewSet("memberships"),
    )
