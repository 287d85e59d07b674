"""Several lines of text."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forms_app.builder.field_types.base import FieldType, Option
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import CleanTextField
from forms_app.builder.schema import FieldSpec

DEFAULT_LENGTH = 3000
DEFAULT_ROWS = 5


@register
class LongText(FieldType):
    """``options``: ``max_length`` (characters), ``rows``."""

    code = "long_text"
    label = _("Several lines of text")
    options = {
        "max_length": Option(int, _("longest answer, in characters"), 1, 20_000),
        "rows": Option(int, _("height in lines"), 2, 30),
    }

    def form_field(self, spec: FieldSpec) -> forms.Field:
        return CleanTextField(
            max_length=spec.options.get("max_length", DEFAULT_LENGTH),
            widget=forms.Textarea({"rows": spec.options.get("rows", DEFAULT_ROWS)}),
            **self.common(spec),
        )
