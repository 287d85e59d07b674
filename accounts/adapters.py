"""How django-allauth works in this portal: sign-in, messages and mails of the second factor, keys at rest (ADR 160)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any, Final

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth import login as django_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms import WRONG_CODES
from accounts.roles import landing_page_of
from accounts.second_factor import FACTORS, needs_factor
from accounts.services.factor_secrets import decrypt_secret, encrypt_secret
from accounts.services.notices import notify
from accounts.services.sessions import FORGET_DEVICES_AFTER, remember_device
from accounts.step_up import is_fresh
from core.display import lifetime_text
from core.web.throttle import client_address, client_network

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
#: What allauth reports, by the last part of its template's name.
MESSAGES: Final = {
    "totp_activated": _("The authenticator app has been set up."),
    "totp_deactivated": _("The authenticator app has been removed."),
    "webauthn_added": _("The security key has been added."),
    "webauthn_removed": _("The security key has been removed."),
    "recovery_codes_generated": _("New recovery codes have been created. Keep them in a safe place."),
}


def _time(text: Any) -> str:
    return str(text) % {"time": lifetime_text(timedelta(seconds=WRONG_CODES.seconds))}


_with_time = lazy(_time, str)


class AccountAdapter(DefaultAccountAdapter):
    """Sign in with Django's own backend; report in the portal's words; mail through the outbox."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_password": _("The password is wrong."),
        "too_many_login_attempts": _with_time(_("Too many wrong codes. Wait %(time)s and try again.")),
        "rate_limited": _with_time(_("Too many attempts. Wait %(time)s and try again.")),
    }

    def get_login_stages(self) -> list[str]:
        """Return the one stage between password and sign-in."""
        return ["allauth.mfa.stages.AuthenticateStage"]

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in; the backend that checked the password is no longer known after the second factor."""
        django_login(request, user, BACKEND)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Go to where the person came from, or to the landing page of their role."""
        response = HttpResponseRedirect(after_sign_in(request, kwargs["redirect_url"]))
        token = remember_device(
            user=user,
            token=request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""),
            user_agent=request.headers.get("User-Agent", ""),
            address=client_address(request),
        )
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME, token, max_age=FORGET_DEVICES_AFTER, httponly=True,
            secure=settings.SESSION_COOKIE_SECURE, samesite="Lax",
        )  # fmt: skip
        return response

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the landing page."""
        return after_sign_in(request, None)

    def reauthenticate(self, user: Any, password: str) -> bool:
        """Check the password again; django-axes counts wrong ones as it does when signing in."""
        return authenticate(self.request, username=user.get_username(), password=password) == user

    def is_reauthentication_required(self, *, app: str, **_kwargs: Any) -> bool:
        """Ask for no second proof right after signing in."""
        return not is_fresh(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return the ways to prove that it is still the same person, in the portal's words."""
        texts = {
            "account_reauthenticate": _("Use the password"),
            "mfa_reauthenticate": _("Use the authenticator app or a recovery code"),
            "mfa_reauthenticate_webauthn": _("Use a security key"),
        }
        by_url = {reverse(name): text for name, text in texts.items()}
        return [
            {**method, "description": by_url[method["url"]]}
            for method in super().get_reauthentication_methods(user)
        ]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the network that the portal uses for counting."""
        return client_network(request)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str = "", *args: Any, **kwargs: Any
    ) -> None:
        """Add the text of the portal; allauth's other messages are not shown."""
        name = (message_template or "").rpartition("/")[2].removesuffix(".txt")
        if name in MESSAGES:
            messages.success(request, MESSAGES[name])

    def send_notification_mail(self, template_prefix: str, user: Any, *_args: Any, **_kwargs: Any) -> None:
        """Notify the person by mail that their second factor has changed."""
        change = template_prefix.rpartition("/")[2]
        moment = timezone.now()
        with transaction.atomic():
            notify(user, "factor_changed", key=f"{change}:{moment.isoformat()}", change=str(MESSAGES[change]))


class SecondFactorAdapter(DefaultMFAAdapter):
    """Names, QR codes and encryption of the second factor."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _(
            "Your role requires two-step verification. Add another method first, then remove this one."
        ),
        "incorrect_code": _("The code is wrong or has already been used. Wait for the next one."),
    }

    def get_totp_issuer(self) -> str:
        """Return the name that the app shows."""
        return str(settings.WAGTAIL_SITE_NAME)

    def _get_user_identifier(self, user: Any) -> str:
        return str(user.get_username())

    def _get_site_name(self) -> str:
        return str(settings.WAGTAIL_SITE_NAME)

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code, generated on this server."""
        out = io.BytesIO()
        segno.make(url, error="m", micro=False).save(out, kind="svg", border=4, scale=4)
        return out.getvalue().decode()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """Return a name for a new security key."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return str(_("Security key %(number)d") % {"number": number})

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Return False for the last factor of a person who needs one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS)
        return others.exclude(pk=authenticator.pk).exists() or not needs_factor(authenticator.user)

    def encrypt(self, text: str) -> str:
        """Encrypt a secret for the database."""
        return encrypt_secret(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret; one whose key is missing is replaced by a random one, so that no code matches."""
        return decrypt_secret(encrypted_text) or get_random_string(32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def after_sign_in(request: HttpRequest, target: str | None) -> str:
    """Return ``target``, or the landing page of the role if ``target`` is the admin and the person may not enter it."""
    user: Any = request.user
    no_admin = not user.has_perm("wagtailadmin.access_admin")
    if target and not (no_admin and target.startswith(reverse("wagtailadmin_home"))):
        return target
    return landing_page_of(user) or str(settings.LOGIN_REDIRECT_URL)
