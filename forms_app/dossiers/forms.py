"""Forms of the citizen's pages apart from the steps, which editors design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from accounts.places import agency_places
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.base import CONDITIONS, REPLACED_BY
from forms_app.builder.field_types.text import CleanTextField
from forms_app.builder.place_select import PlaceSelect
from forms_app.builder.schema import FieldSpec, FormSchema, StepSpec
from forms_app.dossiers import codes
from forms_app.dossiers.models import SupplementRequest
from forms_app.dossiers.models.events import explanation_name

MAX_EXPLANATION: Final = 1000


class StartForm(forms.Form):
    """The choice of the agency, if several receive the dossier."""

    agency = forms.ModelChoiceField(
        queryset=Agency.objects.none(),
        label=_("Where do you want to submit your dossier?"),
        help_text=_("Choose the commune or ward that handles your matter."),
        widget=PlaceSelect,
        error_messages={
            "required": _("Choose the agency that receives your dossier."),
            "invalid_choice": _("Choose an agency from the list."),
        },
    )

    def __init__(self, *args: Any, agencies: Any, chosen: str = "", **kwargs: Any) -> None:
        """``chosen``: the slug of the agency to select at first; ignored if it does not receive the procedure."""
        super().__init__(*args, **kwargs)
        self.initial["agency"] = next((agency.pk for agency in agencies if agency.slug == chosen), None)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = agencies
        assert isinstance(field.widget, PlaceSelect)  # noqa: S101 - declared above
        field.widget.offer(gettext("Choose an agency"), agency_places(agencies))


class ReviewForm(forms.Form):
    """Consent, and the key that makes sending the form twice a single submission."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    consent_number = forms.IntegerField(widget=forms.HiddenInput)
    consent = forms.BooleanField(
        label=_("I have read this and agree. What I declare is true."),
        error_messages={
            "required": _("Select that you agree. The dossier cannot be submitted without your consent.")
        },
    )


class LookupForm(forms.Form):
    """Code and lookup key."""

    code = forms.CharField(
        label=_("Dossier code"), max_length=60, help_text=_("For example H12.46.18-261119-0007."),
        error_messages={"required": _("Enter the dossier code. It is on your receipt.")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )  # fmt: skip
    lookup_key = forms.CharField(
        label=_("Lookup key"), max_length=40,
        help_text=_("8 letters and digits, on your receipt and in the email."),
        error_messages={"required": _("Enter the lookup key. It is on your receipt and in the email.")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )  # fmt: skip

    def clean_code(self) -> str:
        """Accept lower case, spaces and long dashes."""
        return codes.normalise(self.cleaned_data["code"])


class LostKeyForm(forms.Form):
    """Code and email address of a dossier whose key is lost."""

    code = forms.CharField(
        label=_("Dossier code"), max_length=60, error_messages={"required": _("Enter the dossier code.")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("Email"), help_text=_("The address that you gave in the dossier and confirmed."),
        error_messages={"required": _("Enter the email address.")},
        widget=forms.EmailInput({"autocomplete": "email"}),
    )  # fmt: skip


class WithdrawForm(forms.Form):
    """The reason for withdrawing; ``version`` is the one that the citizen was reading."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = CleanTextField(
        label=_("Why do you want to withdraw the dossier?"), max_length=1000, widget=forms.Textarea({"rows": 4}),
        error_messages={"required": _("Explain briefly why you want to withdraw the dossier.")},
    )  # fmt: skip


def supplement_step(request: SupplementRequest) -> StepSpec:
    """Return the questions of a supplement request as a step: only what was asked.

    A document of the form accepts the file types that the form accepts. It can be replaced by an explanation why the
    citizen does not have it (ADR 380).
    """
    version = request.dossier.form_version
    asked = FormSchema.from_json(version.schema).fields if version else {}
    fields = (spec for item in request.items for spec in _supplement_questions(item, asked.get(item["id"])))
    return StepSpec(id="supplement", title="", fields=tuple(fields))


def _supplement_questions(item: Mapping[str, Any], spec: FieldSpec | None) -> Iterator[FieldSpec]:
    name, label = item["id"], item["label"]
    hint = item.get("note", "") or _how_many(item.get("count", ""))
    if item["kind"] == "text":
        yield FieldSpec(name, "long_text", label, hint, options={"rows": 4})
        return
    explanation = explanation_name(name)
    yield FieldSpec(name, "file", label, hint, options={**_limits(spec), REPLACED_BY: explanation})
    yield FieldSpec(
        explanation, "long_text", str(_("If you do not have it, say why: %(label)s") % {"label": label}),
        str(_("The agency decides whether it can go on without it.")), required=False,
        options={"rows": 2, "max_length": MAX_EXPLANATION},
    )  # fmt: skip


def _limits(spec: FieldSpec | None) -> dict[str, Any]:
    """Return the limits of the form's own question for files; its conditions concern questions that are not asked."""
    if spec is None or not registry.get(spec.type).stores_files:
        return {}
    return {name: value for name, value in spec.options.items() if name not in CONDITIONS}


def _how_many(count: str) -> str:
    """Return the number of copies in words; empty if it is one."""
    return str(_("Quantity: %(count)s") % {"count": count}) if count not in {"", "1"} else ""
