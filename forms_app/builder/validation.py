"""What is wrong with a schema, said to the editor who wrote it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from forms_app.builder import applicant, shape
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema, StepSpec
from forms_app.builder.shape import Problem

IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
# The names of the buttons on the page of a step (dossiers/step.html): a question called so would press them.
BUTTONS: Final = frozenset({"goto", "next", "remove", "reuse", "upload", "csrfmiddlewaretoken"})
RESERVED: Final = applicant.RESERVED | BUTTONS
LONGEST: Final = 240


def read(data: Any) -> tuple[FormSchema | None, list[Problem]]:
    """Read JSON that may be anything; the schema is None when its shape is wrong."""
    found = shape.problems(data)
    return (None, found) if found else (FormSchema.from_json(data), [])


def editable(data: Any) -> bool:
    """Say whether the editor can show ``data`` without losing anything of it."""
    schema, _found = read(data)
    return schema is not None and not foreign(schema)


def foreign(schema: FormSchema) -> list[Problem]:
    """Return what the editor could not show and would drop: types and options that are not installed."""
    return [
        Problem(place(step, spec), message)
        for step in schema.steps
        for spec in step.fields
        for message in _foreign(spec)
    ]


def problems(schema: FormSchema, used_types: Mapping[str, str]) -> list[Problem]:
    """Return all problems; ``used_types`` maps the field ids of published versions to their types."""
    found = [*_of_form(schema), *_of_identifiers(schema)]
    for step in schema.steps:
        found += _of_parts(step)
        for spec in step.fields:
            found += (Problem(place(step, spec), message) for message in _of_field(spec, used_types))
    return found


def place(step: StepSpec, spec: FieldSpec | None = None) -> str:
    """Return how an editor finds a step or question: by its name, by its id where it has none."""
    names = [step.title or step.id, *([spec.label or spec.id] if spec else [])]
    return " › ".join(names)


def _of_form(schema: FormSchema) -> Iterator[Problem]:
    if not schema.steps:
        yield Problem("", _("A form has at least one step."))
    if not 1 <= schema.estimated_minutes <= LONGEST:
        yield Problem("", _("A form takes from 1 to %(most)d minutes.") % {"most": LONGEST})
    for step in schema.steps:
        if not step.title:
            yield Problem(step.id, _("Give the step a title."))
        if not step.fields:
            yield Problem(place(step), _("A step asks at least one question."))


def _of_identifiers(schema: FormSchema) -> Iterator[Problem]:
    steps = [(step.id, place(step)) for step in schema.steps]
    questions = [(spec.id, place(step, spec)) for step in schema.steps for spec in step.fields]
    for kind in (steps, questions):
        counts = Counter(identifier for identifier, _where in kind)
        for identifier, where in dict(reversed(kind)).items():
            yield from (Problem(where, message) for message in _of_identifier(identifier, counts))


def _of_identifier(identifier: str, counts: Mapping[str, int]) -> Iterator[str]:
    named = {"id": identifier}
    if not IDENTIFIER.fullmatch(identifier):
        yield _("The id “%(id)s” does not fit: small letters, digits and _, a letter first.") % named
    if applicant.is_reserved(identifier):
        yield _("The id “%(id)s” is reserved for the applicant's step.") % named
    elif identifier in RESERVED:
        yield _("The id “%(id)s” is the name of a button on the page.") % named
    if counts[identifier] > 1:
        yield _("The id “%(id)s” is used twice.") % named


def _of_parts(step: StepSpec) -> Iterator[Problem]:
    """An address ``home`` brings the inputs ``home_province`` …; no question beside it may be called so."""
    inputs = {f"{spec.id}_{part}": spec for spec in step.fields for part in _parts(spec)}
    for spec in step.fields:
        if spec.id in inputs:
            named = {"id": spec.id, "question": inputs[spec.id].label}
            yield Problem(
                place(step, spec), _("The id “%(id)s” is that of a part of “%(question)s”.") % named
            )


def _parts(spec: FieldSpec) -> tuple[str, ...]:
    try:
        return registry.get(spec.type).parts
    except LookupError:
        return ()


def _foreign(spec: FieldSpec) -> Iterator[str]:
    try:
        yield from registry.get(spec.type).foreign(spec)
    except LookupError:
        yield _("There is no field type “%(type)s”.") % {"type": spec.type}


def _of_field(spec: FieldSpec, used_types: Mapping[str, str]) -> Iterator[str]:
    if not spec.label:
        yield _("Give the question a label.")
    unknown = list(_foreign(spec))
    yield from unknown
    if used_types.get(spec.id, spec.type) != spec.type:
        yield _("The id “%(id)s” was published with another type (%(type)s); choose a new id.") % {
            "id": spec.id,
            "type": registry.get(used_types[spec.id]).label,
        }
    if not unknown:
        yield from registry.get(spec.type).problems(spec)
