"""Everything that is kept of one dossier, for the person it is about."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.db.models import Model

from forms_app.builder.presenting import PresentedField, present
from forms_app.builder.schema import FormSchema
from forms_app.dossiers.models import Attachment, Dossier
from forms_app.dossiers.selectors.attached import filed_by_field
from forms_app.dossiers.selectors.keeping import keeping_of
from forms_app.dossiers.selectors.looks import opened_by
from forms_app.dossiers.selectors.mine import events_for_citizen, files_for_citizen


def own_data(dossier: Dossier) -> dict[str, Any]:
    """Return JSON types (moments aware) with Vietnamese question texts; what secrets hash to is left out."""
    files = files_for_citizen(dossier)
    consent, version = dossier.consent, dossier.procedure_version
    return {
        "code": dossier.code,
        "procedure": {"code": version.procedure.core_code, "title": version.title, "version": version.number},
        "agency": dossier.agency.name,
        "status": {"code": dossier.status, "name": dossier.get_status_display()},
        "submitted_at": dossier.submitted_at,
        "answer_by": dossier.intake_due_at,
        "accepted_at": dossier.accepted_at,
        "promised_for": dossier.due_at,
        "kept": asdict(keeping_of(dossier)),
        "answers": _answers(dossier, files),
        "consent": consent and _of(consent, "number", "purpose", "retention", "rights"),
        "files": [
            {"name": file.original_name, **_of(file, "purpose", "size", "sha256", "uploaded_at")}
            for file in files
        ],
        "supplement_requests": [
            _of(asked, "number", "asked_at", "reason", "items", "answers", "answered_at")
            for asked in dossier.supplement_requests.order_by("number")
        ],
        "events": [
            {"from": event.from_status, "to": event.to_status, **_of(event, "action", "at", "note")}
            for event in events_for_citizen(dossier)
        ],
        "opened_by": [asdict(one) for one in opened_by(dossier)],
    }


def _answers(dossier: Dossier, files: list[Attachment]) -> list[dict[str, Any]]:
    if dossier.form_version is None:
        return []
    schema = FormSchema.from_json(dossier.form_version.schema)
    steps = present(schema, dossier.answers, filed_by_field(files))
    return [
        {"step": step.title, "questions": [_question(dossier, field) for field in step.fields]}
        for step in steps
    ]


def _question(dossier: Dossier, field: PresentedField) -> dict[str, Any]:
    return {
        "id": field.id,
        "question": field.label,
        "answer": field.text,
        "value": dossier.answers.get(field.id),
    }


def _of(row: Model, *fields: str) -> dict[str, Any]:
    return {field: getattr(row, field) for field in fields}
