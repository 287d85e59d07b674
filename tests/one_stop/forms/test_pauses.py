"""A payment moves the due date only with proof, only once, and from the day on which it was made (ADR 250)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from core.errors import InvalidInput
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import FilingReceipt, apply_action
from forms_app.dossiers.transitions import Action, Status
from one_stop.selectors.figures import month_figures
from tests.forms_app.dossiers.factories import WITH_FEE, at, file_dossier
from tests.one_stop.factories import ANSWERS, FILED, NOW, do, make_desk_form, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
#: Accepted on Monday 23 November, due on Thursday 26 November at 09:00; requested on Thursday, an hour before.
ASKED = at("2026-11-26 08:00")
RECEIPT = {"document": "BL 0000123", "paid_on": "27/11/2026"}


@pytest.fixture
def receipt(agency: Agency) -> FilingReceipt:
    return file_dossier(make_desk_form(agency, channels=WITH_FEE), now=FILED, **ANSWERS)


@pytest.fixture
def dossier(receipt: FilingReceipt, officer: User) -> Dossier:
    for action, moment in (
        (Action.ACCEPT, NOW), (Action.PROCESS, NOW), (Action.REQUIRE_PAYMENT, ASKED),
    ):  # fmt: skip
        do(receipt.dossier, action, officer, at=moment)
    return receipt.dossier


def post(who: User, dossier: Dossier, action: str, moment: datetime, **values: Any) -> Any:
    client = Client()
    with time_machine.travel(moment, tick=False):
        client.force_login(who)
        url = reverse("one_stop:action", args=[dossier.code, action])
        answer = client.post(url, {"version": dossier.version, **values})
    dossier.refresh_from_db()
    return answer


def page(who: User, dossier: Dossier, moment: datetime) -> str:
    client = Client()
    with time_machine.travel(moment, tick=False):
        client.force_login(who)
        text = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({}, "Nhập số biên lai"),
        ({**RECEIPT, "document": " "}, "Nhập số biên lai"),
        *[({**RECEIPT, "document": sign}, "Nhập số biên lai") for sign in ("😀", ".", "BL")],
        ({**RECEIPT, "paid_on": ""}, "Ngày nộp"),
        ({**RECEIPT, "paid_on": "25/11/2026"}, "Chọn một ngày từ 26/11/2026"),
        ({**RECEIPT, "paid_on": "26/01/2027"}, "Chọn một ngày từ 26/11/2026"),
    ],
)
def test_payment_needs_its_receipt_and_a_day_since_the_request(
    dossier: Dossier, officer: User, values: dict[str, str], error: str
) -> None:
    answer = post(officer, dossier, "payment_done", at("2027-01-25 08:00"), reason="Đã nộp", **values)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert error in text
    assert "Đã nộp" in text
    assert dossier.status == Status.PAYMENT


def test_pause_ends_with_the_day_of_the_payment_not_with_the_entry(dossier: Dossier, officer: User) -> None:
    """Paid on Friday, recorded two months later: one working day, not forty."""
    entered = at("2027-01-25 08:00")
    assert post(officer, dossier, "payment_done", entered, **RECEIPT).status_code == 302
    assert dossier.due_at == at("2026-11-30 08:00")
    assert dossier.status == Status.PROCESSING
    text = page(officer, dossier, entered)
    assert "BL 0000123" in text
    assert "27/11/2026" in text
    do(dossier, Action.FINISH, officer, at=entered)
    month = month_figures(entered.date().replace(day=1))
    assert (month.finished, month.on_time) == (1, 0)


def test_payment_recorded_on_the_same_day_ends_the_pause_then(dossier: Dossier, officer: User) -> None:
    post(officer, dossier, "payment_done", at("2026-11-27 08:00"), **RECEIPT)
    assert dossier.due_at == at("2026-11-27 09:00")


def test_second_payment_is_requested_by_the_head_and_proved_by_another_document(
    dossier: Dossier, officer: User, agency: Agency
) -> None:
    paid = at("2026-11-27 08:00")
    boss = make_officer(agency, "head")
    post(officer, dossier, "payment_done", paid, **RECEIPT)
    assert "/viec/require_payment/" not in page(officer, dossier, paid)
    post(officer, dossier, "require_payment", paid, reason="Nộp thêm")
    assert dossier.status == Status.PROCESSING
    client = Client()
    with time_machine.travel(paid, tick=False):
        client.force_login(boss)
        form = client.get(reverse("one_stop:action", args=[dossier.code, "require_payment"]))
    assert "Hồ sơ này đã có ghi nhận nộp tiền" in form.content.decode()
    post(boss, dossier, "require_payment", paid, reason="Thuế thu nhập cá nhân")
    assert dossier.status == Status.PAYMENT
    for same in ("bl 0000123", "BL-0000123", "bl0000123.", "ＢＬ　００００１２３"):
        again = post(officer, dossier, "payment_done", paid, document=same, paid_on="27/11/2026")
        assert again.status_code == 422
        assert "đã được ghi cho lần nộp trước" in again.content.decode()
    post(officer, dossier, "payment_done", paid, document="BL 0000124", paid_on="27/11/2026")
    assert dossier.status == Status.PROCESSING


@pytest.mark.parametrize(("finished", "on_time"), [("2026-11-26 16:00", 1), ("2027-01-25 08:00", 0)])
def test_refusal_for_non_payment_is_on_time_only_before_the_due_date(
    dossier: Dossier, officer: User, finished: str, on_time: int
) -> None:
    due = dossier.due_at
    post(officer, dossier, "finish", at(finished), reason="Không nộp")
    assert (dossier.outcome, dossier.due_at, dossier.clock_state) == ("refused", due, "ended")
    month = month_figures(at(finished).date().replace(day=1))
    assert (month.finished, month.on_time) == (1, on_time)
    assert "Không nộp: tính vào thời hạn giải quyết" in page(officer, dossier, at(finished))


def test_citizen_reads_number_and_day(receipt: FilingReceipt, dossier: Dossier, officer: User) -> None:
    post(officer, dossier, "payment_done", at("2026-11-28 08:00"), **RECEIPT)
    text = Client().get(f"/ho-so/{receipt.token}/").text
    assert "BL 0000123" in text
    assert "27/11/2026" in text


def test_service_records_no_payment_without_a_document(dossier: Dossier, officer: User) -> None:
    with pytest.raises(InvalidInput):
        apply_action(
            dossier_id=dossier.pk,
            expected_version=dossier.version,
            action=Action.PAYMENT_DONE,
            actor=officer,
            now=ASKED,
        )
