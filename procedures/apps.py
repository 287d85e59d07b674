from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProceduresConfig(AppConfig):
    name = "procedures"
    label = "procedures"
    verbose_name = _("Procedures")

    def ready(self) -> None:
        from procedures import hook_answers, outbox_handlers, receivers, search_documents  # noqa: F401, PLC0415
        from procedures.views import pages  # noqa: F401, PLC0415
