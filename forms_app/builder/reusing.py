"""What was told once is not asked for twice (WCAG 2.2, 3.3.7): the applicant's answers for the person of a later step.

A step offers them when it asks for a name that the browser may fill in, too: the form's author says by that option
that the person can be the one who applies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict

from forms_app.builder import applicant
from forms_app.builder.field_types.address import PARTS
from forms_app.builder.schema import FieldSpec, StepSpec

_SOURCES: Final = {
    "short_text": applicant.FULL_NAME,
    "citizen_id": applicant.CITIZEN_ID,
    "phone": applicant.PHONE,
    "email": applicant.EMAIL,
    "address": applicant.ADDRESS,
}


def offered(step: StepSpec, answers: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return what can be filled into ``step``: by field id, texts by the name of their input."""
    fields = {_SOURCES[spec.type]: spec for spec in reversed(step.fields) if _is_personal(spec)}
    if step.id == applicant.STEP or applicant.FULL_NAME not in fields:
        return {}
    return {spec.id: _texts(spec, answers[source]) for source, spec in fields.items() if answers.get(source)}


def filled(data: QueryDict, step: StepSpec, answers: Mapping[str, Any]) -> QueryDict:
    """Return ``data`` of the page with the applicant's answers where it was left empty."""
    full = data.copy()
    for field_id, texts in offered(step, answers).items():
        # The province stands chosen from the start and says nothing.
        if not any(data.get(name, "").strip() for name in texts if name != f"{field_id}_province"):
            for name, text in texts.items():
                full[name] = text
    return full


def _is_personal(spec: FieldSpec) -> bool:
    if spec.type == "short_text":
        return spec.options.get("autocomplete") == "name"
    return spec.type in _SOURCES


def _texts(spec: FieldSpec, answer: Any) -> dict[str, str]:
    if isinstance(answer, Mapping):
        return {f"{spec.id}_{part}": answer[part] for part in PARTS}
    return {spec.id: answer}
