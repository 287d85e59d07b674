from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """The one-stop desk (bộ phận một cửa)."""

    name = "forms_app.desk"
    label = "desk"
    verbose_name = _("One-stop desk")

    def ready(self) -> None:
        from forms_app.desk import hook_answers  # noqa: F401, PLC0415 - registers on import
