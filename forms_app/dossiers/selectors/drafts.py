"""Where a draft stands."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db.models import QuerySet

from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema, StepSpec
from forms_app.dossiers import access
from forms_app.dossiers.models import Draft


def draft_by_token(token: str, now: datetime) -> Draft | None:
    """Return the live draft behind ``token`` with what its pages need; filed ones keep their dossier."""
    return _live(now).filter(token_hash=access.token_hash(token)).first()


def draft_by_link(link: str, now: datetime) -> Draft | None:
    """Return the live draft that a hand-over link (``access.handover_link``) still hands over."""
    return _live(now).filter(token_hash=access.handed_over(link) or "", dossier=None).first()


def _live(now: datetime) -> QuerySet[Draft]:
    found = Draft.objects.select_related(
        "form_version__definition", "procedure_version__procedure", "agency", "dossier"
    )
    return found.filter(expires_at__gt=now)


def takes_files(schema: FormSchema) -> bool:
    """Say whether a form asks for files at all."""
    return any(registry.get(spec.type).stores_files for spec in schema.fields.values())


def missing_steps(draft: Draft, schema: FormSchema) -> list[StepSpec]:
    """Return the steps that keep a draft from being filed, in order."""
    files = Counter(draft.attachments.values_list("field_id", flat=True) if takes_files(schema) else ())
    return [
        step
        for step in schema.steps
        if step.id not in draft.steps_done or any(_is_missing(spec, draft, files) for spec in step.fields)
    ]


def _is_missing(spec: FieldSpec, draft: Draft, files: Counter[str]) -> bool:
    if not spec.required:
        return False
    if registry.get(spec.type).stores_files:
        return not files[spec.id]
    answer = draft.answers.get(spec.id)
    return answer is None or answer in ("", [])
