"""Mail in the look of the portal, always as plain text with an HTML version beside it.

Domain code does not call ``send`` in a request: it enqueues a message of its own kind whose handler calls it, or
``queue`` for a text that is ready.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from core import outbox
from core.text import clean

KIND = "mail"


def send(*, to: Sequence[str], subject: str, text: str, html: str = "") -> None:
    """Send one mail now; raises what the mail server raises, so that the outbox tries again.

    ``text`` is plain text whose paragraphs are parted by empty lines. ``html`` replaces the version made from it.
    """
    title = clean(subject)
    message = EmailMultiAlternatives(
        subject=title,
        body=f"{text.strip()}\n\n-- \n{settings.WAGTAIL_SITE_NAME}\n",
        to=list(to),
        headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    message.attach_alternative(html or as_html(title, text), "text/html")
    message.send()


def as_html(subject: str, text: str) -> str:
    """Return ``text`` set in the portal's mail frame; what it says is escaped and its links can be pressed."""
    return render_to_string(
        "core/mail/message.html",
        {
            "subject": subject,
            "text": text.strip(),
            "portal_name": settings.PORTAL_NAME,
            "portal_province": settings.PORTAL_PROVINCE,
            "home_url": settings.WAGTAILADMIN_BASE_URL,
        },
    )


def queue(*, key: str, to: Sequence[str], subject: str, text: str, html: str = "") -> bool:
    """Put one mail into the outbox of the running transaction; False when ``key`` was queued before."""
    payload = {"to": list(to), "subject": subject, "text": text, "html": html}
    return outbox.enqueue(kind=KIND, key=key, payload=payload)


@outbox.handler(KIND)
def deliver(payload: dict[str, Any]) -> None:
    """Send a queued mail."""
    send(
        to=payload["to"],
        subject=payload["subject"],
        text=payload.get("text") or payload.get("body", ""),
        html=payload.get("html", ""),
    )
