"""Find a dossier by code and second secret, without an account."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.throttle import Throttle, client_network
from forms_app.dossiers import access
from forms_app.dossiers.forms import LookupForm
from forms_app.dossiers.selectors.mine import dossier_by_secret
from forms_app.dossiers.views.private import private

# 40 bits of secret: ten thousand addresses that use up their tries for a year open one dossier with 1.4 % luck. A limit
# for the code alone would be weaker than that and let any stranger lock the owner out: codes can be counted up.
BY_ADDRESS: Final = Throttle("dossiers.lookup.address", limit=30, seconds=600)
BY_CODE: Final = Throttle("dossiers.lookup.code", limit=12, seconds=3600)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponseBase:
    """Ask for code and key; the answer to an unknown code and to a wrong key is the same."""
    if request.method != "POST":
        return _page(request, LookupForm(initial={"code": request.GET.get("ma", "")[:60]}))
    form = LookupForm(request.POST)
    if not form.is_valid():
        return _page(request, form, 422)
    code, secret = form.cleaned_data["code"], form.cleaned_data["secret"]
    # Both are counted, whatever the first says.
    network = client_network(request)
    within = [BY_ADDRESS.hit(network), BY_CODE.hit(code, network)]
    if not all(within):
        form.add_error(None, _("Too many tries. Wait a while, then try again."))
        return _page(request, form, 429)
    dossier = dossier_by_secret(code, secret)
    if dossier is None:
        message = _("No dossier has this code together with this key. Compare both with your receipt.")
        form.add_error(None, message)
        return _page(request, form, 422)
    return redirect("dossiers:mine", access.visit_token(dossier.pk))


def _page(request: HttpRequest, form: LookupForm, status: int = 200) -> HttpResponse:
    return render(request, "dossiers/lookup.html", {"form": form}, status=status)
