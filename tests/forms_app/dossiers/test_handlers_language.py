"""Mails to citizens in the language in which they applied; what officers wrote stays as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from core.outbox import enqueue
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import pauses
from tests.forms_app.dossiers.factories import file_dossier
from tests.forms_app.dossiers.test_handlers import NOW, act, delivered_mails

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def receipt() -> services.FilingReceipt:
    return file_dossier(now=NOW)


def test_mails_of_a_dossier_submitted_in_english_are_english_and_lead_to_english_pages(
    receipt: services.FilingReceipt,
) -> None:
    Dossier.objects.update(language="en", email_confirmed_at=NOW)
    act(receipt.dossier, "accept")
    enqueue(kind="dossier.new_key_mail", key="1", payload={"dossier": receipt.dossier.pk})
    first, accepted, new_key = delivered_mails()
    assert first.subject == f"{receipt.code}: Dossier submitted"
    assert accepted.subject == f"{receipt.code}: Accepted"
    assert new_key.subject == f"{receipt.code}: link for a new lookup key"
    for message in (first, accepted, new_key):
        assert "Dear Nguyễn Thị Thử," in message.body
        addresses = re.findall(r"http\S+", message.body)
        assert addresses
        assert all("/en/" in address for address in addresses), addresses
        assert '<html lang="en">' in message.alternatives[0][0]


@pytest.mark.parametrize(("language", "reason", "next_step"), [
    ("vi", "Lý do: Thiếu chữ ký", "Bạn có thể nộp lại bất cứ lúc nào."),
    ("en", "Reason: Thiếu chữ ký", "You can apply again at any time."),
])  # fmt: skip
def test_refusal_calls_its_reason_a_reason_and_sends_nobody_to_look_for_it(
    receipt: services.FilingReceipt, language: str, reason: str, next_step: str
) -> None:
    Dossier.objects.update(language=language)
    act(receipt.dossier, "decline", reason="Thiếu chữ ký")
    text = delivered_mails()[-1].body
    assert reason in text
    assert f"\n\n{next_step}\n" in text
    assert "Lời nhắn của cơ quan" not in text
    assert "Message from the agency" not in text


def test_note_of_the_portal_is_in_the_language_of_the_dossier(receipt: services.FilingReceipt) -> None:
    Dossier.objects.update(language="en")
    for step in ("accept", "process", "suspend"):
        act(receipt.dossier, step)
    with time_machine.travel(NOW + timedelta(days=10), tick=False):
        pauses.end_suspensions()
        assert "Reason: The last day of the suspension has passed." in delivered_mails()[-1].body
