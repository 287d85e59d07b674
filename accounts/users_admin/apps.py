from wagtail.users.apps import WagtailUsersAppConfig


class PortalUsersAppConfig(WagtailUsersAppConfig):
    """Wagtail's user pages with our forms and the way to superuser closed."""

    user_viewset = "accounts.users_admin.views.PortalUserViewSet"
