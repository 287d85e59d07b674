"""The base class of field types."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from django import forms
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import clean
from forms_app.builder.schema import FieldSpec

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of a question: the type of its value, its label, and the bounds or the allowed values.

    An editor enters a list as text separated by commas; ``parse_item`` turns each part into a stored entry.
    """

    value_type: type
    label: Text
    minimum: int | None = None
    maximum: int | None = None
    values: Mapping[str, Text] = field(default_factory=dict)
    parse_item: Callable[[str], str] = str.strip

    def parse(self, entered: Any) -> Any:
        """Return the value to store for what an editor entered; a list has no empty or repeated entries."""
        if self.value_type is not list:
            return entered
        items = (self.parse_item(part) for part in entered.split(","))
        return list(dict.fromkeys(item for item in items if item))

    def accepts(self, value: Any) -> bool:
        """Return True if ``value`` has the right type; a boolean is not a number, and a list contains only strings."""
        if isinstance(value, list):
            return self.value_type is list and all(isinstance(item, str) for item in value)
        return type(value) is self.value_type

    def problems(self, value: Any) -> Iterator[str]:
        """Yield what is wrong with a ``value`` of the right type."""
        if self.minimum is not None and value < self.minimum:
            yield _("“%(option)s” must be at least %(limit)d.") % {
                "option": self.label,
                "limit": self.minimum,
            }
        if self.maximum is not None and value > self.maximum:
            yield _("“%(option)s” must be at most %(limit)d.") % {"option": self.label, "limit": self.maximum}
        if self.values and value not in self.values:
            yield _("“%(option)s” cannot be “%(value)s”.") % {"option": self.label, "value": value}


#: Options of every type, between questions of one step (``builder.conditions``).
REQUIRED_WITH: Final = "required_with"
REPLACED_BY: Final = "replaced_by"
CONDITIONS: Final[Mapping[str, Option]] = {
    REQUIRED_WITH: Option(str, gettext_lazy("asked only with a choice of another question (ID=value)")),
    REPLACED_BY: Option(str, gettext_lazy("not required if another question is answered (ID)")),
}


class FieldType:
    """One kind of question: its Django form field, its JSON answer, and how the answer is read back.

    An answer is JSON; ``None``, ``""`` and ``[]`` mean that the question was not answered.
    """

    code: ClassVar[str]
    label: ClassVar[Text]
    # Options allowed in ``spec.options``, in addition to ``CONDITIONS``.
    options: ClassVar[Mapping[str, Option]] = {}
    # Parts of a question with several inputs, named ``<id>_<part>``; a single input is named ``<id>``.
    parts: ClassVar[tuple[str, ...]] = ()
    has_choices: ClassVar[bool] = False
    # Endings of the names of inputs into which people type: shown again when a draft can no longer be saved.
    typed_inputs: ClassVar[tuple[str, ...]] = ("",)
    stores_files: ClassVar[bool] = False
    # Other questions of the step can be asked depending on the answer (``builder.conditions``).
    decides_conditions: ClassVar[bool] = False
    # Lines to write on in the form to be filled in by hand; a question with boxes to tick needs none.
    blank_lines: ClassVar[int] = 1
    # Parts that the form fills in itself, so that they alone are not an answer.
    preselected_parts: ClassVar[tuple[str, ...]] = ()
    # The answer identifies a person: it is encrypted in the database, officers see it masked, and reading it in full
    # is logged.
    is_identity_number: ClassVar[bool] = False
    # Class of the crispy wrapper (docs/components.md), e.g. a short input.
    wrapper_class: ClassVar[str] = ""
    # Template of the crispy field; None for that of the template pack.
    template_name: ClassVar[str | None] = None

    @classmethod
    def offered_options(cls) -> Mapping[str, Option]:
        """Return the options of this type and those of every type."""
        return {**cls.options, **CONDITIONS}

    def form_field(self, spec: FieldSpec) -> forms.Field:
        """Return the Django form field of ``spec``."""
        raise NotImplementedError

    def to_answer(self, value: Any) -> Any:
        """Return the JSON answer for a cleaned form value."""
        return value

    def to_initial(self, answer: Any) -> Any:
        """Return the initial form value for an answer."""
        return answer

    def display(self, spec: FieldSpec, answer: Any) -> str:
        """Return the answer as text for people, possibly several lines."""
        return str(answer)

    def doubt(self, spec: FieldSpec, answer: Any) -> str:
        """Return what is unusual about an accepted answer, shown next to it before it is sent; empty if nothing is."""
        return ""

    def unit_price(self, spec: FieldSpec) -> int | None:
        """Return the price in đồng of one of the things that the answer counts.

        None if it orders nothing with a known price.
        """
        return None

    def blank_choices(self, spec: FieldSpec) -> tuple[str, ...]:
        """Return the texts next to the boxes to tick in the form to be filled in by hand, in Vietnamese."""
        return tuple(choice.label for choice in spec.choices)

    def applicant_source(self, spec: FieldSpec) -> str:
        """Return the id of the question about the applicant that can answer ``spec``; empty if there is none."""
        return ""

    def masked(self, answer: Any) -> Any:
        """Return an answer of an ``is_identity_number`` type with most of the number hidden."""
        raise NotImplementedError

    def problems(self, spec: FieldSpec) -> Iterable[str]:
        """Yield problems of the options (all of them supported) and choices of ``spec``, for the editor."""
        for name, value in spec.options.items():
            yield from self.offered_options()[name].problems(value)
        yield from self._choice_problems(spec)

    def unsupported(self, spec: FieldSpec) -> Iterator[str]:
        """Yield options of ``spec`` that are unknown to this type or have a value of another type."""
        for name, value in spec.options.items():
            option = self.offered_options().get(name)
            if option is None:
                yield _("“%(option)s” is not an option of this field type.") % {"option": name}
            elif not option.accepts(value):
                yield _("Option “%(option)s” has a value of the wrong type.") % {"option": name}

    def _choice_problems(self, spec: FieldSpec) -> Iterator[str]:
        if bool(spec.choices) != self.has_choices:
            yield _("Add at least one choice.") if self.has_choices else _("This field type has no choices.")
        if not all(clean(choice.value) and choice.label for choice in spec.choices):
            yield _("Give every choice a label and a stored value.")
        values = Counter(choice.value for choice in spec.choices)
        labels = Counter(choice.label for choice in spec.choices)
        if any(count > 1 for count in values.values()):
            yield _("Two choices have the same value.")
        for label in (label for label, count in labels.items() if label and count > 1):
            yield _("Two choices have the same label “%(label)s”.") % {"label": label}

    def common_arguments(self, spec: FieldSpec, *, missing: Text = "", hint: str = "") -> dict[str, Any]:
        """Return the arguments common to all Django form fields.

        ``missing`` is the error message of an empty field, ``hint`` plain text appended to the editor's help text.
        """
        message = missing or _("Fill in “%(label)s”.") % {"label": spec.label}
        return {
            "label": spec.label,
            # Templates mark help texts as safe HTML, but editors write plain text.
            "help_text": escape(" ".join(filter(None, [spec.help, hint]))),
            "required": spec.required,
            "error_messages": {
                "required": message,
                "invalid_choice": _("Choose from the list."),
            },
        }
