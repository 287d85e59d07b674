"""Fill in the form step by step, review it, submit it, and show the receipt.

Answers are saved even if they are invalid, files as soon as they are sent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.db.models import Manager
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.display import time_text
from core.errors import Conflict, InvalidInput, NotAllowed
from core.foreign_files.inspection import clean_name
from core.text import parse_pk
from core.web.throttle import client_network
from core.web.uploads import failed_uploads
from forms_app.builder import prefill
from forms_app.builder.answer_display import answered_steps
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FormSchema, StepSpec
from forms_app.builder.step_form import StepForm
from forms_app.builder.translation import in_active_language
from forms_app.dossiers import credentials, services
from forms_app.dossiers.forms import ReviewForm
from forms_app.dossiers.models import Attachment, Draft
from forms_app.dossiers.printed_forms import RECEIPT
from forms_app.dossiers.responses import attachment_response
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.selectors import view_log
from forms_app.dossiers.selectors.dossiers import files_by_field, problems_by_field
from forms_app.dossiers.selectors.filing import missing_steps
from forms_app.dossiers.services.secrets import RECEIPT_WINDOW
from forms_app.dossiers.services.uploads import storage_message
from forms_app.dossiers.services.view_log import log_own_view
from forms_app.dossiers.status_texts import dossier_text, pending_intake
from forms_app.dossiers.transitions import Status
from forms_app.dossiers.views import draft_cookies, throttles
from forms_app.dossiers.views.draft_cookies import own_draft
from procedures.selectors import agencies_for_procedure

# Parameter of a page to which a form with errors returned, and what it shows: all errors, or those of files.
CHECK: Final = "kiem-tra"
ALL: Final = "het"
FILES: Final = "tep"
# Value of the parameter ``return`` of a step that was opened from the review.
REVIEW: Final = "xem-lai"
MAX_PAGE_ID: Final = 12
# How long the receipt page shows the key on a shared device, where the next person could read it.
SHARED_RECEIPT_WINDOW: Final = timedelta(minutes=15)


def step_url(core_code: str, step_id: str) -> str:
    """Return the address of a step."""
    return reverse("dossiers:step", args=[core_code, step_id])


def code_of(draft: Draft) -> str:
    """Return the national code in the addresses of the draft's pages."""
    return draft.procedure_version.procedure.core_code


@own_draft
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, core_code: str, step_id: str) -> HttpResponseBase:
    """Ask the questions of one step; POST saves them and continues, or returns to this page if there is an error."""
    draft = draft_cookies.own_draft_of(request, core_code)
    schema = in_active_language(FormSchema.from_json(draft.form_version.schema))
    spec = schema.step(step_id)
    if spec is None:
        raise Http404
    if draft.dossier_id:
        return redirect("dossiers:receipt", core_code)
    if request.method == "POST":
        return _save(request, draft, schema, spec)
    return _step_page(request, draft, schema, _form(draft, spec, request.GET.get(CHECK, "")))


def _form(draft: Draft, spec: StepSpec, check: str) -> StepForm:
    """Return the step as it was left, with what was typed but is not valid yet.

    ``check`` is ``ALL`` after the button was pressed, which shows every error, or ``FILES`` after an upload, which
    shows why files were not accepted; otherwise there are none.
    """
    stored = files_by_field(draft.attachments.all())
    left = draft.typed.get(spec.id)
    if not left and not check:
        # A verdict may have come since the step was left; the page shows it next to the file.
        return StepForm(spec, answers=draft.answers, stored=stored)
    data = QueryDict(mutable=True)
    for name, texts in (left or {}).items():
        data.setlist(name, texts)
    rejected = {**draft.rejected_files.get(spec.id, {}), **problems_by_field(stored)} if check else None
    bound = left or spec.id not in draft.steps_done
    form = StepForm(
        spec, answers=draft.answers, data=data if bound else None, stored=stored, rejected=rejected
    )
    if check != ALL:
        form.discard_errors()
    return form


@own_draft
@require_safe
def own_file(request: HttpRequest, core_code: str, pk: int) -> HttpResponseBase:
    """Send a citizen a file of their own draft."""
    draft = draft_cookies.own_draft_of(request, core_code)
    chosen = get_object_or_404(draft.attachments, pk=pk)
    return attachment_response(request, chosen, back_url=reverse("dossiers:review", args=[core_code]))


def _save(request: HttpRequest, draft: Draft, schema: FormSchema, spec: StepSpec) -> HttpResponse:
    core_code = code_of(draft)
    try:
        rejected = receive_files(
            request, spec, stored=draft.attachments, store=partial(services.store_answer, draft=draft)
        )
    except NotAllowed:
        draft_cookies.raise_no_draft(request, core_code)
    data = (
        prefill.with_applicant_values(request.POST, spec, draft.answers)
        if "reuse" in request.POST
        else request.POST
    )
    stored = files_by_field(draft.attachments.all())
    problems = problems_by_field(stored) | rejected
    form = StepForm(
        spec, answers=draft.answers, data=data, files=request.FILES, stored=stored, rejected=problems
    )
    in_background = "autosave" in request.POST
    # An automatic save does not finish a step that is still being filled in.
    complete = form.is_valid() and (not in_background or spec.id in draft.steps_done)
    own = draft_cookies.own_inputs(data, spec)
    try:
        saved = services.save_step(
            token=draft_cookies.token_of(request, core_code), step_id=spec.id, answers=form.answers(),
            complete=complete, typed=dict(own.lists()), rejected_files=rejected, page=_page_ids(request),
        )  # fmt: skip
    except NotAllowed:
        draft_cookies.raise_no_draft(request, core_code)
    except Conflict as error:
        if in_background:
            return JsonResponse({"message": error.message}, status=409)
        return conflict_page(request, core_code, form, error)
    if in_background:
        response: HttpResponse = JsonResponse({"time": time_text(saved.saved_at)})
    else:
        response = redirect(_next_url(request, schema, spec, core_code, complete=complete, rejected=rejected))
    draft_cookies.prolong(response, request, draft)
    return response


def _page_ids(request: HttpRequest) -> services.PageIds | None:
    own = request.POST.get("page_id", "")[:MAX_PAGE_ID]
    return services.PageIds(own, request.POST.get("based_on", "")[:MAX_PAGE_ID]) if own else None


def _next_url(
    request: HttpRequest,
    schema: FormSchema,
    spec: StepSpec,
    core_code: str,
    *,
    complete: bool,
    rejected: dict[str, str],
) -> str:
    """Return where a saved step leads: forward, to another step, or back to this one, which shows what is wrong."""
    wanted = schema.step(request.POST.get("goto", ""))
    to_review = request.POST.get("return", "") == REVIEW
    if wanted is not None and not rejected:
        return step_url(core_code, wanted.id)
    stays = {"upload", "remove", "reuse", "units"} & set(request.POST)
    if complete and not stays and not rejected:
        return reverse("dossiers:review", args=[core_code]) if to_review else _after(schema, spec, core_code)
    query = {}
    if not stays:
        query[CHECK] = ALL
    elif rejected:
        query[CHECK] = FILES
    if to_review:
        query["return"] = REVIEW
    field = next(iter(rejected), request.POST.get("upload", "") or request.POST.get("units", ""))
    anchor = f"#field_id_{field}" if field in {item.id for item in spec.fields} else ""
    return f"{step_url(core_code, spec.id)}{'?' if query else ''}{urlencode(query)}{anchor}"


def conflict_page(request: HttpRequest, core_code: str, form: StepForm, error: Conflict) -> HttpResponse:
    """Show what was just typed next to what another tab saved; sending again replaces the latter."""
    draft = draft_cookies.own_draft_of(request, core_code)
    schema = in_active_language(FormSchema.from_json(draft.form_version.schema))
    form.discard_errors()
    return _step_page(request, draft, schema, form, status=409, conflict=error.message)


def receive_files(
    request: HttpRequest, spec: StepSpec, *, stored: Manager[Attachment], store: Callable[..., Attachment]
) -> dict[str, str]:
    """Remove the file named by ``remove`` if it is among ``stored``, then ``store`` each file sent for ``spec``.

    Returns the messages about rejected files, by field id. A message says if a file was not stored again because it
    was there already under another name.
    """
    removed = parse_pk(request.POST.get("remove", ""))
    if removed and (attachment := stored.filter(pk=removed).first()):
        services.remove(attachment=attachment)
    rejected: dict[str, str] = {}
    known = set(stored.values_list("pk", flat=True)) if request.FILES else set()
    for field in spec.fields:
        if registry.get(field.type).stores_files:
            for upload in request.FILES.getlist(field.id):
                try:
                    throttles.check_upload(request)
                    file = store(spec=field, upload=upload, network=client_network(request))
                    _report_repeated(request, file, clean_name(upload.name or ""), known)
                except (Conflict, InvalidInput) as error:
                    rejected[field.id] = error.message
            if name := failed_uploads(request).get(field.id):
                rejected[field.id] = storage_message(name)
    return rejected


def _report_repeated(request: HttpRequest, file: Attachment, name: str, known: set[int]) -> None:
    """Say that ``file`` was there already under another name than ``name``; add it to ``known``."""
    if file.pk in known and file.original_name != name:
        text = _("“%(name)s” has the same content as “%(stored)s” and was not added again.")
        messages.info(request, text % {"name": name, "stored": file.original_name})
    known.add(file.pk)


def _after(schema: FormSchema, spec: StepSpec, core_code: str) -> str:
    following = [step.id for step in schema.steps[schema.steps.index(spec) + 1 :]]
    return step_url(core_code, following[0]) if following else reverse("dossiers:review", args=[core_code])


def _progress(draft: Draft, schema: FormSchema, number: int) -> dict[str, Any]:
    """Return the context of ``components/stepper.html``: the steps of the form and the review."""
    core_code = code_of(draft)
    steps = [
        {"title": step.title, "url": step_url(core_code, step.id) if step.id in draft.steps_done else ""}
        for step in schema.steps
    ]
    return {"number": number, "total": len(steps) + 1, "steps": steps}


def _step_page(
    request: HttpRequest,
    draft: Draft,
    schema: FormSchema,
    form: StepForm,
    *,
    status: int = 200,
    conflict: str = "",
) -> HttpResponse:
    position = schema.steps.index(form.step)
    missing = prefill.applicant_values(form.step, draft.answers).keys() - draft.answers.keys()
    sent = request.GET if request.method != "POST" else request.POST
    context = {
        "draft": draft,
        "form": form,
        "step": form.step,
        "step_url": step_url(code_of(draft), form.step.id),
        "can_reuse": bool(missing),
        "progress": _progress(draft, schema, position + 1),
        "back_to": schema.steps[position - 1].id if position else "",
        "to_review": sent.get("return", "") == REVIEW,
        "page_id": get_random_string(MAX_PAGE_ID),
        "based_on": draft.saved_by.get(form.step.id, ""),
        "conflict": conflict,
        "saved_answers": _saved_answers(draft, schema, form.step) if conflict else [],
        "handover_link": handover_link(request, draft),
        "link_lifetime": credentials.HANDOVER_LIFETIME,
    }
    return render(request, "dossiers/step.html", context, status=status)


def handover_link(request: HttpRequest, draft: Draft) -> str:
    """Return the address at which another device takes over ``draft``."""
    token = credentials.handover_token(draft.token_hash)
    return request.build_absolute_uri(reverse("dossiers:take-over", args=[code_of(draft), token]))


def _saved_answers(draft: Draft, schema: FormSchema, spec: StepSpec) -> list[tuple[str, str]]:
    steps = answered_steps(schema, draft.answers, files_by_field(draft.attachments.all()))
    found = next(step for step in steps if step.id == spec.id)
    return [(answer.label, answer.text) for answer in found.fields if answer.answered]


@own_draft
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Show every answer as it was asked; POST submits the dossier once, however often it is sent."""
    if request.method == "POST":
        return _submit(request, core_code)
    draft = draft_cookies.own_draft_of(request, core_code)
    if draft.dossier_id:
        return redirect("dossiers:receipt", core_code)
    checked = CHECK in request.GET
    form = ReviewForm(_initial(draft)) if checked else ReviewForm(initial=_initial(draft))
    return _review_page(request, draft, form)


def _initial(draft: Draft) -> dict[str, Any]:
    consent = consent_in_force()
    return {"key": draft.idempotency_key, "consent_number": consent.number if consent else 0}


def _submit(request: HttpRequest, core_code: str) -> HttpResponse:
    """Submit the draft named by the cookie; if there is an error, return to the review, which shows it."""
    form, consent = ReviewForm(request.POST), consent_in_force()
    if form.is_valid():
        # Consent applies to the text that was read: if there is a newer one, it is shown and consent requested again.
        agreed = consent if consent and form.cleaned_data["consent_number"] == consent.number else None
        try:
            services.submit(
                token=draft_cookies.token_of(request, core_code),
                idempotency_key=form.cleaned_data["key"],
                consent=agreed,
                language=get_language() or "vi",
            )
        except (InvalidInput, Conflict) as error:
            if "consent" not in getattr(error, "fields", {}):
                messages.error(request, error.message)
                return redirect("dossiers:review", core_code)
        except NotAllowed:
            draft_cookies.raise_no_draft(request, core_code)
        else:
            return redirect("dossiers:receipt", core_code)
    draft_cookies.own_draft_of(request, core_code)
    return redirect(f"{request.path}?{urlencode({CHECK: ALL})}")


def _review_page(request: HttpRequest, draft: Draft, form: ReviewForm) -> HttpResponse:
    schema = in_active_language(FormSchema.from_json(draft.form_version.schema))
    core_code = code_of(draft)
    stored = files_by_field(draft.attachments.all())
    context = {
        "draft": draft,
        "form": form,
        "steps": [
            (step, f"{step_url(core_code, step.id)}?return={REVIEW}")
            for step in answered_steps(schema, draft.answers, stored)
        ],
        "missing": [
            (step.title, f"{step_url(core_code, step.id)}?return={REVIEW}")
            for step in missing_steps(draft, schema)
        ],
        "can_change": agencies_for_procedure(draft.procedure_version.procedure).count() > 1,
        "consent": consent_in_force(),
        "progress": _progress(draft, schema, len(schema.steps) + 1),
        "back_url": step_url(core_code, schema.steps[-1].id),
    }
    return render(request, "dossiers/review.html", context)


@own_draft
@require_safe
def receipt(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Show code, lookup key and private link for a limited time after submission; later only the code."""
    draft = draft_cookies.own_draft_of(request, core_code)
    if draft.dossier is None:
        return redirect("dossiers:review", core_code)
    log_own_view(draft.dossier, view_log.RECEIPT)
    context: dict[str, Any] = {
        "dossier": draft.dossier,
        "draft": draft,
        "core_code": core_code,
        "texts": dossier_text(draft.dossier),
        "intake_due_at": pending_intake(draft.dossier),
        "just_filed": draft.dossier.status == Status.REGISTERED,
        "key_replaced": draft.dossier.secrets_issued_at != draft.dossier.submitted_at,
    }
    filing_receipt = services.receipt_for(draft.dossier)
    shown_for = SHARED_RECEIPT_WINDOW if draft.on_shared_device else RECEIPT_WINDOW
    is_recent = timezone.now() - draft.dossier.submitted_at < shown_for
    if filing_receipt.token and services.recently_issued_secrets(draft.dossier) and is_recent:
        token = filing_receipt.token
        context |= {
            "lookup_key": filing_receipt.lookup_key,
            "shown_for": shown_for,
            "private_url": request.build_absolute_uri(reverse("dossiers:tracking", args=[token])),
            "receipt_url": reverse("dossiers:printed-form", args=[token, RECEIPT]),
        }
    return render(request, "dossiers/receipt.html", context)
