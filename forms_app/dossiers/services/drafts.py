"""Drafts: start one, save a step, take one over on another device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Agency
from core.errors import Conflict, InvalidInput, NotAllowed
from forms_app.builder.models import FormVersion
from forms_app.dossiers import credentials
from forms_app.dossiers.models import Draft
from procedures.models import ProcedureVersion
from procedures.selectors import agencies_for_procedure

LIFETIME: Final = timedelta(days=30)
MAX_TYPED_LENGTH: Final = 10_000


@dataclass(frozen=True, slots=True)
class PageIds:
    """The page that saves a step, and the one whose saved content it was loaded with (empty: none)."""

    own: str
    based_on: str


def start_draft(
    *,
    procedure_version: ProcedureVersion,
    form_version: FormVersion,
    agency: Agency,
    on_shared_device: bool = False,
    now: datetime | None = None,
) -> tuple[Draft, str]:
    """Start a draft pinned to both versions; return it with the token that only its citizen has."""
    moment, token = now or timezone.now(), credentials.new_token()
    draft = Draft.objects.create(
        token_hash=credentials.token_hash(token), idempotency_key=credentials.new_token(), agency=agency,
        procedure_version=procedure_version, form_version=form_version, on_shared_device=on_shared_device,
        created_at=moment, saved_at=moment, expires_at=moment + LIFETIME,
    )  # fmt: skip
    return draft, token


@transaction.atomic
def save_step(
    *,
    token: str,
    step_id: str,
    answers: Mapping[str, Any],
    complete: bool,
    typed: Mapping[str, Sequence[str]] | None = None,
    rejected_files: Mapping[str, str] | None = None,
    page: PageIds | None = None,
    now: datetime | None = None,
) -> Draft:
    """Save the answers of one step, finished or not; other steps are left unchanged.

    ``complete``: the step has no errors. If it has, ``typed`` contains the texts on the page by input name, so that
    what is not a valid answer yet is not lost. ``rejected_files``: messages by field. ``NotAllowed``: the draft is
    unknown, has expired or was submitted. ``Conflict``: another page saved the step after this one was loaded.
    """
    moment = now or timezone.now()
    draft = lock_draft(token=token, now=moment)
    if draft.dossier_id:
        raise NotAllowed
    if page is not None:
        if draft.saved_by.get(step_id, "") not in {"", page.own, page.based_on}:
            raise Conflict(_("This step was saved in another tab or window in the meantime."))
        draft.saved_by = {**draft.saved_by, step_id: page.own}
    rejected = {step: messages for step, messages in draft.rejected_files.items() if step != step_id}
    draft.rejected_files = {**rejected, step_id: dict(rejected_files)} if rejected_files else rejected
    draft.answers = {**draft.answers, **answers}
    others = [done for done in draft.steps_done if done != step_id]
    draft.steps_done = [*others, step_id] if complete else others
    kept = {step: texts for step, texts in draft.typed.items() if step != step_id}
    draft.typed = kept if complete or not typed else {**kept, step_id: _storable(typed)}
    draft.saved_at, draft.expires_at = moment, moment + LIFETIME
    draft.save(
        update_fields=[
            "answers", "steps_done", "typed", "rejected_files", "saved_by", "saved_at", "expires_at",
        ]
    )  # fmt: skip
    return draft


@transaction.atomic
def change_agency(*, token: str, agency: Agency, now: datetime | None = None) -> Draft:
    """Send the draft to another agency that receives its procedure; answers and files are left unchanged.

    ``NotAllowed``: the draft is unknown, has expired or was submitted. ``InvalidInput``: the agency does not receive
    the procedure.
    """
    draft = lock_draft(token=token, now=now or timezone.now())
    if draft.dossier_id:
        raise NotAllowed
    procedure = draft.procedure_version.procedure
    if not agencies_for_procedure(procedure).filter(pk=agency.pk).exists():
        raise InvalidInput(_("Choose an agency from the list."))
    draft.agency = agency
    draft.save(update_fields=["agency"])
    return draft


@transaction.atomic
def take_over(*, link: str, now: datetime | None = None) -> str:
    """Move the draft of a hand-over link to another device; return its new token, the only one from now on.

    ``NotAllowed``: the link is forged, has expired or was used, or the draft was submitted or deleted.
    """
    drafts = Draft.objects.select_for_update().filter(expires_at__gt=now or timezone.now(), dossier=None)
    draft = drafts.filter(token_hash=credentials.token_hash_from_handover(link) or "").first()
    if draft is None:
        raise NotAllowed
    token = credentials.new_token()
    draft.token_hash = credentials.token_hash(token)
    # Until now it was on a shared device; the new device is the person's own.
    draft.on_shared_device = False
    draft.save(update_fields=["token_hash", "on_shared_device"])
    return token


def _storable(typed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return texts that the database accepts: without NUL, no longer than any answer can be."""
    return {name: [storable_text(text) for text in texts] for name, texts in typed.items()}


def storable_text(text: str) -> str:
    """Return ``text`` as the database accepts it: without NUL, no longer than any answer can be."""
    return text.replace("\0", "")[:MAX_TYPED_LENGTH]


def lock_draft(*, token: str, now: datetime) -> Draft:
    """Return the unexpired draft for ``token``, locked for the transaction; ``NotAllowed`` if there is none."""
    found = Draft.objects.select_for_update(of=("self",)).select_related(
        "form_version", "procedure_version", "agency"
    )
    found = found.defer("procedure_version__snapshot")  # long and not needed here
    draft = found.filter(token_hash=credentials.token_hash(token), expires_at__gt=now).first()
    if draft is None:
        raise NotAllowed
    return draft
