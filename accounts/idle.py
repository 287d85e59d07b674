"""Sign out who has done nothing for a while: a desk that was left is not a desk that is open (ASVS 3.3.2).

The moment of the last act lives in the session and is written once a minute at most. What a page asks by itself in the
background is no act; that somebody is typing is told by ``static/js/stay.js``, so that no long text is lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext

SEEN: Final = "seen"
SINCE: Final = "since"
# Seconds between two writes of the moment.
GRAIN: Final = 60
# The editor of Wagtail asks every ten seconds who else has the page open.
_BACKGROUND: Final = "/editing-sessions/"
_SHUT: Final = (401, 403, 404)


@receiver(user_logged_in, dispatch_uid="accounts.idle")
def note_sign_in(request: HttpRequest | None, **_kwargs: Any) -> None:
    """Begin to count."""
    if request is not None:
        request.session[SEEN] = request.session[SINCE] = int(time.time())


class IdleMiddleware:
    """End the session of who was idle for ``SESSION_IDLE_MINUTES``; say so, and lead back to the same place.

    And of everybody ``SESSION_COOKIE_AGE`` after they signed in, which Django counts from the last write.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as to a stranger once the time is over."""
        if _is_signed_in(request):
            if _is_over(request):
                return self._signed_out(request)
            if _BACKGROUND not in request.path:
                _note(request)
        return self.get_response(request)

    def _signed_out(self, request: HttpRequest) -> HttpResponse:
        reason = _reason(request)
        logout(request)
        response = self.get_response(request)
        if response.status_code in _SHUT or _leads_to_sign_in(response):
            messages.info(request, reason)
            return redirect_to_login(_place(request))
        return response


def _is_signed_in(request: HttpRequest) -> bool:
    # Without the cookie the session is not even looked at: public pages stay the same for everybody.
    return settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session


def _is_idle(request: HttpRequest) -> bool:
    seen: int = request.session.get(SEEN, 0)
    return bool(time.time() - seen > settings.SESSION_IDLE_MINUTES * 60)


def _is_over(request: HttpRequest) -> bool:
    since: int = request.session.get(SINCE, 0)
    return _is_idle(request) or bool(time.time() - since >= settings.SESSION_COOKIE_AGE)


def _reason(request: HttpRequest) -> str:
    if not _is_idle(request):
        return gettext("This sign-in has come to its end. Please sign in to go on.")
    minutes: int = settings.SESSION_IDLE_MINUTES
    text = ngettext(
        "You were signed out because nothing happened for %(minutes)d minute. Please sign in to go on.",
        "You were signed out because nothing happened for %(minutes)d minutes. Please sign in to go on.",
        minutes,
    )
    return text % {"minutes": minutes}


def _note(request: HttpRequest) -> None:
    now = int(time.time())
    if now - request.session[SEEN] >= GRAIN:
        request.session[SEEN] = now


def _leads_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].startswith(redirect_to_login("").url)  # noqa: PLR2004


def _place(request: HttpRequest) -> str:
    """Return where the person stood: the page itself, or the one with the form that was sent."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if ours else "/"
