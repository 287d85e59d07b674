from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Composition root."""

    name = "portal"
    label = "portal"

    def ready(self) -> None:
        """Let the demo answer the front page."""
        from portal.demo import hook_answers  # noqa: F401, PLC0415 - registers itself
