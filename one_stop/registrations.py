"""Registrations of the desk with lower apps."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import User
from accounts.roles import register_landing_page
from one_stop.access import officer_access


@register_landing_page(order=10)
def landing_page(user: User) -> str | None:
    """Return the queue for officers of a desk."""
    return reverse("one_stop:queue") if officer_access(user) else None
