"""Dossiers that are paused while overdue, and those closed without a result after their due date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers.models import Dossier, DossierEvent
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action, Status
from one_stop.selectors.figures import month_figures
from one_stop.services import request_supplement, withdraw
from tests.forms_app.dossiers.factories import WITH_FEE, file_dossier
from tests.one_stop.factories import ANSWERS, FILED, NOW, ask, do, make_desk_form, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
#: Accepted on Monday 23 November, due on Thursday 26 November at 09:00; on the following Monday it is late.
LATE = NOW + timedelta(days=7)
OVERDUE = "đã quá hạn từ 26/11/2026"
ITEMS = [{"id": "ruling", "label": "Bản án ly hôn", "kind": "file", "count": "1", "note": ""}]


@pytest.fixture
def receipt(agency: Agency) -> FilingReceipt:
    return file_dossier(make_desk_form(agency, channels=WITH_FEE), now=FILED, **ANSWERS)


@pytest.fixture
def boss(agency: Agency) -> User:
    return make_officer(agency, "head", name="Lê Văn Đạt")


@pytest.fixture
def dossier(receipt: FilingReceipt, boss: User) -> Dossier:
    do(receipt.dossier, Action.ACCEPT, boss, at=NOW)
    return do(receipt.dossier, Action.PROCESS, boss, at=NOW)


def pause(dossier: Dossier, kind: str, officer: User, moment: Any) -> None:
    if kind == "request_supplement":
        ask(dossier, officer, at=moment)
    else:
        do(dossier, Action(kind), officer, at=moment)


def seen(boss: User, dossier: Dossier, moment: Any) -> tuple[bool, bool, bool]:
    """Return whether the overdue tab, the waiting tab and the page show the dossier as late."""
    with time_machine.travel(moment, tick=False):
        client = Client()
        client.force_login(boss)
        overdue = client.get("/mot-cua/?muc=qua-han").content.decode()
        waiting = client.get("/mot-cua/?muc=cho").content.decode()
        page = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
    assert str(dossier.code) in waiting
    return str(dossier.code) in overdue, OVERDUE in waiting, OVERDUE in page


KINDS = ["request_supplement", "require_payment", "suspend"]


class TestOverdueAndPaused:
    @pytest.mark.parametrize("kind", KINDS)
    def test_late_dossier_stays_recognisable(self, dossier: Dossier, boss: User, kind: str) -> None:
        pause(dossier, kind, boss, LATE)
        assert seen(boss, dossier, LATE + timedelta(days=3)) == (True, True, True)

    @pytest.mark.parametrize("kind", KINDS)
    def test_dossier_paused_in_time_is_not_overdue(self, dossier: Dossier, boss: User, kind: str) -> None:
        pause(dossier, kind, boss, NOW + timedelta(hours=1))
        assert seen(boss, dossier, LATE) == (False, False, False)

    def test_request_made_too_late_does_not_stop_the_time_that_counts(
        self, dossier: Dossier, boss: User
    ) -> None:
        rule = {**(dossier.deadline_rule or {}), "request_days": 1}
        Dossier.objects.filter(pk=dossier.pk).update(deadline_rule=rule)
        dossier.refresh_from_db()
        pause(dossier, "request_supplement", boss, NOW + timedelta(days=2))
        assert seen(boss, dossier, NOW + timedelta(days=2, hours=1)) == (False, False, False)
        assert seen(boss, dossier, LATE) == (True, True, True)

    def test_late_pause_ends_as_before(self, dossier: Dossier, boss: User, client: Client) -> None:
        """Returned to processing, it is listed like any late dossier; once closed, it is not listed."""
        pause(dossier, "suspend", boss, LATE)
        do(dossier, Action.RESUME, boss, at=LATE + timedelta(hours=1))
        client.force_login(boss)
        with time_machine.travel(LATE + timedelta(hours=2), tick=False):
            client.force_login(boss)
            assert str(dossier.code) in client.get("/mot-cua/?muc=qua-han").content.decode()


class TestClosedLate:
    @pytest.mark.parametrize(("asked", "late"), [(LATE, 1), (NOW + timedelta(hours=1), 0)])
    def test_closing_without_an_answer_counts_like_a_late_withdrawal(
        self, dossier: Dossier, boss: User, asked: Any, late: int
    ) -> None:
        """Requested late or in time; closed on the day after the last day of the supplement."""
        day = (asked + timedelta(days=1)).date()
        with time_machine.travel(asked, tick=False):
            request_supplement(
                dossier_id=dossier.pk, expected_version=dossier.version, actor=boss, items=ITEMS, reason="Mờ",
                supplement_due_at=day, now=asked,
            )  # fmt: skip
        with time_machine.travel(asked + timedelta(days=2), tick=False):
            client = Client()
            client.force_login(boss)
            answer = client.post(
                reverse("one_stop:action", args=[dossier.code, "close"]),
                {"version": dossier.version + 1, "reason": "Không bổ sung"},
            )
        assert answer.status_code == 302
        dossier.refresh_from_db()
        assert dossier.outcome == "closed"
        month = month_figures((asked + timedelta(days=2)).date().replace(day=1))
        assert month.ended_late == late
        assert month.on_time_percent == (0 if late else None)


class TestUndoneWithdrawals:
    """ADR 203: a withdrawal that is undone has not ended the pause."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_list_of_pauses_shows_the_pause_that_continues(
        self, dossier: Dossier, boss: User, kind: str
    ) -> None:
        pause(dossier, kind, boss, NOW)
        self.withdraw_and_undo(dossier, boss)
        page = self.page(dossier, boss, NOW + timedelta(days=2))
        assert "23/11/2026 09:00 – nay" in page
        assert "2 ngày làm việc" in page

    def test_request_withdrawn_later_does_not_count(self, dossier: Dossier, boss: User) -> None:
        pause(dossier, "require_payment", boss, NOW)
        self.withdraw_and_undo(dossier, boss)
        do(dossier, Action.LIFT_PAYMENT, boss, at=NOW + timedelta(days=1))
        page = self.page(dossier, boss, NOW + timedelta(days=2))
        assert "23/11/2026 09:00 – 24/11/2026 09:00" in page
        assert "Yêu cầu đã rút: tính vào thời hạn giải quyết" in page
        assert "Đã tạm dừng 1 lần: không có giờ làm việc" in page

    def test_citizen_reads_the_reason_of_the_pause_again(
        self, receipt: FilingReceipt, dossier: Dossier, boss: User
    ) -> None:
        do(dossier, Action.REQUIRE_PAYMENT, boss, at=NOW, reason="Nộp 8.000 đ vào tài khoản của kho bạc")
        self.withdraw_and_undo(dossier, boss)
        page = Client().get(f"/ho-so/{receipt.token}/").content.decode()
        assert "Lý do: Nộp 8.000 đ vào tài khoản của kho bạc" in " ".join(page.split())

    def withdraw_and_undo(self, dossier: Dossier, boss: User) -> None:
        before = dossier.status
        withdraw(
            dossier_id=dossier.pk, expected_version=dossier.version, actor=boss, reason="Đơn của người khác",
            how="phone", now=NOW + timedelta(hours=1),
        )  # fmt: skip
        dossier.refresh_from_db()
        do(dossier, Action.UNDO_WITHDRAW, boss, at=NOW + timedelta(hours=2))
        assert dossier.status == before
        assert DossierEvent.objects.filter(dossier=dossier, action=Action.WITHDRAW).exists()

    def page(self, dossier: Dossier, boss: User, moment: Any) -> str:
        with time_machine.travel(moment, tick=False):
            client = Client()
            client.force_login(boss)
            page = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
        return " ".join(page.split())


def test_scenario_has_the_expected_status_and_day(dossier: Dossier) -> None:
    assert dossier.status == Status.PROCESSING
    assert dossier.due_at is not None
    assert dossier.due_at.astimezone(NOW.tzinfo).date() == date(2026, 11, 26)
