"""What an officer fills in for an act. Texts come back cleaned; nothing typed is lost on an error."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.text import clean
from forms_app.builder.field_types.date import VietnameseDateField
from forms_app.builder.field_types.file import DEFAULT_EXTENSIONS, PickFileInput
from forms_app.desk.asking import Askable

MAX_OTHER: Final = 20


class ActForm(forms.Form):
    """The act itself: the version that the officer read, and whether a reason is due."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, required=False, widget=forms.Textarea({"rows": 4}),
        help_text=_("The citizen reads it as you write it."),
        error_messages={"required": _("Write the reason.")},
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
    """Mẫu 02: which papers and answers, what is wrong with them, by when."""

    papers = forms.MultipleChoiceField(
        label=_("Papers to hand in again or in addition"), required=False, widget=forms.CheckboxSelectMultiple
    )
    other = forms.CharField(
        label=_("Other papers"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3}),
        help_text=_("One on a line."),
    )  # fmt: skip
    answers = forms.MultipleChoiceField(
        label=_("Answers to give again"), required=False, widget=forms.CheckboxSelectMultiple
    )
    answer_by = VietnameseDateField(
        label=_("To be answered by"),
        help_text=_("Until the office closes on that day; on a day off, until it closes on the next working day."),
    )  # fmt: skip

    field_order = ["version", "papers", "other", "answers", "reason", "answer_by"]

    def __init__(self, *args: Any, papers: list[Askable], answers: list[Askable], **kwargs: Any) -> None:
        super().__init__(*args, needs_reason=True, **kwargs)
        self._askable = {item.id: item for item in [*papers, *answers]}
        for name, offered in (("papers", papers), ("answers", answers)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
            field.choices = [(item.id, item.label) for item in offered]
            if not offered:
                del self.fields[name]
        for name in {"papers", "other", "answers"} & set(self.fields):
            self.fields[name].one_of = True  # type: ignore[attr-defined]  # one of them is due: none says "optional"

    def clean(self) -> dict[str, Any]:
        """Require something to ask for."""
        data = super().clean() or self.cleaned_data
        wrong = {"papers", "answers"} & set(self.errors)
        if not wrong and not self._ticked() and not self.other_papers():
            self.add_error("other", _("Tick or name at least one paper."))
        return data

    def _ticked(self) -> list[str]:
        ticked = {name: self.cleaned_data.get(name) or [] for name in ("papers", "answers")}
        return [*ticked["papers"], *ticked["answers"]]

    def other_papers(self) -> list[str]:
        """Return the papers named by hand."""
        lines = (clean(line) for line in self.cleaned_data.get("other", "").splitlines())
        return [line[:200] for line in lines if line][:MAX_OTHER]

    def items(self) -> list[dict[str, str]]:
        """Return what is asked, as a supplement request keeps it."""
        others = (
            Askable(f"other_{number}", paper, "file", "1")
            for number, paper in enumerate(self.other_papers(), start=1)
        )
        return [item.as_item() for item in (*map(self._askable.__getitem__, self._ticked()), *others)]

    def answer_day(self) -> date:
        """Return the last day for the citizen."""
        day: date = self.cleaned_data["answer_by"]
        return day


class AssignForm(ActForm):
    """Who is to hold the dossier from now on."""

    officer = forms.ChoiceField(label=_("In hand of"))

    field_order = ["version", "officer", "reason"]

    def __init__(self, *args: Any, officers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._officers = {str(officer.pk): officer for officer in officers}
        field = self.fields["officer"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(pk, officer.get_full_name()) for pk, officer in self._officers.items()]
        reason = self.fields["reason"]
        reason.label, reason.help_text = _("Note for the colleague"), _("The citizen does not see it.")

    def chosen(self) -> User:
        """Return the officer who was chosen."""
        return self._officers[self.cleaned_data["officer"]]


class FinishForm(ActForm):
    """The result, as a file where it is electronic."""

    result = forms.FileField(
        label=_("Result (file)"),
        required=False,
        widget=PickFileInput({"accept": ",".join(f".{kind}" for kind in DEFAULT_EXTENSIONS)}),
        help_text=_("Signed PDF or picture. The citizen downloads it."),
    )

    field_order = ["version", "result", "reason"]
