"""Additions to the Wagtail admin."""

from __future__ import annotations

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks

from accounts.admin.organisation import OrganisationGroup


@hooks.register("register_admin_viewset")
def register_organisation() -> OrganisationGroup:
    """Add agencies, successions and roles to the menu."""
    return OrganisationGroup()


@hooks.register("insert_global_admin_js")
def load_activity_script() -> SafeString:
    """Keep people signed in while they type a long text."""
    address = reverse("accounts:keep_alive")
    return format_html('<script src="{}" data-url="{}" defer></script>', static("js/keep_alive.js"), address)
