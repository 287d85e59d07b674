"""Telephone numbers and e-mail addresses."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.text import clean
from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import TOO_LONG, normalize_input
from forms_app.builder.schema import FieldSpec

# Mobile numbers have ten digits (03, 05, 07, 08, 09); landlines eleven (02 and the area code).
_NUMBER = re.compile(r"0[35789]\d{8}|02\d{9}")
_COUNTRY = re.compile(r"^(\+|00)84")


class PhoneField(forms.CharField):
    """Accept spaces, dots, dashes and +84; the cleaned value looks like 0912345678."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def to_python(self, value: Any) -> str:
        return _COUNTRY.sub("0", re.sub(r"[\s.()\-]", "", normalize_input(super().to_python(value) or "")))

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not _NUMBER.fullmatch(value):
            message = _(
                "A telephone number has 10 digits (mobile) or 11 (landline) and starts with 0. You entered “%(text)s”."
            )
            raise ValidationError(message, params={"text": value[:40]})


@register
class Phone(FieldType):
    """No options."""

    code = "phone"
    label = _("Telephone number")
    wrapper_class = "field--short"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return PhoneField(max_length=40, **self.common_arguments(spec))

    def display(self, spec: FieldSpec, answer: str) -> str:
        """Group the digits: 0912 345 678."""
        return f"{answer[:4]} {answer[4:7]} {answer[7:]}"


class CleanEmailField(forms.EmailField):
    """Remove invisible characters, which copied addresses often contain."""

    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    default_error_messages = {
        "invalid": _("Enter an email address in the correct format, like name@example.vn."),
        "max_length": TOO_LONG,
    }

    def run_validators(self, value: str) -> None:
        """Report one error only: an address that is too long is not checked any further."""
        try:
            super().run_validators(value)
        except ValidationError as error:
            raise ValidationError(error.error_list[-1:]) from error

    def to_python(self, value: Any) -> str:
        return clean(normalize_input(super().to_python(value) or ""))


@register
class Email(FieldType):
    """No options."""

    code = "email"
    label = _("Email address")

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return CleanEmailField(max_length=254, **self.common_arguments(spec))
