"""My dossier: where it stands, what to do next, and everything that was sent and received."""

from __future__ import annotations

import json

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.display import moment_text
from forms_app.builder.presenting import present
from forms_app.builder.schema import FormSchema
from forms_app.dossiers import looks, papers, services
from forms_app.dossiers.files import attachment_response
from forms_app.dossiers.models import Attachment, Dossier
from forms_app.dossiers.selectors.attached import filed_by_field
from forms_app.dossiers.selectors.keeping import keeping_of
from forms_app.dossiers.selectors.looks import looks_of, opened_by
from forms_app.dossiers.selectors.mine import (
    dossier_by_token,
    events_for_citizen,
    files_for_citizen,
    open_request,
)
from forms_app.dossiers.selectors.own_data import own_data
from forms_app.dossiers.timeline import timeline
from forms_app.dossiers.transitions import CITIZEN, CLOSED, Action, Status, allowed
from forms_app.dossiers.views.private import private
from forms_app.dossiers.words import CITIZEN as WORDS


def dossier_or_404(token: str) -> Dossier:
    """Return the dossier behind ``token``; a stranger gets the same 404 as for nothing."""
    dossier = dossier_by_token(token)
    if dossier is None:
        raise Http404
    return dossier


@private
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponseBase:
    """The state in the citizen's words, the one thing to do next, the history, the papers."""
    dossier = dossier_or_404(token)
    services.log_view(dossier=dossier, actor=None, what=looks.DOSSIER, now=timezone.now())
    asked, events = open_request(dossier), events_for_citizen(dossier)
    files = files_for_citizen(dossier)
    can = {row.action for row in allowed(dossier, {CITIZEN})}
    context = {
        "dossier": dossier,
        "token": token,
        "words": WORDS[dossier.status],
        "asked": asked if Action.SUPPLY in can else None,
        "can_withdraw": Action.WITHDRAW in can,
        "reason": events[-1].note if events[-1].actor_id else "",
        "facts": _facts(dossier),
        "timeline": timeline(dossier, events),
        "papers": [
            (paper.label, reverse("dossiers:paper", args=[token, paper.key]))
            for paper in papers.available(dossier)
        ],
        "results": [file for file in files if file.purpose == Attachment.Purpose.RESULT],
        "opened": opened_by(dossier),
    }
    return render(request, "dossiers/mine.html", context)


def _facts(dossier: Dossier) -> list[tuple[str, str]]:
    """Return what components/facts_table.html shows of where the dossier stands."""
    promised = [] if dossier.status in CLOSED else [(_("Promised for"), _promise(dossier))]
    if dossier.status == Status.REGISTERED and dossier.intake_due_at:
        promised.insert(0, (_("The agency answers by"), moment_text(dossier.intake_due_at)))
    delivery = (_("How you receive the result"), str(dossier.get_result_delivery_display()))
    return [*promised, (_("Handled by"), dossier.agency.name), delivery]


def _promise(dossier: Dossier) -> str:
    if not dossier.was_accepted:
        return _("Known when the agency accepts the dossier")
    if dossier.clock_state == Dossier.ClockState.STOPPED:
        return _("The clock stands still")
    return moment_text(dossier.due_at) if dossier.due_at else _("No promised date")


@private
@require_safe
def keeping(request: HttpRequest, token: str) -> HttpResponseBase:
    """Why the dossier is kept and until when: the answer to who wants it erased."""
    dossier = dossier_or_404(token)
    context = {
        "dossier": dossier,
        "token": token,
        "keeping": keeping_of(dossier),
        "can_withdraw": Action.WITHDRAW in {row.action for row in allowed(dossier, {CITIZEN})},
    }
    return render(request, "dossiers/keeping.html", context)


@private
@require_safe
def contents(request: HttpRequest, token: str) -> HttpResponseBase:
    """What was sent, as it was asked: the form and every supplement."""
    dossier = dossier_or_404(token)
    files = files_for_citizen(dossier)
    schema = FormSchema.from_json(dossier.form_version.schema) if dossier.form_version else FormSchema()
    answered = dossier.supplement_requests.exclude(answered_at=None).order_by("number")
    context = {
        "dossier": dossier,
        "token": token,
        "steps": present(schema, dossier.answers, filed_by_field(files)),
        "supplements": [
            (
                request,
                [
                    (item, request.answers.get(item["id"], ""), _files(files, request.pk, item["id"]))
                    for item in request.items
                ],
            )
            for request in answered
        ],
    }
    return render(request, "dossiers/contents.html", context)


def _files(files: list[Attachment], request_id: int, item_id: str) -> list[Attachment]:
    return [file for file in files if file.supplement_id == request_id and file.field_id == item_id]


@private
@require_safe
def viewers(request: HttpRequest, token: str) -> HttpResponseBase:
    """Who opened what of the dossier and when; officers stand under the name of their agency."""
    dossier = dossier_or_404(token)
    rows = looks.told(dossier, looks_of(dossier), files_for_citizen(dossier))
    return render(request, "dossiers/viewers.html", {"dossier": dossier, "token": token, "rows": rows})


@private
@require_safe
def data(request: HttpRequest, token: str) -> HttpResponseBase:
    """Everything the portal keeps of the dossier, as a JSON file (NĐ 356/2025/NĐ-CP: a person sees their data)."""
    dossier = dossier_or_404(token)
    text = json.dumps(own_data(dossier), ensure_ascii=False, indent=1, cls=DjangoJSONEncoder)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{dossier.code}.json"'
    return response


@private
@require_safe
def file(request: HttpRequest, token: str, pk: int) -> HttpResponseBase:
    """One file of the dossier, as a download."""
    dossier = dossier_or_404(token)
    chosen = dossier.attachments.filter(pk=pk).first()
    if chosen is None:
        raise Http404
    services.log_view(dossier=dossier, actor=None, what=looks.of_file(chosen), now=timezone.now())
    return attachment_response(chosen)


@private
@require_safe
def paper(request: HttpRequest, token: str, key: str) -> HttpResponseBase:
    """One printed form as PDF."""
    dossier = dossier_or_404(token)
    link = request.build_absolute_uri(f"{reverse('dossiers:lookup')}?ma={dossier.code}")
    try:
        content = papers.paper_pdf(dossier, key, link=link)
    except LookupError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{dossier.code}-{key}.pdf"'
    return response
