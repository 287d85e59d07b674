"""The mails that a demo would send: stored as files and shown only on the computer that runs the demo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from itertools import chain, islice
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

MAX_MAILS: Final = 30
#: What Django's file backend writes after each mail.
_END: Final = b"\n" + b"-" * 79 + b"\n"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})


class KeptMail(NamedTuple):
    """One mail, as its recipient would read it; `text` contains the links."""

    at: datetime
    to: str
    subject: str
    text: str


def kept_mails(folder: Path) -> list[KeptMail]:
    """Return the newest mails in `folder`, which Django's file backend writes, newest first."""
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    return list(islice(chain.from_iterable(map(_read, files)), MAX_MAILS))


def _read(file: Path) -> Iterator[KeptMail]:
    """Yield the mails in `file`, newest first: the backend appends to a file with the same name."""
    written = datetime.fromtimestamp(file.stat().st_mtime, tz=timezone.get_current_timezone())
    for content in reversed(file.read_bytes().split(_END)[:-1]):
        message = message_from_bytes(content.lstrip(b"\n"), policy=policy.default)
        body = message.get_body(preferencelist=("plain",))
        yield KeptMail(
            written, str(message["To"]), str(message["Subject"]), body.get_content() if body else ""
        )


def is_shown_to(request: HttpRequest) -> bool:
    """Return True in a demo for a browser on the same computer: visitors of a public demo never read others' mails."""
    forwarded = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
    return settings.DEMO and not forwarded and request.META.get("REMOTE_ADDR") in LOOPBACK


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """Show the mails of this demo; 404 elsewhere."""
    if not is_shown_to(request):
        raise Http404
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", "."))
    response = render(request, "demo/mails.html", {"mails": kept_mails(folder)})
    response["Cache-Control"] = "no-store, private"
    return response
