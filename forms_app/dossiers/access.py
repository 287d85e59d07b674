"""What lets a citizen in without an account: the private link and the second secret. No database here.

Both are derived from a seed that is wiped once they were handed over (``services.sealing``); the dossier keeps hashes
only. The secret is short, so its hash is keyed: a stolen database alone does not give it away.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Final

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I: read aloud and copied by hand
SECRET_LENGTH: Final = 8
TOKEN_BYTES: Final = 24  # 192 bits
_LINK: Final = "forms_app.dossiers.access.link"
_SECRET: Final = "forms_app.dossiers.access.secret"  # noqa: S105 - a salt, not a secret
_LOOKUP: Final = "forms_app.dossiers.access.lookup"
_VISIT: Final = "forms_app.dossiers.access.visit"
VISIT_SECONDS: Final = 2 * 60 * 60
VISIT_PREFIX: Final = "v."
_HANDOVER: Final = "forms_app.dossiers.access.handover"
HANDOVER_SECONDS: Final = 7 * 24 * 60 * 60


def new_token() -> str:
    """Return a random token of 192 bits for an address or a cookie."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what the database keeps of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_token(seed: str) -> str:
    """Return the token of the private link that belongs to ``seed``."""
    digest = salted_hmac(_LINK, seed, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def lookup_secret(seed: str) -> str:
    """Return the second secret (mã tra cứu) that belongs to ``seed``: eight characters, 40 bits."""
    digest = salted_hmac(_SECRET, seed, algorithm="sha256").digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:SECRET_LENGTH])


def normalise_secret(text: str) -> str:
    """Return a secret as it was given out from what a person typed."""
    return "".join(character for character in text.upper() if character in ALPHABET)


def secret_hash(secret: str, *, key: str | bytes | None = None) -> str:
    """Return the keyed hash that the database keeps of a second secret."""
    return salted_hmac(_LOOKUP, secret, secret=key or settings.SECRET_KEY, algorithm="sha256").hexdigest()


def secret_matches(stored: str, typed: str) -> bool:
    """Say whether ``typed`` is the secret behind ``stored``; takes as long for an empty ``stored``."""
    secret = normalise_secret(typed)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    matches = [constant_time_compare(stored, secret_hash(secret, key=key)) for key in keys]
    return any(matches)


def visit_token(dossier_id: int) -> str:
    """Return a token that opens the dossier for two hours, for who came by code and secret."""
    return VISIT_PREFIX + signing.dumps(dossier_id, salt=_VISIT)


def visited_dossier(token: str) -> int | None:
    """Return the dossier behind a token of ``visit_token``; None when it is forged or too old."""
    try:
        number: int = signing.loads(token.removeprefix(VISIT_PREFIX), salt=_VISIT, max_age=VISIT_SECONDS)
    except signing.BadSignature:
        return None
    return number


def handover_link(stored: str) -> str:
    """Return the token of the link that hands a draft over; ``stored`` is what the database keeps of its token.

    It works once: who takes the draft over gets a token of their own, and ``stored`` changes with it.
    """
    return signing.TimestampSigner(sep="~", salt=_HANDOVER).sign(stored)


def handed_over(link: str) -> str | None:
    """Return what ``handover_link`` was made from; empty when that was more than a week ago, None when it is forged."""
    try:
        return signing.TimestampSigner(sep="~", salt=_HANDOVER).unsign(link, max_age=HANDOVER_SECONDS)
    except signing.SignatureExpired:
        return ""
    except signing.BadSignature:
        return None
