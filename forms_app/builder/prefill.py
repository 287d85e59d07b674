"""Prefilling personal questions of later steps with the applicant's answers (WCAG 2.2, 3.3.7 Redundant Entry).

A step offers this if it has a question that the browser may autofill with a name: with that option the author of the
form marks a person who can be the applicant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from forms_app.builder import applicant
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.base import FieldType
from forms_app.builder.schema import FieldSpec, StepSpec


def applicant_values(step: StepSpec, answers: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the values that can be filled into ``step``: texts by input name, by field id."""
    fields = {source: spec for spec in reversed(step.fields) if (source := _source(spec))}
    if step.id == applicant.STEP or applicant.FULL_NAME not in fields:
        return {}
    identity = applicant.identity_of(answers)
    known = {
        **answers,
        applicant.CITIZEN_ID: identity.personal_number,
        applicant.IDENTITY: {"kind": identity.kind, "number": identity.number} if identity.number else None,
    }
    return {spec.id: _texts(spec, known[source]) for source, spec in fields.items() if known.get(source)}


def with_applicant_values(data: QueryDict, step: StepSpec, answers: Mapping[str, Any]) -> QueryDict:
    """Return the submitted ``data`` with empty personal questions filled from the applicant's answers."""
    full = data.copy()
    for field_id, texts in applicant_values(step, answers).items():
        preselected = {f"{field_id}_{part}" for part in _type_of(step, field_id).preselected_parts}
        if not any(data.get(name, "").strip() for name in texts if name not in preselected):
            for name, text in texts.items():
                full[name] = text
    return full


def _source(spec: FieldSpec) -> str:
    return registry.get(spec.type).applicant_source(spec)


def _type_of(step: StepSpec, field_id: str) -> FieldType:
    return next(registry.get(spec.type) for spec in step.fields if spec.id == field_id)


def _texts(spec: FieldSpec, answer: Any) -> dict[str, str]:
    texts = registry.get(spec.type).to_initial(answer)
    if not isinstance(texts, Mapping):
        return {spec.id: texts}
    return {f"{spec.id}_{part}": text for part, text in texts.items()}
