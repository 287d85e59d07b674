"""What the front floor answers to the frame of every page."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Agency, User
from accounts.selectors import memberships_of, stands_for_province
from accounts.services.groups import MODEL_RIGHTS
from core import hooks
from home import selectors
from home.models import AgencySitePage, NewsIndexPage


@hooks.register("menus")
def menus() -> dict[str, list[hooks.NavLink]]:
    """The menus that editors keep in the admin."""
    return selectors.menus()


@hooks.register("agency_trees")
def agency_trees(agency: Agency) -> list[int]:
    """The sites that editors of an agency may change; the agency of the province also writes the news of all."""
    own = list(AgencySitePage.objects.filter(agency=agency).values_list("pk", flat=True))
    common = NewsIndexPage.objects.values_list("pk", flat=True) if stands_for_province(agency) else ()
    return [*own, *common]


@hooks.register("landing_page", order=20)
def landing_page(user: User) -> str | None:
    """Editors begin their day in the admin."""
    return reverse("wagtailadmin_home") if _works_in_the_admin(user) else None


@hooks.register("account_links", order=7)
def account_links(user: User | AnonymousUser) -> list[hooks.NavLink] | None:
    """The way back to the admin from every public page."""
    return (
        [hooks.NavLink(_("Administration"), reverse("wagtailadmin_home"))]
        if _works_in_the_admin(user)
        else None
    )


def _works_in_the_admin(user: User | AnonymousUser) -> bool:
    if not user.is_authenticated:
        return False
    # One query where Django's has_perm() asks two, on every page of everybody who is signed in.
    return memberships_of(user).filter(role__in=MODEL_RIGHTS).exists()
