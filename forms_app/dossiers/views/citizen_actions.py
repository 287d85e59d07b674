"""The citizen's two actions on a submitted dossier: send a supplement, withdraw."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.display import time_text
from core.errors import Conflict, InvalidInput, NotAllowed
from core.text import parse_pk
from forms_app.builder.schema import StepSpec
from forms_app.builder.step_form import StepForm
from forms_app.dossiers import services
from forms_app.dossiers.forms import WithdrawForm, supplement_step
from forms_app.dossiers.models import Dossier, SupplementRequest
from forms_app.dossiers.selectors import view_log
from forms_app.dossiers.selectors.dossiers import (
    files_by_field,
    named_request,
    open_request,
    problems_by_field,
    unsent_answers,
)
from forms_app.dossiers.services.view_log import log_own_view
from forms_app.dossiers.transitions import CITIZEN, Action, allowed_transitions
from forms_app.dossiers.views import draft_cookies
from forms_app.dossiers.views.late_supplements import late_supplement
from forms_app.dossiers.views.steps import ALL, CHECK, FILES, receive_files
from forms_app.dossiers.views.tracking import dossier_or_404, own_dossier


@own_dossier
@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask only for what the agency requested; files and texts are saved at once, and the answer is sent as a whole."""
    dossier = dossier_or_404(token)
    asked = open_request(dossier)
    if request.method == "POST" and (asked is None or named_request(dossier, request.POST) != asked):
        return late_supplement(request, dossier, token)
    if asked is None:
        return redirect("dossiers:tracking", token)
    log_own_view(dossier, view_log.SUPPLEMENT)
    spec = supplement_step(asked)
    if request.method == "POST":
        return _supply(request, dossier, asked, spec, token)
    check = request.GET.get(CHECK, "")
    stored = files_by_field(asked.attachments.all())
    data = QueryDict(urlencode(asked.typed)) if check else None
    rejected = asked.rejected_files | problems_by_field(stored) if check else None
    form = StepForm(spec, answers=asked.typed, data=data, stored=stored, rejected=rejected)
    if check != ALL:
        form.discard_errors()
    context = {
        "dossier": dossier, "asked": asked, "form": form, "token": token, "unsent": unsent_answers(dossier)
    }  # fmt: skip
    return render(request, "dossiers/supplement.html", context)


def _supply(
    request: HttpRequest, dossier: Dossier, asked: SupplementRequest, spec: StepSpec, token: str
) -> HttpResponse:
    rejected = receive_files(
        request, spec, stored=asked.attachments, store=partial(services.store_supplement, request=asked)
    )
    texts = {name: request.POST[name] for name in draft_cookies.own_inputs(request.POST, spec)}
    services.save_supplement(request=asked, texts=texts, rejected_files=rejected)
    if open_request(dossier) != asked:  # the desk ended it meanwhile
        return late_supplement(request, dossier, token)
    if "autosave" in request.POST:
        return JsonResponse({"time": time_text(timezone.now())})
    stays = "upload" in request.POST or "remove" in request.POST
    stored = files_by_field(asked.attachments.all())
    problems = problems_by_field(stored) | rejected
    form = StepForm(
        spec, answers={}, data=request.POST, files=request.FILES, stored=stored, rejected=problems
    )
    query = "" if stays and not rejected else f"?{CHECK}={FILES if stays else ALL}"
    if not stays and form.is_valid():
        try:
            version = parse_pk(request.POST.get("version", "")) or 0
            services.supply(dossier=dossier, expected_version=version, texts=form.answers())
        except (Conflict, InvalidInput) as error:
            messages.error(request, error.message)
            query = ""
        except NotAllowed as error:
            raise Http404 from error
        else:
            messages.success(request, _("The agency has received your supplement."))
            return redirect("dossiers:tracking", token)
    field = next(iter(rejected), request.POST.get("upload", ""))
    anchor = f"#field_id_{field}" if field in {item.id for item in spec.fields} else ""
    return redirect(f"{request.path}{query}{anchor}")


@own_dossier
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponseBase:
    """Ask for the reason, then withdraw."""
    dossier = dossier_or_404(token)
    if Action.WITHDRAW not in {row.action for row in allowed_transitions(dossier, {CITIZEN})}:
        return redirect("dossiers:tracking", token)
    log_own_view(dossier, view_log.WITHDRAWAL)
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
        except NotAllowed as error:
            raise Http404 from error
        else:
            return redirect("dossiers:tracking", token)
    status = 422 if form.errors else 200
    return render(
        request, "dossiers/withdraw.html", {"dossier": dossier, "form": form, "token": token}, status=status
    )
