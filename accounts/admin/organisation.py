"""Agencies, successions and roles in the Wagtail admin, for operating teams."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.widgets import AdminDateInput
from wagtail.admin.widgets.boolean_radio_select import BooleanRadioSelect
from wagtail.log_actions import log

from accounts.models import AdministrativeUnit, Agency, AgencySuccession, Membership, RoleRequest, User
from accounts.policies import AgencyPolicy, MembershipPolicy, SuccessionPolicy, managed_agencies
from accounts.selectors import with_descendants
from accounts.services import change_end_date, revoke
from accounts.services.role_requests import assign, deciders
from accounts.step_up import FreshProofMixin
from core.errors import PortalError
from core.text import clean, slugify, unused_slug
from core.wagtail.object_policy import (
    ObjectDeleteView,
    ObjectEditView,
    ObjectIndexView,
    ObjectPermissionViewSet,
)
from core.wagtail.register_filters import RegisterFilterSet
from core.wagtail.searchable_select import SearchableSelect

# Other agencies, dossier codes and permissions depend on these fields: only the team of the agency above changes them.
STRUCTURE_FIELDS: Final = ("name", "kind", "code", "code_old", "parent", "unit", "valid_from", "valid_to")


class AgencyForm(WagtailAdminModelForm):
    """An agency. Its own operating team edits the contact data; the team of the agency above edits everything."""

    class Meta:
        model = Agency
        fields = (
            "name", "short_name", "kind", "code", "code_old", "parent", "unit", "address", "phone", "email",
            "working_hours", "valid_from", "valid_to",
        )  # fmt: skip
        widgets = {"parent": SearchableSelect, "unit": SearchableSelect}
        help_texts = {
            "valid_to": _("The last day of the agency. Enter its successors under “Successions”."),
            "parent": _("The operating team of the parent agency manages this agency too."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        exists, user = self.instance.pk is not None, self.for_user
        managed, today = managed_agencies(user), timezone.localdate()
        parents = managed.valid_on(today) | managed.filter(pk=self.instance.parent_id)
        if exists:
            below = with_descendants(Agency.objects.filter(pk=self.instance.pk))
            parents = parents.exclude(pk__in=below.values("pk"))
        self.fields["parent"].queryset = parents
        self.fields["parent"].required = not user.is_superuser
        units = AdministrativeUnit.objects.exclude(level=AdministrativeUnit.Level.DISTRICT)
        self.fields["unit"].queryset = units.valid_on(today) | AdministrativeUnit.objects.filter(
            pk=self.instance.unit_id
        )
        if exists and not user.is_superuser and not managed.filter(pk=self.instance.parent_id).exists():
            self._lock_structure()

    def _lock_structure(self) -> None:
        """Ignore whatever is submitted for the structure."""
        self.fields["parent"].queryset = Agency.objects.filter(pk=self.instance.parent_id)
        self.fields["parent"].required = False
        for name in STRUCTURE_FIELDS:
            self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        """Reject a code that another agency has in the same period."""
        data: dict[str, Any] = super().clean()
        code, start, end = data.get("code"), data.get("valid_from"), data.get("valid_to")
        if code and start:
            others = Agency.objects.filter(code=code).exclude(pk=self.instance.pk)
            others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=start))
            other = (others.filter(valid_from__lte=end) if end else others).first()
            if other is not None:
                self.add_error(
                    "code", gettext("%(agency)s has this code in the same period.") % {"agency": other}
                )
        return data

    def save(self, commit: bool = True) -> Agency:
        """Give a new agency its slug; it never changes afterwards."""
        if not self.instance.slug:
            self.instance.slug = _free_slug(self.instance.name)
        agency: Agency = super().save(commit=commit)
        return agency


def _free_slug(name: str) -> str:
    base = slugify(name, max_length=70)
    taken = set(Agency.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return unused_slug(base, taken)


class SuccessionForm(WagtailAdminModelForm):
    """A succession between agencies that the user manages."""

    class Meta:
        model = AgencySuccession
        fields = ("predecessor", "successor", "date", "legal_basis")
        widgets = {"predecessor": SearchableSelect, "successor": SearchableSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("predecessor", "successor"):
            self.fields[name].queryset = managed_agencies(self.for_user)

    def clean(self) -> dict[str, Any]:
        """Report in the form what the database constraint would reject."""
        data: dict[str, Any] = super().clean()
        if data.get("predecessor") and data.get("predecessor") == data.get("successor"):
            raise ValidationError({"successor": gettext("An agency cannot be its own successor.")})
        return data


class MembershipForm(WagtailAdminModelForm):
    """Assign a role. The user name is typed, so that nobody sees a list of all accounts."""

    username = forms.CharField(label=_("User name of the person"), max_length=150)

    class Meta:
        model = Membership
        fields = ("agency", "role", "valid_from", "valid_to")
        widgets = {"agency": SearchableSelect, "valid_from": AdminDateInput, "valid_to": AdminDateInput}
        help_texts = {"valid_to": _("The last day. Leave it empty if it is not known yet.")}

    field_order = ("username", "agency", "role", "valid_from", "valid_to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["agency"].queryset = managed_agencies(self.for_user).valid_on(today)
        self.fields["valid_from"].initial = today

    def clean_username(self) -> str:
        """Find the account."""
        name = clean(self.cleaned_data["username"])
        found = User.objects.filter(username=name, is_active=True).first()
        if found is None:
            raise ValidationError(
                gettext("There is no active account with this name. Create it under “Users” first.")
            )
        self.person = found
        return name

    def clean(self) -> dict[str, Any]:
        """Reject a role that the person already holds."""
        data: dict[str, Any] = super().clean()
        if not self.errors and (held := self._held(data)):
            since = f"{held.valid_from:%d/%m/%Y}"
            self.add_error(
                "role", gettext("The person has held this role here since %(day)s.") % {"day": since}
            )
        return data

    def _held(self, data: dict[str, Any]) -> Membership | None:
        rows = Membership.objects.filter(user=self.person, agency=data["agency"], role=data["role"])
        found: Membership | None = rows.valid_on(data["valid_from"]).first()
        return found

    def save(self, commit: bool = True) -> Membership | RoleRequest:
        """Assign the role, or ask a second person to confirm it."""
        values = {name: self.cleaned_data[name] for name in ("agency", "role", "valid_from", "valid_to")}
        return assign(user=self.person, by=self.for_user, **values)


class MembershipEndForm(WagtailAdminModelForm):
    """Change the last day of a role; user, agency and role cannot be changed."""

    class Meta:
        model = Membership
        fields = ("valid_to",)
        widgets = {"valid_to": AdminDateInput}
        help_texts = {
            "valid_to": _("The last day. Yesterday ends the role at once; leave it empty for no end.")
        }

    def save(self, commit: bool = True) -> Membership:
        """Change the last day."""
        unchanged = Membership.objects.get(pk=self.instance.pk)  # without the values from the form
        return change_end_date(membership=unchanged, last_day=self.cleaned_data["valid_to"], by=self.for_user)


class InForceFilterSet(RegisterFilterSet):
    """Filter by whether a row is in force today."""

    in_force = django_filters.BooleanFilter(
        label=_("In force today"), method="filter_in_force", widget=BooleanRadioSelect
    )

    def filter_in_force(self, rows: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:
        """Return the rows in force today, or all others."""
        today = self._meta.model.objects.valid_on(timezone.localdate()).order_by().values("pk")
        return rows.filter(pk__in=today) if value else rows.exclude(pk__in=today)


class AgencyFilters(InForceFilterSet):
    """Filter by kind and validity."""

    class Meta:
        model = Agency
        fields = ["kind"]


class MembershipFilters(InForceFilterSet):
    """Filter by role, agency and validity."""

    class Meta:
        model = Membership
        fields = ["role", "agency"]


class ServiceErrorsMixin:
    """Show the error of a service above the form."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Save, or show the form again with the error."""
        try:
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        except PortalError as error:
            form.add_error(None, error.message)
            self.produced_error_message = error.message
            response = self.form_invalid(form)  # type: ignore[attr-defined]
        return response


class AgencyViewSet(ObjectPermissionViewSet):
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
        return AgencyForm


class SuccessionViewSet(ObjectPermissionViewSet):
    """Successors of former agencies (kế thừa)."""

    model = AgencySuccession
    policy_class = SuccessionPolicy
    icon = "redirect"
    menu_label = _("Successions")
    list_display = ["predecessor", "successor", "date", "legal_basis"]
    search_fields = ["predecessor__name", "successor__name", "legal_basis"]
    ordering = ["-date", "pk"]
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[WagtailAdminModelForm]:
        return SuccessionForm


class MembershipIndexView(ObjectIndexView):
    """Role assignments; one's own roles have no links."""

    def get_edit_url(self, instance: Membership) -> str | None:
        """Return the address of the form, or None for one's own role."""
        own = instance.user_id == self.request.user.pk
        return None if own else super().get_edit_url(instance)

    def get_delete_url(self, instance: Membership) -> str | None:
        """Return None: deleting is for mistakes and is offered on the page of the role."""
        return None


class MembershipCreateView(FreshProofMixin, ServiceErrorsMixin, generic.CreateView):
    """Assign a role, or ask a second person to confirm it."""

    def get_success_message(self, instance: Any) -> str:
        if isinstance(instance, RoleRequest):
            return _about(instance)
        message: str = super().get_success_message(instance)
        return message

    def get_success_buttons(self) -> list[Any]:
        return [] if isinstance(self.object, RoleRequest) else list(super().get_success_buttons())


def _about(request: RoleRequest) -> str:
    """Return what happens with ``request`` now; somebody who works alone is told that nobody can confirm it."""
    if deciders(request):
        return gettext(
            "The role takes effect when the head of the agency or another operator confirms it. Until then you can "
            "withdraw it: “Roles awaiting confirmation” on the page of your account."
        )
    return gettext(
        "The role is not in force yet, and nobody but you could confirm it: the agency needs a head or a second "
        "operator. You can withdraw it: “Roles awaiting confirmation” on the page of your account."
    )


class MembershipEditView(FreshProofMixin, ServiceErrorsMixin, ObjectEditView):
    """Change the last day of a role."""


class MembershipDeleteView(ObjectDeleteView):
    """Delete a role that was assigned by mistake."""

    def delete_action(self) -> None:
        """End the role before it began: the service then deletes it."""
        before = self.object.valid_from - timedelta(days=1)
        with transaction.atomic():
            log(instance=self.object, action="wagtail.delete")
            revoke(membership=self.object, by=self.request.user, last_day=before)


class MembershipViewSet(ObjectPermissionViewSet):
    """Role assignments of people in agencies, with their first and last days (phân quyền)."""

    model = Membership
    policy_class = MembershipPolicy
    icon = "key"
    menu_label = _("Role assignments")
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
    ordering = ["agency__code", "role", "user__order_key"]
    copy_view_enabled = False

    def get_form_class(self, for_update: bool = False) -> type[WagtailAdminModelForm]:
        """Return the form that grants a role, or the one that changes its last day."""
        return MembershipEndForm if for_update else MembershipForm


class OrganisationGroup(ViewSetGroup):
    """The menu entry "Organisation"."""

    menu_label = _("Organisation")
    menu_icon = "group"
    menu_order = 345
    items = (
        AgencyViewSet("agencies"),
        SuccessionViewSet("agency_successions"),
        MembershipViewSet("memberships"),
    )
