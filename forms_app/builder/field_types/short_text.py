"""A line of text."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import CleanCharField
from forms_app.builder.schema import FieldSpec

DEFAULT_LENGTH = 200


@register
class ShortText(FieldType):
    """``options``: ``max_length`` (characters), ``autocomplete`` (HTML token, e.g. ``name``)."""

    code = "short_text"
    label = _("Line of text")
    options = {"max_length": int, "autocomplete": str}

    def form_field(self, spec: FieldSpec) -> forms.Field:
        attributes = {"autocomplete": spec.options["autocomplete"]} if "autocomplete" in spec.options else {}
        return CleanCharField(
            max_length=spec.options.get("max_length", DEFAULT_LENGTH),
            widget=forms.TextInput(attributes),
            **self.common(spec),
        )
