"""Questions with fixed choices: one choice, multiple choice, and yes or no."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from forms_app.builder.field_types.base import FieldType, Option
from forms_app.builder.field_types.registry import register
from forms_app.builder.schema import FieldSpec

#: With more choices than this, a drop-down list replaces the radio buttons.
MAX_RADIO_BUTTONS = 7


class _HyphenatedIds(forms.RadioSelect):
    """Give each button an HTML id that no other question can have.

    Django calls the second button of ``loai`` ``id_loai_1``, which is also the id of a question ``loai_1``, so its
    label would refer to the wrong input. Ids of questions contain no hyphen (``validation.IDENTIFIER``).
    """

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        """Return the id of one button, by default of the first."""
        return f"{id_}-{index or 0}" if id_ else id_


class RadioButtons(_HyphenatedIds):
    """Radio buttons with hyphenated ids."""


class CheckBoxes(_HyphenatedIds, forms.CheckboxSelectMultiple):
    """Check boxes with hyphenated ids."""


def _label_of(spec: FieldSpec, value: str) -> str:
    """Return the label of ``value``, or the value itself if it is no longer among the choices."""
    return next((choice.label for choice in spec.choices if choice.value == value), value)


@register
class SingleChoice(FieldType):
    """One of several choices: radio buttons for a few, otherwise a drop-down list. No options."""

    code = "choice"
    decides_conditions = True
    blank_lines = 0
    typed_inputs = ()
    label = gettext_lazy("Single choice")
    has_choices = True

    def form_field(self, spec: FieldSpec) -> forms.Field:
        choices = [(choice.value, choice.label) for choice in spec.choices]
        few = len(choices) <= MAX_RADIO_BUTTONS
        if not few or not spec.required:
            choices.insert(0, ("", _("Not chosen")))
        missing = _("Choose an answer to “%(label)s”.") % {"label": spec.label}
        return forms.ChoiceField(
            choices=choices,
            widget=RadioButtons if few else forms.Select,
            **self.common_arguments(spec, missing=missing),
        )

    def display(self, spec: FieldSpec, answer: str) -> str:
        return _label_of(spec, answer)


class DeclarationField(forms.MultipleChoiceField):
    """Statements that are only valid together, such as the conditions of a marriage: each must be ticked."""

    def __init__(self, *, statements: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(choices=statements, **kwargs)
        self.statements = statements

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        left = [label for choice, label in self.statements if choice not in value]
        if left and value:
            raise ValidationError(
                _("Tick every statement. Not ticked: %(left)s.")
                % {"left": "; ".join(f"“{label}”" for label in left)}
            )


@register
class MultipleChoice(FieldType):
    """Any number of choices, as check boxes. ``options``: ``all_required`` (a declaration: each must be ticked)."""

    code = "many_choices"
    blank_lines = 0
    typed_inputs = ()
    label = gettext_lazy("Multiple choice")
    options = {"all_required": Option(bool, gettext_lazy("every choice must be ticked"))}
    has_choices = True

    def form_field(self, spec: FieldSpec) -> forms.Field:
        choices = [(choice.value, choice.label) for choice in spec.choices]
        if spec.options.get("all_required"):
            missing = _("Tick every statement of “%(label)s”.") % {"label": spec.label}
            arguments = self.common_arguments(spec, missing=missing, hint=_("Tick every statement."))
            return DeclarationField(statements=choices, widget=CheckBoxes, **arguments)
        missing = _("Choose at least one answer to “%(label)s”.") % {"label": spec.label}
        return forms.MultipleChoiceField(
            choices=choices, widget=CheckBoxes, **self.common_arguments(spec, missing=missing)
        )

    def to_answer(self, value: list[str]) -> list[str]:
        """Return each value once, even if it was submitted twice."""
        return list(dict.fromkeys(value))

    def display(self, spec: FieldSpec, answer: list[str]) -> str:
        return "\n".join(_label_of(spec, value) for value in answer)


@register
class YesNo(FieldType):
    """Yes or no, without a default that could be left unchanged by mistake.

    The answer is ``True``, ``False`` or ``None``.
    """

    code = "yes_no"
    blank_lines = 0
    typed_inputs = ()
    label = gettext_lazy("Yes or no")

    def form_field(self, spec: FieldSpec) -> forms.Field:
        missing = _("Choose an answer to “%(label)s”.") % {"label": spec.label}
        # A selected radio button cannot be cleared, so an optional question needs a third one.
        no_answer = [] if spec.required else [("", _("Not chosen"))]
        return forms.TypedChoiceField(
            choices=[*no_answer, ("yes", _("Yes")), ("no", _("No"))],
            coerce=lambda value: value == "yes",
            empty_value=None,
            widget=RadioButtons,
            **self.common_arguments(spec, missing=missing),
        )

    def to_initial(self, answer: bool | None) -> str | None:
        return None if answer is None else "yes" if answer else "no"

    def display(self, spec: FieldSpec, answer: bool) -> str:
        return _("Yes") if answer else _("No")

    def blank_choices(self, spec: FieldSpec) -> tuple[str, ...]:
        with override("vi"):
            return _("Yes"), _("No")
