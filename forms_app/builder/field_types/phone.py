"""A Vietnamese telephone number, kept as 0912345678."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import as_keyed
from forms_app.builder.schema import FieldSpec

# Mobile numbers have ten digits (03, 05, 07, 08, 09); land lines eleven (02 and the code of the province).
_NUMBER = re.compile(r"0[35789]\d{8}|02\d{9}")
_COUNTRY = re.compile(r"^(\+|00)84")


class PhoneField(forms.CharField):
    """Spaces, dots, dashes and +84 are understood."""

    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})

    def to_python(self, value: Any) -> str:
        return _COUNTRY.sub("0", re.sub(r"[\s.()\-]", "", as_keyed(super().to_python(value) or "")))

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not _NUMBER.fullmatch(value):
            message = _(
                "A telephone number has 10 digits (mobile) or 11 (land line) and begins with 0. You entered “%(text)s”."
            )
            raise ValidationError(message, params={"text": value[:40]})


@register
class Phone(FieldType):
    """No options."""

    code = "phone"
    label = _("Telephone number")
    wrapper_class = "field--short"

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return PhoneField(max_length=40, **self.common(spec))

    def display(self, spec: FieldSpec, answer: str) -> str:
        """Group the digits: 0912 345 678."""
        return f"{answer[:4]} {answer[4:7]} {answer[7:]}"
