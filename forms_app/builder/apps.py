from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BuilderConfig(AppConfig):
    name = "forms_app.builder"
    label = "builder"
    verbose_name = _("Forms")

    def ready(self) -> None:
        from forms_app.builder.field_types import registry  # noqa: PLC0415

        registry.load()
