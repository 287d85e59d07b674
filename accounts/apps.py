from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    label = "accounts"
    verbose_name = _("Accounts")
    default = True

    def ready(self) -> None:
        for module in ("session", "second_factor", "checks"):
            import_module(f"accounts.{module}")
        import_module("accounts.group_names").install_patch()


class PortalUsersAppConfig(WagtailUsersAppConfig):
    """Wagtail's app for users and groups with the views of ``accounts.admin.users``."""

    default = False
    user_viewset = "accounts.admin.users.PortalUserViewSet"
    group_viewset = "accounts.admin.users.PortalGroupViewSet"
