"""Mails to the citizen: one for each state, once, in Vietnamese, with what they need and nothing that is a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import override_settings
from django.urls import reverse
from django.utils import translation

from core.errors import Conflict
from core.models import OutboxMessage
from core.outbox import enqueue, relay
from forms_app.dossiers import services
from forms_app.dossiers.actors import citizen
from forms_app.dossiers.models import Dossier, DossierEvent
from forms_app.dossiers.notices import deliver
from forms_app.dossiers.services.history import MAILED
from forms_app.dossiers.transitions import Action, Status
from forms_app.dossiers.words import CITIZEN
from tests.accounts.factories import AgencyFactory
from tests.desk.factories import ask
from tests.dossiers.factories import at, file_dossier, make_form, make_officer, make_version

pytestmark = pytest.mark.django_db
NOW = at("2026-11-23 09:00")
# The way to each act, the last one being what the mail is about; and what its subject says (DESIGN, voice).
MAILS = {
    "submit": ([], "Đã nộp"),
    "accept": (["accept"], "Được tiếp nhận"),
    "refuse": (["refuse"], "Không được tiếp nhận"),
    "request_supplement": (["accept", "request_supplement"], "Cần bổ sung"),
    "supply": (["accept", "request_supplement", "supply"], "Đang giải quyết"),
    "process": (["accept", "process"], "Đang giải quyết"),
    "require_payment": (["accept", "process", "require_payment"], "Cần nộp phí hoặc nghĩa vụ tài chính"),
    "payment_done": (["accept", "process", "require_payment", "payment_done"], "Đang giải quyết"),
    "suspend": (["accept", "process", "suspend"], "Tạm dừng"),
    "resume": (["accept", "process", "suspend", "resume"], "Đang giải quyết"),
    "finish": (["accept", "process", "finish"], "Đã có kết quả"),
    "reopen": (["accept", "process", "finish", "reopen"], "Đang giải quyết"),
    "return_result": (["accept", "process", "finish", "return_result"], "Đã trả kết quả"),
    "withdraw": (["withdraw"], "Đã rút"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def go(dossier: Dossier, action: str, *, reason: str = "Lý do của cơ quan") -> None:
    dossier.refresh_from_db()
    actor = citizen(dossier) if action in {"supply", "withdraw"} else make_officer(dossier)
    services.perform(
        dossier_id=dossier.pk,
        expected_version=dossier.version,
        action=action,
        actor=actor,
        reason=reason,
        now=NOW,
    )


@pytest.fixture
def told() -> services.Submitted:
    agency = AgencyFactory(name="UBND phường Tân Thành")
    return file_dossier(make_form(make_version(title="Đăng ký khai sinh"), agency), now=NOW)


def letters() -> list[Any]:
    relay.run()
    return mail.outbox


@pytest.mark.parametrize("action", MAILS)
def test_each_act_has_its_mail_in_the_citizen_s_words(told: services.Submitted, action: str) -> None:
    way, words = MAILS[action]
    for step in way:
        go(told.dossier, step)
    assert len(letters()) == len(way) + 1
    letter = next(one for one in mail.outbox if one.subject == f"{told.code}: {words}")
    last = mail.outbox[-1]
    assert letter.to == last.to == ["thu@example.vn"]
    assert f"{told.code}: {words}" in [one.subject for one in mail.outbox]
    for text in ("Nguyễn Thị Thử", "Đăng ký khai sinh", "UBND phường Tân Thành", told.code):
        assert text in letter.body, text


def test_nothing_of_the_table_is_silent_but_the_inside_of_the_agency() -> None:
    assert (
        set(MAILS) == {action.value for action in MAILED} == {a.value for a in Action if a != Action.ASSIGN}
    )


@pytest.mark.parametrize("status", list(Status))
def test_every_status_has_a_word_a_headline_and_a_next_step(status: Status) -> None:
    words = CITIZEN[status]
    for text in (words.name, words.headline, words.next_step):
        assert str(text).strip()
        assert "!" not in str(text)
        assert "vui lòng" not in str(text).lower()
    assert words.tone in {"info", "done", "wait", "bad", "plain"}


@pytest.mark.parametrize("action", ["refuse", "request_supplement", "suspend", "require_payment"])
def test_the_agency_s_own_words_come_along(told: services.Submitted, action: str) -> None:
    way, _words = MAILS[action]
    for step in way:
        go(told.dossier, step, reason="Ảnh chụp <mờ> & thiếu trang 2")
    letter = [one for one in letters() if "Ảnh chụp" in one.body][-1]
    assert "Ảnh chụp <mờ> & thiếu trang 2" in letter.body
    html = letter.alternatives[0][0]
    assert "&lt;mờ&gt; &amp; thiếu" in html
    assert "<mờ>" not in html


def test_the_citizen_s_own_reason_is_not_told_back_as_the_agency_s(told: services.Submitted) -> None:
    go(told.dossier, "withdraw", reason="Tôi nộp nhầm")
    assert "Tôi nộp nhầm" not in letters()[-1].body


def test_assigning_is_nobody_s_business_outside(told: services.Submitted) -> None:
    officer = make_officer(told.dossier)
    services.perform(
        dossier_id=told.dossier.pk, expected_version=1, action="assign", actor=officer, assigned_to=officer,
        reason="nội bộ", now=NOW,
    )  # fmt: skip
    assert len(letters()) == 1


def test_without_an_address_nothing_waits(told: services.Submitted) -> None:
    silent = file_dossier(email="", now=NOW)
    go(silent.dossier, "accept")
    assert not OutboxMessage.objects.filter(
        kind="dossier.mail", payload__event__in=list(silent.dossier.events.values_list("pk", flat=True))
    ).exists()


def test_a_refused_act_mails_nothing(told: services.Submitted) -> None:
    go(told.dossier, "accept")
    before = OutboxMessage.objects.filter(kind="dossier.mail").count()
    with pytest.raises(Conflict, match="không làm được"):
        go(told.dossier, "accept")
    assert OutboxMessage.objects.filter(kind="dossier.mail").count() == before


def test_one_event_is_one_mail_however_often_it_is_queued(told: services.Submitted) -> None:
    event = told.dossier.events.get()
    facts = {"kind": "dossier.mail", "key": f"dossier.mail:{event.pk}", "payload": {"event": event.pk}}
    assert enqueue(**facts) is False
    relay.run()
    assert enqueue(**facts) is False
    assert len(letters()) == 1


def test_the_mail_says_where_things_stood_and_not_where_they_stand(told: services.Submitted) -> None:
    """A mail server that was down for a day delivers in order, each about its own event."""
    for step in ("accept", "process", "finish"):
        go(told.dossier, step)
    assert [one.subject.split(": ")[1] for one in letters()] == [
        "Đã nộp", "Được tiếp nhận", "Đang giải quyết", "Đã có kết quả",
    ]  # fmt: skip


def test_always_in_vietnamese_whoever_acts_in_whatever_language(told: services.Submitted) -> None:
    with translation.override("en"):
        go(told.dossier, "accept")
        relay.run()
    assert "Được tiếp nhận" in mail.outbox[-1].subject
    assert "Accepted" not in mail.outbox[-1].body


def test_a_name_cannot_write_headers(told: services.Submitted) -> None:
    other = file_dossier(now=NOW, full_name="Nguyễn\r\nBcc: x@example.com")
    assert other.code
    for letter in letters():
        assert "\n" not in letter.subject
        assert letter.bcc == []


def test_a_mail_server_that_is_down_loses_nothing(told: services.Submitted) -> None:
    with override_settings(EMAIL_BACKEND="tests.dossiers.test_notices.Down"):
        relay.run()
    message = OutboxMessage.objects.get(kind="dossier.mail")
    assert (message.delivered_at, message.failed_at, message.attempts) == (None, None, 1)
    assert "down" in message.last_error
    with time_machine.travel(at("2026-11-23 09:05"), tick=False):
        assert len(letters()) == 1
        assert told.secret in mail.outbox[0].body


class Down:
    """A mail server that does not answer."""

    def __init__(self, **_options: Any) -> None:
        pass

    def send_messages(self, _messages: Any) -> int:
        raise ConnectionRefusedError("down")


def test_the_mail_can_be_delivered_again_by_hand(told: services.Submitted) -> None:
    event = DossierEvent.objects.get()
    deliver({"event": event.pk})
    assert mail.outbox[-1].subject == f"{told.code}: Đã nộp"


def test_the_supplement_is_mailed_with_the_reason_once(told: services.Submitted) -> None:
    officer = make_officer(told.dossier)
    go(told.dossier, "accept")
    told.dossier.refresh_from_db()
    ask(told.dossier, officer, at=NOW)
    found = [one for one in letters() if "Cần bổ sung" in one.subject]
    assert len(found) == 1
    assert "Bản chụp mờ" in found[0].body
    assert reverse("dossiers:lookup") in found[0].body
