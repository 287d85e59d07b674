"""The base of the forms of actions, and those that need nothing but a person or a channel.

Text comes back normalised; everything typed is kept when there is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.printable import unprintable
from core.text import clean_lines, normalise_lines
from forms_app.builder.field_types.text import MAX_QUOTED_LETTERS
from forms_app.dossiers.transitions import WithdrawalChannel


class PrintedText(forms.CharField):
    """Multi-line text for printed forms, in letters that they can show; a line end counts as one character."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Return the text with ``\\n`` as its only line end, as browsers count it."""
        return normalise_lines(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        """Name the letters that printed forms lack."""
        super().validate(value)
        if signs := unprintable(value):
            raise forms.ValidationError(
                _(
                    "Printed forms cannot show these characters: %(signs)s. Remove them or write them in words."
                ),
                params={"signs": " ".join(signs[:MAX_QUOTED_LETTERS])},
            )


class ActionForm(forms.Form):
    """The dossier version that the officer read, and a reason, which some actions require."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = PrintedText(
        label=_("Reason"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("The citizen sees this text exactly as you write it."),
        error_messages={"required": _("Enter the reason.")},
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        submit: str | Promise,
        needs_reason: bool = False,
        danger: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        reason = self.fields["reason"]
        reason.required = needs_reason
        if not needs_reason:
            reason.label = _("Note for the citizen")
        self.helper = FormHelper()
        self.helper.form_class = "form"
        self.helper.attrs = {
            "data-unsaved": "",
            "data-text-unsent": _(
                "Not sent: the server is not responding. What you typed is still here; keep this page open "
                "and press the button again."
            ),
        }
        self.helper.add_input(Submit("act", submit, css_class="btn--danger" if danger else ""))

    def ask_again_for(self, chosen: Mapping[str, str]) -> None:
        """Ask at the field for the files of a form that is shown again, since browsers do not keep them.

        ``chosen`` has the names of the files by field. Until they are chosen again, the form is accepted only if the
        officer ticks that they continue without them.
        """
        earlier = {
            name: names for name in self._file_fields() if (names := self.data.get(f"chosen_{name}", ""))
        }
        data = cast(QueryDict, self.data).copy()
        for name, names in (earlier | dict(chosen)).items():
            if name not in self._file_fields():
                continue
            data[f"chosen_{name}"] = names
            self.fields[f"chosen_{name}"] = forms.CharField(required=False, widget=forms.HiddenInput)
            without = forms.BooleanField(
                label=_("Continue without “%(names)s”") % {"names": names}, required=False
            )
            without.one_of = True  # type: ignore[attr-defined]
            self.fields[f"without_{name}"] = without
            order = [field for field in self.fields if field != f"without_{name}"]
            order.insert(order.index(name) + 1, f"without_{name}")
            self.order_fields(order)
            if name in chosen:
                data.pop(f"without_{name}", None)
            if name not in self.errors and not data.get(f"without_{name}"):
                self.add_error(name, _not_kept(names))
        self.data = data

    def clean(self) -> dict[str, Any]:
        """Require the files that were chosen before an error, unless the officer continues without them."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self._file_fields():
            names = self.data.get(f"chosen_{name}")
            if (
                names
                and name not in self.errors
                and not data.get(name)
                and not self.data.get(f"without_{name}")
            ):
                self.add_error(name, _not_kept(names))
        return data

    def _file_fields(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, forms.FileField)]

    def discard_errors(self) -> None:
        """Show the form as it was typed, without the errors of a submitted form."""
        self._errors, self.cleaned_data = ErrorDict(), {}

    def typed(self) -> list[tuple[str, str]]:
        """Return label and text of everything that was typed, or chosen differently from what the form proposed."""
        found = []
        for name in self.changed_data:
            field = self.fields[name]
            if isinstance(field, forms.FileField) or field.widget.is_hidden:
                continue
            values = [value.strip() for value in cast(QueryDict, self.data).getlist(name)]
            if isinstance(field, forms.ChoiceField):
                labels = {str(key): str(label) for key, label in cast(Any, field.choices)}
                values = [labels.get(value, value) for value in values if value]
            if text := "\n".join(filter(None, values)):
                found.append((str(field.label), text))
        return found

    def clean_reason(self) -> str:
        """Return the reason in NFC without superfluous white space."""
        return clean_lines(self.cleaned_data["reason"])

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of the action's service in addition to dossier, version, officer and reason."""
        return {}


def _not_kept(names: str) -> str:
    text = _("“%(names)s” was not kept. Choose the file again, or tick the box to continue without it.")
    return str(text) % {"names": names}


class WithdrawForm(ActionForm):
    """How the citizen asked the desk to withdraw the dossier, and why."""

    how = forms.ChoiceField(
        label=_("How did the citizen ask for it?"), choices=WithdrawalChannel.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose how the citizen asked for it.")},
    )  # fmt: skip

    field_order = ["version", "how", "reason"]

    def arguments(self) -> dict[str, Any]:
        """Return how the citizen asked for it."""
        return {"how": self.cleaned_data["how"]}


class AssignForm(ActionForm):
    """The officer to whom the dossier is assigned."""

    officer = forms.ChoiceField(label=_("Assigned to"))

    field_order = ["version", "officer", "reason"]

    def __init__(self, *args: Any, officers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._officers = {str(officer.pk): officer for officer in officers}
        field = self.fields["officer"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(pk, officer.get_full_name()) for pk, officer in self._officers.items()]
        reason = self.fields["reason"]
        reason.label, reason.help_text = _("Note for the colleague"), _("Not shown to the citizen.")

    def arguments(self) -> dict[str, Any]:
        """Return the chosen officer."""
        return {"officer": self._officers[self.cleaned_data["officer"]]}
