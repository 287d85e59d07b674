"""A lost lookup key: how to get a new one, by mail or at the desk, and the page that shows it (ADR 138)."""

from __future__ import annotations

from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from core import one_time_links
from core.errors import NotAllowed
from core.one_time_links import Purpose
from forms_app.dossiers import credentials, printed_forms, services
from forms_app.dossiers.forms import LostKeyForm
from forms_app.dossiers.printed_forms import AccessSlip
from forms_app.dossiers.responses import pdf_response, private
from forms_app.dossiers.selectors import view_log
from forms_app.dossiers.services.secrets import CONFIRM_EMAIL, NEW_KEY, RECEIPT_WINDOW
from forms_app.dossiers.services.view_log import log_own_view
from forms_app.dossiers.views import throttles
from forms_app.dossiers.views.tracking import dossier_or_404, own_dossier


@private
@require_http_methods(["GET", "HEAD", "POST"])
def lost_key(request: HttpRequest) -> HttpResponseBase:
    """Explain both ways; POST asks for the mail. The response does not reveal whether code and address match."""
    form = LostKeyForm(request.POST or None, initial={"code": request.GET.get("ma", "")[:60]})
    status = 200
    if request.method == "POST":
        if form.is_valid() and throttles.check_lost_key(request, form):
            services.request_new_key(code=form.cleaned_data["code"], email=form.cleaned_data["email"])
            return redirect(f"{request.path}?da-gui=1")
        status = 429 if form.has_error(NON_FIELD_ERRORS) else 422
    context = {"form": form, "sent": "da-gui" in request.GET, "link_lifetime": NEW_KEY.lifetime}
    return render(request, "dossiers/lost_key.html", context, status=status)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def new_key(request: HttpRequest, token: str) -> HttpResponseBase:
    """Offer a new key to the holder of the link from the mail; POST issues it and leads to the page that shows it."""
    if request.method == "POST":
        try:
            dossier = services.replace_by_link(token=token)
        except NotAllowed:
            return _spent(request, NEW_KEY, token)
        issued = services.recently_issued_secrets(dossier)
        assert issued is not None, "the key was issued just now"  # noqa: S101
        return redirect("dossiers:lookup-key", issued.token)
    if one_time_links.pending_subject(purpose=NEW_KEY, token=token) is None:
        return _spent(request, NEW_KEY, token)
    return render(request, "dossiers/new_key.html")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest, token: str) -> HttpResponseBase:
    """Offer to confirm the email address of a dossier; POST confirms it."""
    if request.method == "POST":
        try:
            dossier = services.confirm_email(token=token)
        except NotAllowed:
            return _spent(request, CONFIRM_EMAIL, token)
        return render(request, "dossiers/confirm_email.html", {"confirmed": dossier})
    if one_time_links.pending_subject(purpose=CONFIRM_EMAIL, token=token) is None:
        return _spent(request, CONFIRM_EMAIL, token)
    return render(request, "dossiers/confirm_email.html")


def _spent(request: HttpRequest, purpose: Purpose, token: str) -> HttpResponse:
    """Explain that a link was used or has expired; a forged one gets a 404."""
    if not one_time_links.was_issued(purpose=purpose, token=token):
        raise Http404
    return render(request, "dossiers/link_spent.html", {"confirms": purpose == CONFIRM_EMAIL}, status=410)


@own_dossier
@require_safe
def lookup_key(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show key and private link to the holder of the link for an hour after they were issued."""
    dossier = dossier_or_404(token)
    issued = None if token.startswith(credentials.VISIT_PREFIX) else services.recently_issued_secrets(dossier)
    if issued is None:
        return redirect("dossiers:tracking", token)
    log_own_view(dossier, view_log.LOOKUP_KEY)
    context = {
        "dossier": dossier,
        "token": token,
        "lookup_key": issued.lookup_key,
        "shown_for": RECEIPT_WINDOW,
        "private_url": request.build_absolute_uri(reverse("dossiers:tracking", args=[token])),
    }
    return render(request, "dossiers/lookup_key.html", context)


@own_dossier
@require_safe
def lookup_slip(request: HttpRequest, token: str) -> HttpResponseBase:
    """Send the slip with key and private link as a PDF, for as long as the page shows them."""
    dossier = dossier_or_404(token)
    issued = None if token.startswith(credentials.VISIT_PREFIX) else services.recently_issued_secrets(dossier)
    if issued is None:
        raise Http404
    log_own_view(dossier, view_log.LOOKUP_KEY)
    slip = AccessSlip(issued.lookup_key, token)
    return pdf_response(printed_forms.render_slip(dossier, slip), f"{dossier.code}-ma-tra-cuu.pdf")
