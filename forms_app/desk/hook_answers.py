"""What the desk answers when lower apps and the front page ask."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core import display, hooks
from forms_app.desk.access import desk_of
from forms_app.desk.selectors.figures import last_whole_month, month_figures


@hooks.register("landing_page", order=10)
def landing_page(user: User) -> str | None:
    """Officers begin their day at the queue."""
    return reverse("desk:queue") if desk_of(user) else None


@hooks.register("account_links", order=5)
def account_links(user: User | AnonymousUser) -> list[hooks.NavLink] | None:
    """The way back to the queue from every public page."""
    return [hooks.NavLink(_("One-stop desk"), reverse("desk:queue"))] if desk_of(user) else None


@hooks.register("home_figures")
def home_figures() -> list[hooks.Figure]:
    """The last whole month, honest: a month without a settled dossier says nothing about the agencies."""
    month = month_figures(last_whole_month(timezone.localdate()))
    if not month.finished:
        return []
    label = f"{month.first:%m/%Y}"
    figures = [
        hooks.Figure(
            _("Dossiers settled in %(month)s") % {"month": label}, display.number_text(month.finished)
        )
    ]
    if month.on_time_percent is not None:
        figures.append(hooks.Figure(_("On time or early"), display.percent_text(month.on_time_percent)))
    if month.online_percent is not None:
        figures.append(hooks.Figure(_("Filed online"), display.percent_text(month.online_percent)))
    return figures
