"""Forms of the actions on a dossier. Text comes back normalised; everything typed is kept when there is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.printable import unprintable
from core.text import clean, clean_lines, normalise_lines
from forms_app.builder.field_types.date import VietnameseDateField
from forms_app.builder.field_types.file import (
    DEFAULT_EXTENSIONS,
    MultipleFileField,
    MultipleFileInput,
)
from forms_app.builder.field_types.text import MAX_QUOTED_LETTERS
from forms_app.dossiers.models import SupplementRequest
from forms_app.dossiers.transitions import WithdrawalChannel
from one_stop.supplements import ReceivedItem, SupplementItem

MAX_OTHER_DOCUMENTS: Final = 20
MAX_DOCUMENT_NAME: Final = 200
MAX_COPIES: Final = 99
RECEIVED, MISSING = "yes", "no"


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


class SupplementForm(ActionForm):
    """A supplement request (Mẫu 02): which documents and answers, what is wrong with them, and the deadline."""

    documents = forms.MultipleChoiceField(
        label=_("Documents to submit again or in addition"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    other_documents = PrintedText(
        label=_("Other documents"), required=False, max_length=4000, widget=forms.Textarea({"rows": 3}),
        help_text=_("One per line."),
    )  # fmt: skip
    answers = forms.MultipleChoiceField(
        label=_("Answers to provide again"), required=False, widget=forms.CheckboxSelectMultiple
    )
    supplement_due_at = VietnameseDateField(
        label=_("Supplement due by"),
        help_text=_("By the close of office hours on that day, or on the next working day if it is a day off."),
        error_messages={"required": _("Enter the citizen's last day for the supplement.")},
    )  # fmt: skip

    field_order = ["version", "documents", "other_documents", "answers", "reason", "supplement_due_at"]

    def __init__(
        self, *args: Any, documents: list[SupplementItem], answers: list[SupplementItem], **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"needs_reason": True, **kwargs})
        self._offered = {item.id: item for item in [*documents, *answers]}
        for name, items in (("documents", documents), ("answers", answers)):
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
            field.choices = [(item.id, item.label) for item in items]
            if not items:
                del self.fields[name]
        for name in {"documents", "other_documents", "answers"} & set(self.fields):
            # At least one of the three is required, so the template marks none of them as optional.
            self.fields[name].one_of = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Require at least one item."""
        data = super().clean() or self.cleaned_data
        invalid = {"documents", "answers", "other_documents"} & set(self.errors)
        if not invalid and not self._selected_ids() and not self.named_documents():
            self.add_error("other_documents", _("Select or enter at least one document."))
        return data

    def clean_other_documents(self) -> str:
        """Refuse what would not fit, since nothing that the officer asks for may be left out of the request."""
        text: str = self.cleaned_data["other_documents"]
        lines = [line for line in map(clean, text.splitlines()) if line]
        if len(lines) > MAX_OTHER_DOCUMENTS:
            raise forms.ValidationError(
                _("At most %(limit)d other documents, one per line. You entered %(count)d."),
                params={"limit": MAX_OTHER_DOCUMENTS, "count": len(lines)},
            )
        for line in lines:
            if len(line) > MAX_DOCUMENT_NAME:
                raise forms.ValidationError(
                    _("“%(start)s…” is too long: at most %(limit)d characters in a line."),
                    params={"start": line[:40], "limit": MAX_DOCUMENT_NAME},
                )
        return text

    def _selected_ids(self) -> list[str]:
        return [pk for name in ("documents", "answers") for pk in self.cleaned_data.get(name) or []]

    def named_documents(self) -> list[str]:
        """Return the documents entered by name, one per line."""
        lines = (clean(line) for line in self.cleaned_data.get("other_documents", "").splitlines())
        return [line for line in lines if line]

    def items(self) -> list[dict[str, str]]:
        """Return the requested items as stored in ``SupplementRequest.items``."""
        others = (
            SupplementItem(f"other_{number}", name, "file", "1")
            for number, name in enumerate(self.named_documents(), start=1)
        )
        return [item.to_json() for item in (*map(self._offered.__getitem__, self._selected_ids()), *others)]

    def arguments(self) -> dict[str, Any]:
        """Return the requested items, and the last day of the citizen's deadline."""
        return {"items": self.items(), "supplement_due_at": self.cleaned_data["supplement_due_at"]}


class SuspendForm(ActionForm):
    """The last day of a suspension, and its reason."""

    suspended_until = VietnameseDateField(
        label=_("Suspended until"),
        help_text=_(
            "The last day. Afterwards processing time resumes automatically, and the citizen is notified. "
            "You can resume it earlier."
        ),
        error_messages={"required": _("Enter the last day of the suspension.")},
    )  # fmt: skip

    field_order = ["version", "suspended_until", "reason"]

    def arguments(self) -> dict[str, Any]:
        """Return the last day of the suspension."""
        return {"suspended_until": self.cleaned_data["suspended_until"]}


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


class CounterSupplementForm(ActionForm):
    """What the citizen hands in at the counter, for every requested item, as confirmed by the receiver."""

    def __init__(self, *args: Any, items: list[dict[str, str]], number: int, **kwargs: Any) -> None:
        """``number``: that of the supplement request, which the form sends along."""
        super().__init__(*args, **kwargs)
        self._items = items
        self.fields["request"] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=number)
        for item in items:
            self._add(item["id"], item["label"], is_document=item["kind"] != "text")
        self.order_fields(["version", *(name for name in self.fields if name not in {"version", "reason"})])

    def _add(self, item: str, label: str, *, is_document: bool) -> None:
        about = {"label": label}
        choices = [(RECEIVED, _("Received")), (MISSING, _("Not received"))]
        self.fields[f"received_{item}"] = forms.ChoiceField(
            label=label, choices=choices, widget=forms.RadioSelect,
            error_messages={"required": _("State whether it was handed in.")},
        )  # fmt: skip
        if is_document:
            self.fields[f"copy_{item}"] = forms.ChoiceField(
                label=_("Kind of copy: %(label)s") % about,
                choices=[("", _("Choose the kind of copy")), *SupplementRequest.CopyKind.choices],
                required=False,
            )
            self.fields[f"count_{item}"] = forms.IntegerField(
                label=_("Number of copies: %(label)s") % about, min_value=1, max_value=MAX_COPIES, required=False,
                widget=forms.NumberInput({"inputmode": "numeric"}),
            )  # fmt: skip
            self.fields[f"scan_{item}"] = MultipleFileField(
                label=_("Scan: %(label)s") % about, required=False,
                widget=MultipleFileInput({"accept": ",".join(f".{kind}" for kind in DEFAULT_EXTENSIONS)}),
            )  # fmt: skip
        else:
            self.fields[f"text_{item}"] = PrintedText(
                label=_("Answer: %(label)s") % about, max_length=2000, required=False,
                widget=forms.Textarea({"rows": 2}),
            )  # fmt: skip
        self.fields[f"note_{item}"] = forms.CharField(
            label=_("Note: %(label)s") % about, max_length=500, required=False,
            help_text=_("For an item that was not received: why the dossier continues without it."),
        )  # fmt: skip
        for name in {f"copy_{item}", f"count_{item}", f"text_{item}", f"note_{item}"} & set(self.fields):
            # Whether they are required depends on what was received, so the template must not call them optional.
            self.fields[name].one_of = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Require kind and number of received documents, the text of answers, and a note for what is missing."""
        data = super().clean() or self.cleaned_data
        for item in self._items:
            name = item["id"]
            match data.get(f"received_{name}"):
                case "yes" if item["kind"] == "text" and not data.get(f"text_{name}", "").strip():
                    self.add_error(f"text_{name}", _("Enter the answer."))
                case "yes" if item["kind"] != "text":
                    if not data.get(f"copy_{name}") and f"copy_{name}" not in self.errors:
                        self.add_error(f"copy_{name}", _("Choose the kind of copy."))
                    if not data.get(f"count_{name}") and f"count_{name}" not in self.errors:
                        self.add_error(f"count_{name}", _("Enter the number of copies."))
                case "no" if not clean(data.get(f"note_{name}", "")):
                    self.add_error(f"note_{name}", _("Explain why the dossier continues without it."))
        received = [data.get(f"received_{item['id']}") for item in self._items]
        if received and all(answer == MISSING for answer in received):
            self.add_error(
                None, _("Nothing was handed in. The citizen still has to supply what was requested.")
            )
        return data

    def arguments(self) -> dict[str, Any]:
        """Return what was handed in (``ReceivedItem``) by the id of the requested item."""
        return {"items": {item["id"]: self._received(item["id"]) for item in self._items}}

    def _received(self, name: str) -> ReceivedItem:
        data, received = self.cleaned_data, self.cleaned_data[f"received_{name}"] == RECEIVED
        note = clean(data[f"note_{name}"])
        if not received:
            return ReceivedItem(received=False, note=note)
        return ReceivedItem(
            received=True, note=note, copy=data.get(f"copy_{name}", ""), count=data.get(f"count_{name}") or 0,
            text=clean(data.get(f"text_{name}", "")), scans=tuple(data.get(f"scan_{name}") or ()),
        )  # fmt: skip


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
