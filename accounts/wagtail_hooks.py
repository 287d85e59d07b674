"""What the accounts add to the Wagtail admin."""

from __future__ import annotations

from wagtail import hooks

from accounts.admin.viewsets import OrganisationGroup


@hooks.register("register_admin_viewset")
def register_organisation() -> OrganisationGroup:
    """Add the register of agencies and the roles to the menu of the operating team."""
    return OrganisationGroup()
