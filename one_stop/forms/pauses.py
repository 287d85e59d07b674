"""Forms that pause processing until a day, and that record the payment which ends a pause."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core.text import clean
from forms_app.builder.field_types.date import VietnameseDateField
from forms_app.dossiers.services.payments import Payment
from one_stop.forms.actions import ActionForm


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


class ReopenedRequestForm(ActionForm):
    """The citizen's new last day for the supplement request that is open again, if it has one, and the reason."""

    answer_by = VietnameseDateField(
        label=_("Supplement due by"),
        help_text=_(
            "The citizen's new last day. The day on the form that was issued stays as it was; the citizen reads the "
            "new one on their page and in the email."
        ),
        error_messages={"required": _("Enter the citizen's last day for the supplement.")},
    )  # fmt: skip

    field_order = ["version", "answer_by", "reason"]

    def __init__(self, *args: Any, asks_for_day: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_for_day:
            del self.fields["answer_by"]

    def arguments(self) -> dict[str, Any]:
        """Return the new last day; None if the request has none, or if no request is open again."""
        return {"answer_by": self.cleaned_data.get("answer_by")}


class PaymentForm(ActionForm):
    """Evidence of the payment, and the day on which it was made: the pause ends with that day (ADR 250)."""

    document = forms.CharField(
        label=_("Number of the receipt or document"), max_length=60,
        help_text=_("Of the fee receipt, the payment into the treasury, or the transfer. It stays in the history."),
        error_messages={
            "required": _("Enter the number of the receipt or of the document that shows the payment.")
        },
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    paid_on = VietnameseDateField(
        label=_("Paid on"),
        help_text=_("The day on the receipt, not the day of the entry: processing time runs again after it."),
        error_messages={"required": _("Enter the day of the payment.")},
    )

    # The number that the officer confirmed although another dossier has it; a box once that was found out.
    confirmed = forms.CharField(
        label=_("The receipt is also for this dossier"),
        max_length=60,
        required=False,
        widget=forms.HiddenInput,
    )

    field_order = ["version", "document", "confirmed", "paid_on", "reason"]

    def add_error(self, field: str | None, error: Any) -> None:
        """Show the box if the number has to be confirmed."""
        if field == "confirmed":
            box = self.fields["confirmed"]
            box.widget = forms.CheckboxInput({"value": clean(self.data.get("document", ""))})
            box.one_of = True  # type: ignore[attr-defined]
            data = cast(QueryDict, self.data).copy()
            data.pop("confirmed", None)
            self.data = data
        super().add_error(field, error)

    def arguments(self) -> dict[str, Any]:
        """Return the payment."""
        document, paid_on = clean(self.cleaned_data["document"]), self.cleaned_data["paid_on"]
        return {"payment": Payment(document, paid_on, clean(self.cleaned_data["confirmed"]))}
