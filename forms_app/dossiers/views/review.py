"""Read everything once more, consent, file; then the receipt."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import Conflict, InvalidInput, NotAllowed
from forms_app.builder.presenting import present
from forms_app.builder.schema import FormSchema
from forms_app.dossiers import services
from forms_app.dossiers.forms import ReviewForm
from forms_app.dossiers.models import Draft
from forms_app.dossiers.selectors.drafts import missing_steps
from forms_app.dossiers.selectors.procedures import consent_in_force
from forms_app.dossiers.services.retention import RECEIPT_OPEN
from forms_app.dossiers.views import cookies
from forms_app.dossiers.views.elsewhere import own_draft
from forms_app.dossiers.views.steps import code_of, progress, step_url, stored_files


@own_draft
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Show every answer as it was asked; POST files the dossier, however often it is sent."""
    if request.method == "POST":
        return _file(request, core_code)
    draft = cookies.draft_or_404(request, core_code)
    if draft.dossier_id:
        return redirect("dossiers:receipt", core_code)
    return _page(request, draft, ReviewForm(initial=_initial(draft)))


def _initial(draft: Draft) -> dict[str, Any]:
    consent = consent_in_force()
    return {"key": draft.idempotency_key, "consent_number": consent.number if consent else 0}


def _file(request: HttpRequest, core_code: str) -> HttpResponse:
    """File what the cookie of this procedure names; the service finds it, so it is read here only to show it again."""
    form, consent = ReviewForm(request.POST), consent_in_force()
    if form.is_valid():
        # Consent is to the text that was read: a newer one is shown and asked again.
        agreed = consent if consent and form.cleaned_data["consent_number"] == consent.number else None
        try:
            services.submit(
                token=cookies.token_of(request, core_code),
                idempotency_key=form.cleaned_data["key"],
                consent=agreed,
            )
        except (InvalidInput, Conflict) as error:
            form.add_error(None, error.message)
        except NotAllowed:
            cookies.no_draft(request, core_code)
        else:
            return redirect("dossiers:receipt", core_code)
    return _page(request, cookies.draft_or_404(request, core_code), form, status=422)


def _page(request: HttpRequest, draft: Draft, form: ReviewForm, status: int = 200) -> HttpResponse:
    schema = FormSchema.from_json(draft.form_version.schema)
    core_code = code_of(draft)
    form.initial = _initial(draft)
    context = {
        "draft": draft,
        "form": form,
        "steps": [
            (step, step_url(core_code, step.id))
            for step in present(schema, draft.answers, stored_files(draft))
        ],
        "missing": [(step.title, step_url(core_code, step.id)) for step in missing_steps(draft, schema)],
        "consent": consent_in_force(),
        "progress": progress(draft, schema, len(schema.steps) + 1),
        "back_url": step_url(core_code, schema.steps[-1].id),
    }
    return render(request, "dossiers/review.html", context, status=status)


@own_draft
@require_safe
def receipt(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Show code, second secret and private link, for an hour after filing; later only the code."""
    draft = cookies.draft_or_404(request, core_code)
    if draft.dossier is None:
        return redirect("dossiers:review", core_code)
    told = services.answer_for(draft.dossier)
    fresh = timezone.now() - draft.dossier.submitted_at < RECEIPT_OPEN
    context = {
        "dossier": draft.dossier,
        "draft": draft,
        "secret": told.secret if fresh else "",
        "private_url": request.build_absolute_uri(reverse("dossiers:mine", args=[told.token]))
        if told.token and fresh
        else "",
        "paper_url": reverse("dossiers:paper", args=[told.token, "mau-01"]) if told.token and fresh else "",
    }
    return render(request, "dossiers/receipt.html", context)
