"""Submit: one transaction, the number last; the same key gives the same dossier and the same answer."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, InvalidInput
from forms_app.builder import applicant
from forms_app.builder.field_types import citizen_id
from forms_app.builder.schema import FormSchema
from forms_app.dossiers import access
from forms_app.dossiers.actors import citizen
from forms_app.dossiers.deadlines import intake_due
from forms_app.dossiers.models import ConsentText, Dossier, Draft
from forms_app.dossiers.selectors.drafts import missing_steps, takes_files
from forms_app.dossiers.services.drafts import lock_draft
from forms_app.dossiers.services.history import record
from forms_app.dossiers.services.numbering import take_code
from forms_app.dossiers.transitions import Action, Status


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the citizen is told. ``secret`` and ``token`` are empty once the dossier is sealed."""

    dossier: Dossier
    code: str
    secret: str
    token: str


def submit(
    *, token: str, idempotency_key: str, consent: ConsentText | None, now: datetime | None = None
) -> Submitted:
    """File the draft behind ``token`` and return its code, second secret and private link.

    Repeated or parallel calls with the same key return the same dossier. Nothing is told before the commit: the
    answer is built after the transaction. ``InvalidInput`` lists what is missing, ``Conflict`` is a foreign key,
    ``NotAllowed`` an unknown or expired draft.
    """
    moment = now or timezone.now()
    with transaction.atomic():
        draft = lock_draft(token=token, now=moment)
        if not hmac.compare_digest(draft.idempotency_key, idempotency_key):
            raise Conflict(_("This page belongs to another application. Open the review again."))
        dossier = draft.dossier or _file(draft, consent, moment)
    return answer_for(dossier)


def answer_for(dossier: Dossier) -> Submitted:
    """Return what the citizen may be told of a filed dossier now."""
    code, seed = dossier.code or "", dossier.secret_seed
    if not seed:
        return Submitted(dossier, code, "", "")
    return Submitted(dossier, code, access.lookup_secret(seed), access.link_token(seed))


def _file(draft: Draft, consent: ConsentText | None, now: datetime) -> Dossier:
    if consent is None:
        raise InvalidInput(
            _("Agree to the use of your data."), fields={"consent": _("Agree to the use of your data.")}
        )
    schema = FormSchema.from_json(draft.form_version.schema)
    if missing := missing_steps(draft, schema):
        raise InvalidInput(
            _("Complete first: %(steps)s.") % {"steps": ", ".join(step.title for step in missing)}
        )
    dossier = _create(draft, consent, now)
    if takes_files(schema):
        draft.attachments.update(draft=None, dossier=dossier)
    Draft.objects.filter(pk=draft.pk).update(dossier=dossier, answers={})
    record(
        dossier=dossier, action=Action.SUBMIT, from_status=None, actor=citizen(dossier), now=now, note="",
        data={"consent": consent.number, "form_version": draft.form_version.number},
    )  # fmt: skip
    # Last: whoever files at the same agency waits from here to the commit.
    dossier.code = take_code(agency=draft.agency, now=now)
    Dossier.objects.filter(pk=dossier.pk).update(code=dossier.code)
    return dossier


def _create(draft: Draft, consent: ConsentText, now: datetime) -> Dossier:
    answers, seed = draft.answers, access.new_token()
    return Dossier.objects.create(
        agency=draft.agency,
        procedure_version_id=draft.procedure_version_id,
        form_version=draft.form_version,
        source=Dossier.Source.PORTAL,
        status=Status.REGISTERED,
        idempotency_key=draft.idempotency_key,
        applicant_name=answers[applicant.FULL_NAME],
        applicant_id_masked=citizen_id.mask(answers.get(applicant.CITIZEN_ID) or ""),
        phone=answers.get(applicant.PHONE) or "",
        email=answers.get(applicant.EMAIL) or "",
        address=(answers.get(applicant.ADDRESS) or {}).get("text", ""),
        answers=answers,
        consent=consent,
        result_delivery=answers.get(applicant.DELIVERY) or Dossier.Delivery.COUNTER,
        secret_seed=seed,
        link_token_hash=access.token_hash(access.link_token(seed)),
        lookup_secret_hash=access.secret_hash(access.lookup_secret(seed)),
        submitted_at=now,
        intake_due_at=intake_due(draft.procedure_version.procedure_id, now),
    )
