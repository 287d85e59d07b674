"""Mails with the layout of the portal, as plain text with an HTML alternative.

Do not call `send` in a request: enqueue a message of your own kind whose handler calls it (`core.outbox`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from core.text import clean
from core.web.context_processors import portal_title

#: Attempts of outbox messages that send a mail: a mail server may be down over a long weekend (100 hours).
ATTEMPTS: Final = 105


def send(*, to: Sequence[str], subject: str, text: str, html: str = "") -> None:
    """Send one mail now; errors of the mail server propagate, so that the outbox retries.

    `text` is plain text with paragraphs separated by empty lines. `html` replaces the version generated from it.
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
    """Return `text` in the mail layout of the portal, escaped and with clickable links."""
    return render_to_string(
        "core/mail/message.html",
        {
            "subject": subject,
            "text": text.strip(),
            "portal_title": portal_title(),
            "home_url": settings.WAGTAILADMIN_BASE_URL,
        },
    )
