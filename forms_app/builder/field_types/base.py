"""What a field type must do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext as _

from forms_app.builder.schema import FieldSpec

Text = str | Promise


class FieldType:
    """One kind of question: its Django form field, its JSON answer, and how the answer is read back.

    An answer is JSON; ``None`` and ``""`` and ``[]`` mean not answered.
    """

    code: ClassVar[str]
    label: ClassVar[Text]
    # Options that ``spec.options`` may hold, with the type of their values.
    options: ClassVar[Mapping[str, type]] = {}
    has_choices: ClassVar[bool] = False
    stores_files: ClassVar[bool] = False
    # Class of the crispy wrapper (docs/components.md), e.g. a short input.
    wrapper_class: ClassVar[str] = ""
    # Template of the crispy field; None is that of the template pack.
    template_name: ClassVar[str | None] = None

    def form_field(self, spec: FieldSpec) -> forms.Field:
        """Return the Django form field of ``spec``."""
        raise NotImplementedError

    def to_answer(self, value: Any) -> Any:
        """Return the JSON answer of a cleaned form value."""
        return value

    def to_initial(self, answer: Any) -> Any:
        """Return the form's initial value of an answer."""
        return answer

    def display(self, spec: FieldSpec, answer: Any) -> str:
        """Return the answer as a person reads it; lines are parted by newlines."""
        return str(answer)

    def problems(self, spec: FieldSpec) -> Iterable[str]:
        """Yield what is wrong with the options of ``spec``, for the editor."""
        for name, value in spec.options.items():
            expected = self.options.get(name)
            if expected is None:
                yield _("“%(option)s” is not an option of this field type.") % {"option": name}
            elif not isinstance(value, expected) or isinstance(value, bool) != (expected is bool):
                yield _("Option “%(option)s” has a value of the wrong kind.") % {"option": name}
        if bool(spec.choices) != self.has_choices:
            yield _("Give at least one choice.") if self.has_choices else _("This field type has no choices.")
        if len({choice.value for choice in spec.choices}) != len(spec.choices):
            yield _("Two choices have the same value.")

    def common(self, spec: FieldSpec, *, missing: Text = "") -> dict[str, Any]:
        """Return the arguments that every Django form field takes; ``missing`` says what is wanted."""
        wanted = missing or _("Fill in “%(label)s”.") % {"label": spec.label}
        return {
            "label": spec.label,
            # Templates mark help texts as safe HTML; an editor writes plain text.
            "help_text": escape(spec.help),
            "required": spec.required,
            "error_messages": {"required": wanted},
        }
