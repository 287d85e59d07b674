"""Questions with their answers in words, for the review page, tracking, the desk and printed forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from forms_app.builder.conditions import applies, is_answered
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema


class StoredFile(Protocol):
    """The attributes of a file that are shown."""

    original_name: str
    size: int


@dataclass(frozen=True, slots=True)
class AnsweredField:
    """One question with its answer as lines of text or its files, and with anything unusual about the answer."""

    id: str
    label: str
    lines: tuple[str, ...]
    files: tuple[Any, ...] = ()
    doubt: str = ""

    @property
    def answered(self) -> bool:
        """Return True if there is an answer."""
        return bool(self.lines or self.files)

    @property
    def text(self) -> str:
        """Return the answer with its lines, or the names of its files."""
        return "\n".join([*self.lines, *(file.original_name for file in self.files)])


@dataclass(frozen=True, slots=True)
class AnsweredStep:
    """One step of the form with its answers."""

    id: str
    title: str
    fields: tuple[AnsweredField, ...]


def answered_steps(
    schema: FormSchema, answers: Mapping[str, Any], files: Mapping[str, Sequence[StoredFile]]
) -> list[AnsweredStep]:
    """Return every step and question of the pinned ``schema`` with ``answers`` and ``files`` (by field id).

    A question that belongs to a choice that was not made ("Say which") is left out.
    """
    return [
        AnsweredStep(
            step.id,
            step.title,
            tuple(
                _field(spec, answers, files)
                for spec in step.fields
                if applies(spec, answers) or is_answered(answers.get(spec.id)) or files.get(spec.id)
            ),
        )
        for step in schema.steps
    ]


def _field(
    spec: FieldSpec, answers: Mapping[str, Any], files: Mapping[str, Sequence[StoredFile]]
) -> AnsweredField:
    field_type = registry.get(spec.type)
    if field_type.stores_files:
        return AnsweredField(spec.id, spec.label, (), tuple(files.get(spec.id, ())))
    answer = answers.get(spec.id)
    if not is_answered(answer):
        return AnsweredField(spec.id, spec.label, ())
    lines = tuple(field_type.display(spec, answer).split("\n"))
    return AnsweredField(spec.id, spec.label, lines, doubt=field_type.doubt(spec, answer))
