"""Sign in and out. django-axes counts the failures of a name from an address and closes the door for a while."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.forms import SignInForm
from core import hooks
from core.throttle import Throttle, client_network

# One address that tries one password on many names: django-axes counts each name for itself.
FAILURES: Final = Throttle("accounts.sign_in", limit=60, seconds=900)


class SignIn(LoginView):
    """The one door for officers and editors; afterwards everybody stands where they work."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask for no password of an address that was wrong too often."""
        if FAILURES.spent(client_network(request)):
            return locked_out(request)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        FAILURES.hit(client_network(self.request))
        return super().form_invalid(form)

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        """Return where the person came from; not the admin for who may not enter it: it would send them back."""
        wanted, user = super().get_redirect_url(), self.request.user
        shut = user.is_authenticated and not user.has_perm("wagtailadmin.access_admin")
        return "" if shut and wanted.startswith(reverse("wagtailadmin_home")) else wanted

    def get_default_redirect_url(self) -> str:
        """Return the place of work that an app above names for this person, or the front page."""
        landing: str | None = hooks.first("landing_page", self.request.user)
        return landing or super().get_default_redirect_url()


class SignOut(LogoutView):
    """Takes a POST only, so that no foreign page signs anybody out."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Leave nothing behind in a browser that others use, either."""
        response: HttpResponse = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


@require_safe
@never_cache
def still_here(request: HttpRequest) -> HttpResponse:
    """Say that somebody is typing (``accounts.idle`` notes it): 204, or 403 to who is signed out by now."""
    signed_in = request.user.is_authenticated
    return HttpResponse(status=HTTPStatus.NO_CONTENT if signed_in else HTTPStatus.FORBIDDEN)


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None) -> HttpResponse:
    """Too many wrong passwords: say when the door opens again."""
    return render(request, "accounts/locked.html", status=HTTPStatus.TOO_MANY_REQUESTS)
