"""The forms of the operating team."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput

from accounts.models import AdminUnit, Agency, AgencySuccession, Membership, User
from accounts.policies import managed_agencies
from accounts.selectors import with_those_below
from accounts.services import grant, move_end
from core.text import clean, slugify

# What other agencies, dossier codes and the walls stand on: for those who manage the agency above.
STRUCTURE: Final = ("name", "kind", "code", "code_old", "parent", "unit", "valid_from", "valid_to")


class AgencyForm(WagtailAdminModelForm):
    """An agency of the register. Its operating team keeps the ways to reach it; the one above it everything."""

    class Meta:
        model = Agency
        fields = (
            "name", "short_name", "kind", "code", "code_old", "parent", "unit", "address", "phone", "email",
            "working_hours", "valid_from", "valid_to",
        )  # fmt: skip
        help_texts = {
            "valid_to": gettext_lazy(
                "The last day of the agency. Say under “Successions” who continues its work."
            ),
            "parent": gettext_lazy("Its operating team manages this agency too."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known, user = self.instance.pk is not None, self.for_user
        managed, today = managed_agencies(user), timezone.localdate()
        above = managed.valid_on(today) | managed.filter(pk=self.instance.parent_id)
        if known:
            below = with_those_below(Agency.objects.filter(pk=self.instance.pk))
            above = above.exclude(pk__in=below.values("pk"))
        self.fields["parent"].queryset = above
        self.fields["parent"].required = not user.is_superuser
        units = AdminUnit.objects.exclude(level=AdminUnit.Level.DISTRICT)
        self.fields["unit"].queryset = units.valid_on(today) | AdminUnit.objects.filter(
            pk=self.instance.unit_id
        )
        if known and not user.is_superuser and not managed.filter(pk=self.instance.parent_id).exists():
            self._lock()

    def _lock(self) -> None:
        """Keep the structure as it is, whatever is sent."""
        self.fields["parent"].queryset = Agency.objects.filter(pk=self.instance.parent_id)
        self.fields["parent"].required = False
        for name in STRUCTURE:
            self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        """Refuse a code that another agency bears at the same time."""
        data: dict[str, Any] = super().clean()
        code, start, end = data.get("code"), data.get("valid_from"), data.get("valid_to")
        if code and start:
            others = Agency.objects.filter(code=code).exclude(pk=self.instance.pk)
            others = others.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=start))
            other = (others.filter(valid_from__lte=end) if end else others).first()
            if other is not None:
                self.add_error("code", _("%(agency)s bears this code at the same time.") % {"agency": other})
        return data

    def save(self, commit: bool = True) -> Agency:
        """Give a new agency the name for its addresses, once and for all."""
        if not self.instance.slug:
            self.instance.slug = _free_slug(self.instance.name)
        agency: Agency = super().save(commit=commit)
        return agency


def _free_slug(name: str) -> str:
    made = slugify(name, max_length=70)
    taken = set(Agency.objects.filter(slug__startswith=made).values_list("slug", flat=True))
    return next(
        slug
        for slug in (made, *(f"{made}-{number}" for number in range(2, len(taken) + 3)))
        if slug not in taken
    )


class SuccessionForm(WagtailAdminModelForm):
    """Who continues whom, between agencies that the person manages."""

    class Meta:
        model = AgencySuccession
        fields = ("predecessor", "successor", "date", "legal_basis")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("predecessor", "successor"):
            self.fields[name].queryset = managed_agencies(self.for_user)

    def clean(self) -> dict[str, Any]:
        """Refuse an agency that continues itself; the database would, too."""
        data: dict[str, Any] = super().clean()
        if data.get("predecessor") and data.get("predecessor") == data.get("successor"):
            raise ValidationError({"successor": _("An agency does not continue itself.")})
        return data


class MembershipForm(WagtailAdminModelForm):
    """Give a role. The account is named and not chosen from a list: nobody needs the list of all accounts."""

    username = forms.CharField(label=gettext_lazy("User name of the person"), max_length=150)

    class Meta:
        model = Membership
        fields = ("agency", "role", "valid_from", "valid_to")
        widgets = {"valid_from": AdminDateInput, "valid_to": AdminDateInput}
        help_texts = {"valid_to": gettext_lazy("The last day; leave it empty while nobody knows it.")}

    field_order = ("username", "agency", "role", "valid_from", "valid_to")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["agency"].queryset = managed_agencies(self.for_user).valid_on(today)
        self.fields["valid_from"].initial = today

    def clean_username(self) -> str:
        """Find the person."""
        name = clean(self.cleaned_data["username"])
        found = User.objects.filter(username=name, is_active=True).first()
        if found is None:
            raise ValidationError(_("There is no open account of this name. Make it under “Users” first."))
        self.person = found
        return name

    def clean(self) -> dict[str, Any]:
        """Say so where the role is held already."""
        data: dict[str, Any] = super().clean()
        if not self.errors and (held := self._held(data)):
            since = f"{held.valid_from:%d/%m/%Y}"
            self.add_error("role", _("The person holds this role here since %(day)s.") % {"day": since})
        return data

    def _held(self, data: dict[str, Any]) -> Membership | None:
        known = Membership.objects.filter(user=self.person, agency=data["agency"], role=data["role"])
        found: Membership | None = known.valid_on(data["valid_from"]).first()
        return found

    def save(self, commit: bool = True) -> Membership:
        """Give it."""
        facts = {name: self.cleaned_data[name] for name in ("agency", "role", "valid_from", "valid_to")}
        return grant(user=self.person, by=self.for_user, **facts)


class MembershipEndForm(WagtailAdminModelForm):
    """Say how long a role lasts. Who, where and which role stay: that would be another one."""

    class Meta:
        model = Membership
        fields = ("valid_to",)
        widgets = {"valid_to": AdminDateInput}
        help_texts = {
            "valid_to": gettext_lazy("The last day. Yesterday ends the role at once; empty lets it go on.")
        }

    def save(self, commit: bool = True) -> Membership:
        """Move the end."""
        held = Membership.objects.get(pk=self.instance.pk)  # as it was before the form filled it in
        return move_end(membership=held, last_day=self.cleaned_data["valid_to"], by=self.for_user)
