"""Sign in and out. django-axes counts the failures of a name from an address and closes the door for a while."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.forms import SignInForm
from core import hooks


class SignIn(LoginView):
    """The one door for officers and editors; afterwards everybody stands where they work."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """Return the place of work that an app above names for this person, or the front page."""
        landing: str | None = hooks.first("landing_page", self.request.user)
        return landing or super().get_default_redirect_url()


class SignOut(LogoutView):
    """Takes a POST only, so that no foreign page signs anybody out."""

    http_method_names = ["post", "options"]


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None) -> HttpResponse:
    """Too many wrong passwords: say when the door opens again."""
    return render(request, "accounts/locked.html", status=HTTPStatus.TOO_MANY_REQUESTS)
