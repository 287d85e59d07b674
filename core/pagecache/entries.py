"""A cached page: its body and its policy cut where the nonce stood, so that every answer gets a fresh one."""

from __future__ import annotations

import base64
import hashlib
import os
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Self

from django.http import HttpRequest, HttpResponse

POLICY: Final = "Content-Security-Policy"
OVERHEAD_BYTES: Final = 1500
# What a 304 may repeat (RFC 9110, 15.4.5). Never the policy: its nonce must stay the one of the stored body.
NOT_MODIFIED_HEADERS: Final = frozenset({"ETag", "Cache-Control", "Vary", "Content-Location"})
# Set anew for each answer, or belonging to one connection.
DROPPED_HEADERS: Final = frozenset({POLICY.lower(), "content-length", "date", "connection", "server-timing"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One page under one address. ``expires`` is a moment of ``time.monotonic``."""

    body: tuple[bytes, ...]
    policy: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    etag: str
    epoch: int
    expires: float

    @classmethod
    def of(cls, response: HttpResponse, *, nonce: str | None, epoch: int, seconds: int) -> Self:
        """Take ``response`` apart; it gets the ETag under which the browser may ask again."""
        policy = response.headers.get(POLICY, "")
        content = response.content
        parts = tuple(content.split(nonce.encode())) if nonce else (content,)
        etag = f'W/"{hashlib.blake2b(b"|".join(parts), digest_size=12).hexdigest()}"'
        response.headers["ETag"] = etag
        response.headers.setdefault("Cache-Control", "no-cache")
        return cls(
            body=parts,
            policy=tuple(policy.split(nonce)) if nonce else (policy,),
            headers=tuple((k, v) for k, v in response.items() if k.lower() not in DROPPED_HEADERS),
            etag=etag,
            epoch=epoch,
            expires=time.monotonic() + seconds,
        )

    @property
    def size(self) -> int:
        """Bytes of memory, roughly."""
        return sum(map(len, self.body)) + OVERHEAD_BYTES

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Answer with the page, or with 304 when the browser has it."""
        if self.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            kept = {name: value for name, value in self.headers if name in NOT_MODIFIED_HEADERS}
            return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=kept)
        nonce = base64.b64encode(os.urandom(16)).decode("ascii")
        content = nonce.encode().join(self.body) if len(self.body) > 1 else self.body[0]
        response = HttpResponse(content, headers=dict(self.headers))
        response.headers["Content-Length"] = str(len(content))
        if self.policy[0]:
            response.headers[POLICY] = nonce.join(self.policy)
        return response
