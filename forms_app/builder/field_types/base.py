"""What a field type must do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext as _

from core.text import clean
from forms_app.builder.schema import FieldSpec

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Option:
    """One thing an editor may set: the type of its value, its name, the bounds of a number or the values offered."""

    kind: type
    label: Text
    lowest: int | None = None
    highest: int | None = None
    values: Mapping[str, Text] = field(default_factory=dict)

    def takes(self, value: Any) -> bool:
        """Say whether ``value`` is of the right type; a yes is no number, a list is one of texts."""
        if isinstance(value, list):
            return self.kind is list and all(isinstance(item, str) for item in value)
        return type(value) is self.kind

    def problems(self, value: Any) -> Iterator[str]:
        """Yield what is wrong with a ``value`` of the right type."""
        if self.lowest is not None and value < self.lowest:
            yield _("“%(option)s” is at least %(limit)d.") % {"option": self.label, "limit": self.lowest}
        if self.highest is not None and value > self.highest:
            yield _("“%(option)s” is at most %(limit)d.") % {"option": self.label, "limit": self.highest}
        if self.values and value not in self.values:
            yield _("“%(option)s” cannot be “%(value)s”.") % {"option": self.label, "value": value}


class FieldType:
    """One kind of question: its Django form field, its JSON answer, and how the answer is read back.

    An answer is JSON; ``None`` and ``""`` and ``[]`` mean not answered.
    """

    code: ClassVar[str]
    label: ClassVar[Text]
    # What ``spec.options`` may hold.
    options: ClassVar[Mapping[str, Option]] = {}
    # The inputs of one question are called ``<id>_<part>``; none: the input is called as the question.
    parts: ClassVar[tuple[str, ...]] = ()
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
        """Yield what is wrong with the options (none is ``foreign``) and choices of ``spec``, for the editor."""
        for name, value in spec.options.items():
            yield from self.options[name].problems(value)
        yield from self._choice_problems(spec)

    def foreign(self, spec: FieldSpec) -> Iterator[str]:
        """Yield the options that this type does not know, or not with such a value."""
        for name, value in spec.options.items():
            option = self.options.get(name)
            if option is None:
                yield _("“%(option)s” is not an option of this field type.") % {"option": name}
            elif not option.takes(value):
                yield _("Option “%(option)s” has a value of the wrong kind.") % {"option": name}

    def _choice_problems(self, spec: FieldSpec) -> Iterator[str]:
        if bool(spec.choices) != self.has_choices:
            yield _("Give at least one choice.") if self.has_choices else _("This field type has no choices.")
        if not all(clean(choice.value) and choice.label for choice in spec.choices):
            yield _("Give every choice a label and a stored value.")
        values = Counter(choice.value for choice in spec.choices)
        labels = Counter(choice.label for choice in spec.choices)
        if any(count > 1 for count in values.values()):
            yield _("Two choices have the same value.")
        for label in (label for label, count in labels.items() if label and count > 1):
            yield _("Two choices are called “%(label)s”.") % {"label": label}

    def common(self, spec: FieldSpec, *, missing: Text = "", hint: str = "") -> dict[str, Any]:
        """Return the arguments that every Django form field takes.

        ``missing`` says what is wanted, ``hint`` is plain text behind the editor's help.
        """
        wanted = missing or _("Fill in “%(label)s”.") % {"label": spec.label}
        return {
            "label": spec.label,
            # Templates mark help texts as safe HTML; an editor writes plain text.
            "help_text": escape(" ".join(filter(None, [spec.help, hint]))),
            "required": spec.required,
            "error_messages": {
                "required": wanted,
                "invalid_choice": _("Choose from the list."),
            },
        }
