from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    label = "core"
    verbose_name = _("Core")

    def ready(self) -> None:
        import_module("core.checks")
        import_module("core.wagtail.comparison").register()
        import_module("core.wagtail.csv_injection").install_patch()
        import_module("core.wagtail.list_order").install_patch()
        import_module("core.wagtail.text_areas").register()
        import_module("core.wagtail.page_permissions").install_patch()
        import_module("core.wagtail.redirects").install_patch()
        import_module("core.wagtail.untranslated").install_patch()
        import_module("core.web.page_cache").connect_receivers()
