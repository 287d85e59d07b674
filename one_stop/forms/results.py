"""Forms about the result of a dossier: finishing, handing over, reopening."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from core.text import clean
from forms_app.builder.field_types.file import DEFAULT_EXTENSIONS, LocalisedFileInput
from forms_app.dossiers.models import Dossier
from one_stop.forms.actions import ActionForm

MAX_POSTAGE: Final = 10_000_000
FINISHED_OUTCOMES: Final = (
    (Dossier.Outcome.GRANTED, _("Request granted")),
    (Dossier.Outcome.REFUSED, _("Request refused")),
)


class FinishForm(ActionForm):
    """Whether the request is granted or refused, and the result, with a file if it is electronic.

    ``unpaid``: the citizen has not paid, so the dossier can only be refused. ``electronic``: the citizen chose an
    electronic copy.
    """

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=FINISHED_OUTCOMES, widget=forms.RadioSelect,
        error_messages={"required": _("Choose the outcome.")},
        help_text=_("A refusal is also a result: give the reason and attach the notice of refusal."),
    )  # fmt: skip
    result = forms.FileField(
        label=_("Result (file)"),
        required=False,
        widget=LocalisedFileInput({"accept": ",".join(f".{kind}" for kind in DEFAULT_EXTENSIONS)}),
        help_text=_("Signed PDF or image, which the citizen can download."),
    )

    field_order = ["version", "outcome", "result", "reason"]

    def __init__(self, *args: Any, unpaid: bool = False, electronic: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "needs_reason": unpaid})
        if electronic:
            result = self.fields["result"]
            result.help_text = _(
                "Signed PDF or image. The citizen chose an electronic copy, which cannot be delivered "
                "without a file."
            )
            result.one_of = True  # type: ignore[attr-defined]
        self._unpaid = unpaid
        if not unpaid:
            reason = self.fields["reason"]
            reason.label = _("Reason for a refusal, or note for the citizen")
            reason.help_text = _(
                "Required if the request is refused. The citizen sees this text exactly as you write it."
            )
            reason.one_of = True  # type: ignore[attr-defined]
        if unpaid:
            outcome = self.fields["outcome"]
            assert isinstance(outcome, forms.ChoiceField)  # noqa: S101 - declared above
            outcome.choices = [FINISHED_OUTCOMES[1]]
            outcome.initial = Dossier.Outcome.REFUSED
            outcome.required = False

    def clean_outcome(self) -> str:
        """Return the chosen outcome; a refusal if there is no choice."""
        return Dossier.Outcome.REFUSED if self._unpaid else str(self.cleaned_data["outcome"])

    def clean(self) -> dict[str, Any]:
        """Require the reason for a refusal (art. 19.3 NĐ 118/2025)."""
        data = super().clean() or self.cleaned_data
        if data.get("outcome") == Dossier.Outcome.REFUSED and not data.get("reason"):
            self.add_error("reason", _("Enter the reason."))
        return data

    def arguments(self) -> dict[str, Any]:
        """Return the outcome and the file, if there is one."""
        return {name: self.cleaned_data[name] for name in ("outcome", "result")}


class ReopenForm(ActionForm):
    """Why a finished dossier is processed again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "The citizen sees this text. The results issued so far are revoked: the citizen can no longer "
            "download them."
        )


class PostForm(ActionForm):
    """Tracking number and postage of a result by post, both as far as they are known."""

    SENT: ClassVar[tuple[str, ...]] = ("tracking_number", "postage")

    tracking_number = forms.CharField(
        label=_("Tracking number"), max_length=40, required=False,
        help_text=_("From the post office receipt; the citizen sees it on the dossier's page."),
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    postage = forms.CharField(
        label=_("Postage (đồng)"), max_length=15, required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip

    field_order = ["version", "tracking_number", "postage", "reason"]

    def arguments(self) -> dict[str, Any]:
        """Return what is known about the delivery, by the names in ``SENT``."""
        return {name: self.cleaned_data[name] for name in self.SENT}

    def clean_tracking_number(self) -> str:
        """Return the number in capitals without spaces and dashes; reject what cannot be a tracking number."""
        number = re.sub(r"[\s.-]", "", self.cleaned_data["tracking_number"]).upper()
        if number and not re.fullmatch(r"[A-Z0-9]{5,30}", number):
            raise forms.ValidationError(
                _("A tracking number has 5 to 30 letters and digits, for example EA123456789VN.")
            )
        return number

    def clean_postage(self) -> int | None:
        """Return the sum in đồng; one kind of separator between groups of three digits is accepted."""
        text = re.sub(r"\s*đ(ồng)?$", "", self.cleaned_data["postage"].strip())
        if not text:
            return None
        whole = re.fullmatch(r"[0-9]+|[0-9]{1,3}([.,\s])[0-9]{3}(?:\1[0-9]{3})*", text)
        amount = int(re.sub(r"[.,\s]", "", text)) if whole else MAX_POSTAGE + 1
        if amount > MAX_POSTAGE:
            raise forms.ValidationError(_("Enter the postage in đồng, for example 25.000."))
        return amount


class ReturnForm(PostForm):
    """How the result was handed over, which may differ from what the citizen chose; by post with address and number."""

    SENT: ClassVar[tuple[str, ...]] = ("delivery", "address", *PostForm.SENT)

    delivery = forms.ChoiceField(
        label=_("How was the result handed over?"), choices=Dossier.Delivery.choices, required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    address = forms.CharField(
        label=_("Address, for a result by post"), max_length=400, required=False,
        help_text=_("Leave empty to use the address in the dossier."),
    )  # fmt: skip

    field_order = ["version", "delivery", "address", "tracking_number", "postage", "reason"]

    def __init__(self, *args: Any, chosen: str, ways: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._chosen = chosen
        delivery = self.fields["delivery"]
        offered = [choice for choice in Dossier.Delivery.choices if choice[0] in ways]
        delivery.choices = offered  # type: ignore[attr-defined]
        delivery.initial, delivery.one_of = chosen, True  # type: ignore[attr-defined]
        delivery.help_text = _("The citizen chose: %(way)s.") % {"way": Dossier.Delivery(chosen).label}

    def clean_address(self) -> str:
        """Return the address without superfluous white space."""
        return clean(self.cleaned_data["address"])

    def clean(self) -> dict[str, Any]:
        """Refuse a tracking number or postage for a result that was not sent by post."""
        data = super().clean()
        if (data.get("delivery") or self._chosen) != Dossier.Delivery.POST:
            for name in PostForm.SENT:
                if data.get(name):
                    self.add_error(name, _("Only for a result by post. Choose “By post”, or clear this."))
        return data
