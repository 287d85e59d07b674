from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OneStopConfig(AppConfig):
    """The one-stop desk (bộ phận một cửa)."""

    name = "one_stop"
    label = "one_stop"
    verbose_name = _("One-stop desk")
