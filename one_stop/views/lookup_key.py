"""Replace a lost lookup key for the person at the counter, and print it for them (ADR 138)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import InvalidInput, NotAllowed
from forms_app.dossiers import printed_forms
from forms_app.dossiers.printed_forms import AccessSlip
from forms_app.dossiers.selectors import view_log
from forms_app.dossiers.services import DossierSecrets, recently_issued_secrets
from forms_app.dossiers.transitions import Action
from one_stop.access import OfficerAccess, officer_required
from one_stop.actions import may_replace_key
from one_stop.forms.lookup_key import ReplaceKeyForm
from one_stop.selectors.dossiers import DossierDetail, dossier_for
from one_stop.services import log_officer_view, replace_lookup_key
from one_stop.views.list_state import list_query

#: How long the officer who issued a key can print it.
PRINT_WINDOW: Final = timedelta(minutes=15)


@require_http_methods(["GET", "HEAD", "POST"])
@officer_required
def lookup_key(request: HttpRequest, access: OfficerAccess, code: str) -> HttpResponseBase:
    """Ask which identity document was shown; POST issues a new key. The key itself is on the printed slip only."""
    found = _found(access, code)
    dossier = found.dossier
    log_officer_view(dossier=dossier, access=access, target=view_log.DOSSIER)
    form = ReplaceKeyForm(request.POST or None, email=dossier.email)
    if request.method == "POST" and form.is_valid():
        try:
            replace_lookup_key(
                dossier=dossier,
                actor=access.user,
                document=form.cleaned_data["document"],
                number=form.cleaned_data["number"],
                email_is_theirs=form.cleaned_data.get("email_is_theirs", False),
            )
        except NotAllowed:
            raise Http404 from None
        except InvalidInput as error:
            for field, message in error.fields.items():
                form.add_error(field, message)
        else:
            return redirect(request.get_full_path())
    context = {
        "dossier": dossier,
        "form": form,
        "print_window": PRINT_WINDOW,
        "printable": _printable(access, found) is not None,
        "list_query": list_query(request.GET),
    }
    return render(request, "one_stop/lookup_key.html", context, status=422 if form.errors else 200)


@require_safe
@officer_required
def lookup_slip(request: HttpRequest, access: OfficerAccess, code: str) -> HttpResponseBase:
    """Send the slip to the officer who has just issued the key; logged."""
    found = _found(access, code)
    issued = _printable(access, found)
    if issued is None:
        raise Http404
    log_officer_view(dossier=found.dossier, access=access, target=view_log.LOOKUP_KEY)
    slip = AccessSlip(issued.lookup_key, issued.token)
    response = HttpResponse(printed_forms.render_slip(found.dossier, slip), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{code}-ma-tra-cuu.pdf"'
    return response


def _found(access: OfficerAccess, code: str) -> DossierDetail:
    found = dossier_for(access, code)
    if found is None or not may_replace_key(access, found.dossier, timezone.now()):
        raise Http404
    return found


def _printable(access: OfficerAccess, found: DossierDetail) -> DossierSecrets | None:
    """Return the secrets that this officer issued within the last minutes; no other officer ever reads them."""
    last = next((event for event in reversed(found.events) if event.action == Action.REPLACE_KEY), None)
    if last is None or last.actor_id != access.user.pk or last.at != found.dossier.secrets_issued_at:
        return None
    return recently_issued_secrets(found.dossier) if timezone.now() - last.at < PRINT_WINDOW else None
