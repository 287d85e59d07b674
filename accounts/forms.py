"""Forms for signing in, for passwords and for the second factor."""

from __future__ import annotations

from typing import Any, Final

from allauth.account.adapter import get_adapter
from allauth.account.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn import forms as webauthn
from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.web.throttle import Throttle

# Guessing a code requires the password first, so nobody can lock another person out.
WRONG_CODES: Final = Throttle("accounts.second_factor", limit=5, seconds=900)


def plain_helper() -> FormHelper:
    """Return a helper that renders the fields only: the page provides the form element, its token and its button."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


class SignInForm(AuthenticationForm):
    """User name and password."""

    error_messages = {
        "invalid_login": _("The user name or password is wrong. Both are case-sensitive."),
        "inactive": _("This account is closed."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.helper = plain_helper()

    def clean_username(self) -> str:
        """Reject a name longer than that of any account, before django-axes stores it in a shorter column."""
        username: str = self.cleaned_data["username"]
        if len(username) > (self.username_field.max_length or 0):
            raise self.get_invalid_login_error()
        return username


class ChangePasswordForm(PasswordChangeForm):
    """The old password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()

    def clean_old_password(self) -> str:
        """Check the old password as when signing in, so that django-axes counts wrong ones."""
        password: str = self.cleaned_data["old_password"]
        if not get_adapter().reauthenticate(self.user, password):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password


class FirstPasswordForm(SetPasswordForm):
    """The password of an invited person, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()


class EmailForm(forms.Form):
    """A new email address."""

    email = forms.EmailField(
        label=_("Email address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()


def _code_field(label: Any, help_text: Any) -> forms.CharField:
    attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    return forms.CharField(
        label=label, help_text=help_text, max_length=20, widget=forms.TextInput(attrs=attributes)
    )


class CountedCodeMixin:
    """Count the wrong codes of a person; after five no code is checked for a while, even without a cache."""

    user: Any
    code = _code_field(
        _("Code"), _("Six digits from the authenticator app, or one of your recovery codes (eight digits).")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"] = self.code  # type: ignore[attr-defined]
        self.helper = plain_helper()

    def clean_code(self) -> str:
        """Check the code."""
        if WRONG_CODES.spent(str(self.user.pk)):
            raise get_adapter().validation_error("too_many_login_attempts")
        try:
            return super().clean_code()  # type: ignore[misc]
        except ValidationError:
            WRONG_CODES.hit(str(self.user.pk))
            raise


class CodeForm(CountedCodeMixin, base.AuthenticateForm):
    """The code when signing in."""


class CodeAgainForm(CountedCodeMixin, base.ReauthenticateForm):
    """The code before something sensitive."""


class ActivateAppForm(CountedCodeMixin, totp.ActivateTOTPForm):
    """The first code of a new authenticator app."""

    code = _code_field(_("Code"), _("The six digits that the app is showing now."))

    def clean_code(self) -> str:
        """Check the code, and do not accept it again for signing in: a code works once (OWASP ASVS 6.5.1)."""
        code: str = super().clean_code()
        TOTP(Authenticator(user=self.user, type=Authenticator.Type.TOTP))._mark_code_used(code)
        return code


class PasswordAgainForm(AllauthReauthenticateForm):
    """The password before something sensitive."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()


class AddKeyForm(webauthn.AddWebAuthnForm):
    """The name of a new security key, and what the browser says about it."""

    name = forms.CharField(label=_("Name of the key"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = plain_helper()
