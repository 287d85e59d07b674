"""The forms of filing and following that no editor writes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency
from forms_app.builder.field_types.text import CleanTextField
from forms_app.builder.schema import FieldSpec, StepSpec
from forms_app.dossiers import codes
from forms_app.dossiers.models import SupplementRequest


class StartForm(forms.Form):
    """Which agency receives the dossier, where more than one does."""

    agency = forms.ModelChoiceField(
        queryset=Agency.objects.none(),
        label=_("Where do you file?"),
        help_text=_("Choose the commune or ward that handles your matter."),
        empty_label=_("Choose an agency"),
        error_messages={
            "required": _("Choose the agency that receives your dossier."),
            "invalid_choice": _("Choose an agency from the list."),
        },
    )

    def __init__(self, *args: Any, agencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = agencies


class ReviewForm(forms.Form):
    """The last page: consent, and the key that makes a second press the same filing."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    consent_number = forms.IntegerField(widget=forms.HiddenInput)
    consent = forms.BooleanField(
        label=_("I have read this and agree. What I declare is true."),
        error_messages={"required": _("Tick that you agree; without it the dossier cannot be filed.")},
    )


class LookupForm(forms.Form):
    """Code and second secret."""

    code = forms.CharField(
        label=_("Dossier code"), max_length=60, help_text=_("For example H12.46.18-261119-0007."),
        error_messages={"required": _("Enter the dossier code. It stands on your receipt.")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("Lookup key"), max_length=40, help_text=_("8 letters and digits, given to you when you filed."),
        error_messages={"required": _("Enter the lookup key. It stands on the receipt page and in the mail.")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}),
    )  # fmt: skip

    def clean_code(self) -> str:
        """Accept what people type: small letters, spaces, long dashes."""
        return codes.normalise(self.cleaned_data["code"])


class WithdrawForm(forms.Form):
    """Why the citizen withdraws; ``version`` is what they were reading."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = CleanTextField(
        label=_("Why do you withdraw?"), max_length=1000, widget=forms.Textarea({"rows": 4}),
        error_messages={"required": _("Write a few words why you withdraw.")},
    )  # fmt: skip


def supplement_step(request: SupplementRequest) -> StepSpec:
    """Return the questions of a supplement request: only what was asked."""
    fields = tuple(
        FieldSpec(
            id=item["id"],
            type="long_text" if item["kind"] == "text" else "file",
            label=item["label"],
            help=item.get("note", "") or _how_many(item.get("count", "")),
            options={"rows": 4} if item["kind"] == "text" else {},
        )
        for item in request.items
    )
    return StepSpec(id="supplement", title="", fields=fields)


def _how_many(count: str) -> str:
    """Say how many copies are asked for, where it is not simply one."""
    return str(_("Number: %(count)s") % {"count": count}) if count not in {"", "1"} else ""
