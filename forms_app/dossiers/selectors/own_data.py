"""Everything that is kept of one dossier, for the person it is about."""

from __future__ import annotations

from typing import Any

from forms_app.builder.presenting import PresentedField, present
from forms_app.builder.schema import FormSchema
from forms_app.dossiers.models import Attachment, Dossier, DossierEvent, SupplementRequest
from forms_app.dossiers.selectors.attached import filed_by_field
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
        "accepted_at": dossier.accepted_at,
        "promised_for": dossier.due_at,
        "answers": _answers(dossier, files),
        "consent": consent
        and {
            "number": consent.number,
            "purpose": consent.purpose,
            "retention": consent.retention,
            "rights": consent.rights,
        },
        "files": [_file(file) for file in files],
        "supplement_requests": [_request(item) for item in dossier.supplement_requests.order_by("number")],
        "events": [_event(event) for event in events_for_citizen(dossier)],
        "opened_by": [
            {"agency": one.agency, "times": one.times, "last": one.last} for one in opened_by(dossier)
        ],
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


def _file(file: Attachment) -> dict[str, Any]:
    return {
        "name": file.original_name,
        "purpose": file.purpose,
        "size": file.size,
        "sha256": file.sha256,
        "uploaded_at": file.uploaded_at,
    }


def _event(event: DossierEvent) -> dict[str, Any]:
    return {
        "action": event.action,
        "from": event.from_status,
        "to": event.to_status,
        "at": event.at,
        "note": event.note,
    }


def _request(request: SupplementRequest) -> dict[str, Any]:
    return {
        "number": request.number,
        "asked_at": request.asked_at,
        "reason": request.reason,
        "items": request.items,
        "answers": request.answers,
        "answered_at": request.answered_at,
    }
