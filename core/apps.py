from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    label = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        import_module("core.checks")
        import_module("core.exports").connect()
        import_module("core.mail")
        import_module("core.pagecache.signals").connect()
