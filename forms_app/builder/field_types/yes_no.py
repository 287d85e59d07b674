"""Yes or no, asked without a default so that nobody answers by forgetting."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms_app.builder.field_types.base import FieldType
from forms_app.builder.field_types.registry import register
from forms_app.builder.field_types.widgets import Radios
from forms_app.builder.schema import FieldSpec


@register
class YesNo(FieldType):
    """The answer is ``True``, ``False`` or ``None``."""

    code = "yes_no"
    label = gettext_lazy("Yes or no")

    def form_field(self, spec: FieldSpec) -> forms.Field:
        missing = _("Choose an answer to “%(label)s”.") % {"label": spec.label}
        # A radio button cannot be taken back; who need not answer can so.
        open_answer = [] if spec.required else [("", _("Not chosen"))]
        return forms.TypedChoiceField(
            choices=[*open_answer, ("yes", _("Yes")), ("no", _("No"))],
            coerce=lambda value: value == "yes",
            empty_value=None,
            widget=Radios,
            **self.common(spec, missing=missing),
        )

    def to_initial(self, answer: bool | None) -> str | None:
        return None if answer is None else "yes" if answer else "no"

    def display(self, spec: FieldSpec, answer: bool) -> str:
        return _("Yes") if answer else _("No")
