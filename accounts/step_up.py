"""Step-up: sensitive actions need a fresh proof of identity, by password or second factor (ASVS 4.3.3)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts import forms_after_sign_in
from accounts.services import sessions
from accounts.session import ROW, SIGNED_IN_AT, return_path, seconds_since

FRESH_SECONDS: Final = 5 * 60


def is_fresh(request: HttpRequest) -> bool:
    """Return True if the person signed in or proved themselves again within the last five minutes."""
    if not request.user.is_authenticated:
        return False
    signed_in_ago = seconds_since(request.session.get(SIGNED_IN_AT, 0))
    return signed_in_ago < FRESH_SECONDS or did_recently_reauthenticate(request)


def ask_for_proof(request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the proof and back; what was typed into a form is kept and can be sent again."""
    kept = forms_after_sign_in.keep(request, user_id=request.user.pk)
    back = urlencode({"next": kept or return_path(request)})
    messages.info(request, _("First confirm that it is you. Then try again: what you typed has been kept."))
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{back}")


def fresh_proof_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Ask for a proof before a POST to ``view`` unless there is a fresh one."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not is_fresh(request):
            return ask_for_proof(request)
        return view(request, *args, **kwargs)

    return guarded


def renewing_session(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the session a new key after a proof that was accepted, so that a key seen before is useless (ASVS 7.2.4)."""

    @wraps(view)
    def renewed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND and is_fresh(request):
            request.session.cycle_key()
            if ROW in request.session:
                key = request.session.session_key or ""
                sessions.record_use(pk=request.session[ROW], session_key=key)
        return response

    return renewed


class FreshProofMixin:
    """A class-based view whose POST needs a fresh proof."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask for the proof first."""
        if not is_fresh(request):
            return ask_for_proof(request)
        response: HttpResponseBase = super().post(request, *args, **kwargs)  # type: ignore[misc]
        return response
