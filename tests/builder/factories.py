"""Fields and steps for tests of the builder."""

from __future__ import annotations

from typing import Any

from django.utils.datastructures import MultiValueDict

from forms_app.builder.compiling import StepForm
from forms_app.builder.schema import FieldSpec, StepSpec


def spec_of(kind: str, **values: Any) -> FieldSpec:
    """One question ``f`` of a type."""
    return FieldSpec.from_json({"id": "f", "type": kind, "label": "Câu hỏi", **values})


def asked(spec: FieldSpec, data: dict[str, Any], **facts: Any) -> StepForm:
    """The form of a step with one question, filled with ``data``."""
    values = MultiValueDict(
        {key: value if isinstance(value, list) else [value] for key, value in data.items()}
    )
    return StepForm(
        StepSpec("s", "Bước", fields=(spec,)), answers={}, data=values, files=MultiValueDict(), **facts
    )  # type: ignore[arg-type]
