"""A filing in the making: begin, save a step, find it again by its token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Agency
from core.errors import NotAllowed
from forms_app.builder.models import FormVersion
from forms_app.dossiers import access
from forms_app.dossiers.models import Draft
from procedures.models import ProcedureVersion

LIFETIME: Final = timedelta(days=30)
MOST_TYPED: Final = 10_000


def start_draft(
    *,
    procedure_version: ProcedureVersion,
    form_version: FormVersion,
    agency: Agency,
    now: datetime | None = None,
) -> tuple[Draft, str]:
    """Begin a draft pinned to both versions; returns it with the token that only its citizen has."""
    moment, token = now or timezone.now(), access.new_token()
    draft = Draft.objects.create(
        token_hash=access.token_hash(token), idempotency_key=access.new_token(), agency=agency,
        procedure_version=procedure_version, form_version=form_version,
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
    now: datetime | None = None,
) -> Draft:
    """Keep the answers of one step, also of an unfinished one; other steps stay as they are.

    ``complete`` says whether the step has no errors; where it has some, ``typed`` is what the page held (texts by the
    name of the input), so that nothing is lost that cannot be read as an answer yet. ``NotAllowed`` when the draft is
    unknown, expired or filed.
    """
    moment = now or timezone.now()
    draft = lock_draft(token=token, now=moment)
    if draft.dossier_id:
        raise NotAllowed
    draft.answers = {**draft.answers, **answers}
    others = [done for done in draft.steps_done if done != step_id]
    draft.steps_done = [*others, step_id] if complete else others
    kept = {step: texts for step, texts in draft.typed.items() if step != step_id}
    draft.typed = kept if complete or not typed else {**kept, step_id: _storable(typed)}
    draft.saved_at, draft.expires_at = moment, moment + LIFETIME
    draft.save(update_fields=["answers", "steps_done", "typed", "saved_at", "expires_at"])
    return draft


@transaction.atomic
def take_over(*, link: str, now: datetime | None = None) -> str:
    """Give the draft behind a hand-over link to who opened it; returns their token, the only one from now on.

    ``NotAllowed`` when the link is forged, too old or used, or the draft is filed or gone.
    """
    drafts = Draft.objects.select_for_update().filter(expires_at__gt=now or timezone.now(), dossier=None)
    draft = drafts.filter(token_hash=access.handed_over(link) or "").first()
    if draft is None:
        raise NotAllowed
    token = access.new_token()
    draft.token_hash = access.token_hash(token)
    draft.save(update_fields=["token_hash"])
    return token


def _storable(typed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return texts that the database takes: no NUL, none longer than any answer could be."""
    return {name: [text.replace("\0", "")[:MOST_TYPED] for text in texts] for name, texts in typed.items()}


def lock_draft(*, token: str, now: datetime) -> Draft:
    """Return the draft behind ``token``, locked until the transaction ends; ``NotAllowed`` when there is none."""
    found = Draft.objects.select_for_update(of=("self",)).select_related(
        "form_version", "procedure_version", "agency"
    )
    found = found.defer("procedure_version__snapshot")  # long, and nobody who waits here needs it
    draft = found.filter(token_hash=access.token_hash(token), expires_at__gt=now).first()
    if draft is None:
        raise NotAllowed
    return draft
