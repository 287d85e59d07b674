"""What an officer fills in for an act. Texts come back cleaned; nothing typed is lost on an error."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.text import clean

MAX_OTHER: Final = 20


class ActForm(forms.Form):
    """The act itself: the version that the officer read, and whether a reason is due."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("The citizen reads it as you write it."),
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
        self.helper.add_input(Submit("act", submit, css_class="btn--danger" if danger else ""))

    def clean_reason(self) -> str:
        """Return the reason in NFC without stray white space."""
        return "\n".join(filter(None, (clean(line) for line in self.cleaned_data["reason"].splitlines())))


class SupplementForm(ActForm):
    """Mẫu 02: which answers and papers, what is wrong with them, by when."""

    fields_asked = forms.MultipleChoiceField(
        label=_("Given again by the citizen"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other = forms.CharField(
        label=_("Other papers"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3}),
        help_text=_("One on a line."),
    )  # fmt: skip
    answer_by = forms.DateField(
        label=_("To be answered by"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    field_order = ["version", "fields_asked", "other", "reason", "answer_by"]

    def __init__(self, *args: Any, askable: list[tuple[str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, needs_reason=True, **kwargs)
        self._kinds = {key: (label, kind) for key, label, kind in askable}
        field = self.fields["fields_asked"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [(key, label) for key, label, _kind in askable]
        if not askable:
            del self.fields["fields_asked"]

    def clean(self) -> dict[str, Any]:
        """Require something to ask for."""
        data = super().clean() or self.cleaned_data
        if not self.asked_ids() and not self.other_papers():
            self.add_error("other", _("Tick or name at least one paper."))
        return data

    def asked_ids(self) -> list[str]:
        """Return the ticked field ids."""
        return list(self.cleaned_data.get("fields_asked") or [])

    def other_papers(self) -> list[str]:
        """Return the papers named by hand."""
        lines = (clean(line) for line in self.cleaned_data.get("other", "").splitlines())
        return [line[:200] for line in lines if line][:MAX_OTHER]

    def items(self) -> list[dict[str, str]]:
        """Return what is asked, as a supplement request keeps it."""
        note = self.cleaned_data["reason"]
        asked = [
            {"id": key, "label": self._kinds[key][0], "note": note, "kind": self._kinds[key][1]}
            for key in self.asked_ids()
        ]
        others = [
            {"id": f"other_{number}", "label": paper, "note": "", "kind": "file"}
            for number, paper in enumerate(self.other_papers(), start=1)
        ]
        return asked + others

    def answer_day(self) -> date:
        """Return the last day for the citizen."""
        day: date = self.cleaned_data["answer_by"]
        return day


class FinishForm(ActForm):
    """The result, as a file where it is electronic."""

    result = forms.FileField(
        label=_("Result (file)"),
        required=False,
        help_text=_("Signed PDF or picture. The citizen downloads it."),
    )

    field_order = ["version", "result", "reason"]
