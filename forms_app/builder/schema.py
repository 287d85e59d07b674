"""Form schemas as typed values. JSON structure: docs/features/forms.md.

``{"format": 1, "steps": [{"id", "title", "intro", "fields": [{"id", "type", "label", "help", "required", "choices",
"options"}]}], "estimated_minutes": 10, "result_ways": ["counter"], "signers": ["Bên nam", "Bên nữ"]}``.
A schema without a format number is format 1. A
later format (repeating groups, conditions) takes the next number and must read older ones; software refuses formats it
does not know.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Final, Self

from core.text import clean

FORMAT: Final = 1
#: Ways to receive the result, in the order in which they are offered; a form without a list of its own has all.
RESULT_WAYS: Final = ("electronic", "counter", "post")


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: ``value`` is stored, ``label`` is shown."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One question. ``id`` never changes; ``options`` depend on the field type."""

    id: str
    type: str
    label: str
    help: str = ""
    required: bool = True
    choices: tuple[Choice, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read one question; ``KeyError`` or ``TypeError`` if the structure is wrong."""
        return cls(
            id=str(data["id"]),
            type=str(data["type"]),
            label=clean(str(data["label"])),
            help=clean(str(data.get("help", ""))),
            required=bool(data.get("required", True)),
            choices=tuple(Choice(str(c["value"]), clean(str(c["label"]))) for c in data.get("choices", [])),
            options=dict(data.get("options", {})),
        )


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One page of the form."""

    id: str
    title: str
    intro: str = ""
    fields: tuple[FieldSpec, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read one step; ``KeyError`` or ``TypeError`` if the structure is wrong."""
        return cls(
            id=str(data["id"]),
            title=clean(str(data["title"])),
            intro=clean(str(data.get("intro", ""))),
            fields=tuple(FieldSpec.from_json(item) for item in data.get("fields", [])),
        )


@dataclass(frozen=True)
class FormSchema:
    """A form: its steps, the minutes needed to fill it in, and the ways in which its result can be received.

    ``signers`` are the people who sign it on paper, if it is not the applicant alone.
    """

    steps: tuple[StepSpec, ...] = ()
    estimated_minutes: int = 10
    result_ways: tuple[str, ...] = RESULT_WAYS
    signers: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read a schema; ``KeyError`` or ``TypeError`` if it is malformed (``validation.read_schema`` says where).

        ``ValueError`` if the format is unknown, as questions might get lost.
        """
        if data.get("format", FORMAT) != FORMAT:
            raise ValueError(f"format {data['format']!r} of forms is unknown")
        return cls(
            steps=tuple(StepSpec.from_json(item) for item in data.get("steps", [])),
            estimated_minutes=int(data.get("estimated_minutes", 10)),
            result_ways=_ways(data.get("result_ways", RESULT_WAYS)),
            signers=tuple(clean(str(name)) for name in data.get("signers", [])),
        )

    def to_json(self) -> dict[str, Any]:
        """Return JSON types; equal schemas give equal JSON."""
        return {"format": FORMAT, **self._content()}

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the content as canonical JSON, without the format number."""
        text = json.dumps(self._content(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def fields(self) -> dict[str, FieldSpec]:
        """Return all questions by id, in order."""
        return {spec.id: spec for step in self.steps for spec in step.fields}

    def step(self, step_id: str) -> StepSpec | None:
        """Return the step with that id, if there is one."""
        return next((step for step in self.steps if step.id == step_id), None)

    def of_type(self, *types: str) -> Iterator[FieldSpec]:
        """Yield the questions of these types."""
        return (spec for spec in self.fields.values() if spec.type in types)

    def _content(self) -> dict[str, Any]:
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self), ensure_ascii=False))
        # Forms from before there was a choice keep their digest.
        if self.result_ways == RESULT_WAYS:
            del plain["result_ways"]
        if not self.signers:
            del plain["signers"]
        return plain


def _ways(stored: Iterable[Any]) -> tuple[str, ...]:
    """Return the ways of ``stored`` once each in the usual order, unknown ones last."""
    given = dict.fromkeys(map(str, stored))
    known = [way for way in RESULT_WAYS if way in given]
    return (*known, *(way for way in given if way not in RESULT_WAYS))
