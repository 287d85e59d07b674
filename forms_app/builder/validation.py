"""What is wrong with a schema, said to the editor who wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from forms_app.builder import applicant
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema

IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True, slots=True)
class Problem:
    """``where`` names the step or field."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


def read(data: Any) -> tuple[FormSchema | None, list[Problem]]:
    """Read JSON that may be anything; the schema is None when its shape is wrong."""
    try:
        return FormSchema.from_json(data), []
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = _("The form is not in the expected shape: %(error)s.") % {
            "error": f"{type(error).__name__} {error}"
        }
        return None, [Problem("", message)]


def problems(schema: FormSchema, used_types: Mapping[str, str]) -> list[Problem]:
    """Return all problems; ``used_types`` maps the field ids of published versions to their types."""
    found = [*_of_shape(schema), *_of_identifiers(schema)]
    for step in schema.steps:
        for spec in step.fields:
            found += (Problem(spec.label or spec.id, message) for message in _of_field(spec, used_types))
    return found


def _of_shape(schema: FormSchema) -> Iterator[Problem]:
    if not schema.steps:
        yield Problem("", _("A form has at least one step."))
    for step in schema.steps:
        if not step.title:
            yield Problem(step.id, _("Give the step a title."))
        if not step.fields:
            yield Problem(step.title or step.id, _("A step asks at least one question."))


def _of_identifiers(schema: FormSchema) -> Iterator[Problem]:
    for kind in (
        [step.id for step in schema.steps],
        [spec.id for step in schema.steps for spec in step.fields],
    ):
        for identifier in dict.fromkeys(kind):
            if not IDENTIFIER.fullmatch(identifier):
                yield Problem(
                    identifier, _("An id has small letters, digits and _ and begins with a letter.")
                )
            if applicant.is_reserved(identifier):
                yield Problem(identifier, _("This id is reserved for the applicant's step."))
            if kind.count(identifier) > 1:
                yield Problem(identifier, _("This id is used twice."))


def _of_field(spec: FieldSpec, used_types: Mapping[str, str]) -> Iterator[str]:
    if not spec.label:
        yield _("Give the question a label.")
    try:
        field_type = registry.get(spec.type)
    except LookupError:
        yield _("There is no field type “%(type)s”.") % {"type": spec.type}
        return
    if used_types.get(spec.id, spec.type) != spec.type:
        yield _("The id “%(id)s” was published with another type (%(type)s); choose a new id.") % {
            "id": spec.id,
            "type": used_types[spec.id],
        }
    yield from field_type.problems(spec)
