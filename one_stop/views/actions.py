"""Actions on one dossier: some with a plain button, others with a form, mostly for the reason given to the citizen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms_after_sign_in import KeptForm, file_names, restores, take
from core.display import datetime_text
from core.errors import Conflict, InvalidInput, NotAllowed
from core.web.uploads import failed_uploads
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.selectors import view_log
from forms_app.dossiers.selectors.dossiers import filed_dossier
from forms_app.dossiers.services.actions import assigned_text
from forms_app.dossiers.services.uploads import storage_message
from forms_app.dossiers.transitions import COUNTER_ACTIONS, RUNNING_STATUSES, Action
from one_stop import services
from one_stop.access import OfficerAccess, officer_required
from one_stop.actions import DeskAction, colleague_of, describe_action, offered_actions
from one_stop.forms.actions import ActionForm
from one_stop.selectors.dossiers import dossier_for
from one_stop.views.list_state import list_query


@dataclass(frozen=True, slots=True)
class _ActionRequest:
    """The officer's access, the dossier and the action of one HTTP request."""

    access: OfficerAccess
    dossier: Dossier
    action: DeskAction


@restores
@require_http_methods(["GET", "HEAD", "POST"])
@officer_required
def perform_action(request: HttpRequest, access: OfficerAccess, code: str, action: str) -> HttpResponseBase:
    """Show the form of ``action``, and perform it on POST."""
    found = dossier_for(access, code)
    if found is None or action not in Action.values:
        raise Http404
    dossier = found.dossier
    services.log_officer_view(dossier=dossier, access=access, target=view_log.DOSSIER)
    offered = {item.action.value: item for item in offered_actions(access, dossier, timezone.now())}
    if action not in offered:
        return _unavailable(request, access, dossier, Action(action))
    requested = _ActionRequest(access, dossier, offered[action])
    if request.method == "POST":
        return _submit(request, requested, _form(request, requested, request.POST))
    if kept := take(request):
        return _render_kept(request, requested, kept)
    return _render(request, requested, _form(request, requested, None))


def _redirect_to_dossier(request: HttpRequest, dossier: Dossier) -> HttpResponse:
    return redirect(reverse("one_stop:dossier", args=[dossier.code]) + list_query(request.GET))


def _unavailable(
    request: HttpRequest, access: OfficerAccess, dossier: Dossier, action: Action
) -> HttpResponse:
    """Answer a request for an action that is not open: too late, assigned to a colleague, or not for this role.

    Text that the officer typed in the meantime is shown for copying; without any, go back to the dossier.
    """
    message = _("This is not possible now. Status of the dossier: %(status)s.") % {
        "status": dossier.get_status_display()
    }
    if action not in COUNTER_ACTIONS and (colleague := colleague_of(access, dossier, timezone.now())):
        message = assigned_text(colleague)
    described, typed = describe_action(action), []
    if request.method == "POST":
        former = described.former_form(dossier, access.user, request.POST)
        typed = (former or described.make_form(dossier, access.user, request.POST)).typed()
    if typed:
        context = {
            "dossier": dossier, "action": described, "conflict": message, "typed": typed,
            "list_query": list_query(request.GET),
        }  # fmt: skip
        return render(request, "one_stop/action_unavailable.html", context, status=409)
    messages.warning(request, message)
    return _redirect_to_dossier(request, dossier)


def _render_kept(request: HttpRequest, requested: _ActionRequest, kept: KeptForm) -> HttpResponse:
    """Show the form with what was typed before the session ended, for the state of the dossier that the officer saw."""
    if former := requested.action.former_form(requested.dossier, requested.access.user, kept.data):
        return _replaced(request, requested, former, kept.files)
    form = _form(request, requested, kept.data)
    form.discard_errors()
    messages.info(
        request, _("What you typed before you were signed out is in the form. Nothing was sent yet.")
    )
    form.ask_again_for(kept.files)
    return _render(request, requested, form)


def _form(request: HttpRequest, requested: _ActionRequest, data: QueryDict | None) -> ActionForm:
    files = request.FILES if data is not None else None
    return requested.action.make_form(requested.dossier, requested.access.user, data, files)


def _render(
    request: HttpRequest,
    requested: _ActionRequest,
    form: ActionForm,
    *,
    conflict: str = "",
    typed: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> HttpResponse:
    dossier = requested.dossier
    context = {
        "typed": typed,
        "dossier": dossier, "action": requested.action, "form": form, "conflict": conflict,
        "warning": requested.action.warning(dossier, requested.access.user, timezone.now()),
        "list_query": list_query(request.GET),
    }  # fmt: skip
    return render(request, "one_stop/action.html", context, status=status)


def _submit(request: HttpRequest, requested: _ActionRequest, form: ActionForm) -> HttpResponse:
    if former := requested.action.former_form(requested.dossier, requested.access.user, request.POST):
        return _replaced(request, requested, former, file_names(request))
    for field, name in failed_uploads(request).items():
        form.add_error(field if field in form.fields else None, storage_message(name))
    if not form.is_valid():
        return _refused(request, requested, form)
    try:
        requested.action.perform(requested.dossier, requested.access.user, form)
    except NotAllowed:
        raise Http404 from None
    except InvalidInput as error:
        # A rejected result comes without the name of its field; rejected scans of a supplement come with it.
        wrong = error.fields or {"result": error.message}
        for field, message in wrong.items():
            form.add_error(field if field in form.fields else None, message)
        return _refused(request, requested, form)
    except Conflict as error:
        return _conflict(request, requested, form, error)
    messages.success(request, requested.action.message(requested.dossier))
    _warn_if_late(request, requested.dossier)
    return _redirect_to_dossier(request, requested.dossier)


def _warn_if_late(request: HttpRequest, before: Dossier) -> None:
    """Warn if the action has made the dossier overdue: a payment that was recorded long after its day."""
    now, dossier = timezone.now(), filed_dossier(before.pk)
    if (
        dossier is not None
        and dossier.status in RUNNING_STATUSES
        and (since := dossier.late_since(now))
        and not before.late_since(now)
    ):
        messages.warning(
            request, _("The dossier has been overdue since %(day)s.") % {"day": datetime_text(since)}
        )


def _refused(request: HttpRequest, requested: _ActionRequest, form: ActionForm) -> HttpResponse:
    """Show the form with its errors; files that were chosen must be chosen again."""
    form.ask_again_for(file_names(request))
    return _render(request, requested, form, status=422)


def _conflict(
    request: HttpRequest, requested: _ActionRequest, form: ActionForm, error: Conflict
) -> HttpResponse:
    """Show the new state with everything typed kept; submitting again applies to that state."""
    fresh = dossier_for(requested.access, str(requested.dossier.code))
    if fresh is None:
        raise Http404
    renewed = _ActionRequest(requested.access, fresh.dossier, requested.action)
    if former := requested.action.former_form(fresh.dossier, requested.access.user, request.POST):
        return _replaced(request, renewed, former, file_names(request))
    typed = request.POST.copy()
    typed["version"] = str(fresh.dossier.version)
    form.data = typed
    form.ask_again_for(file_names(request))
    return _render(request, renewed, form, conflict=error.message, status=409)


def _replaced(
    request: HttpRequest, requested: _ActionRequest, former: ActionForm, files: Mapping[str, str]
) -> HttpResponse:
    """Show the empty form of the supplement request that is open now; what was sent for a former one is for copying."""
    conflict = _(
        "You filled in this form for a supplement request that is no longer open; meanwhile the citizen was asked "
        "for something else. Nothing was recorded. Compare what was handed in with the new request below."
    )
    chosen = [
        (str(former.fields[name].label), names) for name, names in files.items() if name in former.fields
    ]
    form = _form(request, requested, None)
    return _render(request, requested, form, conflict=conflict, typed=[*former.typed(), *chosen], status=409)
