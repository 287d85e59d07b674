"""What the public site registers with lower apps."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from accounts.models import User
from accounts.roles import register_landing_page, roles_with_admin_access
from accounts.selectors import memberships_of


@register_landing_page(order=20)
def landing_page(user: User) -> str | None:
    """Return the Wagtail admin for people who work there."""
    return reverse("wagtailadmin_home") if works_in_admin(user) else None


def works_in_admin(user: User | AnonymousUser) -> bool:
    """Return True if a role of ``user`` opens the Wagtail admin."""
    if not user.is_authenticated:
        return False
    # One query where Django's has_perm() needs two, on every page of every signed-in person.
    return memberships_of(user).filter(role__in=roles_with_admin_access()).exists()
