"""Which questions of a form ask for a number that identifies a person: the single rule for masking and encryption."""

from __future__ import annotations

from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema


def identity_questions(schema: FormSchema) -> list[FieldSpec]:
    """Return the questions whose type has ``is_identity_number``, in order."""
    return [spec for spec in schema.fields.values() if registry.get(spec.type).is_identity_number]


def identity_inputs(schema: FormSchema) -> frozenset[str]:
    """Return the ids of these questions and the names of their inputs (``<id>_<part>``)."""
    questions = identity_questions(schema)
    endings = {spec.id: ("", *(f"_{part}" for part in registry.get(spec.type).parts)) for spec in questions}
    return frozenset(name + ending for name, parts in endings.items() for ending in parts)
