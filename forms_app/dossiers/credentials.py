"""Credentials of citizens, who have no account: private link, lookup key, visit and hand-over tokens.

Link and lookup key are derived from a seed that is wiped once both have been handed over
(``services.retention.wipe_secret_seeds``); the dossier keeps hashes only. The lookup key is short, so its hash is
keyed: a stolen database alone does not reveal it. Both use a secret of ``LOOKUP_SECRETS``, whose id the dossier
keeps: links and keys stay valid when that list or ``SECRET_KEY`` is rotated (ADR 136). Nothing here reads the database.

The salts keep the module's former name: they are part of every link and key in use.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import timedelta
from typing import Final, NamedTuple, Protocol

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I: read aloud and copied by hand
LOOKUP_KEY_LENGTH: Final = 8
TOKEN_BYTES: Final = 24  # 192 bits
_LINK: Final = "forms_app.dossiers.access.link"
_LOOKUP_KEY: Final = "forms_app.dossiers.access.lookup_key"
_LOOKUP_KEY_HASH: Final = "forms_app.dossiers.access.lookup"
_IDENTITY_HASH: Final = "forms_app.dossiers.access.identity_number"
_VISIT: Final = "forms_app.dossiers.access.visit_with_link"
VISIT_LIFETIME: Final = timedelta(hours=2)
VISIT_PREFIX: Final = "v."
_HANDOVER: Final = "forms_app.dossiers.access.handover"
HANDOVER_LIFETIME: Final = timedelta(days=7)


def new_token() -> str:
    """Return a random token of 192 bits for an address or a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return the hash under which the database stores a random token."""
    return hashlib.sha256(token.encode()).hexdigest()


def current_secret_id() -> str:
    """Return the id of the secret with which new links and keys are made: the first of ``LOOKUP_SECRETS``."""
    return next(iter(settings.LOOKUP_SECRETS))


def link_token(seed: str, secret_id: str) -> str:
    """Return the token of the private link made from ``seed`` with a secret; ``KeyError`` if that was removed."""
    digest = _hmac(_LINK, seed, secret_id)
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def lookup_key(seed: str, secret_id: str) -> str:
    """Return the lookup key (mã tra cứu) made from ``seed``: eight characters, 40 bits. Raises as ``link_token``."""
    digest = _hmac(_LOOKUP_KEY, seed, secret_id)
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LOOKUP_KEY_LENGTH])


def _hmac(salt: str, value: str, secret_id: str) -> bytes:
    return salted_hmac(salt, value, secret=settings.LOOKUP_SECRETS[secret_id], algorithm="sha256").digest()


def normalise_lookup_key(text: str) -> str:
    """Return a lookup key in the form in which it was issued, from what a person typed."""
    return "".join(character for character in text.upper() if character in ALPHABET)


def lookup_key_hash(lookup_key: str, secret_id: str) -> str:
    """Return the keyed hash under which the database stores a lookup key."""
    return _hmac(_LOOKUP_KEY_HASH, lookup_key, secret_id).hex()


def lookup_key_matches(stored: str, typed: str, secret_id: str) -> bool:
    """Return True if ``typed`` is the lookup key hashed in ``stored``; an empty ``stored`` takes just as long.

    A key made with a secret that was removed from the list matches nothing.
    """
    known = secret_id in settings.LOOKUP_SECRETS
    expected = lookup_key_hash(normalise_lookup_key(typed), secret_id if known else current_secret_id())
    return constant_time_compare(stored, expected) and known


def identity_hash(number: str, secret_id: str = "") -> str:
    """Return the keyed hash by which the desk finds a dossier by identity number; empty without a number."""
    plain = "".join(filter(str.isalnum, number)).upper()
    return _hmac(_IDENTITY_HASH, plain, secret_id or current_secret_id()).hex() if plain else ""


def identity_hashes(number: str) -> list[str]:
    """Return the hashes of ``number`` under every secret in the list, since older rows keep that of their time."""
    return [identity_hash(number, secret_id) for secret_id in settings.LOOKUP_SECRETS]


class Visited(Protocol):
    """What a visit needs to know about a dossier."""

    pk: int
    link_token_hash: str


class Visit(NamedTuple):
    """A genuine token of ``visit_token``: it opens the dossier until it expires or the lookup key is replaced."""

    dossier_id: int
    access_id: str
    expired: bool

    def opens(self, dossier: Visited) -> bool:
        """Return True if the visit has not expired and ``dossier`` still has the key with which it began."""
        same = constant_time_compare(self.access_id, _access_id(dossier))
        return not self.expired and same and self.dossier_id == dossier.pk


def visit_token(dossier: Visited) -> str:
    """Return a token that opens ``dossier`` for two hours after a lookup by code and key."""
    return VISIT_PREFIX + signing.dumps([dossier.pk, _access_id(dossier)], salt=_VISIT)


def visit(token: str) -> Visit | None:
    """Return the visit of a token of ``visit_token``; None if the token is forged."""
    if not token.startswith(VISIT_PREFIX):
        return None
    signed = token.removeprefix(VISIT_PREFIX)
    expired = False
    try:
        dossier_id, access_id = signing.loads(signed, salt=_VISIT, max_age=VISIT_LIFETIME)
    except signing.SignatureExpired:
        dossier_id, access_id = signing.loads(signed, salt=_VISIT)
        expired = True
    except signing.BadSignature:
        return None
    return Visit(dossier_id, access_id, expired)


def _access_id(dossier: Visited) -> str:
    """Return a value that changes when link and key are replaced and reveals neither."""
    return token_hash(dossier.link_token_hash)[:16]


def handover_token(stored: str) -> str:
    """Return the token of the link that hands a draft over; ``stored`` is the hash of the draft's token.

    The link works once: taking the draft over gives it a new token, and which changes ``stored``.
    """
    return signing.TimestampSigner(sep="~", salt=_HANDOVER).sign(stored)


def token_hash_from_handover(token: str) -> str | None:
    """Return the hash from which ``handover_token`` was made; empty if older than a week, None if forged."""
    try:
        return signing.TimestampSigner(sep="~", salt=_HANDOVER).unsign(token, max_age=HANDOVER_LIFETIME)
    except signing.SignatureExpired:
        return ""
    except signing.BadSignature:
        return None
