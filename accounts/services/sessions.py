"""The sessions of a person: listed, ended one by one or all at once; new devices are reported by mail."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import KnownDevice, SignedInSession, User
from accounts.services.notices import notify
from core.display import datetime_text

TOKEN_BYTES: Final = 16
#: A browser that was not used for this long counts as new again.
FORGET_DEVICES_AFTER: Final = timedelta(days=365)
#: The first match counts: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari.
BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def record_sign_in(*, user: User, session_key: str, user_agent: str, address: str) -> SignedInSession:
    """Store a session that has just begun."""
    now = timezone.now()
    return SignedInSession.objects.create(
        user=user, session_key=session_key, device=device_name(user_agent), network=rough_network(address),
        signed_in_at=now, last_used_at=now,
    )  # fmt: skip


def record_use(*, pk: int, session_key: str) -> None:
    """Record that a session was used; its key changes with the password."""
    SignedInSession.objects.filter(pk=pk).update(session_key=session_key, last_used_at=timezone.now())


def sessions_of(user: User) -> QuerySet[SignedInSession]:
    """Return the sessions of ``user`` that can still be open, the most recently used first."""
    since = timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return SignedInSession.objects.filter(user=user, signed_in_at__gt=since)


@transaction.atomic
def end_sessions(*, user: User, pk: int | None = None, except_pk: int | None = None) -> int:
    """End the sessions of ``user`` (or only ``pk``) except ``except_pk``; return their number."""
    rows = SignedInSession.objects.filter(user=user)
    if except_pk is not None:
        rows = rows.exclude(pk=except_pk)
    ending = list(rows if pk is None else rows.filter(pk=pk))
    store: Any = import_module(settings.SESSION_ENGINE).SessionStore
    for row in ending:
        store(row.session_key).delete()
    SignedInSession.objects.filter(pk__in=[row.pk for row in ending]).delete()
    return len(ending)


@transaction.atomic
def remember_device(*, user: User, token: str, user_agent: str, address: str) -> str:
    """Return the token of a device, a new one for ``""``; a device new to ``user`` is reported by mail.

    The first device of an account is not reported: its owner has just been invited.
    """
    known = KnownDevice.objects.filter(user=user)
    now, token = timezone.now(), token or secrets.token_urlsafe(TOKEN_BYTES)
    digest = hashlib.sha256(token.encode()).hexdigest()
    if known.filter(token_hash=digest).update(last_used_at=now):
        return token
    if known.exists():
        notify(
            user, "new_device", key=now.isoformat(),
            device=device_name(user_agent), network=rough_network(address), moment=datetime_text(now),
        )  # fmt: skip
    KnownDevice.objects.create(user=user, token_hash=digest, last_used_at=now)
    return token


def delete_expired_sessions(*, now: datetime | None = None) -> int:
    """Delete the rows of sessions that must have ended and of devices not used for a year; return their number."""
    moment = now or timezone.now()
    ended = moment - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return (
        SignedInSession.objects.filter(signed_in_at__lt=ended).delete()[0]
        + KnownDevice.objects.filter(last_used_at__lt=moment - FORGET_DEVICES_AFTER).delete()[0]
    )


def device_name(user_agent: str) -> str:
    """Return browser and system in words, such as ``Firefox · Windows``; ``–`` for unknown ones."""
    found = [
        next((name for mark, name in marks if re.search(mark, user_agent)), "")
        for marks in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(filter(None, found)) or "–"


def rough_network(address: str) -> str:
    """Return the network around an address: ``203.0.113.x``, or the first 48 bits of an IPv6 address."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "–"
    if known.version == 4:  # noqa: PLR2004
        return address.rpartition(".")[0] + ".x"
    return str(ipaddress.ip_network((address, 48), strict=False).network_address)
