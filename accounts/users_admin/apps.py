from wagtail.users.apps import WagtailUsersAppConfig


class PortalUsersAppConfig(WagtailUsersAppConfig):
    """Wagtail's user and group pages with our forms and the ways to superuser closed."""

    user_viewset = "accounts.users_admin.views.PortalUserViewSet"
    group_viewset = "accounts.users_admin.views.PortalGroupViewSet"
