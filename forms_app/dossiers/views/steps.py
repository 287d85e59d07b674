"""One step of the form: answers are kept whatever is wrong, files are kept at once."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import InvalidInput, NotAllowed
from core.intake import is_key
from forms_app.builder import reusing
from forms_app.builder.compiling import StepForm
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FormSchema, StepSpec
from forms_app.dossiers import access, services
from forms_app.dossiers.files import attachment_response
from forms_app.dossiers.models import Attachment, Draft
from forms_app.dossiers.views import cookies, limits
from forms_app.dossiers.views.elsewhere import own_draft


def step_url(core_code: str, step_id: str) -> str:
    """Return the address of a step."""
    return reverse("dossiers:step", args=[core_code, step_id])


@own_draft
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, core_code: str, step_id: str) -> HttpResponseBase:
    """Ask the questions of one step; POST saves them and goes on."""
    draft = cookies.draft_or_404(request, core_code)
    schema = FormSchema.from_json(draft.form_version.schema)
    spec = schema.step(step_id)
    if spec is None:
        raise Http404
    if draft.dossier_id:
        return redirect("dossiers:receipt", core_code)
    if request.method == "POST":
        return _save(request, draft, schema, spec)
    return _page(request, draft, schema, _form(draft, spec))


def _form(draft: Draft, spec: StepSpec) -> StepForm:
    """Return the step as it was left: with what was typed and not valid yet, without judging it again."""
    left = draft.typed.get(spec.id)
    if not left:
        return StepForm(spec, answers=draft.answers, stored=stored_files(draft))
    data = QueryDict(mutable=True)
    for name, texts in left.items():
        data.setlist(name, texts)
    form = StepForm(spec, answers=draft.answers, data=data, stored=stored_files(draft))
    form.forget_errors()
    return form


@own_draft
@require_safe
def own_file(request: HttpRequest, core_code: str, pk: int) -> HttpResponseBase:
    """Give a citizen back a file of their own draft."""
    draft = cookies.draft_or_404(request, core_code)
    return attachment_response(get_object_or_404(draft.attachments, pk=pk))


def stored_files(draft: Draft) -> dict[str, list[Attachment]]:
    """Return the files of a draft by field id."""
    found: dict[str, list[Attachment]] = defaultdict(list)
    for attachment in draft.attachments.all():
        found[attachment.field_id].append(attachment)
    return found


def _save(request: HttpRequest, draft: Draft, schema: FormSchema, spec: StepSpec) -> HttpResponse:
    try:
        refused = keep_files(request, draft, spec)
    except NotAllowed:
        cookies.no_draft(request, code_of(draft))
    data = reusing.filled(request.POST, spec, draft.answers) if "reuse" in request.POST else request.POST
    form = StepForm(spec, answers=draft.answers, data=data, files=request.FILES, stored=stored_files(draft))
    for field_id, message in refused.items():
        form.add_error(field_id, message)
    stays = not {"upload", "remove", "reuse"}.isdisjoint(request.POST)
    complete = form.is_valid()
    try:
        services.save_step(
            token=cookies.token_of(request, code_of(draft)),
            step_id=spec.id,
            answers=form.answers(),
            complete=complete,
            typed=_typed(data, spec),
        )
    except NotAllowed:
        cookies.no_draft(request, code_of(draft))
    wanted = schema.step(request.POST.get("goto", ""))
    if wanted is not None and not refused:
        return redirect(step_url(code_of(draft), wanted.id))
    if complete and not stays:
        return redirect(_after(schema, spec, code_of(draft)))
    if stays and not refused:
        form.forget_errors()
    return _page(request, draft, schema, form, status=422 if form.errors else 200)


def _typed(data: QueryDict, spec: StepSpec) -> dict[str, list[str]]:
    """Return the texts of the step's own inputs; a question can have several (``address_province``)."""
    own = tuple(f"{field.id}_" for field in spec.fields)
    ids = {field.id for field in spec.fields}
    return {name: data.getlist(name) for name in data if name in ids or name.startswith(own)}


def code_of(draft: Draft) -> str:
    """Return the national code under which the draft's pages live."""
    return draft.procedure_version.procedure.core_code


def keep_files(request: HttpRequest, draft: Draft, spec: StepSpec) -> dict[str, str]:
    """Store what came and remove what was asked; returns what was refused, by field id."""
    removed = request.POST.get("remove", "")
    if is_key(removed) and (attachment := draft.attachments.filter(pk=removed).first()):
        services.remove(attachment=attachment)
    refused: dict[str, str] = {}
    for field in spec.fields:
        if registry.get(field.type).stores_files:
            for upload in request.FILES.getlist(field.id):
                try:
                    limits.check_upload(request)
                    services.store_answer(draft=draft, spec=field, upload=upload)
                except InvalidInput as error:
                    refused[field.id] = error.message
    return refused


def _after(schema: FormSchema, spec: StepSpec, core_code: str) -> str:
    following = [step.id for step in schema.steps[schema.steps.index(spec) + 1 :]]
    return step_url(core_code, following[0]) if following else reverse("dossiers:review", args=[core_code])


def progress(draft: Draft, schema: FormSchema, number: int) -> dict[str, Any]:
    """Return what components/stepper.html shows: the steps of the form and the review."""
    core_code = code_of(draft)
    steps = [
        {"title": step.title, "url": step_url(core_code, step.id) if step.id in draft.steps_done else ""}
        for step in schema.steps
    ]
    return {"number": number, "total": len(steps) + 1, "steps": steps}


def _page(
    request: HttpRequest, draft: Draft, schema: FormSchema, form: StepForm, status: int = 200
) -> HttpResponse:
    position, core_code = schema.steps.index(form.step), code_of(draft)
    context = {
        "draft": draft,
        "form": form,
        "step": form.step,
        "can_reuse": "reuse" not in request.POST
        and bool(reusing.offered(form.step, draft.answers).keys() - draft.answers.keys()),
        "progress": progress(draft, schema, position + 1),
        "back_to": schema.steps[position - 1].id if position else "",
        "handover_link": request.build_absolute_uri(
            reverse("dossiers:take-over", args=[core_code, access.handover_link(draft.token_hash)])
        ),
    }
    return render(request, "dossiers/step.html", context, status=status)
