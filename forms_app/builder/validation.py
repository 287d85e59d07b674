"""Validation of form schemas, with messages for the editor who wrote them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.text import fold
from forms_app.builder import applicant, conditions
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.choice import SingleChoice
from forms_app.builder.schema import FORMAT, RESULT_WAYS, FieldSpec, FormSchema, StepSpec

IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
# Names of the buttons and hidden inputs of the page of a step (dossiers/step.html), with which a question of that id
# would be confused.
BUTTONS: Final = frozenset(
    {
        "autosave",
        "based_on",
        "csrfmiddlewaretoken",
        "goto",
        "next",
        "page_id",
        "remove",
        "return",
        "reuse",
        "units",
        "upload",
    }
)
RESERVED: Final = applicant.RESERVED | BUTTONS
MAX_MINUTES: Final = 240
#: What fits beside each other at the end of the printed form.
MAX_SIGNERS: Final = 4
MAX_SIGNER_LENGTH: Final = 60
KINDS: Final[Mapping[type, str | Promise]] = {
    str: gettext_lazy("a text"),
    int: gettext_lazy("a whole number"),
    bool: gettext_lazy("true or false"),
    list: gettext_lazy("a list"),
    dict: gettext_lazy("an object with named values"),
}
# Allowed keys of each kind of object with the type of their values; those in ``REQUIRED`` must be present.
FORM: Final = {
    "steps": list, "format": int, "estimated_minutes": int, "result_ways": list, "signers": list, "procedure": str,
    "title": str,
}  # fmt: skip
STEP: Final = {"id": str, "title": str, "intro": str, "fields": list}
FIELD: Final = {
    "id": str, "type": str, "label": str, "help": str, "required": bool, "choices": list, "options": dict
}  # fmt: skip
CHOICE: Final = {"value": str, "label": str}
REQUIRED: Final = {"id", "type", "label", "value"}
# As json.dumps writes them; databases cannot store NUL, and the others cannot be printed.
_CONTROL: Final = re.compile(r"\\u00[01][0-9a-f]")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: the step and question, or empty for the whole form."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


def shape_problems(data: Any) -> list[Problem]:
    """Return everything that prevents ``data`` (any JSON value) from being read as a form schema."""
    if not _is_storable(data):
        return [Problem("", _("The form contains characters or numbers that cannot be stored."))]
    if isinstance(data, dict) and data.get("format", FORMAT) != FORMAT:
        message = _("The form uses format %(format)s; this portal reads format %(ours)d.")
        return [Problem("", message % {"format": data["format"], "ours": FORMAT})]
    return list(_form_shape(data))


def _is_storable(data: Any) -> bool:
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, TypeError, RecursionError):
        return False
    return not _CONTROL.search(text)


def _form_shape(data: Any) -> Iterator[Problem]:
    yield from _object_shape("", data, FORM)
    for number, step in enumerate(_items(data, "steps"), 1):
        where = _("Step %(step)d") % {"step": number}
        yield from _object_shape(where, step, STEP, "title")
        for position, field in enumerate(_items(step, "fields"), 1):
            place = _("Step %(step)d, question %(question)d") % {"step": number, "question": position}
            yield from _field_shape(place, field)


def _field_shape(where: str, field: Any) -> Iterator[Problem]:
    yield from _object_shape(where, field, FIELD)
    for number, choice in enumerate(_items(field, "choices"), 1):
        place = _("%(question)s, choice %(number)d") % {"question": where, "number": number}
        yield from _object_shape(place, choice, CHOICE)


def _items(data: Any, name: str) -> list[Any]:
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _object_shape(where: str, data: Any, keys: Mapping[str, type], *required: str) -> Iterator[Problem]:
    if not isinstance(data, dict):
        yield Problem(where, _wrong(dict))
        return
    for name in sorted(data.keys() - keys.keys(), key=str):
        yield Problem(where, _("“%(name)s” is not allowed here.") % {"name": name})
    for name, kind in keys.items():
        if name in data:
            if type(data[name]) is not kind:
                yield Problem(where, f"“{name}”: {_wrong(kind)}")
        elif name in REQUIRED | set(required):
            yield Problem(where, _("“%(name)s” is missing.") % {"name": name})


def _wrong(kind: type) -> str:
    return _("Expected: %(kind)s.") % {"kind": KINDS[kind]}


def read_schema(data: Any) -> tuple[FormSchema | None, list[Problem]]:
    """Read a schema from any JSON value; the schema is None if there are problems with its structure."""
    found = shape_problems(data)
    return (None, found) if found else (FormSchema.from_json(data), [])


def is_editable(data: Any) -> bool:
    """Return True if the editor can show ``data`` without losing any of it."""
    schema, _found = read_schema(data)
    return schema is not None and not unsupported(schema)


def unsupported(schema: FormSchema) -> list[Problem]:
    """Return field types, options and ways of receiving the result that the editor does not know and would drop."""
    return [*_way_problems(schema)] + [
        Problem(location(step, spec), message)
        for step in schema.steps
        for spec in step.fields
        for message in _unsupported(spec)
    ]


def problems(schema: FormSchema, used_types: Mapping[str, str]) -> list[Problem]:
    """Return all problems; ``used_types`` maps the field ids of published versions to their types."""
    found = [*_form_problems(schema), *_way_problems(schema), *_identifier_problems(schema)]
    for step in schema.steps:
        found += _part_problems(step)
        for spec in step.fields:
            found += (Problem(location(step, spec), message) for message in _field_problems(spec, used_types))
            if not list(_unsupported(spec)):
                found += (
                    Problem(location(step, spec), message) for message in conditions.problems(spec, step)
                )
    return found


def doubts(schema: FormSchema) -> list[Problem]:
    """Return what may be published although it is probably a mistake."""
    found = []
    for step in schema.steps:
        labels = Counter(fold(spec.label) for spec in step.fields if spec.label)
        found += [
            Problem(
                location(step, spec),
                _("Another question of this step has the same label: nobody can tell the two answers apart."),
            )
            for spec in step.fields
            if labels[fold(spec.label)] > 1
        ]
        found += [
            Problem(location(step, spec), _("There is nothing to choose from: add a second choice."))
            for spec in step.fields
            if spec.type == SingleChoice.code and len(spec.choices) == 1
        ]
    return found


def location(step: StepSpec, spec: FieldSpec | None = None) -> str:
    """Return the location of a step or question for an editor: its title and label, or ids if these are empty."""
    names = [step.title or step.id, *([spec.label or spec.id] if spec else [])]
    return " › ".join(names)


def _form_problems(schema: FormSchema) -> Iterator[Problem]:
    if not schema.steps:
        yield Problem("", _("A form needs at least one step."))
    if not schema.result_ways:
        yield Problem("", _("Choose at least one way of receiving the result."))
    if not 1 <= schema.estimated_minutes <= MAX_MINUTES:
        yield Problem(
            "", _("The time to fill in a form must be from 1 to %(most)d minutes.") % {"most": MAX_MINUTES}
        )
    if problem := signer_problem(schema.signers):
        yield Problem("", problem)
    for step in schema.steps:
        if not step.title:
            yield Problem(step.id, _("Enter a title for the step."))
        if not step.fields:
            yield Problem(location(step), _("A step needs at least one question."))


def signer_problem(names: Sequence[str]) -> str:
    """Return what is wrong with the list of those who sign the printed form; empty if nothing is."""
    if len(names) > MAX_SIGNERS or any(
        "," in name or not 0 < len(name) <= MAX_SIGNER_LENGTH for name in names
    ):
        return _("Name at most %(most)d people who sign, each with at most %(length)d characters and no comma.") % {
            "most": MAX_SIGNERS, "length": MAX_SIGNER_LENGTH,
        }  # fmt: skip
    if len({fold(name) for name in names}) < len(names):
        return _("The same person is named twice among those who sign.")
    return ""


def _way_problems(schema: FormSchema) -> Iterator[Problem]:
    for way in schema.result_ways:
        if way not in RESULT_WAYS:
            yield Problem("", _("There is no way of receiving the result named “%(way)s”.") % {"way": way})


def _identifier_problems(schema: FormSchema) -> Iterator[Problem]:
    steps = [(step.id, location(step)) for step in schema.steps]
    questions = [(spec.id, location(step, spec)) for step in schema.steps for spec in step.fields]
    for kind in (steps, questions):
        counts = Counter(identifier for identifier, _where in kind)
        for identifier, where in dict(reversed(kind)).items():
            yield from (Problem(where, message) for message in _problems_of_identifier(identifier, counts))


def _problems_of_identifier(identifier: str, counts: Mapping[str, int]) -> Iterator[str]:
    named = {"id": identifier}
    if not IDENTIFIER.fullmatch(identifier):
        yield (
            _("The ID “%(id)s” is invalid: use lower-case letters, digits and _, starting with a letter.")
            % named
        )
    if applicant.is_reserved(identifier):
        yield _("The ID “%(id)s” is reserved for the applicant's step.") % named
    elif identifier in RESERVED:
        yield _("The ID “%(id)s” is the name of a button on the page.") % named
    if counts[identifier] > 1:
        yield _("The ID “%(id)s” is used twice.") % named


def _part_problems(step: StepSpec) -> Iterator[Problem]:
    """Yield questions whose id is also the name of an input.

    For example, an address ``home`` has an input ``home_province``.
    """
    inputs = {f"{spec.id}_{part}": spec for spec in step.fields for part in _parts(spec)}
    for spec in step.fields:
        if spec.id in inputs:
            named = {"id": spec.id, "question": inputs[spec.id].label}
            yield Problem(
                location(step, spec), _("The ID “%(id)s” is used by a part of “%(question)s”.") % named
            )


def _parts(spec: FieldSpec) -> tuple[str, ...]:
    try:
        return registry.get(spec.type).parts
    except LookupError:
        return ()


def _unsupported(spec: FieldSpec) -> Iterator[str]:
    try:
        yield from registry.get(spec.type).unsupported(spec)
    except LookupError:
        yield _("There is no field type “%(type)s”.") % {"type": spec.type}


def _field_problems(spec: FieldSpec, used_types: Mapping[str, str]) -> Iterator[str]:
    if not spec.label:
        yield _("Enter a label for the question.")
    unknown = list(_unsupported(spec))
    yield from unknown
    if used_types.get(spec.id, spec.type) != spec.type:
        yield _("The ID “%(id)s” was published with another type (%(type)s); choose a new ID.") % {
            "id": spec.id,
            "type": registry.get(used_types[spec.id]).label,
        }
    if not unknown:
        yield from registry.get(spec.type).problems(spec)
