"""The answer to the hook that a procedure's page asks: how to file it (DOMAIN 0.2)."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from core import hooks
from forms_app.dossiers.models import FilingChannel
from forms_app.dossiers.selectors.procedures import way_to_file
from procedures.models import Procedure


@hooks.register("procedure_actions")
def filing_action(locale: str, procedure: Procedure) -> hooks.Action | None:
    """Offer the own form, the national portal, or nothing, as the dated switch says. One query."""
    way = way_to_file(procedure)
    if way.channel == FilingChannel.Channel.NATIONAL:
        note = _("Opens dichvucong.gov.vn.")
        return hooks.Action(label=_("File on the national portal"), url=way.url, note=note, primary=True)
    if way.channel != FilingChannel.Channel.OWN or way.minutes is None or not way.received:
        return None
    return hooks.Action(
        label=_("File online"),
        url=reverse("dossiers:start", args=[procedure.core_code]),
        note=_("About %(minutes)d minutes. You can save and go on at any time.") % {"minutes": way.minutes},
        primary=True,
    )
