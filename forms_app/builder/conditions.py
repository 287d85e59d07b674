"""Questions that depend on another question of the same step: when an answer is required, and when it does not apply.

Two options of every field type: ``required_with`` ("Say which" next to the choice "Other") and ``replaced_by`` (a scan
of a certificate whose number was given). More than that, such as comparing answers, is left to a later format of forms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from forms_app.builder.field_types import registry
from forms_app.builder.field_types.base import REPLACED_BY, REQUIRED_WITH
from forms_app.builder.schema import FieldSpec, StepSpec

Answers = Mapping[str, Any]
UNKNOWN: Final = gettext_lazy("“%(option)s” names a question that is not in this step: “%(id)s”.")


def is_answered(answer: Any) -> bool:
    """Return True if ``answer`` is an answer."""
    return answer is not None and answer not in ("", [])


def is_conditional(spec: FieldSpec) -> bool:
    """Return True if other answers decide whether ``spec`` is required."""
    return bool({REQUIRED_WITH, REPLACED_BY} & spec.options.keys())


def is_required(spec: FieldSpec, answers: Answers, files: Collection[str]) -> bool:
    """Return True if ``spec`` must be answered, given ``answers``; ``files`` are the questions with files."""
    if not spec.required:
        return False
    if REPLACED_BY in spec.options:
        other = spec.options[REPLACED_BY]
        return not (is_answered(answers.get(other)) or other in files)
    return applies(spec, answers)


def applies(spec: FieldSpec, answers: Answers) -> bool:
    """Return False for a question that belongs to a choice that was not made."""
    if REQUIRED_WITH not in spec.options:
        return True
    other, value = _parts(spec)
    return bool(answers.get(other) == value)


def as_asked(spec: FieldSpec) -> FieldSpec:
    """Return ``spec`` as its own input checks it; only the step knows whether a conditional answer is missing."""
    return replace(spec, required=False) if is_conditional(spec) else spec


def choice_of(spec: FieldSpec, step: StepSpec) -> str:
    """Return the label of the choice for which ``spec`` is asked."""
    other, value = _parts(spec)
    choices = [choice for found in step.fields if found.id == other for choice in found.choices]
    # A working copy in a test run may name a choice that does not exist.
    return next((choice.label for choice in choices if choice.value == value), value)


def missing_answer(spec: FieldSpec, step: StepSpec) -> str:
    """Return the message for a question that is required and not answered."""
    is_file = registry.get(spec.type).stores_files
    if REPLACED_BY not in spec.options:
        message = _("Choose a file for “%(label)s”.") if is_file else _("Fill in “%(label)s”.")
        return message % {"label": spec.label}
    named = spec.options[REPLACED_BY]
    other = next((found.label for found in step.fields if found.id == named), named)
    message = (
        _("Choose a file for “%(label)s”, or fill in “%(other)s”.")
        if is_file
        else _("Fill in “%(label)s” or “%(other)s”.")
    )
    return message % {"label": spec.label, "other": other}


def problems(spec: FieldSpec, step: StepSpec) -> Iterator[str]:
    """Yield what is wrong with the conditions of ``spec``, for the editor."""
    others = {found.id: found for found in step.fields if found is not spec}
    labels = registry.get(spec.type).offered_options()
    if REPLACED_BY in spec.options and spec.options[REPLACED_BY] not in others:
        yield UNKNOWN % {"option": labels[REPLACED_BY].label, "id": spec.options[REPLACED_BY]}
    if REQUIRED_WITH in spec.options:
        other, value = _parts(spec)
        if other not in others:
            yield UNKNOWN % {"option": labels[REQUIRED_WITH].label, "id": other}
        elif not _offers(others[other], value):
            yield _("“%(id)s” has no choice with the value “%(value)s”.") % {"id": other, "value": value}


def _offers(spec: FieldSpec, value: str) -> bool:
    can_decide = registry.get(spec.type).decides_conditions
    return can_decide and value in {choice.value for choice in spec.choices}


def _parts(spec: FieldSpec) -> tuple[str, str]:
    other, _sign, value = spec.options[REQUIRED_WITH].partition("=")
    return other.strip(), value.strip()
