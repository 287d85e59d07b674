"""A dossier as its citizen reads it: found by private link, or by code and lookup key, with all that is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db.models import Model
from django.utils.translation import gettext as _

from core.text import parse_pk
from forms_app.builder.answer_display import AnsweredField, answered_steps
from forms_app.builder.schema import FormSchema
from forms_app.dossiers import codes, credentials
from forms_app.dossiers.models import Attachment, Dossier, DossierEvent, PostalOrder, SupplementRequest
from forms_app.dossiers.models.events import explanation_name, text_name
from forms_app.dossiers.selectors.retention import retention_period
from forms_app.dossiers.selectors.view_log import views_by_agency
from forms_app.dossiers.transitions import INTERNAL_ACTIONS, Action

_UNDONE: Final = {
    Action.UNDO_WITHDRAW: Action.WITHDRAW,
    Action.UNDO_CLOSE: Action.CLOSE,
    Action.UNDO_PAYMENT: Action.PAYMENT_DONE,
}
#: Field of a form that names the supplement request (``SupplementRequest.number``) for which it is filled in.
REQUEST_FIELD: Final = "request"


def dossier_by_token(token: str) -> Dossier | None:
    """Return the dossier behind a private link or behind a visit that began with code and lookup key."""
    found = Dossier.objects.filed().select_related(
        "agency__parent", "agency__unit", "procedure_version__procedure", "form_version"
    )
    if token.startswith(credentials.VISIT_PREFIX):
        visit = credentials.visit(token)
        dossier = found.filter(pk=visit.dossier_id).first() if visit else None
        return dossier if visit and dossier and visit.opens(dossier) else None
    return found.filter(link_token_hash=credentials.token_hash(token)).first()


def dossier_of_replaced_link(token: str) -> Dossier | None:
    """Return the dossier that ``token`` opened as its private link until that was replaced."""
    rows = Dossier.objects.filed().filter(replaced_links__token_hash=credentials.token_hash(token))
    return rows.first()


def filed_dossier(pk: int) -> Dossier | None:
    """Return a dossier as it is stored now."""
    return Dossier.objects.filed().filter(pk=pk).first()


def dossier_by_lookup_key(code: str, lookup_key: str) -> Dossier | None:
    """Return the dossier of ``code`` if ``lookup_key`` is its own; an unknown code takes the same amount of work."""
    dossier = Dossier.objects.filed().filter(code=codes.normalise(code)).first()
    stored, secret_id = (
        (dossier.lookup_key_hash, dossier.secret_id) if dossier else ("", credentials.current_secret_id())
    )
    matches = credentials.lookup_key_matches(stored, lookup_key, secret_id)
    return dossier if matches else None


def open_request(dossier: Dossier) -> SupplementRequest | None:
    """Return the supplement request that the citizen has to answer now."""
    return dossier.supplement_requests.filter(closed_at=None).order_by("-number").first()


def named_request(dossier: Dossier, sent: Mapping[str, str]) -> SupplementRequest | None:
    """Return the supplement request for which a form was filled in: the first one if it names none."""
    number = parse_pk(sent.get(REQUEST_FIELD, "1")) or 0
    return dossier.supplement_requests.filter(number=number).first()


def has_begun(request: SupplementRequest) -> bool:
    """Return True if the citizen has typed or uploaded something for the open ``request`` that is not sent yet."""
    return any(request.typed.values()) or bool(request.attachments.all())


def unsent_answers(dossier: Dossier) -> list[tuple[str, list[str]]]:
    """Return what the citizen had prepared for requests that ended without an answer since the last one.

    The desk withdrew them, or closed or declined the dossier because nothing arrived.

    Each item comes with what was typed for it and the names of its files.
    """
    found = []
    for request in dossier.supplement_requests.order_by("-number").prefetch_related("attachments"):
        if request.answered_at is not None:
            break
        if request.closed_at is not None:
            files = files_by_field(request.attachments.all())
            for item in request.items:
                names = [file.original_name for file in files.get(item["id"], [])]
                text = request.typed.get(text_name(item), "").strip()
                if parts := [part for part in (text, *names) if part]:
                    found.append((item["label"], parts))
    return found


def postal_order_of(dossier: Dossier) -> PostalOrder | None:
    """Return the postal order with which the result of ``dossier`` was sent; None if it was not."""
    return dossier.postal_orders.filter(cancelled_at=None).first()


def files_for_citizen(dossier: Dossier) -> list[Attachment]:
    """Return every file of the dossier, whether sent by the citizen or issued to them."""
    return list(dossier.attachments.order_by("id"))


def events_for_citizen(dossier: Dossier) -> list[DossierEvent]:
    """Return the history, oldest first, without what concerns only the agency internally."""
    return list(dossier.events.exclude(action__in=INTERNAL_ACTIONS).order_by("sequence"))


def without_undone_acts(events: Iterable[DossierEvent]) -> list[DossierEvent]:
    """Return ``events``, in the order of the history, without the withdrawals, closings and payments that were undone.

    What was the case before such an act continues: the pause, and the reason for the present status (ADR 203, 351).
    """
    kept: list[DossierEvent] = []
    for event in events:
        if event.action in _UNDONE:
            undone = _UNDONE[Action(event.action)]
            del kept[max(number for number, former in enumerate(kept) if former.action == undone)]
        else:
            kept.append(event)
    return kept


def files_by_field(attachments: Iterable[Attachment]) -> dict[str, list[Attachment]]:
    """Return ``attachments`` grouped by the id of their field or item."""
    found: dict[str, list[Attachment]] = {}
    for attachment in attachments:
        found.setdefault(attachment.field_id, []).append(attachment)
    return found


def problems_by_field(stored: Mapping[str, Iterable[Attachment]]) -> dict[str, str]:
    """Return why files that are already stored cannot be sent, by the id of their field or item."""
    found = {
        field: next((file.problem for file in files if file.is_refused), "")
        for field, files in stored.items()
    }
    return {field: problem for field, problem in found.items() if problem}


def answer_files_by_field(attachments: Iterable[Attachment]) -> dict[str, list[Attachment]]:
    """Return the files sent with the application, by field id; supplements and results are left out."""
    return files_by_field(item for item in attachments if item.purpose == Attachment.Purpose.ANSWER)


@dataclass(frozen=True, slots=True)
class SupplementAnswer:
    """One item of a supplement request with what the citizen sent; ``received``: what was recorded at the counter.

    ``explanation``: why the citizen does not have the document.
    """

    label: str
    text: str
    files: list[Attachment]
    received: str = ""
    explanation: str = ""


def supplement_answers(request: SupplementRequest, files: Iterable[Attachment]) -> list[SupplementAnswer]:
    """Return the items of ``request`` in order, each with its answer; ``files`` are the dossier's."""
    sent = files_by_field(file for file in files if file.supplement_id == request.pk)
    return [
        SupplementAnswer(
            item["label"],
            str(request.answers.get(item["id"], "")),
            sent.get(item["id"], []),
            _received_text(request.received_items.get(item["id"])),
            str(request.answers.get(explanation_name(item["id"]), "")),
        )
        for item in request.items
    ]


def _received_text(entry: dict[str, Any] | None) -> str:
    """Return what was recorded about an item at the counter; empty if it came through the portal."""
    if entry is None:
        return ""
    if not entry["received"]:
        return _("Not received: %(note)s") % {"note": entry["note"]}
    parts = [_("Received at the counter")]
    if entry["copy"]:
        kind = SupplementRequest.CopyKind(entry["copy"]).label
        parts.append(_("%(count)d × %(kind)s") % {"count": entry["count"], "kind": str(kind).lower()})
    return ", ".join(parts) + (f". {entry['note']}" if entry["note"] else "")


def own_data(dossier: Dossier) -> dict[str, Any]:
    """Return everything stored about a dossier, for the person it concerns (NĐ 356/2025/NĐ-CP).

    JSON types and aware datetimes, question texts in Vietnamese; hashes and seeds of secrets are left out.
    """
    files = files_for_citizen(dossier)
    consent, version = dossier.consent, dossier.procedure_version
    return {
        "code": dossier.code,
        "procedure": {"code": version.procedure.core_code, "title": version.title, "version": version.number},
        "agency": dossier.agency.name,
        "status": {"code": dossier.status, "name": dossier.get_status_display()},
        "submitted_at": dossier.submitted_at,
        "intake_due_at": dossier.intake_due_at,
        "accepted_at": dossier.accepted_at,
        "due_at": dossier.due_at,
        "retention": asdict(retention_period(dossier)),
        "answers": _answers(dossier, files),
        "consent": consent and _values(consent, "number", "purpose", "retention", "rights"),
        "files": [_file(file) for file in files],
        "supplement_requests": [
            _values(
                request,
                "number",
                "requested_at",
                "reason",
                "items",
                "answers",
                "supplement_due_at",
                "extended_until",
                "answered_at",
                "withdrawn_at",
                "received_items",
            )
            for request in dossier.supplement_requests.order_by("number")
        ],
        "postal_orders": [
            _values(order, "address", "tracking_number", "postage", "handed_at", "cancelled_at")
            for order in dossier.postal_orders.all()
        ],
        "events": [
            {"from": event.from_status, "to": event.to_status, **_values(event, "action", "at", "note")}
            for event in events_for_citizen(dossier)
        ],
        "views_by_agency": [asdict(views) for views in views_by_agency(dossier)],
    }


def _file(file: Attachment) -> dict[str, Any]:
    """Return what the citizen may know about a file; the name of a revoked result may be that of another person."""
    if file.revoked_at is not None:
        return _values(file, "purpose", "uploaded_at", "revoked_at", "revocation_reason")
    return {
        "name": file.original_name,
        **_values(file, "purpose", "size", "sha256", "uploaded_at", "scan_state"),
    }


def _answers(dossier: Dossier, files: list[Attachment]) -> list[dict[str, Any]]:
    if dossier.form_version is None:
        return []
    schema = FormSchema.from_json(dossier.form_version.schema)
    steps = answered_steps(schema, dossier.answers, answer_files_by_field(files))
    return [
        {"step": step.title, "questions": [_question(dossier, field) for field in step.fields]}
        for step in steps
    ]


def _question(dossier: Dossier, field: AnsweredField) -> dict[str, Any]:
    return {
        "id": field.id,
        "question": field.label,
        "answer": field.text,
        "value": dossier.answers.get(field.id),
    }


def _values(row: Model, *fields: str) -> dict[str, Any]:
    return {field: getattr(row, field) for field in fields}
