"""The secrets of second factors in the database: encrypted under ``FIELD_KEYS`` (ADR 241).

Those stored before ADR 241 are encrypted under ``SECRET_KEY``; they are read until ``encrypt_again`` has replaced them.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from typing import Final

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction

from core import encryption

logger = logging.getLogger(__name__)

PURPOSE: Final = "portal second factor 1"
#: The encrypted values in ``Authenticator.data``: of an authenticator app, of the recovery codes.
NAMES: Final = ("secret", "seed")


def encrypt_secret(text: str) -> str:
    """Return a secret as it is stored."""
    return encryption.encrypt(text, purpose=PURPOSE)


def decrypt_secret(stored: str) -> str | None:
    """Return a stored secret; log an error and return None if its key is missing."""
    if encryption.looks_encrypted(stored):
        found = encryption.decrypt(stored, purpose=PURPOSE)
        return None if isinstance(found, encryption.Unreadable) else found
    try:
        return _former_ciphers().decrypt(stored.encode()).decode()
    except InvalidToken:
        logger.error("a second factor cannot be decrypted: its SECRET_KEY is gone (docs/operations.md)")
        return None


def encrypt_again() -> tuple[int, int]:
    """Encrypt all secrets under the first of ``FIELD_KEYS``; return the numbers of factors written and unreadable.

    Each row is locked and written in its own transaction, so the portal may keep running. May be repeated.
    """
    pks = list(Authenticator.objects.order_by("pk").values_list("pk", flat=True))
    done = [written for pk in pks if (written := _encrypt_again(pk)) is not None]
    return done.count(True), done.count(False)


@transaction.atomic
def _encrypt_again(pk: int) -> bool | None:
    """Return True if the row was written, False if a secret cannot be read, None if there is nothing to encrypt."""
    row = Authenticator.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    found = {name: decrypt_secret(row.data[name]) for name in NAMES if name in row.data} if row else {}
    if row is None or not found:
        return None
    if None in found.values():
        return False
    row.data.update({name: encrypt_secret(text) for name, text in found.items() if text is not None})
    row.save(update_fields=["data"])
    return True


def _former_ciphers() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = [hashlib.sha256(b"accounts.second_factor:" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
