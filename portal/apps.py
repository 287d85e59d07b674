from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Composition root."""

    name = "portal"
    label = "portal"
