"""A line of text."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from forms_app.builder.field_types.base import FieldType, Option
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.text import CleanCharField
from forms_app.builder.schema import FieldSpec

DEFAULT_LENGTH = 200
# The tokens of HTML that make sense for a dossier (WCAG 1.3.5).
FILLED_IN: Final = {
    "name": _("full name"),
    "bday": _("date of birth"),
    "street-address": _("house number, street, hamlet"),
    "organization": _("name of the organisation"),
    "organization-title": _("position"),
    "off": _("nothing"),
}


@register
class ShortText(FieldType):
    """``options``: ``max_length`` (characters), ``autocomplete`` (HTML token of ``FILLED_IN``)."""

    code = "short_text"
    label = _("Line of text")
    options = {
        "max_length": Option(int, _("longest answer, in characters"), 1, 500),
        "autocomplete": Option(str, _("what the browser may fill in"), values=FILLED_IN),
    }

    def form_field(self, spec: FieldSpec) -> forms.Field:
        attributes = {"autocomplete": spec.options["autocomplete"]} if "autocomplete" in spec.options else {}
        return CleanCharField(
            max_length=spec.options.get("max_length", DEFAULT_LENGTH),
            widget=forms.TextInput(attributes),
            **self.common(spec),
        )
