"""Procedures on which a controller is working, so that a file must not change them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from core.display import date_text
from procedures.models import Procedure, ProcedureEnding


def reserved_procedures(core_codes: Iterable[str]) -> dict[str, str]:
    """Return why an import must not touch a procedure, by code.

    A controller has entered its end, or is preparing its first version.
    """
    wanted = list(core_codes)
    endings = ProcedureEnding.objects.filter(procedure__core_code__in=wanted)
    ended = endings.values_list("procedure__core_code", "decision__number", "day")
    message = _("ended from %(day)s under Decision %(number)s, entered by a controller")
    found = {code: message % {"number": number, "day": date_text(day)} for code, number, day in ended}
    drafts = Procedure.objects.filter(core_code__in=wanted, versions__isnull=True, pages__isnull=False)
    waiting = _("a controller is preparing the first version on its page; publish or delete that page")
    return found | dict.fromkeys(drafts.values_list("core_code", flat=True).distinct(), waiting)
