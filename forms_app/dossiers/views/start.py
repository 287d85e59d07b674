"""Before the first question: what is needed and which agency receives it; resume, take over or erase a draft."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Agency
from core.errors import Conflict, NotAllowed
from core.wagtail.languages import active_language
from core.web import page_cache
from core.web.submitted_fields import kept_fields
from forms_app.builder import applicant
from forms_app.builder.schema import FormSchema
from forms_app.builder.step_form import StepForm
from forms_app.builder.translation import in_active_language
from forms_app.dossiers import blank_forms, credentials, services
from forms_app.dossiers.forms import StartForm
from forms_app.dossiers.models import Draft
from forms_app.dossiers.responses import private
from forms_app.dossiers.selectors.filing import FilingOffer, draft_by_link, filing_offer, missing_steps
from forms_app.dossiers.selectors.retention import retention_period
from forms_app.dossiers.services.drafts import LIFETIME
from forms_app.dossiers.views import draft_cookies, throttles
from forms_app.dossiers.views.draft_cookies import own_draft
from forms_app.dossiers.views.steps import code_of, conflict_page, handover_link, step_url
from procedures.presentation.procedure import shown_cases
from procedures.selectors import agencies_for_procedure, content_for_reader
from procedures.snapshot import Snapshot
from procedures.value_objects import Case

# Parameter with the slug of the agency from whose site the visitor comes.
AGENCY: Final = "co-quan"


@private
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Show what is needed; POST starts a draft."""
    offer = filing_offer(core_code)
    if offer is None:
        raise Http404
    agencies = list(offer.agencies)
    # A page without a draft leads here with what was typed there, before the agency is chosen.
    sent = request.POST if "agency" in request.POST else None
    form = StartForm(sent, agencies=offer.agencies, chosen=request.GET.get(AGENCY, ""))
    if request.method == "POST":
        if draft := _open_draft(request, core_code):
            # Started in another tab: continue with the answers given there, never replace them.
            return _restore(request, draft, draft_cookies.token_of(request, core_code)) or redirect(
                "dossiers:resume", core_code
            )
        agency = agencies[0] if len(agencies) == 1 else None
        if agency is None and form.is_valid():
            agency = form.cleaned_data["agency"]
        if agency is not None and throttles.may_start(request):
            return _start_draft(request, offer, agency)
        if agency is not None:
            messages.error(request, throttles.too_many_message(throttles.DRAFTS))
            return _page(request, offer, form, agencies, status=429)
    return _page(request, offer, form, agencies)


@require_safe
def blank_form(request: HttpRequest, core_code: str) -> HttpResponse:
    """Send the form as a PDF to print and fill in by hand."""
    offer = filing_offer(core_code)
    if offer is None:
        raise Http404
    response = HttpResponse(blank_forms.blank_form(offer), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="to-khai-{core_code}.pdf"'
    return page_cache.allow(response, parameters=())


def _open_draft(request: HttpRequest, core_code: str) -> Draft | None:
    draft = draft_cookies.draft_of(request, core_code)
    return draft if draft and draft.dossier_id is None else None


def _start_draft(request: HttpRequest, offer: FilingOffer, agency: Agency) -> HttpResponse:
    shared = "shared" in request.POST
    draft, token = services.start_draft(
        procedure_version=offer.version, form_version=offer.form, agency=agency, on_shared_device=shared
    )
    schema = FormSchema.from_json(offer.form.schema)
    core_code = offer.procedure.core_code
    response = _restore(request, draft, token) or redirect(step_url(core_code, schema.steps[0].id))
    draft_cookies.set_token(response, core_code, token, on_shared_device=shared)
    return response


def _restore(request: HttpRequest, draft: Draft, token: str) -> HttpResponse | None:
    """Put what was typed into a page without a draft into ``draft``; None if nothing came with the request."""
    schema = FormSchema.from_json(draft.form_version.schema)
    spec = schema.step(request.POST.get(draft_cookies.RESTORED_STEP, ""))
    if spec is None:
        return None
    own = draft_cookies.own_inputs(request.POST, spec)
    form = StepForm(spec, answers=draft.answers, data=own)
    form.is_valid()
    try:
        services.save_step(
            token=token, step_id=spec.id, answers=form.answers(), complete=False, typed=dict(own.lists()),
            page=services.PageIds(own="restored", based_on=""),
        )  # fmt: skip
    except Conflict as error:
        return conflict_page(request, code_of(draft), form, error)
    messages.info(request, _("What you had typed is in this step again. Check it and go on."))
    return redirect(step_url(code_of(draft), spec.id))


def _page(
    request: HttpRequest, offer: FilingOffer, form: StartForm, agencies: list[Agency], status: int = 200
) -> HttpResponse:
    schema = FormSchema.from_json(offer.form.schema)
    content = content_for_reader(offer.version)
    context = {
        "offer": offer,
        "content": content,
        "schema": in_active_language(schema),
        "result_ways": applicant.restricted_ways(schema),
        "form": form,
        "can_change": len(agencies) > 1,
        "agency": agencies[0] if len(agencies) == 1 else None,
        "cases": _to_prepare(content),
        "is_foreign": active_language() != settings.LANGUAGE_CODE,
        "draft": _open_draft(request, offer.procedure.core_code),
        "kept": _kept(request, schema),
        "draft_lifetime": LIFETIME,
        "resume_url": reverse("dossiers:resume", args=[offer.procedure.core_code]),
    }
    return render(request, "dossiers/start.html", context, status=status)


def _to_prepare(content: Snapshot) -> list[Case]:
    """Return the documents by case as on the page of the procedure, except notes and the form that is filled in here.

    That is the first document with a blank form; other forms, such as another person's commitment, have to be prepared.
    """
    form = next((item for item in content.documents() if item.blank_forms), None)
    cases = [
        replace(
            case, documents=tuple(item for item in case.documents if not item.is_note and item is not form)
        )
        for case in shown_cases(content.cases)
    ]
    return [case for case in cases if case.documents]


def _kept(request: HttpRequest, schema: FormSchema) -> list[tuple[str, str]]:
    """Return what came from a page without a draft, to be sent along with the choice of the agency."""
    step_id = request.POST.get(draft_cookies.RESTORED_STEP, "")
    spec = schema.step(step_id)
    if spec is None:
        return []
    return [
        (draft_cookies.RESTORED_STEP, step_id),
        *kept_fields(draft_cookies.own_inputs(request.POST, spec)),
    ]


@own_draft
@require_safe
def resume(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Continue this browser's draft at its first unfinished step."""
    draft = draft_cookies.own_draft_of(request, core_code)
    if draft.dossier_id:
        return redirect("dossiers:receipt", core_code)
    missing = missing_steps(draft, FormSchema.from_json(draft.form_version.schema))
    return redirect(
        step_url(core_code, missing[0].id) if missing else reverse("dossiers:review", args=[core_code])
    )


@own_draft
@require_http_methods(["GET", "HEAD", "POST"])
def change_agency(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Send this browser's draft to another agency, with the answers given so far."""
    draft = draft_cookies.own_draft_of(request, core_code)
    if draft.dossier_id:
        return redirect("dossiers:receipt", core_code)
    agencies = agencies_for_procedure(draft.procedure_version.procedure)
    sent = request.POST if request.method == "POST" else None
    form = StartForm(sent, agencies=agencies, chosen=draft.agency.slug)
    back = reverse("dossiers:resume", args=[core_code])
    if request.method == "POST" and form.is_valid():
        agency = form.cleaned_data["agency"]
        try:
            services.change_agency(token=draft_cookies.token_of(request, core_code), agency=agency)
        except NotAllowed:
            draft_cookies.raise_no_draft(request, core_code)
        messages.success(request, _("Your dossier will be sent to %(name)s.") % {"name": agency.name})
        return redirect(back)
    context = {"draft": draft, "form": form, "back_url": back}
    return render(request, "dossiers/agency.html", context, status=422 if form.errors else 200)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest, core_code: str, token: str) -> HttpResponseBase:
    """Offer the draft that another device hands over; POST moves it here (ADR 61).

    A GET moves nothing, since messengers open links to show a preview.
    """
    draft, own = draft_by_link(token, timezone.now()), _open_draft(request, core_code)
    if draft is None or draft.procedure_version.procedure.core_code != core_code:
        return _handover_expired(request, core_code, token)
    if own == draft:
        return redirect("dossiers:resume", core_code)
    if request.method == "POST" and own is None:
        return _take_over(request, core_code, token)
    context = {"draft": draft, "own": own, "core_code": core_code}
    status = 409 if request.method == "POST" else 200
    return render(request, "dossiers/take_over.html", context, status=status)


def _take_over(request: HttpRequest, core_code: str, link: str) -> HttpResponse:
    try:
        token = services.take_over(link=link)
    except NotAllowed:
        return _handover_expired(request, core_code, link)
    response = redirect("dossiers:resume", core_code)
    draft_cookies.set_token(response, core_code, token)
    return response


def _handover_expired(request: HttpRequest, core_code: str, link: str) -> HttpResponse:
    """Explain that a link was used or has expired; a forged one gets a 404."""
    if credentials.token_hash_from_handover(link) is None:
        raise Http404
    context = {"core_code": core_code, "link_lifetime": credentials.HANDOVER_LIFETIME}
    return render(request, "dossiers/handover_expired.html", context, status=410)


@own_draft
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Remove the draft or receipt from this (shared) device; the draft can be continued elsewhere through its link."""
    draft = draft_cookies.own_draft_of(request, core_code)
    if request.method == "POST":
        response = redirect("dossiers:left", core_code)
        draft_cookies.delete_token(response, core_code)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response
    link = "" if draft.dossier_id else handover_link(request, draft)
    context = {
        "draft": draft,
        "core_code": core_code,
        "handover_link": link,
        "link_lifetime": credentials.HANDOVER_LIFETIME,
    }
    return render(request, "dossiers/leave.html", context)


@private
@require_safe
def left(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Show that nothing of the person's is left on this device."""
    if filing_offer(core_code) is None:
        raise Http404
    return render(request, "dossiers/left.html")


@own_draft
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Ask for confirmation, then delete the draft with its answers and files; explain why a submitted one is kept."""
    draft = draft_cookies.own_draft_of(request, core_code)
    if draft.dossier is not None:
        context = {"dossier": draft.dossier, "period": retention_period(draft.dossier)}
        return render(request, "dossiers/erase_filed.html", context, status=409)
    if request.method == "POST":
        return _erase(request, core_code)
    return render(request, "dossiers/erase.html", {"draft": draft, "files": draft.attachments.count()})


def _erase(request: HttpRequest, core_code: str) -> HttpResponse:
    try:
        services.erase_draft(token=draft_cookies.token_of(request, core_code))
    except NotAllowed:
        draft_cookies.raise_no_draft(request, core_code)
    messages.success(request, _("The draft was deleted with its answers and files."))
    response = redirect("dossiers:start", core_code)
    draft_cookies.delete_token(response, core_code)
    return response
