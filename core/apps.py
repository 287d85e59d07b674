from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    label = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        import_module("core.checks")
        import_module("core.wagtail.comparison").connect()
        import_module("core.wagtail.csv_injection").connect()
        import_module("core.wagtail.list_order").connect()
        import_module("core.wagtail.text_areas").connect()
        import_module("core.wagtail.page_permissions").connect()
        import_module("core.wagtail.untranslated").connect()
        import_module("core.web.page_cache").connect()
