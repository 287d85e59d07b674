"""One dossier: its page, files and printed forms. Every view is logged."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.step_up import fresh_proof_required
from forms_app.builder import applicant
from forms_app.builder.answer_display import AnsweredStep, answered_steps
from forms_app.builder.field_types.contact import phone_text
from forms_app.builder.schema import FormSchema
from forms_app.builder.translation import in_active_language
from forms_app.dossiers import deadlines, printed_forms
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.responses import attachment_response
from forms_app.dossiers.rules import current_rules
from forms_app.dossiers.selectors.dossiers import answer_files_by_field, has_begun
from forms_app.dossiers.selectors.view_log import (
    CITIZEN_ID,
    DOSSIER,
    MAX_ENTRIES,
    VIEW_LOG,
    describe_entries,
    entries_of,
    file_target,
)
from forms_app.dossiers.transitions import Status
from one_stop.access import OfficerAccess, officer_required
from one_stop.actions import colleague_of, may_read_view_log, may_replace_key, offered_actions
from one_stop.dossier_display import (
    corrections_of,
    due_status,
    has_masked_ids,
    mask_identity_numbers,
    timeline_items,
)
from one_stop.pauses import pauses_of
from one_stop.selectors.dossiers import DossierDetail, dossier_for
from one_stop.services import log_officer_view
from one_stop.supplements import request_summaries
from one_stop.views.list_state import list_query, next_dossier_url


def _open(access: OfficerAccess, code: str, target: str) -> DossierDetail:
    """Return the dossier and log the view; 404 for an unknown dossier and for one of another agency."""
    found = dossier_for(access, code)
    if found is None:
        raise Http404
    log_officer_view(dossier=found.dossier, access=access, target=target)
    return found


@require_safe
@officer_required
def dossier(request: HttpRequest, access: OfficerAccess, code: str) -> HttpResponseBase:
    """Show the citizen's answers, the deadline and the actions that are open now."""
    return _render(request, access, _open(access, code, DOSSIER))


@require_POST
@officer_required
@fresh_proof_required
def reveal_citizen_id(request: HttpRequest, access: OfficerAccess, code: str) -> HttpResponseBase:
    """Show the same page with citizen ID numbers in full, and log that they were seen."""
    found = _open(access, code, CITIZEN_ID)
    number = applicant.identity_of(found.dossier.answers).number or "—"
    return _render(request, access, found, citizen_id=number)


@require_safe
@officer_required
def file(request: HttpRequest, access: OfficerAccess, code: str, pk: int) -> HttpResponseBase:
    """Send one uploaded file as a download, unless the malware scan has blocked it."""
    found = dossier_for(access, code)
    chosen = next((item for item in found.files if item.pk == pk), None) if found else None
    if found is None or chosen is None:
        raise Http404
    if chosen.is_served:
        log_officer_view(dossier=found.dossier, access=access, target=file_target(chosen))
    back_url = reverse("one_stop:dossier", args=[code])
    return attachment_response(request, chosen, back_url=back_url, base="base_desk.html")


@require_safe
@officer_required
def printed_form(request: HttpRequest, access: OfficerAccess, code: str, key: str) -> HttpResponseBase:
    """Send the printed form ``key`` as PDF."""
    found = dossier_for(access, code)
    if found is None:
        raise Http404
    try:
        content = printed_forms.render_pdf(found.dossier, key)
    except LookupError:
        raise Http404 from None
    log_officer_view(dossier=found.dossier, access=access, target=key)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.dossier.code}-{key}.pdf"'
    return response


@require_safe
@officer_required
def view_log(request: HttpRequest, access: OfficerAccess, code: str) -> HttpResponseBase:
    """Show the view log to the heads and inspectors of the dossier's agency; 404 for other users."""
    found = dossier_for(access, code)
    if found is None or not may_read_view_log(access, found.dossier):
        raise Http404
    log_officer_view(dossier=found.dossier, access=access, target=VIEW_LOG)
    entries = describe_entries(found.dossier, entries_of(found.dossier), found.files)
    context = {
        "dossier": found.dossier,
        "entries": entries,
        "max_entries": MAX_ENTRIES,
        "list_query": list_query(request.GET),
    }
    return render(request, "one_stop/view_log.html", context)


def _render(
    request: HttpRequest, access: OfficerAccess, found: DossierDetail, *, citizen_id: str = ""
) -> HttpResponse:
    now, dossier = timezone.now(), found.dossier
    is_new = dossier.status == Status.REGISTERED
    open_request = next((item for item in found.requests if item.closed_at is None), None)
    supplement_due_at = open_request.answer_due_at if open_request else None
    context = {
        "dossier": dossier,
        "list_query": list_query(request.GET),
        "next_url": next_dossier_url(request.GET, str(dossier.code)),
        "citizen_id": citizen_id,
        "identity_label": applicant.identity_of(dossier.answers).label,
        "phone": phone_text(dossier.phone),
        "due": due_status(
            dossier, now, calendar=current_rules().calendar, supplement_due_at=supplement_due_at
        ),
        "steps": _answered_steps(found, revealed=bool(citizen_id)),
        "can_reveal": has_masked_ids(dossier) and not citizen_id,
        "requested_ids": {item["id"] for item in open_request.items} if open_request else set(),
        "supplement_begun": open_request is not None and has_begun(open_request),
        "requests": request_summaries(found.requests, found.files),
        "refused_files": [item for item in found.files if item.is_refused],
        "results": [item for item in found.files if item.purpose == item.Purpose.RESULT],
        "corrections": corrections_of(found.events),
        "pauses": pauses_of(found.events, now, current_rules().calendar),
        "postal_orders": found.postal_orders,
        "timeline": timeline_items(found.events),
        "actions": offered_actions(access, dossier, now),
        "colleague": colleague_of(access, dossier, now),
        "printed_forms": printed_forms.available(dossier),
        "can_replace_key": may_replace_key(access, dossier, now),
        "can_read_view_log": may_read_view_log(access, dossier),
        "intake_due_at": dossier.intake_due_at if is_new else None,
        "due_if_accepted": _due_if_accepted(dossier, now) if is_new else None,
    }
    return render(request, "one_stop/dossier.html", context)


def _answered_steps(found: DossierDetail, *, revealed: bool) -> list[AnsweredStep]:
    """Return the form's own steps with their answers; the applicant's step is shown in a section of its own."""
    version = found.dossier.form_version
    if version is None:
        return []
    schema = FormSchema.from_json(version.schema)
    answers = found.dossier.answers if revealed else mask_identity_numbers(schema, found.dossier.answers)
    steps = answered_steps(in_active_language(schema), answers, answer_files_by_field(found.files))
    return [step for step in steps if step.id != applicant.STEP]


def _due_if_accepted(dossier: Dossier, now: datetime) -> datetime | None:
    return deadlines.rule_for(dossier, now).due(now, current_rules().calendar)
