"""One-time codes as an authenticator app computes them (RFC 6238, SHA-1, six digits, 30 seconds)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time


def code_at(secret: str, *, steps: int = 0, now: float | None = None) -> str:
    """Return the code of a secret in base 32, ``steps`` periods from now."""
    counter = int((time.time() if now is None else now) // 30) + steps
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
