"""A pause of a late dossier moves no due date, and the list of pauses says so (docs/domain.md#pausing).

Accepted on Monday 23 November, due on Thursday 26 November at 09:00; paused on Monday 30 November.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from core.display import datetime_text
from forms_app.dossiers import printed_forms
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action
from one_stop.services import receive_supplement, request_supplement, withdraw
from one_stop.supplements import ReceivedItem
from tests.forms_app.dossiers.factories import WITH_FEE, at, file_dossier
from tests.one_stop.factories import ANSWERS, FILED, NOW, do, make_desk_form, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
PAUSED, ENDED = at("2026-11-30 09:00"), at("2026-12-02 09:00")
ITEM = {"id": "ruling", "label": "Bản án ly hôn", "kind": "file", "count": "1", "note": ""}
UNCOUNTED = "Bắt đầu khi hồ sơ đã quá hạn: tính vào thời hạn giải quyết"


@pytest.fixture
def receipt(agency: Agency) -> FilingReceipt:
    return file_dossier(make_desk_form(agency, channels=WITH_FEE), now=FILED, **ANSWERS)


@pytest.fixture
def boss(agency: Agency) -> User:
    return make_officer(agency, "head", "receiver", "handler")


@pytest.fixture
def dossier(receipt: FilingReceipt, boss: User) -> Dossier:
    do(receipt.dossier, Action.ACCEPT, boss, at=NOW)
    return do(receipt.dossier, Action.PROCESS, boss, at=NOW)


def ask(dossier: Dossier, boss: User, moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        request_supplement(
            dossier_id=dossier.pk, expected_version=dossier.version, actor=boss, items=[ITEM], reason="Mờ",
            supplement_due_at=(moment + timedelta(days=1)).date(), now=moment,
        )  # fmt: skip
    dossier.refresh_from_db()


def end(dossier: Dossier, boss: User, kind: str, moment: datetime) -> None:
    facts: dict[str, Any] = {
        "dossier_id": dossier.pk,
        "expected_version": dossier.version,
        "actor": boss,
        "now": moment,
    }
    if kind == "supply":
        item = ReceivedItem(received=True, copy="original", count=1)
        receive_supplement(items={"ruling": item}, reason="", **facts)
    elif kind == "withdraw":
        withdraw(reason="Dân xin rút", how="phone", **facts)
    else:
        do(dossier, Action(kind), boss, at=moment)
    dossier.refresh_from_db()


def page(boss: User, address: str, moment: datetime) -> str:
    with time_machine.travel(moment, tick=False):
        client = Client()
        client.force_login(boss)
        return " ".join(client.get(address).text.split())


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("require_payment", "payment_done"), ("suspend", "resume"), ("request_supplement", "supply"),
        ("request_supplement", "close"), ("request_supplement", "withdraw"), ("suspend", "finish"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["restart", "pause"])
def test_due_date_of_a_late_dossier_stays_whatever_pauses_it(
    dossier: Dossier, boss: User, begins: str, ends: str, mode: str
) -> None:
    Dossier.objects.filter(pk=dossier.pk).update(
        deadline_rule={**(dossier.deadline_rule or {}), "mode": mode}
    )
    dossier.refresh_from_db()
    if begins == "request_supplement":
        ask(dossier, boss, PAUSED)
    else:
        do(dossier, Action(begins), boss, at=PAUSED)
    end(dossier, boss, ends, ENDED)
    assert datetime_text(dossier.due_at) == "26/11/2026 09:00"
    assert (dossier.on_time_until, dossier.clock_restarts) == (None, 0)
    assert printed_forms._later_due_date(dossier) == ""
    text = page(boss, reverse("one_stop:dossier", args=[dossier.code]), ENDED + timedelta(days=1))
    assert UNCOUNTED in text
    assert "Đã tạm dừng 1 lần: không có giờ làm việc" in text


def test_desk_and_citizen_read_since_when_it_is_late(
    receipt: FilingReceipt, dossier: Dossier, boss: User, django_capture_on_commit_callbacks: Any
) -> None:
    do(dossier, Action.REQUIRE_PAYMENT, boss, at=PAUSED)
    late = "quá hạn từ 26/11/2026 09:00"
    assert late in page(boss, f"/ho-so/{receipt.token}/", PAUSED + timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        end(dossier, boss, "payment_done", ENDED)
    assert "Hồ sơ đã quá hạn: ngày hẹn trả kết quả là 26/11/2026 09:00." in mail.outbox[-1].body
    assert f"26/11/2026 09:00 ({late})" in page(boss, f"/ho-so/{receipt.token}/", ENDED)
    assert "Quá hạn 4 ngày làm việc" in page(boss, "/mot-cua/?muc=qua-han", ENDED)


def test_dossier_in_time_is_not_called_late(
    receipt: FilingReceipt, dossier: Dossier, boss: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        do(dossier, Action.REQUIRE_PAYMENT, boss, at=NOW + timedelta(hours=1))
        end(dossier, boss, "payment_done", PAUSED)
    assert "quá hạn" not in mail.outbox[-1].body
    assert "quá hạn" not in page(boss, f"/ho-so/{receipt.token}/", PAUSED)


def test_days_late_count_from_the_date_that_made_it_late(dossier: Dossier, boss: User) -> None:
    """The supplement was requested too late, so that the later due date does not count."""
    rule = {**(dossier.deadline_rule or {}), "request_days": 1}
    Dossier.objects.filter(pk=dossier.pk).update(deadline_rule=rule)
    dossier.refresh_from_db()
    ask(dossier, boss, at("2026-11-25 09:00"))
    end(dossier, boss, "supply", at("2026-11-27 09:00"))
    assert datetime_text(dossier.due_at) == "02/12/2026 09:00"
    address = reverse("one_stop:dossier", args=[dossier.code])
    assert "tính là quá hạn" in page(boss, address, at("2026-12-01 09:00"))
    text = page(boss, address, at("2026-12-03 10:00"))
    assert "Quá hạn 5 ngày làm việc" in text
    assert "Yêu cầu sau thời hạn cho phép: tính vào thời hạn giải quyết" in text
    assert "Đã tạm dừng 1 lần: không có giờ làm việc" in text


def test_receipt_entered_late_warns_before_and_after(dossier: Dossier, boss: User) -> None:
    do(dossier, Action.REQUIRE_PAYMENT, boss, at=at("2026-11-25 09:00"))
    address = reverse("one_stop:action", args=[dossier.code, "payment_done"])
    assert "không phải sau ngày ghi nhận" not in page(boss, address, at("2026-11-26 08:00"))
    assert "không phải sau ngày ghi nhận" in page(boss, address, ENDED)
    with time_machine.travel(ENDED, tick=False):
        client = Client()
        client.force_login(boss)
        data = {"version": dossier.version, "document": "BL 0000123", "paid_on": "25/11/2026"}
        answer = client.post(address, data, follow=True)
    assert "Hồ sơ đã quá hạn từ" in " ".join(answer.text.split())
