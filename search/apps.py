from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SearchConfig(AppConfig):
    name = "search"
    label = "search"
    verbose_name = _("Search")

    def ready(self) -> None:
        """Let the outbox know what this app delivers."""
        from search import outbox_handlers  # noqa: F401, PLC0415
