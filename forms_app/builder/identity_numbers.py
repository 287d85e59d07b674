"""Which questions of a form ask for a number that identifies a person: the single rule for masking and encryption."""

from __future__ import annotations

import re
from typing import Any, Final

from core.text import fold
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.text import IDENTITY_NUMBERS, mask_numbers
from forms_app.builder.schema import FieldSpec, FormSchema

#: What forms call such a number, folded: numbers of TT 59/2021/TT-BCA, of former cards and of passports.
_CARD: Final = (
    r"dinh danh|(?:the )?can cuoc|cccd|cmnd|chung minh|ho chieu|giay to (?:tuy than|nhan than|dinh danh)"
)
_NUMBER: Final = re.compile(rf"\bso (?:{_CARD})|\b(?:cccd|cmnd)\b|\b(?:identity|id|passport) numbers?\b")
#: As the whole subject of a question.
_LABEL: Final = re.compile(rf"^(?:{_CARD}|passport|identity (?:card|document))\b")


def identity_questions(schema: FormSchema) -> list[FieldSpec]:
    """Return the questions whose answers identify a person, in order.

    These are the types with ``is_identity_number``, and free texts that ask for such numbers (ADR 371).
    """
    return [spec for spec in schema.fields.values() if _is_identity_question(spec)]


def free_text_questions(schema: FormSchema) -> list[FieldSpec]:
    """Return the free texts that ask for such numbers by their words, although no editor said so."""
    return [spec for spec in schema.fields.values() if _asks(spec) and not spec.options.get(IDENTITY_NUMBERS)]


def identity_inputs(schema: FormSchema) -> frozenset[str]:
    """Return the ids of these questions and the names of their inputs (``<id>_<part>``)."""
    questions = identity_questions(schema)
    endings = {spec.id: ("", *(f"_{part}" for part in registry.get(spec.type).parts)) for spec in questions}
    return frozenset(name + ending for name, parts in endings.items() for ending in parts)


def masked(spec: FieldSpec, answer: Any) -> Any:
    """Return an answer to one of these questions with most of each number hidden."""
    field_type = registry.get(spec.type)
    return field_type.masked(answer) if field_type.is_identity_number else mask_numbers(str(answer))


def _is_identity_question(spec: FieldSpec) -> bool:
    return (
        registry.get(spec.type).is_identity_number or bool(spec.options.get(IDENTITY_NUMBERS)) or _asks(spec)
    )


def _asks(spec: FieldSpec) -> bool:
    """Return True for a free text whose label or help names such a number."""
    if IDENTITY_NUMBERS not in registry.get(spec.type).options or spec.options.get("person_name"):
        return False
    label = fold(spec.label)
    return _LABEL.match(label) is not None or _NUMBER.search(f"{label}. {fold(spec.help)}") is not None
