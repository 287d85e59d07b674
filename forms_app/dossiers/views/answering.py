"""The citizen's two acts on a filed dossier: supply what was asked, withdraw."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.errors import Conflict, InvalidInput, NotAllowed
from core.intake import is_key
from forms_app.builder.compiling import StepForm
from forms_app.builder.schema import StepSpec
from forms_app.dossiers import services
from forms_app.dossiers.forms import WithdrawForm, supplement_step
from forms_app.dossiers.models import Attachment, Dossier, SupplementRequest
from forms_app.dossiers.selectors.mine import open_request
from forms_app.dossiers.transitions import CITIZEN, Action, allowed
from forms_app.dossiers.views import limits
from forms_app.dossiers.views.mine import dossier_or_404
from forms_app.dossiers.views.private import private


@private
@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask only for what the agency asked; files are kept at once, the answer is sent as a whole."""
    dossier = dossier_or_404(token)
    asked = open_request(dossier)
    if asked is None:
        return redirect("dossiers:mine", token)
    spec = supplement_step(asked)
    if request.method == "POST":
        return _supply(request, dossier, asked, spec, token)
    form = StepForm(spec, answers=asked.answers, stored=_stored(asked))
    return _page(request, dossier=dossier, asked=asked, form=form, token=token)


def _supply(
    request: HttpRequest, dossier: Dossier, asked: SupplementRequest, spec: StepSpec, token: str
) -> HttpResponse:
    refused = _keep_files(request, asked, spec)
    form = StepForm(
        spec, answers=asked.answers, data=request.POST, files=request.FILES, stored=_stored(asked)
    )
    for field_id, message in refused.items():
        form.add_error(field_id, message)
    if "upload" in request.POST or "remove" in request.POST:
        if not refused:
            form.is_valid()
            form.forget_errors()
        return _page(
            request, dossier=dossier, asked=asked, form=form, token=token, status=422 if refused else 200
        )
    if form.is_valid():
        try:
            services.supply(dossier=dossier, expected_version=_version(request), texts=form.answers())
        except (Conflict, InvalidInput) as error:
            form.add_error(None, error.message)
        except NotAllowed as error:
            raise Http404 from error
        else:
            return redirect("dossiers:mine", token)
    return _page(request, dossier=dossier, asked=asked, form=form, token=token, status=422)


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if is_key(text) else 0


def _stored(asked: SupplementRequest) -> dict[str, list[Attachment]]:
    found: dict[str, list[Attachment]] = {}
    for attachment in asked.attachments.all():
        found.setdefault(attachment.field_id, []).append(attachment)
    return found


def _keep_files(request: HttpRequest, asked: SupplementRequest, spec: StepSpec) -> dict[str, str]:
    removed = request.POST.get("remove", "")
    if is_key(removed) and (attachment := asked.attachments.filter(pk=removed).first()):
        services.remove(attachment=attachment)
    refused: dict[str, str] = {}
    for field in spec.fields:
        for upload in request.FILES.getlist(field.id) if field.type == "file" else []:
            try:
                limits.check_upload(request)
                services.store_supplement(request=asked, spec=field, upload=upload)
            except InvalidInput as error:
                refused[field.id] = error.message
    return refused


def _page(
    request: HttpRequest,
    *,
    dossier: Dossier,
    asked: SupplementRequest,
    form: StepForm,
    token: str,
    status: int = 200,
) -> HttpResponse:
    context = {"dossier": dossier, "asked": asked, "form": form, "token": token}
    return render(request, "dossiers/supplement.html", context, status=status)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask for the reason, then withdraw."""
    dossier = dossier_or_404(token)
    if Action.WITHDRAW not in {row.action for row in allowed(dossier, {CITIZEN})}:
        return redirect("dossiers:mine", token)
    form = WithdrawForm(request.POST or None, initial={"version": dossier.version})
    if request.method == "POST" and form.is_valid():
        try:
            services.withdraw(
                dossier=dossier,
                expected_version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
            )
        except (Conflict, InvalidInput) as error:
            form.add_error(None, error.message)
        else:
            return redirect("dossiers:mine", token)
    status = 422 if form.errors else 200
    return render(
        request, "dossiers/withdraw.html", {"dossier": dossier, "form": form, "token": token}, status=status
    )
