"""What the accounts add to the Wagtail admin."""

from __future__ import annotations

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks

from accounts.admin.viewsets import OrganisationGroup


@hooks.register("register_admin_viewset")
def register_organisation() -> OrganisationGroup:
    """Add the register of agencies and the roles to the menu of the operating team."""
    return OrganisationGroup()


@hooks.register("insert_global_admin_js")
def stay_while_typing() -> SafeString:
    """Who writes a long text is not signed out meanwhile."""
    address = reverse("accounts:still_here")
    return format_html('<script src="{}" data-url="{}" defer></script>', static("js/stay.js"), address)
