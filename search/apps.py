from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    label = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        """Let the outbox know what this app delivers, and the health page what state it is in."""
        from search import health, outbox_handlers  # noqa: F401, PLC0415
