"""Additions to the Wagtail admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from accounts.admin import reviews, users
from accounts.admin.organisation import OrganisationGroup
from accounts.services.email_addresses import EMAIL_CANCELLED, EMAIL_CHANGED, EMAIL_REQUESTED
from accounts.services.invitations import INVITED, PASSWORD_SET
from accounts.services.lifecycle import CLOSED_UNUSED, FACTOR_RESET, REOPENED


@hooks.register("register_admin_viewset")
def register_organisation() -> OrganisationGroup:
    """Add agencies, successions and roles to the menu."""
    return OrganisationGroup()


@hooks.register("insert_global_admin_js")
def load_activity_script() -> SafeString:
    """Keep people signed in while they type a long text."""
    address = reverse("accounts:keep_alive")
    return format_html('<script src="{}" data-url="{}" defer></script>', static("js/keep_alive.js"), address)


@hooks.register("register_admin_urls")
def account_urls() -> list[URLPattern]:
    """Addresses of invitations and of the review of accounts."""
    return [
        path("moi-lai/<int:pk>/", users.invite_again, name="accounts_invite_again"),
        path("ra-soat-tai-khoan/", reviews.review_list, name="accounts_reviews"),
        path("ra-soat-tai-khoan/<int:pk>/", reviews.review, name="accounts_review"),
    ]


@hooks.register("register_admin_menu_item")
def review_menu_item() -> reviews.ReviewMenuItem:
    """Add the review of accounts to the menu."""
    return reviews.ReviewMenuItem()


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    """Name what happens to an account in its history."""
    for name, label, message in (
        (CLOSED_UNUSED, _("Close unused account"), _("Closed because it was not used")),
        (INVITED, _("Invite"), _("Password link sent")),
        (PASSWORD_SET, _("Set password"), _("Password set through the link")),
        (EMAIL_REQUESTED, _("Change to another email address"), _("Link sent to a new email address")),
        (EMAIL_CANCELLED, _("Keep the email address"), _("Change of email address cancelled")),
        (EMAIL_CHANGED, _("Change email address"), _("Email address changed")),
        (FACTOR_RESET, _("Reset two-step verification"), _("Two-step verification reset on the server")),
        (REOPENED, _("Reopen account"), _("Reopened")),
    ):
        actions.register_action(name, label, message)


@hooks.register("register_account_menu_item")
def own_account_item(_request: HttpRequest) -> dict[str, str]:
    """Link the preferences to "My account"."""
    return {
        "url": reverse("accounts:account"),
        "label": gettext("My account"),
        "help_text": gettext("Password, email address, two-step verification, and where you are signed in."),
    }
