"""The second factor of staff: who needs one; nothing opens before it has been entered or set up (ADR 160).

django-allauth keeps the factors (``allauth.mfa``) and asks for them between password and sign-in. A session records
that a factor was used, so that checking costs no query.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.selectors import is_administrator, may_read_dossiers
from accounts.services.sessions import end_sessions
from accounts.session import ROW

logger = logging.getLogger(__name__)

# Session key: the id of the person who has given a second factor in this session.
GIVEN_BY: Final = "second_factor"
# Recovery codes alone are not a factor: they replace one that was lost.
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
#: What a person can open before entering a factor: the form for it, and signing out …
_ALWAYS_OPEN: Final = frozenset(
    {"mfa_reauthenticate", "mfa_reauthenticate_webauthn", "accounts:logout", "accounts:keep_alive"}
)
#: … and, if there is no factor yet, the pages for setting one up.
_ENROLMENT: Final = frozenset(
    {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"}
)


def needs_factor(user: User) -> bool:
    """Return True if ``user`` must have a second factor: readers of dossiers and administrators, if so set."""
    if not settings.SECOND_FACTOR_REQUIRED:
        return False
    return is_administrator(user) or may_read_dossiers(user)


def has_factor(user: User) -> bool:
    """Return True if ``user`` has set up an authenticator app or a security key."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


class SecondFactorMiddleware:
    """Redirect people who need a second factor and have not used one in this session to where they set it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_args: Any) -> HttpResponse | None:
        """Redirect instead of calling the view, whatever it is."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or SESSION_KEY not in request.session:
            return None
        user = request.user
        if not isinstance(user, User) or request.session.get(GIVEN_BY) == user.pk or not needs_factor(user):
            return None
        view_name = request.resolver_match.view_name if request.resolver_match is not None else ""
        if view_name in _ALWAYS_OPEN or (view_name in _ENROLMENT and not has_factor(user)):
            return None
        if has_factor(user):  # it was set up in another session, so a password alone must not be enough here
            return _ask_for_factor(request)
        messages.info(request, _("Set up two-step verification first. Your role requires it."))
        return redirect("mfa_index")


def _ask_for_factor(request: HttpRequest) -> HttpResponse:
    has_app = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists()
    url = reverse("mfa_reauthenticate" if has_app else "mfa_reauthenticate_webauthn")
    return HttpResponseRedirect(f"{url}?{urlencode({'next': request.get_full_path()})}")


@receiver(signals.authenticator_used, dispatch_uid="accounts.factor_used")
@receiver(signals.authenticator_added, dispatch_uid="accounts.factor_added")
def remember_factor(request: HttpRequest, user: Any, authenticator: Authenticator, **kwargs: Any) -> None:
    """Record in the session that a factor was entered, or was set up right after entering the password."""
    added = kwargs["signal"] is signals.authenticator_added
    if not (added and authenticator.type == Authenticator.Type.RECOVERY_CODES):
        request.session[GIVEN_BY] = user.pk
    if added:  # someone who knew only the password may be signed in elsewhere
        end_sessions(user=user, except_pk=request.session.get(ROW))


@receiver(signals.authenticator_removed, dispatch_uid="accounts.factor_removed")
def forget_factor(request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """Remove the factor from a session after the person's last factor was removed."""
    if not has_factor(user):
        request.session.pop(GIVEN_BY, None)


@receiver(signals.authentication_failed, dispatch_uid="accounts.factor_failed")
def log_failure(user: Any, authenticator: Authenticator, **_kwargs: Any) -> None:
    """Log a wrong code."""
    logger.warning("wrong second factor (%s) of the account %s", authenticator.type, user.pk)
