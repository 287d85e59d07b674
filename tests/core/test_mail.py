from __future__ import annotations

import inspect
import re
from email.header import decode_header, make_header
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)

import pytest
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from core import mail as portal_mail
from core import outbox
from core.errors import Undeliverable
from core.models import OutboxMessage
from core.outbox import deliver_due, enqueue
from forms_app.dossiers import handlers as mails_to_citizens
from tests.core.vietnamese import ALPHABET

#: Kinds of the portal whose handler's module sends mails.
MAIL_KINDS = sorted(
    kind for kind, deliver in outbox._handlers.items() if deliver.__globals__.get("mail") is portal_mail
)


@pytest.fixture
def queue(monkeypatch):
    """Enqueue a mail with a subject; the handler of its kind calls `send`."""

    def deliver(payload):
        portal_mail.send(to=["an@example.vn"], subject=payload["subject"], text="Chào bạn")

    monkeypatch.setitem(outbox._handlers, "test.mail", deliver)
    return lambda subject: enqueue(kind="test.mail", key=f"mail:{subject}", payload={"subject": subject})


def test_a_mail_has_a_plain_and_an_html_version(mailoutbox):
    portal_mail.send(
        to=["an@example.vn"], subject="Hồ sơ\n đã nộp", text="Xem <tại>\n\nhttps://example.vn/ho-so/1/"
    )
    (message,) = mailoutbox
    assert message.subject == "Hồ sơ đã nộp"
    assert "Xem <tại>" in message.body
    html, kind = message.alternatives[0]
    assert kind == "text/html"
    assert "Xem &lt;tại&gt;" in html
    assert '<a href="https://example.vn/ho-so/1/"' in html
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("kind", MAIL_KINDS)
def test_mails_are_tried_for_four_days(kind):
    assert outbox._attempts[kind] == portal_mail.ATTEMPTS


def test_kinds_of_mail_are_found():
    assert {"dossier.mail", "dossier.refused_file", "home.approval_requested"} <= set(MAIL_KINDS)


def test_refused_mail_to_a_citizen_is_noted_for_the_desk():
    kinds = {
        kind for kind, deliver in outbox._handlers.items() if deliver.__module__ == mails_to_citizens.__name__
    }
    assert len(kinds) >= 3
    assert kinds <= set(outbox._refusal_handlers)


def test_mails_to_citizens_are_sent_in_one_place():
    """It counts the mails to an address and removes the note that the citizen was not reached."""
    calls = inspect.getsource(mails_to_citizens).count("mail.send(")
    assert calls == inspect.getsource(mails_to_citizens._mail_citizen).count("mail.send(") == 1


def test_given_html_replaces_the_layout(mailoutbox):
    portal_mail.send(to=["an@example.vn"], subject="A", text="a", html="<p>của tôi</p>")
    assert mailoutbox[0].alternatives[0][0] == "<p>của tôi</p>"


@pytest.mark.django_db(transaction=True)
def test_a_queued_mail_is_sent_once_after_commit(mailoutbox, queue):
    with transaction.atomic():
        assert queue("Một")
        assert not queue("Một")
        assert mailoutbox == []
    deliver_due()
    assert [message.subject for message in mailoutbox] == ["Một"]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_sends_nothing(mailoutbox, queue):
    class Undo(Exception):
        pass

    def change():
        with transaction.atomic():
            queue("Hai")
            raise Undo

    with pytest.raises(Undo):
        change()
    deliver_due()
    assert mailoutbox == []


class TestSafety:
    """User input in mails stays text."""

    @pytest.mark.parametrize(
        "subject", ["Một\r\nBcc: x@example.vn", "Một\nHai", "Một\x0bHai", "  Một \u200b Hai  "]
    )
    def test_no_subject_adds_a_header(self, mailoutbox, subject):
        portal_mail.send(to=["an@example.vn"], subject=subject, text="a")
        (message,) = mailoutbox
        assert "\n" not in message.subject
        assert "\r" not in message.subject
        assert message.bcc == []
        assert message.message()["Bcc"] is None

    def test_no_address_adds_a_header(self, mailoutbox):
        with pytest.raises(BadHeaderError):
            portal_mail.send(to=["an@example.vn\nBcc: x@example.vn"], subject="A", text="a")
        assert mailoutbox == []

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            '"><img src=x onerror=alert(1)>',
            "javascript:alert(1)",
            "{{ settings }}",
        ],
    )
    def test_no_text_becomes_markup(self, text):
        html = portal_mail.as_html("Tiêu đề", text)
        assert "<script" not in html
        assert "<img src=x" not in html
        assert 'href="javascript' not in html
        assert "SECRET" not in html

    def test_paragraphs_stay_paragraphs(self):
        html = portal_mail.as_html("Tiêu đề", "Một.\n\nHai.\n\nBa.")
        assert html.count("<p") >= 3

    def test_the_mail_names_the_portal_and_loads_nothing_from_other_hosts(self, settings):
        address = f"{settings.WAGTAILADMIN_BASE_URL}/tra-cuu/"
        html = portal_mail.as_html("Tiêu đề", f"Chào bạn, xem {address}")
        assert settings.PORTAL_NAME in html
        absolute = [url for url in re.findall(r"""(?:src|href)=["']([^"']+)""", html) if "//" in url]
        assert address in absolute
        assert all(url.startswith(settings.WAGTAILADMIN_BASE_URL) for url in absolute)

    def test_every_vietnamese_letter_is_preserved(self, mailoutbox):
        text = ALPHABET
        portal_mail.send(to=["an@example.vn"], subject=f"Đ{text[:40]}", text=text)
        wire = mailoutbox[0].message()
        parts = [part.get_payload(decode=True).decode() for part in wire.walk() if not part.is_multipart()]
        assert all(text in part for part in parts)
        assert str(make_header(decode_header(wire["Subject"]))) == f"Đ{text[:40]}"


@pytest.mark.django_db(transaction=True)
class TestFailure:
    def test_a_refused_mail_is_retried(self, mailoutbox, queue, monkeypatch):
        def refuse(*_args, **_kwargs):
            raise SMTPServerDisconnected("connection lost")

        with transaction.atomic():
            queue("Ba")
            OutboxMessage.objects.update(available_at=timezone.now())
            with monkeypatch.context() as patch:
                patch.setattr(EmailMultiAlternatives, "send", refuse)
                deliver_due()
        row = OutboxMessage.objects.get()
        assert (row.delivered_at, row.attempts) == (None, 1)
        assert not mailoutbox
        OutboxMessage.objects.filter(delivered_at=None).update(
            available_at=timezone.now(), claimed_until=None
        )
        deliver_due()
        assert [message.subject for message in mailoutbox] == ["Ba"]


def refused(code: int, text: bytes) -> SMTPRecipientsRefused:
    return SMTPRecipientsRefused({"an@example.vn": (code, text)})


class TestRefusedForGood:
    """Which answers of a mail server are about the address, and which are about the portal."""

    @pytest.mark.parametrize(
        ("error", "answer"),
        [
            (refused(550, b"5.1.1 <an@example.vn>: Recipient address rejected"), "550 5.1.1"),
            (refused(550, b"5.2.1 mailbox disabled"), "550 5.2.1"),
            (refused(550, b"No such user"), "550"),
            (refused(553, b"5.1.3 bad address syntax"), "553 5.1.3"),
            (SMTPDataError(550, b"5.1.1 user unknown"), "550 5.1.1"),
        ],
    )
    def test_address_that_accepts_no_mail_is_undeliverable(self, monkeypatch, error, answer):
        monkeypatch.setattr(EmailMultiAlternatives, "send", raiser(error))
        with pytest.raises(Undeliverable) as raised:
            portal_mail.send(to=["an@example.vn"], subject="A", text="a")
        assert raised.value.message == answer, "the answer without the address"

    @pytest.mark.parametrize(
        "error",
        [
            refused(450, b"4.2.0 greylisted"),
            refused(552, b"5.2.2 mailbox full"),
            refused(550, b"5.7.1 relaying denied"),
            refused(554, b"your network is blocked"),
            SMTPDataError(554, b"rejected as spam"),
            SMTPDataError(550, b"no status"),
            SMTPSenderRefused(550, b"5.1.8 sender unknown", "khong-tra-loi@example.vn"),
            SMTPAuthenticationError(535, b"5.7.8 wrong password"),
            SMTPServerDisconnected("away"),
        ],
    )
    def test_everything_else_is_tried_again(self, monkeypatch, error):
        monkeypatch.setattr(EmailMultiAlternatives, "send", raiser(error))
        with pytest.raises(type(error)):
            portal_mail.send(to=["an@example.vn"], subject="A", text="a")


def raiser(error):
    def send(self):
        raise error

    return send


@pytest.mark.parametrize(
    "address",
    ["VICTİM@straße.de", "vıctim@xn--strae-oqa.de", "victim@STRASSE.de", "Victim+a@strasse.de"],
)
def test_one_mailbox_has_one_spelling_for_counting(address: str) -> None:
    assert portal_mail.mailbox(address) == "victim@strasse.de"


def test_domain_that_nothing_can_decode_stays_as_it_is() -> None:
    assert portal_mail.mailbox("a@xn--zz!.vn") == "a@xn--zz!.vn"
