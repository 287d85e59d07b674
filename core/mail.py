"""Mails with the layout of the portal, as plain text with an HTML alternative.

Do not call `send` in a request: enqueue a message of your own kind whose handler calls it (`core.outbox`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from core.errors import Undeliverable
from core.text import clean
from core.web.context_processors import portal_title

#: Attempts of outbox messages that send a mail: a mail server may be down over a long weekend (100 hours).
ATTEMPTS: Final = 105
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
# RFC 3463: 5.1.7 and 5.1.8 are about the sender's address; 5.2.2 is a full mailbox, which may be emptied.
_ABOUT_SENDER: Final = frozenset({"5.1.7", "5.1.8", "5.2.2"})
_QUOTED_PAIR: Final = re.compile(r"\\(.)")
_GMAIL: Final = frozenset({"gmail.com", "googlemail.com"})
_ENCODED: Final = "xn--"
_NO_MAILBOX: Final = frozenset({"550", "551", "553"})


def send(*, to: Sequence[str], subject: str, text: str, html: str = "") -> None:
    """Send one mail now; errors of the mail server propagate, so that the outbox retries.

    `Undeliverable`, with the code of the answer, if the server permanently refuses the recipient (RFC 5321, 4.2.1:
    5yz).

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
    try:
        message.send()
    except SMTPException as error:
        if answer := _refusal(error):
            raise Undeliverable(answer) from None
        raise


def mailbox(address: str) -> str:
    """Return the address for counting: one spelling for all addresses that reach the same mailbox.

    Lower case (Turkish i too), without quotation marks around the local part and without what follows a plus sign in
    it, the domain in ASCII whether it was written in letters or as `xn--`; Gmail ignores dots.
    """
    local, _at, domain = _folded(address.strip()).rpartition("@")
    if len(local) > 1 and local.startswith('"') and local.endswith('"'):
        local = _QUOTED_PAIR.sub(r"\1", local[1:-1])
    local = local.partition("+")[0] or local
    with suppress(UnicodeError):
        domain = ".".join(map(_readable, domain.split("."))).encode("idna").decode("ascii")
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("i\u0307", "i").replace("ı", "i")


def _readable(label: str) -> str:
    """Return a part of a domain in letters: IDNA of 2003 and 2008 encode the same letters differently."""
    if label.startswith(_ENCODED):
        with suppress(UnicodeError):
            return _folded(label.removeprefix(_ENCODED).encode("ascii").decode("punycode"))
    return label


def _refusal(error: SMTPException) -> str:
    """Return the code and status of an answer that refuses the recipient (`550 5.1.1`), or "" for any other failure.

    A refused sender, policy (5.7) or network is a fault on the portal's side and is tried again.
    """
    answers: list[tuple[int, bytes | str]] = []
    if isinstance(error, SMTPRecipientsRefused):
        answers = list(error.recipients.values())
    elif isinstance(error, SMTPDataError):
        answers = [(error.smtp_code, error.smtp_error)]
    found = [_code_and_status(*answer) for answer in answers]
    at_data = isinstance(error, SMTPDataError)
    return (
        found[0] if found and all(_is_final(*one.split(" "), needs_status=at_data) for one in found) else ""
    )


def _code_and_status(code: int, text: bytes | str) -> str:
    line = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    status = _STATUS.match(line.strip())
    return f"{code} {status[0]}" if status else str(code)


def _is_final(code: str, status: str = "", *, needs_status: bool) -> bool:
    """Return True for the codes of an address that does not exist or accepts no mail (RFC 3463: 5.1, 5.2)."""
    if status:
        return code.startswith("5") and status.startswith(("5.1.", "5.2.")) and status not in _ABOUT_SENDER
    return code in _NO_MAILBOX and not needs_status


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
