"""An e-mail address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.text import clean
from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import TOO_LONG, as_keyed
from forms_app.builder.schema import FieldSpec


class CleanEmailField(forms.EmailField):
    """An address without the invisible characters that copying brings."""

    widget = forms.EmailInput(attrs={"autocomplete": "email"})
    default_error_messages = {
        "invalid": _("This is not an e-mail address. Write it as name@example.vn."),
        "max_length": TOO_LONG,
    }

    def run_validators(self, value: str) -> None:
        """Say one thing only: what is too long need not be an address."""
        try:
            super().run_validators(value)
        except ValidationError as error:
            raise ValidationError(error.error_list[-1:]) from error

    def to_python(self, value: Any) -> str:
        return clean(as_keyed(super().to_python(value) or ""))


@register
class Email(FieldType):
    """No options."""

    code = "email"
    label = _("E-mail address")

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return CleanEmailField(max_length=254, **self.common(spec))
