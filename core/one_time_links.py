"""Links that work once, within a limited time, for one purpose each (ADR 137).

An app registers a purpose when it is loaded and builds the address of its own view around the token. A GET of that
view changes nothing (``pending_subject``), because mail servers and messengers open links by themselves. The POST uses
the link (``use_link``) in the transaction of what it permits.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.errors import NotAllowed
from core.models import OneTimeLink

TOKEN_BYTES: Final = 24  # 192 bits
#: How long a spent or expired link is kept, so that opening it explains why it no longer works.
KEEP_SPENT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a link permits, and for how long after it was issued."""

    code: str
    lifetime: timedelta


_purposes: dict[str, Purpose] = {}


def register_purpose(code: str, *, lifetime: timedelta) -> Purpose:
    """Add the purpose ``code`` to the table of purposes; ``ValueError`` if it is already there."""
    if code in _purposes:
        raise ValueError(f"one-time links for {code!r} are registered already")
    _purposes[code] = Purpose(code, lifetime)
    return _purposes[code]


def issue_link(*, purpose: Purpose, subject: str, now: datetime | None = None) -> str:
    """Return the token of a new link for ``subject``; it is not stored and cannot be read again."""
    moment, token = now or timezone.now(), secrets.token_urlsafe(TOKEN_BYTES)
    OneTimeLink.objects.create(
        purpose=purpose.code, subject=subject, token_hash=_hash(token),
        issued_at=moment, expires_at=moment + purpose.lifetime,
    )  # fmt: skip
    return token


def pending_subject(*, purpose: Purpose, token: str, now: datetime | None = None) -> str | None:
    """Return the subject of a link that can still be used.

    None if it is forged, spent, expired or has another purpose.
    """
    found = _unused(purpose, now or timezone.now()).filter(token_hash=_hash(token))
    return found.values_list("subject", flat=True).first()


def is_pending(*, purpose: Purpose, subject: str, now: datetime | None = None) -> bool:
    """Return True if there is a link for ``subject`` that can still be used."""
    return _unused(purpose, now or timezone.now()).filter(subject=subject).exists()


def was_issued(*, purpose: Purpose, token: str) -> bool:
    """Return True for a link that was issued, even if it is spent or expired, so that a page can explain it."""
    return OneTimeLink.objects.filter(purpose=purpose.code, token_hash=_hash(token)).exists()


@transaction.atomic
def use_link(*, purpose: Purpose, token: str, now: datetime | None = None) -> str:
    """Spend a link and return its subject; ``NotAllowed`` if it cannot be used, or if another request was faster."""
    moment = now or timezone.now()
    link = _unused(purpose, moment).select_for_update().filter(token_hash=_hash(token)).first()
    if link is None:
        raise NotAllowed
    link.used_at = moment
    link.save(update_fields=["used_at"])
    return link.subject


def revoke_links(*, purpose: Purpose, subject: str) -> None:
    """Delete the unused links for ``subject``."""
    OneTimeLink.objects.filter(purpose=purpose.code, subject=subject, used_at=None).delete()


def delete_expired_links(*, now: datetime | None = None) -> int:
    """Delete links that expired more than 30 days ago; return their number."""
    return OneTimeLink.objects.filter(expires_at__lt=(now or timezone.now()) - KEEP_SPENT).delete()[0]


def _unused(purpose: Purpose, now: datetime) -> QuerySet[OneTimeLink]:
    return OneTimeLink.objects.filter(purpose=purpose.code, used_at=None, expires_at__gt=now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def end_all(*, now: datetime) -> int:
    """End all links of every purpose that can still be used; return their number. For a restored database."""
    return OneTimeLink.objects.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
