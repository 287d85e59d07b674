"""Submit a dossier: one transaction, its number last; the same key gives the same dossier and receipt."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput
from forms_app.builder import applicant
from forms_app.builder.schema import FormSchema
from forms_app.dossiers import credentials
from forms_app.dossiers.deadlines import intake_due
from forms_app.dossiers.models import ConsentText, Dossier, Draft
from forms_app.dossiers.rules import RuleSet, current_rules
from forms_app.dossiers.selectors.filing import missing_steps, takes_files
from forms_app.dossiers.services import secrets
from forms_app.dossiers.services.actions import append_event, citizen
from forms_app.dossiers.services.drafts import lock_draft
from forms_app.dossiers.services.numbering import take_code
from forms_app.dossiers.transitions import Action, Status


@dataclass(frozen=True, slots=True)
class FilingReceipt:
    """What the citizen receives.

    ``lookup_key`` and ``token`` (of the private link) are empty once the seed is wiped.
    """

    dossier: Dossier
    code: str
    lookup_key: str
    token: str


def submit(
    *,
    token: str,
    idempotency_key: str,
    consent: ConsentText | None,
    language: str = "vi",
    now: datetime | None = None,
) -> FilingReceipt:
    """Submit the draft for ``token`` and return its code, lookup key and private link.

    Repeated or parallel calls with the same key return the same dossier. The receipt is built after the commit, so that
    no code is shown that could be rolled back. ``language`` is that of the mails
    to the citizen. ``InvalidInput``: something is missing; ``Conflict``: the key belongs to
    another draft; ``NotAllowed``: the draft is unknown or has expired.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        draft = lock_draft(token=token, now=moment)
        if not hmac.compare_digest(draft.idempotency_key, idempotency_key):
            raise Conflict(_("This page belongs to another application. Open the review again."))
        dossier = draft.dossier or _file(draft, consent, language, moment)
    return receipt_for(dossier)


def receipt_for(dossier: Dossier) -> FilingReceipt:
    """Return the receipt of a submitted dossier, without its secrets once their seed is wiped or they were replaced.

    Neither the browser that filed nor the mail of the submission may show a key that the desk issued to another person.
    """
    found = secrets.secrets_of(dossier) if dossier.secrets_issued_at == dossier.submitted_at else None
    code = dossier.code or ""
    return FilingReceipt(dossier, code, found.lookup_key if found else "", found.token if found else "")


def _file(draft: Draft, consent: ConsentText | None, language: str, now: datetime) -> Dossier:
    if consent is None:
        raise InvalidInput(
            _("Agree to the use of your data."), fields={"consent": _("Agree to the use of your data.")}
        )
    schema = FormSchema.from_json(draft.form_version.schema)
    if missing := missing_steps(draft, schema):
        raise InvalidInput(
            _("Complete these steps first: %(steps)s.") % {"steps": ", ".join(step.title for step in missing)}
        )
    rules = current_rules()
    dossier = _create(draft, consent, language, now, rules)
    if takes_files(schema):
        draft.attachments.update(draft=None, dossier=dossier)
        # Checked now that the rows are locked: a verdict may have come after the steps were checked.
        if refused := dossier.attachments.refused().first():
            raise InvalidInput(refused.problem)
    Draft.objects.filter(pk=draft.pk).update(dossier=dossier, answers={})
    append_event(
        dossier=dossier, action=Action.SUBMIT, from_status=None, actor=citizen(dossier), now=now, note="",
        data={"consent": consent.number, "form_version": draft.form_version.number},
    )  # fmt: skip
    # Last: every other submission at the same agency waits from here to the commit.
    dossier.code = take_code(agency=draft.agency, now=now, rules=rules)
    Dossier.objects.filter(pk=dossier.pk).update(code=dossier.code)
    return dossier


def _create(draft: Draft, consent: ConsentText, language: str, now: datetime, rules: RuleSet) -> Dossier:
    answers = draft.answers
    dossier = Dossier(
        agency=draft.agency,
        procedure_version_id=draft.procedure_version_id,
        form_version=draft.form_version,
        source=Dossier.Source.PORTAL,
        status=Status.REGISTERED,
        idempotency_key=draft.idempotency_key,
        applicant_name=answers[applicant.FULL_NAME],
        applicant_id_masked=applicant.identity_of(answers).masked,
        identity_number_hash=credentials.identity_hash(applicant.identity_of(answers).number),
        phone=answers.get(applicant.PHONE) or "",
        email=answers.get(applicant.EMAIL) or "",
        language=language,
        address=(answers.get(applicant.ADDRESS) or {}).get("text", ""),
        answers=answers,
        consent=consent,
        result_delivery=answers.get(applicant.DELIVERY) or Dossier.Delivery.COUNTER,
        submitted_at=now,
        intake_due_at=intake_due(draft.procedure_version.procedure_id, now, rules),
    )
    secrets.issue_credentials(dossier, now)
    dossier.save(force_insert=True)
    return dossier
