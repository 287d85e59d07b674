from __future__ import annotations

import pytest
from django.db import transaction

from core import mail as portal_mail
from core.outbox import relay


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


def test_own_html_replaces_the_frame(mailoutbox):
    portal_mail.send(to=["an@example.vn"], subject="A", text="a", html="<p>của tôi</p>")
    assert mailoutbox[0].alternatives[0][0] == "<p>của tôi</p>"


@pytest.mark.django_db(transaction=True)
def test_a_queued_mail_leaves_after_commit_and_once(mailoutbox):
    with transaction.atomic():
        assert portal_mail.queue(key="m:1", to=["an@example.vn"], subject="Một", text="Chào bạn")
        assert not portal_mail.queue(key="m:1", to=["an@example.vn"], subject="Một", text="Chào bạn")
        assert mailoutbox == []
    relay.run()
    assert [message.subject for message in mailoutbox] == ["Một"]


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_change_sends_nothing(mailoutbox):
    class Undo(Exception):
        pass

    def change():
        with transaction.atomic():
            portal_mail.queue(key="m:2", to=["an@example.vn"], subject="Hai", text="…")
            raise Undo

    with pytest.raises(Undo):
        change()
    relay.run()
    assert mailoutbox == []
