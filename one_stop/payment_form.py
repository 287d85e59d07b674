"""The form with which the desk records that the citizen has paid."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import clean
from forms_app.builder.field_types.date import VietnameseDateField
from forms_app.dossiers.services.actions import Payment
from one_stop.forms import ActionForm


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
    )

    field_order = ["version", "document", "paid_on", "reason"]

    def arguments(self) -> dict[str, Any]:
        """Return the payment."""
        return {"payment": Payment(clean(self.cleaned_data["document"]), self.cleaned_data["paid_on"])}
