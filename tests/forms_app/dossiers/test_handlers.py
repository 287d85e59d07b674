"""Mails to citizens: one per event, in the language of the dossier, with secrets only in the first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation

from core.errors import Conflict
from core.models import OutboxMessage
from core.outbox import deliver_due, enqueue
from core.web.throttle import Throttle
from forms_app.dossiers import handlers, services
from forms_app.dossiers.handlers import mail_event
from forms_app.dossiers.models import Dossier, DossierEvent
from forms_app.dossiers.services import retention
from forms_app.dossiers.services.actions import MAILED_ACTIONS, citizen
from forms_app.dossiers.status_texts import STATUS_TEXTS
from forms_app.dossiers.transitions import Action, Status
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import (
    at,
    file_dossier,
    make_form,
    make_version,
    officer_of,
    payment_for,
    request_supplement,
)
from tests.one_stop.factories import ask

pytestmark = pytest.mark.django_db
NOW = at("2026-11-23 09:00")
# The actions up to the mailed one, and the status in the subject (docs/design.md#voice).
MAILS = {
    "submit": ([], "Đã nộp"),
    "accept": (["accept"], "Được tiếp nhận"),
    "decline": (["decline"], "Không được tiếp nhận"),
    "request_supplement": (["accept", "request_supplement"], "Cần bổ sung"),
    "supply": (["accept", "request_supplement", "supply"], "Đang giải quyết"),
    "process": (["accept", "process"], "Đang giải quyết"),
    "require_payment": (["accept", "process", "require_payment"], "Cần nộp phí hoặc thực hiện nghĩa vụ tài chính"),
    "payment_done": (["accept", "process", "require_payment", "payment_done"], "Đang giải quyết"),
    "suspend": (["accept", "process", "suspend"], "Tạm dừng"),
    "resume": (["accept", "process", "suspend", "resume"], "Đang giải quyết"),
    "finish": (["accept", "process", "finish"], "Đã có kết quả"),
    "reopen": (["accept", "process", "finish", "reopen"], "Đang giải quyết"),
    "return_result": (["accept", "process", "finish", "return_result"], "Đã trả kết quả"),
    "withdraw": (["withdraw"], "Đã rút"),
    "lift_payment": (["accept", "process", "require_payment", "lift_payment"], "Không phải nộp"),
    "lift_supplement": (["accept", "request_supplement", "lift_supplement"], "Không cần bổ sung nữa"),
    "undo_return": (["accept", "process", "finish", "return_result", "undo_return"], "Chưa trả kết quả"),
    "undo_decline": (["decline", "undo_decline"], "Kiểm tra lại"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def act(dossier: Dossier, action: str, *, reason: str = "Lý do của cơ quan") -> None:
    dossier.refresh_from_db()
    actor = citizen(dossier) if action in {"supply", "withdraw"} else officer_of(dossier)
    services.apply_action(
        dossier_id=dossier.pk,
        expected_version=dossier.version,
        action=action,
        actor=actor,
        reason=reason,
        pause_ends_at=NOW + timedelta(days=9) if action == "suspend" else None,
        payment=payment_for(action, NOW),
        now=NOW,
    )


@pytest.fixture
def receipt() -> services.FilingReceipt:
    agency = AgencyFactory(name="UBND phường Tân Thành")
    return file_dossier(make_form(make_version(title="Đăng ký khai sinh"), agency), now=NOW)


def delivered_mails() -> list[Any]:
    deliver_due()
    return mail.outbox


@pytest.mark.parametrize("action", MAILS)
def test_each_action_sends_its_mail(receipt: services.FilingReceipt, action: str) -> None:
    actions, words = MAILS[action]
    for step in actions:
        act(receipt.dossier, step)
    assert len(delivered_mails()) == len(actions) + 1
    message = next(one for one in mail.outbox if one.subject == f"{receipt.code}: {words}")
    last = mail.outbox[-1]
    assert message.to == last.to == ["thu@example.vn"]
    assert f"{receipt.code}: {words}" in [one.subject for one in mail.outbox]
    for text in ("Nguyễn Thị Thử", "Đăng ký khai sinh", "UBND phường Tân Thành", receipt.code):
        assert text in message.body, text


def test_all_actions_except_internal_ones_are_mailed() -> None:
    mailed = {action.value for action in MAILED_ACTIONS}
    assert (
        mailed
        == {a.value for a in Action if a != Action.ASSIGN}
        == {
            *MAILS,
            Action.REPLACE_KEY,
            Action.CLOSE,
            Action.MOVE_DUE_DATE,
            Action.CORRECT_POST,
            Action.UNDO_CLOSE,
            Action.UNDO_PAYMENT,
            Action.UNDO_WITHDRAW,
        }
    )


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_name_a_headline_and_a_next_step(status: Status) -> None:
    texts = STATUS_TEXTS[status]
    for text in (texts.name, texts.headline, texts.next_step):
        assert str(text).strip()
        assert "!" not in str(text)
        assert "vui lòng" not in str(text).lower()
    assert texts.tone in {"info", "done", "wait", "bad", "plain"}


@pytest.mark.parametrize("action", ["decline", "request_supplement", "suspend", "require_payment"])
def test_mail_contains_the_reason_of_the_agency(receipt: services.FilingReceipt, action: str) -> None:
    actions, _words = MAILS[action]
    for step in actions:
        act(receipt.dossier, step, reason="Ảnh chụp <mờ> & thiếu trang 2")
    message = [one for one in delivered_mails() if "Ảnh chụp" in one.body][-1]
    assert "Ảnh chụp <mờ> & thiếu trang 2" in message.body
    html = message.alternatives[0][0]
    assert "&lt;mờ&gt; &amp; thiếu" in html
    assert "<mờ>" not in html


def test_citizens_reason_is_not_mailed_as_a_message_from_the_agency(
    receipt: services.FilingReceipt,
) -> None:
    act(receipt.dossier, "withdraw", reason="Tôi nộp nhầm")
    assert "Tôi nộp nhầm" not in delivered_mails()[-1].body


def test_assignment_is_not_mailed(receipt: services.FilingReceipt) -> None:
    officer = officer_of(receipt.dossier)
    services.apply_action(
        dossier_id=receipt.dossier.pk, expected_version=1, action="assign", actor=officer, assigned_to=officer,
        reason="nội bộ", now=NOW,
    )  # fmt: skip
    assert len(delivered_mails()) == 1


def test_without_an_address_no_mail_is_queued(receipt: services.FilingReceipt) -> None:
    receipt_without_email = file_dossier(email="", now=NOW)
    act(receipt_without_email.dossier, "accept")
    assert not OutboxMessage.objects.filter(
        kind="dossier.mail",
        payload__event__in=list(receipt_without_email.dossier.events.values_list("pk", flat=True)),
    ).exists()


def test_rejected_action_sends_no_mail(receipt: services.FilingReceipt) -> None:
    act(receipt.dossier, "accept")
    before = OutboxMessage.objects.filter(kind="dossier.mail").count()
    with pytest.raises(Conflict, match="không làm được"):
        act(receipt.dossier, "accept")
    assert OutboxMessage.objects.filter(kind="dossier.mail").count() == before


def test_event_queued_repeatedly_is_mailed_once(receipt: services.FilingReceipt) -> None:
    event = receipt.dossier.events.get()
    facts = {"kind": "dossier.mail", "key": f"dossier.mail:{event.pk}", "payload": {"event": event.pk}}
    assert enqueue(**facts) is False
    deliver_due()
    assert enqueue(**facts) is False
    assert len(delivered_mails()) == 1


def test_mail_describes_the_status_of_its_event(receipt: services.FilingReceipt) -> None:
    """After an outage of the mail server, mails are delivered in order, each about its own event."""
    for step in ("accept", "process", "finish"):
        act(receipt.dossier, step)
    assert [one.subject.split(": ")[1] for one in delivered_mails()] == [
        "Đã nộp", "Được tiếp nhận", "Đang giải quyết", "Đã có kết quả",
    ]  # fmt: skip


def test_mail_is_vietnamese_in_any_interface_language(receipt: services.FilingReceipt) -> None:
    with translation.override("en"):
        act(receipt.dossier, "accept")
        deliver_due()
    assert "Được tiếp nhận" in mail.outbox[-1].subject
    assert "Accepted" not in mail.outbox[-1].body


def test_applicant_name_cannot_inject_mail_headers(receipt: services.FilingReceipt) -> None:
    other = file_dossier(now=NOW, full_name="Nguyễn\r\nBcc: x@example.com")
    assert other.code
    for message in delivered_mails():
        assert "\n" not in message.subject
        assert message.bcc == []


def test_mail_is_delivered_after_an_outage_of_the_mail_server(receipt: services.FilingReceipt) -> None:
    with override_settings(EMAIL_BACKEND="tests.forms_app.dossiers.test_handlers.FailingBackend"):
        deliver_due()
    message = OutboxMessage.objects.get(kind="dossier.mail")
    assert (message.delivered_at, message.failed_at, message.attempts) == (None, None, 1)
    assert "down" in message.last_error
    with time_machine.travel(at("2026-11-23 09:05"), tick=False):
        assert len(delivered_mails()) == 1
        assert receipt.lookup_key in mail.outbox[0].body


class FailingBackend:
    """Mail backend whose server refuses connections."""

    def __init__(self, **_options: Any) -> None:
        pass

    def send_messages(self, _messages: Any) -> int:
        raise ConnectionRefusedError("down")


def test_mail_can_be_delivered_again_manually(receipt: services.FilingReceipt) -> None:
    event = DossierEvent.objects.get()
    mail_event({"event": event.pk})
    assert mail.outbox[-1].subject == f"{receipt.code}: Đã nộp"


def test_supplement_request_is_mailed_once_with_its_reason(receipt: services.FilingReceipt) -> None:
    officer = officer_of(receipt.dossier)
    act(receipt.dossier, "accept")
    receipt.dossier.refresh_from_db()
    ask(receipt.dossier, officer, at=NOW)
    found = [one for one in delivered_mails() if "Cần bổ sung" in one.subject]
    assert len(found) == 1
    assert "Bản chụp mờ" in found[0].body
    assert reverse("dossiers:lookup") in found[0].body


def test_every_event_is_mailed_once(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        receipt = file_dossier()
        request_supplement(receipt.dossier)
    assert [message.subject.split(": ")[1] for message in mail.outbox] == [
        "Đã nộp",
        "Được tiếp nhận",
        "Cần bổ sung",
    ]
    assert receipt.lookup_key in mail.outbox[0].body
    assert all(receipt.lookup_key not in message.body for message in mail.outbox[1:])
    assert "Ảnh bị mờ" in mail.outbox[2].body


class RefusingBackend(FailingBackend):
    """A mail server that does not know the address."""

    def send_messages(self, _messages: Any) -> int:
        """Refuse the recipient permanently."""
        raise SMTPRecipientsRefused({"an@example.vn": (550, b"5.1.1 unknown")})


def test_desk_sees_a_refused_address_until_a_mail_arrives(
    receipt: services.FilingReceipt, client: Client
) -> None:
    officer = officer_of(receipt.dossier)
    client.force_login(officer)
    address = reverse("one_stop:dossier", args=[receipt.code])
    with override_settings(EMAIL_BACKEND=f"{__name__}.RefusingBackend"):
        deliver_due()
    assert client.get("/healthz").json()["outbox"] == "ok"
    html = client.get(address).content.decode()
    assert "Chưa liên hệ được với người nộp qua thư điện tử" in html
    assert "09:00 23/11/2026" in html or "23/11/2026 09:00" in html
    assert "550 5.1.1" in html
    assert retention.wipe_secret_seeds(now=NOW + timedelta(hours=2)) == 1, "no mail will tell the secrets"
    act(receipt.dossier, "accept")
    deliver_due()
    assert "Chưa liên hệ được với người nộp qua thư điện tử" not in client.get(address).content.decode()


def test_address_of_another_person_cannot_be_flooded(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    limit = Throttle("test.filing.mail", limit=2, seconds=24 * 3600)
    monkeypatch.setattr(handlers, "MAILS_TO_ADDRESS", limit)
    first = [file_dossier(email="An@example.vn"), file_dossier(email="an@example.vn")]
    deliver_due()
    third, other = file_dossier(email="AN@example.vn"), file_dossier(email="binh@example.vn")
    deliver_due()
    subjects = [message.subject for message in mail.outbox]
    assert len(subjects) == 3
    assert not any(third.code in subject for subject in subjects)
    assert all(any(one.code in subject for subject in subjects) for one in [*first, other])
    assert third.code in caplog.text
    assert "an@example.vn" not in caplog.text.lower()
    act(third.dossier, "accept")
    deliver_due()
    assert mail.outbox[-1].subject.startswith(third.code), "what the agency does is told"


def test_flood_by_withdrawals_or_other_spellings_is_stopped_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        handlers, "MAILS_TO_ADDRESS", Throttle("test.filing.mail.all", limit=3, seconds=24 * 3600)
    )
    filed = [file_dossier(email="an@example.vn").dossier, file_dossier(email="an+a@example.vn").dossier]
    deliver_due()
    for dossier in filed:
        act(dossier, "withdraw")
    deliver_due()
    file_dossier(email="an+b@example.vn")
    deliver_due()
    assert len(mail.outbox) == 3


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("nan@gmail.com", "n.a.n+x@gmail.com"),
        ("nan@gmail.com", "NAN@googlemail.com"),
        ("nan@gmail.com", '"nan"@gmail.com'),
        ("nan@example.vn", '"nan"@example.vn'),
        ("nan@example.vn", r'"n\an"@example.vn'),
        ("nan@example.vn", "\uff4ean@example.vn"),
        ("nan@ví-dụ.vn", "nan@xn--v-d-rma6749a.vn"),
    ],
)
def test_spellings_of_one_mailbox_share_a_count(
    monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    monkeypatch.setattr(
        handlers, "MAILS_TO_ADDRESS", Throttle("test.filing.mail.same", limit=1, seconds=24 * 3600)
    )
    for address in (first, second):
        file_dossier(email=address)
        deliver_due()
    assert len(mail.outbox) == 1


def test_dots_distinguish_mailboxes_of_other_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        handlers, "MAILS_TO_ADDRESS", Throttle("test.filing.mail.dots", limit=1, seconds=24 * 3600)
    )
    for address in ("n.an@example.vn", "nan@example.vn"):
        file_dossier(email=address)
        deliver_due()
    assert len(mail.outbox) == 2


def test_confirmed_address_gets_every_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        handlers, "MAILS_TO_ADDRESS", Throttle("test.filing.mail.own", limit=1, seconds=24 * 3600)
    )
    dossier = file_dossier(email="an@example.vn").dossier
    deliver_due()
    Dossier.objects.update(email_confirmed_at=NOW)
    act(dossier, "withdraw")
    deliver_due()
    assert len(mail.outbox) == 2
