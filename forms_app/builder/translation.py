"""A form on pages in another language: the applicant's step is our own and translated, editors' questions are marked.

Forms are stored in Vietnamese. Each published version keeps its own copy of the applicant's step (`applicant.step`).
Its texts are recognised by their Vietnamese wording, so that a text that has changed since stays Vietnamese and is
marked.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from django.conf import settings

from core.wagtail.languages import active_language, original
from forms_app.builder import applicant
from forms_app.builder.schema import RESULT_WAYS, FieldSpec, FormSchema, StepSpec


def in_active_language(schema: FormSchema) -> FormSchema:
    """Return `schema` with the texts to show; in the default language it is returned unchanged."""
    language = active_language()
    if language == settings.LANGUAGE_CODE:
        return schema
    return replace(schema, steps=tuple(_step(step, language) for step in schema.steps))


def _step(step: StepSpec, language: str) -> StepSpec:
    own = _own_texts(language) if step.id == applicant.STEP else {}

    def shown(text: str) -> str:
        return own.get(text) or (original(text) if text else "")

    def field(spec: FieldSpec) -> FieldSpec:
        choices = tuple(replace(choice, label=shown(choice.label)) for choice in spec.choices)
        return replace(spec, label=shown(spec.label), help=shown(spec.help), choices=choices)

    fields = tuple(field(spec) for spec in step.fields)
    return replace(step, title=shown(step.title), intro=shown(step.intro), fields=fields)


@lru_cache
def _own_texts(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    # A form with a single way of receiving the result has a sentence of its own.
    for ways in (RESULT_WAYS, RESULT_WAYS[:1]):
        stored, translated = _texts(applicant.step(ways=ways)), _texts(applicant.step(language, ways))
        found |= zip(stored, translated, strict=True)
    return found


def _texts(step: StepSpec) -> list[str]:
    texts = [step.title, step.intro]
    for spec in step.fields:
        texts += [spec.label, spec.help, *(choice.label for choice in spec.choices)]
    return texts
