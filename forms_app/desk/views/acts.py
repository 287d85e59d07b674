"""Acts on one dossier: a button where nothing needs to be said, a form where the citizen must be told why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.display import date_text
from core.errors import Conflict, InvalidInput, NotAllowed
from forms_app.desk import asking, services
from forms_app.desk.access import Desk, behind_the_desk
from forms_app.desk.forms import ActForm, AssignForm, FinishForm, SupplementForm
from forms_app.desk.presenting import OfferedAct, act_called, offered_acts
from forms_app.desk.selectors import queue
from forms_app.desk.selectors.detail import dossier_of
from forms_app.desk.views.trail import trail_of
from forms_app.dossiers import looks
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import perform
from forms_app.dossiers.transitions import Action


@dataclass(frozen=True, slots=True)
class _Case:
    """What one request is about."""

    desk: Desk
    dossier: Dossier
    act: OfferedAct


@require_http_methods(["GET", "HEAD", "POST"])
@behind_the_desk
def act(request: HttpRequest, desk: Desk, code: str, action: str) -> HttpResponseBase:
    """Show the form of ``action`` and do it."""
    found = dossier_of(desk, code)
    if found is None or action not in Action.values:
        raise Http404
    dossier = found.dossier
    services.log_look(dossier=dossier, officer=desk.user, what=looks.DOSSIER)
    offered = {item.action: item for item in offered_acts(desk, dossier, timezone.now())}
    if action not in offered:
        return _no_longer(request, dossier, Action(action))
    case = _Case(desk, dossier, offered[action])
    form = _form(request, case)
    if request.method != "POST":
        return _page(request, case, form)
    return _do(request, case, form)


def _back(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    """Return to the dossier, which still knows the list it was opened from."""
    return redirect(reverse("desk:dossier", args=[dossier.code]) + trail_of(request.GET))


def _no_longer(request: HttpRequest, dossier: Dossier, action: Action) -> HttpResponse:
    """The button was there when the page was read; somebody was quicker, or the role does not allow it.

    What the officer wrote meanwhile stays on the page to be copied; where nothing was written, the dossier is shown.
    """
    message = _("This cannot be done now. The dossier is: %(status)s.")
    text = message % {"status": dossier.get_status_display()}
    written = [typed for name in ("reason", "other") if (typed := request.POST.get(name, "").strip())]
    if written:
        context = {"dossier": dossier, "act": act_called(action), "conflict": text, "written": written}
        context["trail"] = trail_of(request.GET)
        return render(request, "desk/act_lost.html", context, status=409)
    messages.warning(request, text)
    return _back(request, dossier)


def _form(request: HttpRequest, case: _Case) -> ActForm:
    data, files = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    initial: dict[str, Any] = {"version": case.dossier.version}
    shared: dict[str, Any] = {"submit": case.act.title, "initial": initial}
    if case.act.action == Action.REQUEST_SUPPLEMENT:
        initial["answer_by"] = date_text(services.proposed_supplement_day(timezone.now()))
        offered = {"papers": asking.papers(case.dossier), "answers": asking.answers(case.dossier)}
        return SupplementForm(data, **offered, **shared)
    if case.act.action == Action.ASSIGN:
        officers = queue.colleagues(case.dossier.agency_id, timezone.localdate())
        initial["officer"] = str(case.dossier.assigned_to_id or case.desk.user.pk)
        return AssignForm(data, officers=officers, **shared)
    if case.act.action == Action.FINISH:
        return FinishForm(data, files, **shared)
    return ActForm(data, needs_reason=case.act.needs_reason, danger=case.act.danger, **shared)


def _page(
    request: HttpRequest, case: _Case, form: ActForm, *, conflict: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "dossier": case.dossier, "act": case.act, "form": form, "conflict": conflict,
        "trail": trail_of(request.GET),
    }  # fmt: skip
    return render(request, "desk/act.html", context, status=status)


def _do(request: HttpRequest, case: _Case, form: ActForm) -> HttpResponse:
    if not form.is_valid():
        return _page(request, case, form, status=422)
    try:
        _carry_out(case, form)
    except NotAllowed:
        raise Http404 from None
    except InvalidInput as error:
        # A file that cannot be taken is said without a field: it is the result.
        wrong = error.fields or {"result": error.message}
        for field, message in wrong.items():
            form.add_error(field if field in form.fields else None, message)
        return _page(request, case, form, status=422)
    except Conflict as error:
        return _conflict(request, case, form, error)
    messages.success(request, str(case.act.done))
    return _back(request, case.dossier)


def _conflict(request: HttpRequest, case: _Case, form: ActForm, error: Conflict) -> HttpResponse:
    """Show the new state with everything typed kept; sending again is then a decision about that state."""
    fresh = dossier_of(case.desk, str(case.dossier.code))
    if fresh is None:
        raise Http404
    typed = request.POST.copy()
    typed["version"] = str(fresh.dossier.version)
    form.data = typed
    return _page(request, _Case(case.desk, fresh.dossier, case.act), form, conflict=error.message, status=409)


def _carry_out(case: _Case, form: ActForm) -> None:
    facts: dict[str, Any] = {
        "dossier_id": case.dossier.pk,
        "expected_version": form.cleaned_data["version"],
        "actor": case.desk.user,
        "reason": form.cleaned_data["reason"],
    }
    if isinstance(form, SupplementForm):
        services.request_supplement(items=form.items(), answer_by=form.answer_day(), **facts)
    elif isinstance(form, AssignForm):
        services.assign(officer=form.chosen(), **facts)
    elif isinstance(form, FinishForm):
        services.finish(result=form.cleaned_data["result"], **facts)
    else:
        perform(action=case.act.action, **facts)
