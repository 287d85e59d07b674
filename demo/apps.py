from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The generator of the demo province; installed everywhere, loaded only where ``settings.DEMO`` is set."""

    name = "demo"
    label = "demo"
