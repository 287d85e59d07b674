"""Sessions of signed-in people: their URLs for templates, and sign-out after idle time.

An abandoned workstation must not stay signed in (ASVS 3.3.2). The session stores the time of the last request, updated
at most once a minute. Requests that a page sends by itself in the background do not count; ``static/js/keep_alive.js``
reports typing, so that no long text is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext

from accounts import forms_after_sign_in
from accounts.models import User
from accounts.selectors import is_administrator
from accounts.services import sessions
from core.web.throttle import client_address

# Session keys: times in seconds since the epoch.
LAST_SEEN: Final = "seen"
SIGNED_IN_AT: Final = "since"
#: The row of ``SignedInSession``.
ROW: Final = "session_row"
SECONDS_BETWEEN_UPDATES: Final = 60
# Wagtail's editor asks every ten seconds who else has the page open.
_BACKGROUND: Final = "/editing-sessions/"
_REFUSED: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


@receiver(user_logged_in, dispatch_uid="accounts.start_session_clock")
def start_session_clock(request: HttpRequest | None, user: User, **_kwargs: Any) -> None:
    """Store the time of the sign-in, and the session for the person's list."""
    if request is not None:
        request.session[LAST_SEEN] = request.session[SIGNED_IN_AT] = int(time.time())
        row = sessions.record_sign_in(
            user=user,
            session_key=request.session.session_key or "",
            user_agent=request.headers.get("User-Agent", ""),
            address=client_address(request),
        )
        request.session[ROW] = row.pk


@receiver(user_logged_out, dispatch_uid="accounts.end_session_row")
def end_session_row(request: HttpRequest | None, user: User | None, **_kwargs: Any) -> None:
    """Remove the session from the person's list."""
    if request is not None and user is not None and ROW in request.session:
        sessions.end_sessions(user=user, pk=request.session[ROW])


class IdleMiddleware:
    """End sessions that were idle for too long; say so, and return to the same page after the sign-in.

    The limit is ``SESSION_IDLE_MINUTES``, for administrators ``SESSION_IDLE_MINUTES_ADMIN`` (NĐ 331/2026: 15 and 5).

    Any session also ends ``SESSION_COOKIE_AGE`` after the sign-in; Django alone would count from the last write.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Treat the person as signed out once the session has expired."""
        if _is_signed_in(request):
            if _is_idle(request) or _is_too_old(request):
                return self._sign_out(request)
            if _BACKGROUND not in request.path:
                _update_last_seen(request)
            return self.get_response(request)
        return self._for_signed_out(request)

    def _sign_out(self, request: HttpRequest) -> HttpResponse:
        reason, user_id = _reason(request), request.user.pk
        logout(request)
        response = self.get_response(request)
        if response.status_code in _REFUSED or _redirects_to_sign_in(response):
            messages.info(request, reason)
            # A refused token is different: another site could have written the form.
            forged = response.status_code == HTTPStatus.FORBIDDEN
            kept = None if forged else forms_after_sign_in.keep(request, user_id=user_id)
            return redirect_to_login(kept or return_path(request))
        return response

    def _for_signed_out(self, request: HttpRequest) -> HttpResponse:
        """Keep a form sent after a sign-out in another tab; the response is the same for all addresses of a kind."""
        response = self.get_response(request)
        if request.method != "POST":
            return response
        hidden = response.status_code == HTTPStatus.NOT_FOUND and forms_after_sign_in.is_restored_by(request)
        if not hidden and not _redirects_to_sign_in(response):
            return response
        back = forms_after_sign_in.keep(request, user_id=None)
        if back is None:
            return response
        messages.info(request, gettext("You were signed out. Sign in again; what you typed has been kept."))
        return redirect_to_login(back)


def _is_signed_in(request: HttpRequest) -> bool:
    # Without the cookie the session is not even read: public pages stay the same for everybody.
    return settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session


def seconds_since(moment: float) -> float:
    """Return the seconds from ``moment`` (since the epoch) to now, even if a clock change put it in the future."""
    return abs(time.time() - moment)


def _is_idle(request: HttpRequest) -> bool:
    """Return True after the idle time; the query for administrators runs only where their shorter limit matters."""
    minutes = seconds_since(request.session.get(LAST_SEEN, 0)) / 60
    shorter = min(settings.SESSION_IDLE_MINUTES, settings.SESSION_IDLE_MINUTES_ADMIN)
    return bool(minutes > shorter and minutes > _idle_minutes(request))


def _idle_minutes(request: HttpRequest) -> int:
    user = request.user
    administers = isinstance(user, User) and is_administrator(user)
    allowed: int = settings.SESSION_IDLE_MINUTES_ADMIN if administers else settings.SESSION_IDLE_MINUTES
    return allowed


def _is_too_old(request: HttpRequest) -> bool:
    return bool(seconds_since(request.session.get(SIGNED_IN_AT, 0)) >= settings.SESSION_COOKIE_AGE)


def _reason(request: HttpRequest) -> str:
    if not _is_idle(request):
        return gettext("Your session has expired. Please sign in to continue.")
    minutes = _idle_minutes(request)
    text = ngettext(
        "You were signed out after %(minutes)d minute without activity. Please sign in to continue.",
        "You were signed out after %(minutes)d minutes without activity. Please sign in to continue.",
        minutes,
    )
    return text % {"minutes": minutes}


def _update_last_seen(request: HttpRequest) -> None:
    if seconds_since(request.session[LAST_SEEN]) >= SECONDS_BETWEEN_UPDATES:
        request.session[LAST_SEEN] = int(time.time())
        if ROW in request.session:
            sessions.record_use(pk=request.session[ROW], session_key=request.session.session_key or "")


def _redirects_to_sign_in(response: HttpResponse) -> bool:
    if response.status_code != HTTPStatus.FOUND:
        return False
    return response["Location"].startswith(redirect_to_login("").url)


def return_path(request: HttpRequest) -> str:
    """Return the address to go back to: the page itself, or the one with the submitted form."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referrer = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        referrer, {request.get_host()}, require_https=request.is_secure()
    )
    return referrer if is_ours else "/"


def session_urls(request: HttpRequest) -> dict[str, Any]:
    """Return `session_urls`: where a signed-in user signs out and keeps the session alive; empty for visitors."""
    return {"session_urls": SimpleLazyObject(lambda: _urls_for(request))}


def _urls_for(request: HttpRequest) -> dict[str, str]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"sign_out": reverse("accounts:logout"), "keep_alive": reverse("accounts:keep_alive")}
