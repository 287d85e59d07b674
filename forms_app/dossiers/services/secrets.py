"""Private link and lookup key of a dossier: issue, read while their seed is kept, replace when lost (ADR 138)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core import one_time_links
from core.errors import NotAllowed
from core.outbox import enqueue
from core.transactions import retry_on_deadlock
from forms_app.builder import applicant
from forms_app.dossiers import codes, credentials
from forms_app.dossiers.models import Dossier, ReplacedLink
from forms_app.dossiers.services.actions import Actor, apply_action, citizen
from forms_app.dossiers.transitions import Action

CONFIRM_EMAIL: Final = one_time_links.register_purpose("dossier.confirm_email", lifetime=timedelta(days=30))
NEW_KEY: Final = one_time_links.register_purpose("dossier.new_key", lifetime=timedelta(hours=2))
#: Outbox kind of the mail with a link for a new key; the payload is ``{"dossier": pk}``.
NEW_KEY_MAIL: Final = "dossier.new_key_mail"
#: How long pages show the lookup key, so that a reload or a paper jam does no harm.
RECEIPT_WINDOW: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DossierSecrets:
    """The lookup key and the token of the private link, in the form in which they are issued."""

    lookup_key: str
    token: str


def issue_credentials(dossier: Dossier, now: datetime) -> None:
    """Set a new link and key on ``dossier``, which the caller saves; the former ones open nothing from then on."""
    seed, secret_id = credentials.new_token(), credentials.current_secret_id()
    dossier.secret_seed, dossier.secret_id, dossier.secrets_issued_at = seed, secret_id, now
    dossier.link_token_hash = credentials.token_hash(credentials.link_token(seed, secret_id))
    dossier.lookup_key_hash = credentials.lookup_key_hash(credentials.lookup_key(seed, secret_id), secret_id)


def secrets_of(dossier: Dossier) -> DossierSecrets | None:
    """Return link and key of ``dossier``; None once the seed is wiped, or if its secret was removed from the list."""
    seed, secret_id = dossier.secret_seed, dossier.secret_id
    if not seed or secret_id not in settings.LOOKUP_SECRETS:
        return None
    return DossierSecrets(credentials.lookup_key(seed, secret_id), credentials.link_token(seed, secret_id))


def recently_issued_secrets(dossier: Dossier, now: datetime | None = None) -> DossierSecrets | None:
    """Return link and key for an hour after they were issued, while pages and printed forms show them."""
    recent = (now or timezone.now()) - dossier.secrets_issued_at < RECEIPT_WINDOW
    return secrets_of(dossier) if recent else None


def rehash_lookup_key(*, dossier: Dossier, lookup_key: str) -> None:
    """Store the hash of a key that was just typed correctly under the current secret, so that a former one can go.

    Only once the seed is wiped: until then link and key are derived under the id in the row.
    """
    current = credentials.current_secret_id()
    if dossier.secret_id == current or dossier.secret_seed:
        return
    same = Dossier.objects.filter(pk=dossier.pk, lookup_key_hash=dossier.lookup_key_hash, secret_seed="")
    same.update(
        secret_id=current,
        lookup_key_hash=credentials.lookup_key_hash(credentials.normalise_lookup_key(lookup_key), current),
    )


def rehash_identity_numbers() -> int:
    """Hash the identity number of every dossier under the current secret; return how many hashes changed."""
    changed = 0
    rows = Dossier.objects.exclude(identity_number_hash="").only("pk", "answers", "identity_number_hash")
    for dossier in rows.iterator(chunk_size=500):
        current = credentials.identity_hash(applicant.identity_of(dossier.answers).number)
        if current and current != dossier.identity_number_hash:
            changed += Dossier.objects.filter(pk=dossier.pk).update(identity_number_hash=current)
    return changed


@retry_on_deadlock
@transaction.atomic
def replace_secrets(
    *,
    dossier_id: int,
    actor: User | Actor,
    data: dict[str, Any],
    email_is_theirs: bool | None = None,
    now: datetime | None = None,
) -> Dossier:
    """Give a dossier a new lookup key and private link, with an event and a mail; the former ones become invalid.

    ``data`` is stored with the event: how the person proved who they are. ``email_is_theirs``: whether the email
    address of the dossier is confirmed from now on (None: as before). Raises as ``apply_action``.
    """
    moment = now or timezone.now()
    locked = Dossier.objects.filed().select_for_update(of=("self",)).filter(pk=dossier_id)
    version = locked.values_list("version", flat=True).first()
    if version is None:
        raise NotAllowed
    dossier = apply_action(
        dossier_id=dossier_id, expected_version=version, action=Action.REPLACE_KEY, actor=actor, data=data,
        now=moment,
    )  # fmt: skip
    ReplacedLink.objects.create(dossier=dossier, token_hash=dossier.link_token_hash, replaced_at=moment)
    issue_credentials(dossier, moment)
    if email_is_theirs is not None:
        dossier.email_confirmed_at = moment if email_is_theirs and dossier.email else None
        one_time_links.revoke_links(purpose=CONFIRM_EMAIL, subject=str(dossier.pk))
    dossier.save()
    one_time_links.revoke_links(purpose=NEW_KEY, subject=str(dossier.pk))
    return dossier


@retry_on_deadlock
@transaction.atomic
def confirm_email(*, token: str, now: datetime | None = None) -> Dossier:
    """Mark the applicant's address as confirmed by the link from the mail; ``NotAllowed`` if the link is spent."""
    moment = now or timezone.now()
    subject = one_time_links.use_link(purpose=CONFIRM_EMAIL, token=token, now=moment)
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=int(subject))
    dossier.email_confirmed_at = moment
    dossier.save(update_fields=["email_confirmed_at"])
    return dossier


@transaction.atomic
def request_new_key(*, code: str, email: str) -> None:
    """Mail a one-time link for a new key if ``email`` is the confirmed address of the dossier ``code``.

    The response does not reveal whether it is. While a link is valid no other is sent, so that repeated requests cannot
    fill the mailbox.
    """
    confirmed = Dossier.objects.filed().exclude(email="").filter(email_confirmed_at__isnull=False)
    found = confirmed.filter(code=codes.normalise(code), email__iexact=email.strip())
    for pk in found.values_list("pk", flat=True):
        key = f"{NEW_KEY_MAIL}:{pk}:{credentials.new_token()}"
        enqueue(kind=NEW_KEY_MAIL, key=key, payload={"dossier": pk})


@retry_on_deadlock
@transaction.atomic
def replace_by_link(*, token: str, now: datetime | None = None) -> Dossier:
    """Replace key and link for the holder of a link from the mail; ``NotAllowed`` if the link is spent or expired."""
    moment = now or timezone.now()
    subject = one_time_links.use_link(purpose=NEW_KEY, token=token, now=moment)
    dossier = Dossier.objects.get(pk=int(subject))
    return replace_secrets(dossier_id=dossier.pk, actor=citizen(dossier), data={"by": "mail"}, now=moment)
