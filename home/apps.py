from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HomeConfig(AppConfig):
    name = "home"
    label = "home"
    verbose_name = _("Home")

    def ready(self) -> None:
        """Answer the hooks, listen to what is published, give documents to the search."""
        from home import hook_answers, receivers, search_documents  # noqa: F401, PLC0415
