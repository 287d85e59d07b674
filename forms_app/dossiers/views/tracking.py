"""Find a dossier by code and lookup key; my dossier: its state, the next thing to do, everything sent and received."""

from __future__ import annotations

import json
from functools import wraps
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.display import date_text, datetime_text, money_text
from core.web.submitted_fields import kept_fields
from forms_app.builder.answer_display import answered_steps
from forms_app.builder.schema import FormSchema
from forms_app.builder.translation import in_active_language
from forms_app.dossiers import credentials, printed_forms, services
from forms_app.dossiers.forms import LookupForm, WithdrawForm
from forms_app.dossiers.models import Attachment, Dossier, DossierEvent, PostalOrder
from forms_app.dossiers.printed_forms import AccessSlip
from forms_app.dossiers.responses import View, attachment_response, pdf_response, private
from forms_app.dossiers.selectors import view_log
from forms_app.dossiers.selectors.dossiers import (
    answer_files_by_field,
    dossier_by_lookup_key,
    dossier_by_token,
    dossier_of_replaced_link,
    events_for_citizen,
    filed_dossier,
    files_for_citizen,
    named_request,
    open_request,
    own_data,
    postal_order_of,
    supplement_answers,
    unsent_answers,
    without_undone_acts,
)
from forms_app.dossiers.selectors.retention import retention_period
from forms_app.dossiers.services.view_log import log_own_view
from forms_app.dossiers.status_texts import (
    UNREADABLE_RESULT_TEXT,
    StatusText,
    dossier_text,
    event_text,
    gives_reason,
    is_correction,
    latest_change,
    timeline,
)
from forms_app.dossiers.transitions import CITIZEN, Action, Status, allowed_transitions
from forms_app.dossiers.views import throttles
from forms_app.dossiers.views.late_supplements import late_supplement

# Actions by which the desk ends an open supplement request.
_ENDING_A_REQUEST: Final = frozenset({Action.LIFT_SUPPLEMENT, Action.CLOSE, Action.DECLINE})
# Actions after which the page says what happened, not only the status to which it led.
_OWN_TEXTS: Final = frozenset(
    {Action.WITHDRAW, Action.UNDO_PAYMENT, Action.UNDO_DECLINE, Action.UNDO_WITHDRAW, Action.UNDO_CLOSE}
)
# Prefix of the names under which the lookup page passes on what was typed before the visit expired.
KEPT: Final = "kept."


@private
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponseBase:
    """Ask for code and lookup key; an unknown code and a wrong key get the same response."""
    if request.method != "POST":
        return _lookup_page(request, LookupForm(initial={"code": request.GET.get("ma", "")[:60]}))
    form = LookupForm(request.POST)
    if not form.is_valid():
        return _lookup_page(request, form, 422)
    code = form.cleaned_data["code"]
    if limit := throttles.exceeded_lookup_limit(request, code):
        form.add_error(None, throttles.wait_message(limit))
        response = _lookup_page(request, form, 429)
        response["Retry-After"] = str(limit.seconds_left())
        return response
    dossier = dossier_by_lookup_key(code, form.cleaned_data["lookup_key"])
    if dossier is None:
        message = _(
            "No dossier matches this code and lookup key. Check both against your receipt or the email."
        )
        form.add_error(None, message)
        return _lookup_page(request, form, 422)
    services.rehash_lookup_key(dossier=dossier, lookup_key=form.cleaned_data["lookup_key"])
    return _continue(request, dossier, credentials.visit_token(dossier))


def _lookup_page(request: HttpRequest, form: LookupForm, status: int = 200) -> HttpResponse:
    kept = [(name, text) for name, text in request.POST.items() if name.startswith(KEPT)]
    context = {"form": form, "kept": kept, "next": _next_page(request.POST.get("next", ""))}
    return render(request, "dossiers/lookup.html", context, status=status)


def _next_page(name: str) -> str:
    return name if name in {"supplement", "withdraw"} else ""


def _continue(request: HttpRequest, dossier: Dossier, token: str) -> HttpResponse:
    """Continue where the last visit ended, with what was typed there."""
    page = _next_page(request.POST.get("next", ""))
    typed = {name.removeprefix(KEPT): request.POST[name] for name in request.POST if name.startswith(KEPT)}
    asked = open_request(dossier)
    if page == "supplement" and typed and (asked is None or named_request(dossier, typed) != asked):
        return late_supplement(request, dossier, token, typed)
    if page == "supplement" and asked is not None:
        services.save_supplement(request=asked, texts={**asked.typed, **typed})
    elif page == "withdraw" and _can_withdraw(dossier):
        log_own_view(dossier, view_log.WITHDRAWAL)
        form = WithdrawForm(initial={"version": dossier.version, "reason": typed.get("reason", "")})
        context = {"dossier": dossier, "form": form, "token": token}
        return render(request, "dossiers/withdraw.html", context)
    return redirect(f"dossiers:{page or 'tracking'}", token)


class VisitEnded(Exception):
    """The two hours of a visit with code and key are over, or key and private link were replaced."""

    def __init__(self, dossier: Dossier, *, replaced: bool) -> None:
        super().__init__()
        self.dossier, self.replaced = dossier, replaced


def dossier_or_404(token: str) -> Dossier:
    """Return the dossier for ``token``; ``VisitEnded``, or the same 404 as a missing page for a wrong token."""
    dossier = dossier_by_token(token)
    if dossier is not None:
        return dossier
    visit = credentials.visit(token)
    visited = filed_dossier(visit.dossier_id) if visit else dossier_of_replaced_link(token)
    if visited is None:
        raise Http404
    raise VisitEnded(visited, replaced=visit is None or not visit.expired)


def own_dossier(view: View) -> View:
    """Make ``view`` a private page about a dossier; if the visit has ended, ask for the key and keep what was sent."""

    @wraps(view)
    def inner(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, token, *args, **kwargs)
        except VisitEnded as ended:
            return _ended_page(request, ended)

    return private(inner)


def _ended_page(request: HttpRequest, ended: VisitEnded) -> HttpResponse:
    match = request.resolver_match
    sent = [(name, text) for name, text in kept_fields(request.POST) if name not in {"version", "send"}]
    context = {
        "form": LookupForm(initial={"code": ended.dossier.code}),
        "kept": [(f"{KEPT}{name}", text) for name, text in sent],
        "files": bool(request.FILES),
        "next": _next_page(match.url_name or "") if match else "",
        "ended": True,
        "replaced": ended.replaced,
        "visit_lifetime": credentials.VISIT_LIFETIME,
    }
    return render(request, "dossiers/lookup.html", context, status=403)


def _can_withdraw(dossier: Dossier) -> bool:
    return Action.WITHDRAW in {row.action for row in allowed_transitions(dossier, {CITIZEN})}


@own_dossier
@require_safe
def show(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the status in the citizen's words, the next thing to do, the history and the printed forms."""
    dossier = dossier_or_404(token)
    log_own_view(dossier, view_log.DOSSIER)
    asked, events = open_request(dossier), events_for_citizen(dossier)
    files, latest = files_for_citizen(dossier), latest_change(events)
    cause = _cause(dossier, events)
    actions = {row.action for row in allowed_transitions(dossier, {CITIZEN})}
    order = postal_order_of(dossier) if dossier.status == Status.RETURNED else None
    results = [file for file in files if file.purpose == Attachment.Purpose.RESULT]
    context = {
        "dossier": dossier,
        "token": token,
        "texts": _texts(dossier, latest, results, by_post=order is not None),
        "received_at_counter": bool(latest.actor_id),
        "supplied": latest.action == Action.SUPPLY and dossier.status == Status.REGISTERED,
        "asked": asked if Action.SUPPLY in actions else None,
        "unsent": unsent_answers(dossier) if latest.action in _ENDING_A_REQUEST else [],
        "can_withdraw": Action.WITHDRAW in actions,
        "core_code": dossier.procedure_version.procedure.core_code if _may_apply_again(dossier) else "",
        "note": cause.note if cause.actor_id else "",
        "note_is_reason": gives_reason(cause),
        "facts": [*_facts(dossier, latest), *_postal_facts(order)],
        "timeline": timeline(dossier, events),
        "printed_forms": [
            (form.label, reverse("dossiers:printed-form", args=[token, form.key]))
            for form in printed_forms.available(dossier)
        ],
        "refused_files": [file for file in files if file.is_refused and file not in results],
        "results": [file for file in results if file.revoked_at is None],
        "on_paper": dossier.status == Status.RETURNED
        and _way(dossier, latest) != Dossier.Delivery.ELECTRONIC,
        "being_corrected": dossier.is_result_being_corrected and not is_correction(latest),
        "revoked": [file for file in results if file.revoked_at is not None],
        "views": view_log.views_by_agency(dossier),
    }
    return render(request, "dossiers/tracking.html", context)


def _texts(dossier: Dossier, latest: DossierEvent, results: list[Attachment], *, by_post: bool) -> StatusText:
    """Return the texts of the present status.

    A withdrawal by the desk, of which the citizen may not know, has its own.
    """
    if _is_unreadable(dossier, latest, results):
        return UNREADABLE_RESULT_TEXT
    if latest.action in _OWN_TEXTS or is_correction(latest):
        return event_text(latest)
    return dossier_text(dossier, by_post=by_post)


def _is_unreadable(dossier: Dossier, latest: DossierEvent, results: list[Attachment]) -> bool:
    """Return True if the result was handed over as a file, and every file failed the scan."""
    valid = [file for file in results if file.revoked_at is None]
    electronic = dossier.status == Status.RETURNED and _way(dossier, latest) == Dossier.Delivery.ELECTRONIC
    return electronic and bool(valid) and all(file.is_refused for file in valid)


def _way(dossier: Dossier, latest: DossierEvent) -> str:
    """Return how the result was handed over by ``latest``, otherwise how the citizen chose to receive it."""
    return str(latest.data.get("delivery", dossier.result_delivery))


def _may_apply_again(dossier: Dossier) -> bool:
    """Return True for a dossier that ended without a decision on the matter itself."""
    ended = dossier.status in {Status.DECLINED, Status.WITHDRAWN}
    return ended or dossier.outcome == Dossier.Outcome.CLOSED


def _cause(dossier: Dossier, events: list[DossierEvent]) -> DossierEvent:
    """Return the event whose reason the citizen has to read; for a refusal even after its notice was handed over."""
    if dossier.outcome == Dossier.Outcome.REFUSED and dossier.status == Status.RETURNED:
        return next(event for event in reversed(events) if event.action == Action.FINISH)
    return latest_change(without_undone_acts(events))


def _facts(dossier: Dossier, latest: DossierEvent) -> list[tuple[str, str]]:
    """Return the rows of components/facts_table.html: dates, agency and delivery."""
    due = [] if dossier.is_closed else [(_("Due date"), _due(dossier))]
    if dossier.status == Status.REGISTERED and dossier.intake_due_at:
        due.insert(0, (_("The agency responds by"), datetime_text(dossier.intake_due_at)))
    delivery = (_("How you receive the result"), str(dossier.get_result_delivery_display()))
    if dossier.status == Status.RETURNED and (way := latest.data.get("delivery")):
        delivery = (_("How the result was handed over"), str(Dossier.Delivery(way).label))
    return [*due, (_("Handled by"), dossier.agency.name), delivery]


def _postal_facts(order: PostalOrder | None) -> list[tuple[str, str]]:
    """Return when the result was handed to the post office, with which number and postage."""
    if order is None:
        return []
    number, postage = order.tracking_number, order.postage
    return [
        (_("Handed to the post office on"), datetime_text(order.handed_at)),
        *([(_("Tracking number"), number)] if number else []),
        *([(_("Postage"), money_text(postage))] if postage is not None else []),
    ]


def _due(dossier: Dossier) -> str:
    text = _due_text(dossier)
    since = dossier.late_since(timezone.now())
    return (
        _("%(due)s (overdue since %(day)s)") % {"due": text, "day": datetime_text(since)} if since else text
    )


def _due_text(dossier: Dossier) -> str:
    if not dossier.was_accepted:
        return _("Shown when the agency accepts the dossier")
    if dossier.clock_state == Dossier.ClockState.STOPPED:
        if until := dossier.pause_ends_at:
            return _("Processing is suspended until %(day)s at the latest") % {"day": date_text(until)}
        return _("Processing time is paused")
    return datetime_text(dossier.due_at) if dossier.due_at else _("No due date")


@own_dossier
@require_safe
def retention(request: HttpRequest, token: str) -> HttpResponseBase:
    """Explain why the dossier is kept and until when, to a citizen who wants it erased."""
    dossier = dossier_or_404(token)
    log_own_view(dossier, view_log.RETENTION)
    context = {
        "dossier": dossier,
        "token": token,
        "period": retention_period(dossier),
        "can_withdraw": _can_withdraw(dossier),
    }
    return render(request, "dossiers/retention.html", context)


@own_dossier
@require_safe
def contents(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show what was sent, as it was asked: the form and every supplement."""
    dossier = dossier_or_404(token)
    log_own_view(dossier, view_log.CONTENTS)
    files = files_for_citizen(dossier)
    schema = (
        in_active_language(FormSchema.from_json(dossier.form_version.schema))
        if dossier.form_version
        else FormSchema()
    )
    answered = dossier.supplement_requests.exclude(answered_at=None).order_by("number")
    context: dict[str, Any] = {
        "dossier": dossier,
        "token": token,
        "steps": answered_steps(schema, dossier.answers, answer_files_by_field(files)),
        "supplements": [(asked, supplement_answers(asked, files)) for asked in answered],
    }
    return render(request, "dossiers/contents.html", context)


@own_dossier
@require_safe
def viewers(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show who opened what of the dossier and when; officers appear under the name of their agency."""
    dossier = dossier_or_404(token)
    log_own_view(dossier, view_log.VIEW_LOG)
    entries, files = view_log.entries_of(dossier), files_for_citizen(dossier)
    rows = view_log.describe_entries(dossier, entries, files, for_citizen=True)
    return render(request, "dossiers/view_log.html", {"dossier": dossier, "token": token, "rows": rows})


@own_dossier
@require_safe
def data(request: HttpRequest, token: str) -> HttpResponseBase:
    """Send everything stored about the dossier as a JSON file (NĐ 356/2025/NĐ-CP: right of access)."""
    dossier = dossier_or_404(token)
    log_own_view(dossier, view_log.DATA)
    text = json.dumps(own_data(dossier), ensure_ascii=False, indent=1, cls=DjangoJSONEncoder)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{dossier.code}.json"'
    return response


@own_dossier
@require_safe
def file(request: HttpRequest, token: str, pk: int) -> HttpResponseBase:
    """Send one file of the dossier as a download; a revoked result is refused with the reason (410)."""
    dossier = dossier_or_404(token)
    chosen = dossier.attachments.filter(pk=pk).first()
    if chosen is None:
        raise Http404
    if chosen.revoked_at is not None:
        context = {"dossier": dossier, "token": token, "file": chosen}
        return render(request, "dossiers/revoked_result.html", context, status=410)
    if chosen.is_served:
        log_own_view(dossier, view_log.file_target(chosen))
    return attachment_response(request, chosen, back_url=reverse("dossiers:tracking", args=[token]))


@own_dossier
@require_safe
def printed_form(request: HttpRequest, token: str, key: str) -> HttpResponseBase:
    """Send one printed form as PDF."""
    dossier = dossier_or_404(token)
    try:
        content = printed_forms.render_pdf(dossier, key, slip=_slip(dossier, token))
    except LookupError as error:
        raise Http404 from error
    log_own_view(dossier, key)
    return pdf_response(content, f"{dossier.code}-{key}.pdf")


def _slip(dossier: Dossier, token: str) -> AccessSlip | None:
    """Return the slip for the holder of the private link: with the key for an hour, with the link until acceptance.

    Afterwards the receipt is a public form that is shown to others (Mẫu 01).
    """
    if token.startswith(credentials.VISIT_PREFIX):
        return None
    found = services.recently_issued_secrets(dossier)
    if found is None and dossier.was_accepted:
        return None
    return AccessSlip(found.lookup_key if found else "", token)
