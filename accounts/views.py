"""Sign in and out, change and reset a password.

django-axes counts the failures of a user name from an address and locks them out for a while.
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import (
    AccountView,
    ChangePasswordPanel,
    NameEmailSettingsPanel,
    PasswordResetView,
)

from accounts import forms_after_sign_in
from accounts.adapters import after_sign_in
from accounts.forms import ChangePasswordForm, EmailForm, FirstPasswordForm, SignInForm
from accounts.models import User
from accounts.places import places_below
from accounts.services import email_addresses, invitations, role_requests, sessions
from accounts.session import ROW
from accounts.step_up import fresh_proof_required
from core import one_time_links
from core.display import lifetime_text
from core.errors import Conflict, InvalidInput, NotAllowed
from core.text import parse_pk
from core.web import page_cache
from core.web.throttle import Throttle, client_network

# For one address that tries the same password on many user names: django-axes counts each name separately.
SIGN_IN_FAILURES: Final = Throttle("accounts.sign_in", limit=60, seconds=900)
RESETS_BY_ADDRESS: Final = Throttle("accounts.reset.address", limit=10, seconds=3600)
EMAIL_LINKS: Final = Throttle("accounts.email", limit=5, seconds=3600)
#: For the templates that say how long a link in a mail works.
EMAIL_LINK: Final = {"link_lifetime": email_addresses.LIFETIME}
RESETS_BY_EMAIL: Final = Throttle("accounts.reset.mail", limit=3, seconds=3600)


class SignIn(LoginView):
    """The sign-in page of officers and editors; afterwards each continues on the landing page of their role."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do not check passwords from an address with too many failures."""
        if SIGN_IN_FAILURES.spent(client_network(request)):
            return locked_out(request)
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        SIGN_IN_FAILURES.hit(client_network(self.request))
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        """Ask for the second factor where there is one, then sign in (``accounts.adapters``)."""
        response: HttpResponse = perform_login(
            self.request, form.get_user(), redirect_url=self.get_redirect_url() or None
        )
        return response

    def get_success_url(self) -> str:
        """Return where a person who is already signed in is sent."""
        return after_sign_in(self.request, self.get_redirect_url())


class SignOut(LogoutView):
    """Sign out by POST only, so that no other site can end a session."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Also clear what a shared browser has stored."""
        response: HttpResponse = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


@require_safe
@never_cache
def keep_alive(request: HttpRequest) -> HttpResponse:
    """Keep a session alive while its owner is typing (``accounts.session``): 204, or 403 if it has ended."""
    signed_in = request.user.is_authenticated
    return HttpResponse(status=HTTPStatus.NO_CONTENT if signed_in else HTTPStatus.FORBIDDEN)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def show_kept_form(request: HttpRequest) -> HttpResponse:
    """Offer to resend what the person typed before the session ended; POST discards it."""
    found = forms_after_sign_in.kept(request)
    if request.method == "POST" or found is None:
        forms_after_sign_in.discard(request)
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/kept_form.html", {"form": found, "kept": found.fields})


def locked_out(request: HttpRequest, credentials: dict[str, Any] | None = None) -> HttpResponse:
    """Show a person with too many failures when they may try again."""
    context = {"locked_for": timedelta(hours=settings.AXES_COOLOFF_TIME)}
    return render(request, "accounts/locked.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)


class ChangePassword(PasswordChangeView):
    """Change one's own password; other sessions of the person end."""

    template_name = "accounts/password.html"
    form_class = ChangePasswordForm
    success_url = reverse_lazy("accounts:password")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        user, row = _user(self.request), self.request.session.get(ROW)
        if row is not None:
            sessions.record_use(pk=row, session_key=self.request.session.session_key or "")
        sessions.end_sessions(user=user, except_pk=row)
        messages.success(self.request, gettext("Your password has been changed."))
        return response


@login_required
@never_cache
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show what a person can change about their account, and where they are signed in."""
    user = _user(request)
    context = {
        "sessions": sessions.sessions_of(user),
        "current": request.session.get(ROW),
        "decides_roles": role_requests.may_decide(user),
        "pending_email": email_addresses.pending_email(user),
    }
    return render(request, "accounts/account.html", context)


@login_required
@require_POST
@fresh_proof_required
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one other session of the person, or all others."""
    chosen, here = request.POST.get("session", ""), request.session.get(ROW)
    pk = None if chosen == "others" else parse_pk(chosen)
    if chosen == "others" or pk is not None:
        sessions.end_sessions(user=_user(request), pk=pk, except_pk=here)
        messages.success(request, gettext("Signed out there."))
    return redirect("accounts:account")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof_required
def change_email(request: HttpRequest) -> HttpResponse:
    """Request another email address, after a fresh proof, or cancel the request; the link sent there confirms it."""
    user = _user(request)
    if request.method == "POST" and "cancel" in request.POST:
        if email_addresses.cancel_email_change(user=user):
            messages.success(request, gettext("The change is cancelled. Your email address stays the same."))
        return redirect("accounts:email")
    form = EmailForm(request.POST or None, initial={"email": user.email})
    if request.method == "POST" and form.is_valid():
        if not EMAIL_LINKS.hit(str(user.pk)):
            text = gettext("Too many links have been sent. Try again in %(time)s.")
            form.add_error(None, text % {"time": lifetime_text(timedelta(seconds=EMAIL_LINKS.seconds))})
        else:
            try:
                address = email_addresses.request_email_change(user=user, email=form.cleaned_data["email"])
            except InvalidInput as error:
                form.add_error("email", error.fields["email"])
            else:
                sent = gettext("A link was sent to %(email)s. Your address changes when you open it.")
                messages.success(request, sent % {"email": address})
                return redirect("accounts:email")
    return render(
        request,
        "accounts/email.html",
        {"form": form, "pending": email_addresses.pending_email(user), **EMAIL_LINK},
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """Give the signed-in person the address to which the link was sent; 404 for a forged link, 410
    for one that has expired or belongs to another person.

    The link alone is not enough and a sign-in is required, because a mistyped address belongs to someone else.
    """
    user = _user(request)
    address = email_addresses.email_of_link(user=user, token=token)
    if not address:
        if not one_time_links.was_issued(purpose=email_addresses.NEW_EMAIL, token=token):
            raise Http404
        return render(request, "accounts/email_link_expired.html", EMAIL_LINK, status=HTTPStatus.GONE)
    if request.method == "POST":
        try:
            email_addresses.confirm_email(user=user, token=token)
        except NotAllowed:
            return render(request, "accounts/email_link_expired.html", EMAIL_LINK, status=HTTPStatus.GONE)
        except InvalidInput as error:
            messages.error(request, error.message)
            return redirect("accounts:email")
        messages.success(request, gettext("Your email address has been changed."))
        return redirect("accounts:account")
    return render(request, "accounts/email_confirm.html", {"address": address})


def _user(request: HttpRequest) -> User:
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - login_required
    return user


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let an invited person set a password; 410 for a link that was used or has expired."""
    user = invitations.invited_user(token)
    if user is None:
        if not one_time_links.was_issued(purpose=invitations.INVITATION, token=token):
            raise Http404
        return render(request, "accounts/invitation_expired.html", status=HTTPStatus.GONE)
    form = FirstPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitations.accept(token=token, password=form.cleaned_data["new_password1"])
        except NotAllowed:
            return render(request, "accounts/invitation_expired.html", status=HTTPStatus.GONE)
        messages.success(request, gettext("Your password is set. Sign in with it."))
        return redirect("accounts:login")
    return render(request, "accounts/invitation.html", {"form": form, "invited": user})


#: What can be answered to a request for a role, with what is said afterwards.
ROLE_ANSWERS: Final = {
    "confirm": gettext_lazy("The role has been assigned."),
    "refuse": gettext_lazy("The role is refused."),
    "withdraw": gettext_lazy("The request is withdrawn."),
}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@fresh_proof_required
def confirm_roles(request: HttpRequest) -> HttpResponse:
    """Show the roles waiting for confirmation; POST confirms or refuses one, or withdraws an own request."""
    user = _user(request)
    if not role_requests.may_decide(user):
        raise Http404
    pk, answer = parse_pk(request.POST.get("request", "")), request.POST.get("answer")
    if request.method == "POST" and pk is not None and answer in ROLE_ANSWERS:
        try:
            if answer == "withdraw":
                role_requests.withdraw_request(pk=pk, by=user)
            else:
                role_requests.record_decision(pk=pk, by=user, confirm=answer == "confirm")
        except NotAllowed as error:
            raise Http404 from error
        except Conflict as error:
            messages.error(request, error.message)
        else:
            messages.success(request, ROLE_ANSWERS[answer])
        return redirect("accounts:role_requests")
    context = {
        "requests": role_requests.open_requests_for(user),
        "own_requests": role_requests.own_open_requests(user),
    }
    return render(request, "accounts/role_requests.html", context)


class PortalAccountView(AccountView):
    """Wagtail's page of preferences, without name, email address and password: these are on "My account"."""

    def get_panels(self) -> list[Any]:
        return [
            panel
            for panel in super().get_panels()
            if not isinstance(panel, NameEmailSettingsPanel | ChangePasswordPanel)
        ]


preferences = require_admin_access(PortalAccountView.as_view())


class ResetPassword(PasswordResetView):
    """Wagtail's password reset by email; the response is always the same.

    It is limited per network, and per network and recipient together: a limit per recipient alone would let anyone
    prevent a person from getting a new password.
    """

    def form_valid(self, form: Any) -> HttpResponse:
        email = form.cleaned_data["email"].lower()
        network = client_network(self.request)
        if all([RESETS_BY_ADDRESS.hit(network), RESETS_BY_EMAIL.hit(network, email)]):
            return super().form_valid(form)
        return HttpResponseRedirect(str(self.get_success_url()))


@require_safe
def units(request: HttpRequest, parent: str) -> HttpResponse:
    """Return the second list of an address as JSON: the communes of a province, or the countries; empty if unknown."""
    found = places_below(parent)
    response = JsonResponse(
        {
            "label": found.label,
            "empty": found.empty,
            "places": [[place.value, place.label, place.former, place.districts] for place in found.places],
        }
    )
    return page_cache.allow(response, seconds=page_cache.until_midnight(), parameters=())
