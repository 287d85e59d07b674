"""The form with which the counter replaces a lost lookup key."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _


class ShownDocument(models.TextChoices):
    """What a person shows at the counter to prove who they are."""

    CARD = "card", _("Identity card")
    ELECTRONIC = "electronic", _("Electronic identity (VNeID)")
    PASSPORT = "passport", _("Passport")
    OTHER = "other", _("Another document with a photo")


class ReplaceKeyForm(forms.Form):
    """The document that the person shows, and whether the email address of the dossier is theirs."""

    document = forms.ChoiceField(
        label=_("Which document did the person show?"), choices=ShownDocument.choices, widget=forms.RadioSelect,
        error_messages={"required": _("Choose the document that you were shown.")},
    )  # fmt: skip
    number = forms.CharField(
        label=_("Number of the document"), max_length=30,
        help_text=_("Type it from the document. It must be the number in the dossier."),
        error_messages={"required": _("Enter the number of the document.")},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    email_is_theirs = forms.BooleanField(required=False)

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if email:
            self.fields["email_is_theirs"].label = _(
                "This person has entered %(email)s as their address."
            ) % {"email": email}
        else:
            del self.fields["email_is_theirs"]
        self.helper = FormHelper()
        self.helper.form_class = "form"
        self.helper.add_input(Submit("replace", _("Issue a new key")))
