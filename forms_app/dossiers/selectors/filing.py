"""What can be filed here, and how far a draft has got."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Agency
from forms_app.builder import conditions
from forms_app.builder.field_types import registry
from forms_app.builder.models import FormVersion
from forms_app.builder.schema import FieldSpec, FormSchema, StepSpec
from forms_app.builder.selectors import form_in_force
from forms_app.dossiers import credentials
from forms_app.dossiers.models import Draft, FilingChannel
from forms_app.dossiers.rules import filing_channels
from procedures.choices import Status
from procedures.models import Procedure, ProcedureVersion
from procedures.models.endings import not_ended_q
from procedures.selectors import agencies_for_procedure, assignments_on, page_for_code, version_in_force

Channel = FilingChannel.Channel


@dataclass(frozen=True, slots=True)
class FilingOption:
    """How a procedure is filed on a day.

    ``minutes`` is the form's estimate, None without a published form; ``has_agency`` is True if an agency receives it;
    ``service_level`` is that of the version in force (``ServiceLevel``).
    """

    channel: str
    url: str = ""
    minutes: int | None = None
    has_agency: bool = False
    service_level: str = ""


@dataclass(frozen=True, slots=True)
class FilingOffer:
    """The starting point of a filing: the versions to which a dossier filed today is bound."""

    procedure: Procedure
    version: ProcedureVersion
    form: FormVersion
    agencies: QuerySet[Agency]


def filing_option(procedure: Procedure, on: date | None = None) -> FilingOption:
    """Return the filing channel in force (default: the portal's own form) and what there is to file. One query."""
    day, this = on or timezone.localdate(), OuterRef("pk")
    channels = filing_channels(day).filter(procedure=this)
    forms = FormVersion.objects.filter(definition__procedure=this, definition__active=True).order_by(
        "-number"
    )
    versions = ProcedureVersion.objects.valid_on(day).filter(procedure=this)
    found = (
        Procedure.objects.filter(not_ended_q(day), pk=procedure.pk, status=Status.PUBLIC)
        .annotate(
            channel=Subquery(channels.values("channel")[:1]),
            channel_url=Subquery(channels.values("url")[:1]),
            minutes=Subquery(forms.annotate(minutes=KT("schema__estimated_minutes")).values("minutes")[:1]),
            level=Subquery(versions.annotate(level=KT("snapshot__service_level")).values("level")[:1]),
            has_agency=Exists(assignments_on(day).filter(procedure=this)),
        )
        .values("channel", "channel_url", "minutes", "has_agency", "level")
        .first()
    )
    if found is None:
        return FilingOption(Channel.COUNTER)
    minutes = int(found["minutes"]) if found["minutes"] is not None else None
    return FilingOption(
        found["channel"] or Channel.OWN,
        found["channel_url"] or "",
        minutes,
        found["has_agency"],
        found["level"] or "",
    )


def filing_offer(core_code: str) -> FilingOffer | None:
    """Return what can be filed here under a national code; None if nothing can."""
    procedure = Procedure.objects.filter(core_code=core_code).first()
    if procedure is None:
        return None
    option = filing_option(procedure)
    if option.channel != Channel.OWN or not option.has_agency:
        return None
    form, version = form_in_force(procedure), version_in_force(procedure)
    if form is None or version is None:
        return None
    return FilingOffer(procedure, version, form, agencies_for_procedure(procedure))


def why_not_filed_here(procedure: Procedure) -> list[str]:
    """Return, for editors, why ``filing_offer`` finds nothing although a form is published, or nothing leads to it."""
    if procedure.ended:
        return [_("The procedure no longer applies.")]
    found = []
    if procedure.status == Status.HIDDEN:
        found.append(_("The procedure is not public: show it in its entry in the register."))
    elif page_for_code(procedure.core_code) is None:
        found.append(_("The page of the procedure is not published."))
    if version_in_force(procedure) is None:
        found.append(_("No version of the procedure is in force yet."))
    row = filing_channels(timezone.localdate()).filter(procedure=procedure).first()
    if row is not None and row.channel != Channel.OWN:
        text = _("The filing channel in force is “%(channel)s”: change it at “Filing rules”.")
        found.append(text % {"channel": row.get_channel_display()})
    if not assignments_on().filter(procedure=procedure).exists():
        found.append(
            _(
                "No agency receives the procedure: import a list in which it has a local code, a decision of the "
                "province or a section."
            )
        )
    return found


def draft_by_token(token: str, now: datetime) -> Draft | None:
    """Return the unexpired draft for ``token`` with what its pages need; a filed one comes with its dossier."""
    return _unexpired(now).filter(token_hash=credentials.token_hash(token)).first()


def draft_by_link(link: str, now: datetime) -> Draft | None:
    """Return the unexpired, unfiled draft of a valid hand-over link (``credentials.handover_token``)."""
    return (
        _unexpired(now)
        .filter(token_hash=credentials.token_hash_from_handover(link) or "", dossier=None)
        .first()
    )


def _unexpired(now: datetime) -> QuerySet[Draft]:
    found = Draft.objects.select_related(
        "form_version__definition", "procedure_version__procedure", "agency", "dossier"
    )
    return found.filter(expires_at__gt=now)


def takes_files(schema: FormSchema) -> bool:
    """Return True if a form asks for files at all."""
    return any(registry.get(spec.type).stores_files for spec in schema.fields.values())


def missing_steps(draft: Draft, schema: FormSchema) -> list[StepSpec]:
    """Return the steps that prevent a draft from being filed, in order, also because of a file that failed the scan."""
    stored = list(draft.attachments.all()) if takes_files(schema) else []
    refused = {file.field_id for file in stored if file.is_refused}
    files = Counter(file.field_id for file in stored)
    return [
        step
        for step in schema.steps
        if step.id not in draft.steps_done
        or any(spec.id in refused or _is_missing(spec, draft, files) for spec in step.fields)
    ]


def _is_missing(spec: FieldSpec, draft: Draft, files: Counter[str]) -> bool:
    if not conditions.is_required(spec, draft.answers, files):
        return False
    if registry.get(spec.type).stores_files:
        return not files[spec.id]
    return not conditions.is_answered(draft.answers.get(spec.id))
