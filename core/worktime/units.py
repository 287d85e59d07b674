"""The four units in which the national database gives a processing time."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class TimeUnit(models.TextChoices):
    """Unit of a processing time (đơn vị thời gian)."""

    WORKING_DAY = "ngay_lam_viec", _("working day")
    DAY = "ngay", _("day")
    HOUR = "gio", _("hour")
    MONTH = "thang", _("month")


def phrase(value: int, unit: str) -> str:
    """Return ``value`` with its unit in the language of the reader: ``3 ngày làm việc``.

    ``ValueError`` for an unknown unit.
    """
    match TimeUnit(unit):
        case TimeUnit.WORKING_DAY:
            text = ngettext("%(count)d working day", "%(count)d working days", value)
        case TimeUnit.DAY:
            text = ngettext("%(count)d day", "%(count)d days", value)
        case TimeUnit.HOUR:
            text = ngettext("%(count)d working hour", "%(count)d working hours", value)
        case TimeUnit.MONTH:
            text = ngettext("%(count)d month", "%(count)d months", value)
    return text % {"count": value}
