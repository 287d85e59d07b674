"""Prefilling personal questions of later steps with the applicant's answers (WCAG 2.2, 3.3.7 Redundant Entry).

A step offers this if it has a question that the browser may autofill with a name: with that option the author of the
form marks a person who can be the applicant.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict

from forms_app.builder import applicant
from forms_app.builder.field_types.address import input_values
from forms_app.builder.schema import FieldSpec, StepSpec

_SOURCES: Final = {
    "short_text": applicant.FULL_NAME,
    "citizen_id": applicant.CITIZEN_ID,
    "identity_document": applicant.IDENTITY,
    "phone": applicant.PHONE,
    "email": applicant.EMAIL,
    "address": applicant.ADDRESS,
}


def applicant_values(step: StepSpec, answers: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the values that can be filled into ``step``: texts by input name, by field id."""
    fields = {_SOURCES[spec.type]: spec for spec in reversed(step.fields) if _is_personal(spec)}
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
        # Province and kind of document are preselected, so they do not count as filled in.
        preselected = {f"{field_id}_province", f"{field_id}_kind"}
        if not any(data.get(name, "").strip() for name in texts if name not in preselected):
            for name, text in texts.items():
                full[name] = text
    return full


def _is_personal(spec: FieldSpec) -> bool:
    if spec.type == "short_text":
        return spec.options.get("autocomplete") == "name"
    return spec.type in _SOURCES


def _texts(spec: FieldSpec, answer: Any) -> dict[str, str]:
    if not isinstance(answer, Mapping):
        return {spec.id: answer}
    texts = input_values(answer) if spec.type == "address" else answer
    return {f"{spec.id}_{part}": text for part, text in texts.items()}
