"""One of a few answers: radio buttons up to seven, a list beyond."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.widgets import Radios
from forms_app.builder.schema import FieldSpec

MOST_RADIOS = 7


def label_of(spec: FieldSpec, value: str) -> str:
    """Return the label of ``value``, or the value itself where the list no longer has it."""
    return next((choice.label for choice in spec.choices if choice.value == value), value)


@register
class SingleChoice(FieldType):
    """No options."""

    code = "choice"
    label = gettext_lazy("One of several")
    has_choices = True

    def form_field(self, spec: FieldSpec) -> forms.Field:
        choices = [(choice.value, choice.label) for choice in spec.choices]
        few = len(choices) <= MOST_RADIOS
        if not few or not spec.required:
            choices.insert(0, ("", _("Not chosen")))
        missing = _("Choose an answer to “%(label)s”.") % {"label": spec.label}
        return forms.ChoiceField(
            choices=choices,
            widget=Radios if few else forms.Select,
            **self.common(spec, missing=missing),
        )

    def display(self, spec: FieldSpec, answer: str) -> str:
        return label_of(spec, answer)
