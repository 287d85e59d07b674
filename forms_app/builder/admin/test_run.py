"""A test run of a form, step by step as citizens see it; answers are validated but not stored."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from forms_app.builder import applicant, validation
from forms_app.builder.admin.views import editor_required
from forms_app.builder.field_types import registry
from forms_app.builder.models import FormDefinition
from forms_app.builder.schema import FormSchema, StepSpec
from forms_app.builder.selectors import controlled_forms
from forms_app.builder.step_form import StepForm

# Denotes the working copy in place of a version number.
WORKING_COPY = 0


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """A file uploaded in a test run; it is not stored."""

    original_name: str
    size: int
    pk: int = 0


@editor_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, pk: int, number: int, step_id: str) -> HttpResponse:
    """Show one step of version ``number``; a valid POST leads to the next step."""
    definition = get_object_or_404(controlled_forms(request.user).select_related("procedure"), pk=pk)
    schema = _schema(definition, number)
    spec = schema.step(step_id)
    if spec is None:
        raise Http404
    position = schema.steps.index(spec)
    addresses = [reverse("builder_test_run", args=[pk, number, each.id]) for each in schema.steps]
    form = _form(request, spec)
    stays = {"upload", "units"} & set(request.POST)
    if request.method == "POST" and form.is_valid() and not stays:
        return redirect(addresses[(position + 1) % len(addresses)])
    if stays:
        form.discard_errors()
    titles = [each.title for each in schema.steps]
    context = {
        "definition": definition,
        "number": number,
        "step": spec,
        "form": form,
        "position": position + 1,
        "steps": [{"title": title, "url": url} for title, url in zip(titles, addresses, strict=True)],
        "back_url": addresses[position - 1] if position else "",
    }
    return render(request, "builder/admin/test_run.html", context, status=422 if form.errors else 200)


def _schema(definition: FormDefinition, number: int) -> FormSchema:
    if number == WORKING_COPY:
        if not validation.is_editable(definition.working_copy):
            raise Http404
        return applicant.with_applicant(FormSchema.from_json(definition.working_copy))
    return FormSchema.from_json(get_object_or_404(definition.versions, number=number).schema)


def _form(request: HttpRequest, spec: StepSpec) -> StepForm:
    if request.method != "POST":
        return StepForm(spec, answers={})
    chosen = {
        field.id: [ChosenFile(file.name or "", file.size or 0) for file in request.FILES.getlist(field.id)]
        for field in spec.fields
        if registry.get(field.type).stores_files
    }
    return StepForm(spec, answers={}, data=request.POST, files=request.FILES, stored=chosen)
