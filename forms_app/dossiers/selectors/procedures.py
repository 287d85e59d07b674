"""Can this procedure be filed here, how, and at which agency?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.utils import timezone

from accounts.models import Agency
from core import pagecache
from forms_app.builder.models import FormVersion
from forms_app.builder.selectors import form_in_force
from forms_app.dossiers.models import ConsentText, FilingChannel
from procedures.choices import Status
from procedures.models import Procedure, ProcedureVersion
from procedures.selectors import agencies_for_procedure, assignments_on, version_in_force

Channel = FilingChannel.Channel


@dataclass(frozen=True, slots=True)
class Way:
    """How a procedure is filed today. ``minutes``: the form's estimate, None without a published form."""

    channel: str
    url: str = ""
    minutes: int | None = None
    received: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a citizen starts from: the versions that a dossier filed today is bound to."""

    procedure: Procedure
    version: ProcedureVersion
    form: FormVersion
    agencies: QuerySet[Agency]


def way_to_file(procedure: Procedure, on: date | None = None) -> Way:
    """Return the dated channel switch (no row: the portal's own form) and whether a form is there. One query."""
    day, this = on or timezone.localdate(), OuterRef("pk")
    channels = FilingChannel.objects.valid_on(day).filter(procedure=this).order_by("-valid_from")
    forms = FormVersion.objects.filter(definition__procedure=this, definition__active=True).order_by(
        "-number"
    )
    found = (
        Procedure.objects.filter(pk=procedure.pk, status=Status.PUBLIC)
        .annotate(
            channel=Subquery(channels.values("channel")[:1]),
            channel_url=Subquery(channels.values("url")[:1]),
            minutes=Subquery(forms.annotate(minutes=KT("schema__estimated_minutes")).values("minutes")[:1]),
            received=Exists(assignments_on(day).filter(procedure=this)),
        )
        .values("channel", "channel_url", "minutes", "received")
        .first()
    )
    if found is None:
        return Way(Channel.COUNTER)
    minutes = int(found["minutes"]) if found["minutes"] is not None else None
    return Way(found["channel"] or Channel.OWN, found["channel_url"] or "", minutes, found["received"])


def offer_for(core_code: str) -> Offer | None:
    """Return what can be filed here for a national code; None when it cannot."""
    procedure = Procedure.objects.filter(core_code=core_code).first()
    if procedure is None:
        return None
    way = way_to_file(procedure)
    if way.channel != Channel.OWN or not way.received:
        return None
    form, version = form_in_force(procedure), version_in_force(procedure)
    if form is None or version is None:
        return None
    return Offer(procedure, version, form, agencies_for_procedure(procedure))


def consent_in_force(on: date | None = None) -> ConsentText | None:
    """Return the newest consent text that is valid; asked once a process and day, for its rows never change."""
    day = on or timezone.localdate()
    texts = ConsentText.objects.filter(valid_from__lte=day).order_by("-number")
    return pagecache.remember(("consent", day), texts.first)
