from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Composition root."""

    name = "portal"
    label = "portal"

    def ready(self) -> None:
        """Let the demo answer the front page, and check the schedule of the tasks."""
        from portal import checks  # noqa: F401, PLC0415 - register themselves
        from portal.demo import hook_answers  # noqa: F401, PLC0415
