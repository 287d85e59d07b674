"""Answers as they were asked: one presenter for review, tracking, the desk and papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema


class StoredFile(Protocol):
    """What the presenter shows of a file."""

    original_name: str
    size: int


@dataclass(frozen=True, slots=True)
class PresentedField:
    """One question with its answer in words; ``answered`` is False where nothing was given."""

    id: str
    label: str
    lines: tuple[str, ...]
    files: tuple[Any, ...] = ()

    @property
    def answered(self) -> bool:
        """Say whether there is anything to show."""
        return bool(self.lines or self.files)

    @property
    def text(self) -> str:
        """Return the answer on one line."""
        return ", ".join([*self.lines, *(file.original_name for file in self.files)])


@dataclass(frozen=True, slots=True)
class PresentedStep:
    """One step of the form with its answers."""

    id: str
    title: str
    fields: tuple[PresentedField, ...]


def present(
    schema: FormSchema, answers: Mapping[str, Any], files: Mapping[str, Sequence[StoredFile]]
) -> list[PresentedStep]:
    """Return every step and question of the pinned ``schema`` with ``answers`` and ``files`` (by field id)."""
    return [
        PresentedStep(step.id, step.title, tuple(_field(spec, answers, files) for spec in step.fields))
        for step in schema.steps
    ]


def _field(
    spec: FieldSpec, answers: Mapping[str, Any], files: Mapping[str, Sequence[StoredFile]]
) -> PresentedField:
    field_type = registry.get(spec.type)
    if field_type.stores_files:
        return PresentedField(spec.id, spec.label, (), tuple(files.get(spec.id, ())))
    answer = answers.get(spec.id)
    if answer is None or answer in ("", []):
        return PresentedField(spec.id, spec.label, ())
    return PresentedField(spec.id, spec.label, tuple(field_type.display(spec, answer).split("\n")))
