"""Before the first question: what is needed, and which agency receives it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Agency
from core.errors import NotAllowed
from forms_app.builder.schema import FormSchema
from forms_app.dossiers import access, services
from forms_app.dossiers.forms import StartForm
from forms_app.dossiers.models import Draft
from forms_app.dossiers.selectors.drafts import draft_by_link, missing_steps
from forms_app.dossiers.selectors.keeping import keeping_of
from forms_app.dossiers.selectors.procedures import Offer, offer_for
from forms_app.dossiers.views import cookies, limits
from forms_app.dossiers.views.elsewhere import own_draft
from forms_app.dossiers.views.private import private
from forms_app.dossiers.views.steps import step_url


@private
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Show what is needed; POST begins a draft."""
    offer = offer_for(core_code)
    if offer is None:
        raise Http404
    agencies = list(offer.agencies)
    form = StartForm(request.POST or None, agencies=offer.agencies)
    if request.method == "POST":
        if _open_draft(request, core_code):
            # Begun in another tab: what was answered there is gone on with, never replaced.
            return redirect("dossiers:resume", core_code)
        agency = (
            agencies[0] if len(agencies) == 1 else form.cleaned_data["agency"] if form.is_valid() else None
        )
        if agency is not None and limits.may_begin(request):
            return _begin(offer, agency)
        if agency is not None:
            messages.error(request, limits.too_many())
            return _page(request, offer, form, agencies, status=429)
    return _page(request, offer, form, agencies)


def _open_draft(request: HttpRequest, core_code: str) -> Draft | None:
    draft = cookies.draft_of(request, core_code)
    return draft if draft and draft.dossier_id is None else None


def _begin(offer: Offer, agency: Agency) -> HttpResponse:
    _draft, token = services.start_draft(
        procedure_version=offer.version, form_version=offer.form, agency=agency
    )
    schema = FormSchema.from_json(offer.form.schema)
    core_code = offer.procedure.core_code
    response = redirect(step_url(core_code, schema.steps[0].id))
    cookies.remember(response, core_code, token)
    return response


def _page(
    request: HttpRequest, offer: Offer, form: StartForm, agencies: list[Agency], status: int = 200
) -> HttpResponse:
    schema = FormSchema.from_json(offer.form.schema)
    content = offer.version.content
    context = {
        "offer": offer,
        "content": content,
        "schema": schema,
        "form": form,
        "agency": agencies[0] if len(agencies) == 1 else None,
        "papers": [paper for paper in content.papers() if paper.kind != "ghi_chu"],
        "draft": _open_draft(request, offer.procedure.core_code),
        "resume_url": reverse("dossiers:resume", args=[offer.procedure.core_code]),
    }
    return render(request, "dossiers/start.html", context, status=status)


@own_draft
@require_safe
def resume(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Go on where the draft of this browser stands."""
    draft = cookies.draft_or_404(request, core_code)
    if draft.dossier_id:
        return redirect("dossiers:receipt", core_code)
    missing = missing_steps(draft, FormSchema.from_json(draft.form_version.schema))
    return redirect(
        step_url(core_code, missing[0].id) if missing else reverse("dossiers:review", args=[core_code])
    )


@private
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest, core_code: str, token: str) -> HttpResponseBase:
    """Offer the draft that another device hands over; POST moves it here (docs/adr/0061).

    A GET moves nothing: messengers open links to show what is behind them.
    """
    draft, own = draft_by_link(token, timezone.now()), _open_draft(request, core_code)
    if draft is None or draft.procedure_version.procedure.core_code != core_code:
        return _no_handover(request, core_code, token)
    if own == draft:
        return redirect("dossiers:resume", core_code)
    if request.method == "POST" and own is None:
        return _take(request, core_code, token)
    context = {"draft": draft, "own": own, "core_code": core_code}
    status = 409 if request.method == "POST" else 200
    return render(request, "dossiers/take_over.html", context, status=status)


def _take(request: HttpRequest, core_code: str, link: str) -> HttpResponse:
    try:
        token = services.take_over(link=link)
    except NotAllowed:
        return _no_handover(request, core_code, link)
    response = redirect("dossiers:resume", core_code)
    cookies.remember(response, core_code, token)
    return response


def _no_handover(request: HttpRequest, core_code: str, link: str) -> HttpResponse:
    """Say that a link was used or is too old; one that the portal never made does not exist."""
    if access.handed_over(link) is None:
        raise Http404
    return render(request, "dossiers/handover_over.html", {"core_code": core_code}, status=410)


@own_draft
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, core_code: str) -> HttpResponseBase:
    """Ask once more, then delete the draft with all that was answered and uploaded; of a filed one say why not."""
    draft = cookies.draft_or_404(request, core_code)
    if draft.dossier is not None:
        context = {"dossier": draft.dossier, "keeping": keeping_of(draft.dossier)}
        return render(request, "dossiers/erase_filed.html", context, status=409)
    if request.method == "POST":
        return _erase(request, core_code)
    return render(request, "dossiers/erase.html", {"draft": draft, "files": draft.attachments.count()})


def _erase(request: HttpRequest, core_code: str) -> HttpResponse:
    try:
        services.erase_draft(token=cookies.token_of(request, core_code))
    except NotAllowed:
        cookies.no_draft(request, core_code)
    messages.success(request, _("The draft is deleted with its answers and files."))
    response = redirect("dossiers:start", core_code)
    cookies.forget(response, core_code)
    return response
