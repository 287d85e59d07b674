"""Forms that request a supplement and that record one at the counter."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import clean
from forms_app.builder.field_types.date import VietnameseDateField
from forms_app.builder.field_types.file import (
    DEFAULT_EXTENSIONS,
    MultipleFileField,
    MultipleFileInput,
)
from forms_app.dossiers.models import SupplementRequest
from one_stop.forms.actions import ActionForm, PrintedText
from one_stop.supplements import ReceivedItem, SupplementItem

MAX_OTHER_DOCUMENTS: Final = 20
MAX_DOCUMENT_NAME: Final = 200
MAX_COPIES: Final = 99
RECEIVED, MISSING = "yes", "no"


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
