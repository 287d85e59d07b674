"""One dossier: reading it, its files and its papers. Every look is logged."""

from __future__ import annotations

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.worktime import load_calendar
from forms_app.builder import applicant
from forms_app.builder.presenting import PresentedStep, present
from forms_app.builder.schema import FormSchema
from forms_app.desk import presenting
from forms_app.desk.access import Desk, behind_the_desk
from forms_app.desk.due import describe
from forms_app.desk.selectors.detail import ReadDossier, dossier_of
from forms_app.desk.services import log_look
from forms_app.desk.views import trail
from forms_app.dossiers import deadlines, looks, papers
from forms_app.dossiers.files import attachment_response
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.selectors.attached import filed_by_field
from forms_app.dossiers.selectors.looks import MOST, looks_of
from forms_app.dossiers.transitions import Status


def _read(desk: Desk, code: str, what: str) -> ReadDossier:
    """Return the dossier and log that it was read; the same 404 for a wall as for nothing."""
    found = dossier_of(desk, code)
    if found is None:
        raise Http404
    log_look(dossier=found.dossier, officer=desk.user, what=what)
    return found


@require_safe
@behind_the_desk
def show(request: HttpRequest, desk: Desk, code: str) -> HttpResponseBase:
    """The dossier as the citizen filled it, where its clock stands, and what may be done now."""
    return _page(request, desk, _read(desk, code, looks.DOSSIER))


@require_POST
@behind_the_desk
def reveal(request: HttpRequest, desk: Desk, code: str) -> HttpResponseBase:
    """The same page with the ID number in full; the log says who asked to see it."""
    found = _read(desk, code, looks.CITIZEN_ID)
    return _page(request, desk, found, citizen_id=str(found.dossier.answers.get(applicant.CITIZEN_ID) or "—"))


@require_safe
@behind_the_desk
def file(request: HttpRequest, desk: Desk, code: str, pk: int) -> HttpResponseBase:
    """One uploaded file, as a download."""
    found = dossier_of(desk, code)
    chosen = next((item for item in found.files if item.pk == pk), None) if found else None
    if found is None or chosen is None:
        raise Http404
    log_look(dossier=found.dossier, officer=desk.user, what=looks.of_file(chosen))
    return attachment_response(chosen)


@require_safe
@behind_the_desk
def paper(request: HttpRequest, desk: Desk, code: str, paper: str) -> HttpResponseBase:
    """One printed form as PDF."""
    found = dossier_of(desk, code)
    if found is None:
        raise Http404
    link = request.build_absolute_uri(reverse("dossiers:lookup"))
    try:
        content = papers.paper_pdf(found.dossier, paper, link=f"{link}?ma={found.dossier.code}")
    except LookupError:
        raise Http404 from None
    log_look(dossier=found.dossier, officer=desk.user, what=paper)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{found.dossier.code}-{paper}.pdf"'
    return response


@require_safe
@behind_the_desk
def viewers(request: HttpRequest, desk: Desk, code: str) -> HttpResponseBase:
    """Who opened the dossier: for the leader and the inspector of its agency, to others it does not exist."""
    found = dossier_of(desk, code)
    if found is None or not presenting.may_watch(desk, found.dossier):
        raise Http404
    rows = looks.told(found.dossier, looks_of(found.dossier), found.files)
    context = {"dossier": found.dossier, "rows": rows, "most": MOST, "trail": trail.trail_of(request.GET)}
    return render(request, "desk/viewers.html", context)


def _page(request: HttpRequest, desk: Desk, found: ReadDossier, *, citizen_id: str = "") -> HttpResponse:
    now, dossier = timezone.now(), found.dossier
    open_request = next((item for item in found.requests if item.closed_at is None), None)
    context = {
        "dossier": dossier,
        "trail": trail.trail_of(request.GET),
        "next_url": trail.next_address(request.GET, str(dossier.code)),
        "citizen_id": citizen_id,
        "due": describe(dossier, now, waits_until=open_request.citizen_deadline if open_request else None),
        "answers": _answers(found, revealed=bool(citizen_id)),
        "can_reveal": presenting.hides_numbers(dossier) and not citizen_id,
        "flagged": {item["id"] for item in open_request.items} if open_request else set(),
        "requests": presenting.asked_views(found.requests, found.files),
        "results": [item for item in found.files if item.purpose == item.Purpose.RESULT],
        "timeline": presenting.timeline(found.history),
        "acts": presenting.offered_acts(desk, dossier, now),
        "papers": papers.available(dossier),
        "can_watch": presenting.may_watch(desk, dossier),
        "answer_by": dossier.intake_due_at if dossier.status == Status.REGISTERED else None,
        "promised_if_accepted": _promise(dossier, now) if dossier.status == Status.REGISTERED else None,
    }
    return render(request, "desk/dossier.html", context)


def _answers(found: ReadDossier, *, revealed: bool) -> list[PresentedStep]:
    """The answers of the form's own steps; the applicant's stand in a section of their own."""
    version = found.dossier.form_version
    if version is None:
        return []
    schema = FormSchema.from_json(version.schema)
    answers = found.dossier.answers if revealed else presenting.masked(schema, found.dossier.answers)
    steps = present(schema, answers, filed_by_field(found.files))
    return [step for step in steps if step.id != applicant.STEP]


def _promise(dossier: Dossier, now: datetime) -> datetime | None:
    return deadlines.rule_for(dossier, now).due(now, load_calendar())
