"""Several of a few answers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.choice import label_of
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.widgets import Ticks
from forms_app.builder.schema import FieldSpec


@register
class ManyChoices(FieldType):
    """No options."""

    code = "many_choices"
    label = gettext_lazy("Several of several")
    has_choices = True

    def form_field(self, spec: FieldSpec) -> forms.Field:
        missing = _("Choose at least one answer to “%(label)s”.") % {"label": spec.label}
        return forms.MultipleChoiceField(
            choices=[(choice.value, choice.label) for choice in spec.choices],
            widget=Ticks,
            **self.common(spec, missing=missing),
        )

    def to_answer(self, value: list[str]) -> list[str]:
        """Keep each answer once, however often it was sent."""
        return list(dict.fromkeys(value))

    def display(self, spec: FieldSpec, answer: list[str]) -> str:
        return "\n".join(label_of(spec, value) for value in answer)
