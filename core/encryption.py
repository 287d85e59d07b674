"""Encrypt single values in the database (ADR 168, 241).

The keys are derived from `FIELD_KEYS`, `id=secret` pairs: the first encrypts, all of them decrypt. A stolen
database, or a dump of it, is useless for these values without the keys, which are kept elsewhere. Each purpose has
its own keys: a value copied into a column of another purpose cannot be decrypted there.
"""

from __future__ import annotations

import base64
import logging
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

logger = logging.getLogger(__name__)

PREFIX: Final = "enc1:"
#: The purpose of identity numbers in answers.
FIELDS: Final = "portal field encryption 1"


class Unreadable(str):
    """A stored value whose key is missing; when written back, it stays unchanged.

    Only the database yields it, never a request: what a person types is encrypted even if it looks encrypted, or the
    portal would decrypt a stolen value for anyone who enters it.
    """

    __slots__ = ()


def encrypt(text: str, *, purpose: str = FIELDS) -> str:
    """Return ``text`` encrypted under the first key, with the time; an ``Unreadable`` value is returned unchanged."""
    if isinstance(text, Unreadable):
        return text
    return PREFIX + _fernet(_secrets(), purpose).encrypt(text.encode()).decode()


def looks_encrypted(text: str) -> bool:
    """Return True if ``text`` would be decrypted when read, so that it may only be stored encrypted."""
    return text.startswith(PREFIX)


def decrypt(text: str, *, purpose: str = FIELDS) -> str:
    """Return the text that was encrypted under any of the keys; text that was not encrypted is returned unchanged.

    One whose key is missing becomes ``Unreadable``, and is logged as an error.
    """
    if not looks_encrypted(text):
        return text
    try:
        return _fernet(_secrets(), purpose).decrypt(text.removeprefix(PREFIX).encode()).decode()
    except InvalidToken:
        logger.error("a value of the database cannot be decrypted: a key is missing in FIELD_KEYS")
        return Unreadable(text)


def _secrets() -> tuple[str, ...]:
    return tuple(settings.FIELD_KEYS.values())


@lru_cache(maxsize=8)
def _fernet(secrets: tuple[str, ...], purpose: str) -> MultiFernet:
    return MultiFernet([Fernet(_key(secret, purpose)) for secret in secrets])


def _key(secret: str, purpose: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
