"""What the frame of every page asks about the person."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core import hooks


@hooks.register("account_links", order=10)
def account_links(user: User | AnonymousUser) -> list[hooks.NavLink]:
    """The way in for a stranger, the own account for a person who is signed in."""
    if user.is_authenticated:
        return [hooks.NavLink(_("My account"), reverse("accounts:password"))]
    return [hooks.NavLink(_("Sign in"), reverse("accounts:login"))]


@hooks.register("sign_out_url")
def sign_out_url() -> str:
    """Where the sign-out button posts to."""
    return reverse("accounts:logout")


@hooks.register("still_here_url")
def still_here_url() -> str:
    """Where ``static/js/stay.js`` says that somebody is typing."""
    return reverse("accounts:still_here")
