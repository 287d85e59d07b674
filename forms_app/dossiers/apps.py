from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DossiersConfig(AppConfig):
    name = "forms_app.dossiers"
    label = "dossiers"
    verbose_name = _("Dossiers")

    def ready(self) -> None:
        # Each registers what it answers: outbox kinds, hooks, search documents.
        from forms_app.dossiers import notices, procedure_actions, receivers, search_documents  # noqa: F401, PLC0415
