"""A wrong result is corrected after the handover, within three working days (art. 23 NĐ 118/2025)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers import printed_forms
from forms_app.dossiers.models import Dossier, SupplementRequest
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action, Status
from one_stop.selectors.figures import figures_of_last_month, month_figures
from one_stop.services import finish, return_result
from tests.forms_app.dossiers.factories import WITH_FEE, at, file_dossier, picture
from tests.forms_app.dossiers.files import PDF
from tests.one_stop.factories import ANSWERS, FILED, NOW, ask, do, make_desk_form, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
#: A Monday, two months after the handover.
FOUND = at("2027-01-25 09:00")
REASON = "Sai tên người được cấp"


@pytest.fixture
def receipt(agency: Agency) -> FilingReceipt:
    return file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)


@pytest.fixture
def boss(agency: Agency) -> User:
    return make_officer(agency, "head", name="Lê Văn Đạt")


def returned(
    receipt: FilingReceipt,
    officer: User,
    *,
    finished: datetime = NOW,
    result: bool = True,
    number: str = "",
    outcome: str = "",
) -> Dossier:
    dossier = receipt.dossier
    do(dossier, Action.ACCEPT, officer, at=NOW)
    do(dossier, Action.PROCESS, officer, at=NOW)
    finish(
        dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, reason="Lý do",
        result=SimpleUploadedFile("ket-qua.pdf", PDF, "application/pdf") if result else None, outcome=outcome,
        now=finished,
    )  # fmt: skip
    return_result(
        dossier_id=dossier.pk, expected_version=dossier.version + 1, actor=officer, delivery="post",
        address="Ấp 1, xã Tân Ân", tracking_number=number, now=finished,
    )  # fmt: skip
    dossier.refresh_from_db()
    return dossier


def post(who: User, dossier: Dossier, action: str, moment: datetime, **values: Any) -> Any:
    client = Client()
    with time_machine.travel(moment, tick=False):
        client.force_login(who)
        url = reverse("one_stop:action", args=[dossier.code, action])
        answer = client.post(url, {"version": dossier.version, **values})
    dossier.refresh_from_db()
    return answer


def test_head_can_reopen_whenever_the_error_is_found(
    receipt: FilingReceipt, officer: User, boss: User, django_capture_on_commit_callbacks: Any
) -> None:
    dossier = returned(receipt, officer)
    file = dossier.attachments.valid_results().get()
    client = Client()
    with time_machine.travel(FOUND, tick=False):
        client.force_login(boss)
        form = client.get(reverse("one_stop:action", args=[dossier.code, "reopen"])).content.decode()
    assert "3 ngày làm việc" in form
    assert post(boss, dossier, "reopen", FOUND).status_code == 422
    with time_machine.travel(FOUND, tick=False), django_capture_on_commit_callbacks(execute=True):
        assert post(boss, dossier, "reopen", FOUND, reason=REASON).status_code == 302
    assert (dossier.status, dossier.outcome, dossier.finished_at, dossier.returned_at) == (4, "", None, None)
    assert dossier.due_at == at("2027-01-28 09:00")
    assert dossier.postal_orders.get().cancelled_at == FOUND
    body = mail.outbox[-1].body
    for words in ("Kết quả bạn đã nhận bị sai", REASON, "28/01/2027 09:00", "đã bị thu hồi"):
        assert words in body, words
    with time_machine.travel(FOUND, tick=False):
        citizen = Client().get(f"/ho-so/{receipt.token}/").content.decode()
        assert Client().get(f"/ho-so/{receipt.token}/tep/{file.pk}/").status_code == 410
    assert "Kết quả bạn đã nhận bị sai" in citizen
    assert REASON in citizen


def test_others_cannot(receipt: FilingReceipt, officer: User) -> None:
    dossier = returned(receipt, officer)
    post(officer, dossier, "reopen", FOUND, reason=REASON)
    assert dossier.status == Status.RETURNED


def test_warning_of_the_wrong_result_stays_until_there_is_a_correct_one(
    receipt: FilingReceipt, officer: User, boss: User, django_capture_on_commit_callbacks: Any
) -> None:
    dossier = returned(receipt, officer)
    warning = "Kết quả bạn đã nhận bị sai và đang được sửa lại. Đừng sử dụng hay đưa kết quả ấy cho ai."

    def page() -> str:
        with time_machine.travel(FOUND, tick=False):
            return Client().get(f"/ho-so/{receipt.token}/").content.decode()

    assert warning not in page()
    post(boss, dossier, "reopen", FOUND, reason=REASON)
    assert warning not in page(), "the heading says it"
    with django_capture_on_commit_callbacks(execute=True):
        ask(dossier, officer, at=FOUND)
    assert warning in page()
    assert warning in mail.outbox[-1].body
    do(dossier, Action.LIFT_SUPPLEMENT, officer, at=FOUND)
    assert warning in page()
    do(dossier, Action.FINISH, officer, at=FOUND)
    assert warning not in page()


def test_undoing_the_handover_first_is_no_way_round(
    receipt: FilingReceipt, officer: User, boss: User
) -> None:
    """Nothing shows whether the citizen has the result: it is taken back as a correction, by the head."""
    dossier = returned(receipt, officer, finished=at("2026-11-26 16:00"))
    november = month_figures(date(2026, 11, 1))
    client = Client()
    client.force_login(boss)
    with time_machine.travel("2026-11-30 08:30+07:00", tick=False):
        client.force_login(boss)
        form = client.get(reverse("one_stop:action", args=[dossier.code, "undo_return"])).content.decode()
    assert "Chỉ khi chưa trao gì cho công dân." in form
    assert post(boss, dossier, "undo_return", at("2026-11-30 08:30"), reason=REASON).status_code == 302
    post(officer, dossier, "reopen", at("2026-12-01 08:30"), reason=REASON)
    assert dossier.status == Status.FINISHED
    with time_machine.travel("2026-12-01 08:30+07:00", tick=False):
        client.force_login(boss)
        form = client.get(reverse("one_stop:action", args=[dossier.code, "reopen"])).content.decode()
    assert "3 ngày làm việc" in form
    assert post(boss, dossier, "reopen", at("2026-12-01 08:30"), reason=REASON).status_code == 302
    assert (dossier.status, dossier.corrections) == (Status.PROCESSING, 1)
    assert dossier.due_at == at("2026-12-04 08:30")
    assert month_figures(date(2026, 11, 1)) == november
    assert month_figures(date(2026, 12, 1)).corrections == 1
    with time_machine.travel("2026-12-01 09:00+07:00", tick=False):
        client.force_login(boss)
        assert (
            "Sửa kết quả sai, lần 1"
            in client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
        )
        citizen = Client().get(f"/ho-so/{receipt.token}/").content.decode()
    assert "Kết quả bạn đã nhận bị sai" in citizen


# Due on Thursday 26 November 2026.
@pytest.mark.parametrize(("first", "on_time"), [("2026-11-26 16:00", 1), ("2026-11-27 08:00", 0)])
def test_month_of_the_first_result_does_not_change(
    receipt: FilingReceipt, officer: User, boss: User, first: str, on_time: int
) -> None:
    dossier = returned(receipt, officer, finished=at(first))
    before = month_figures(date(2026, 11, 1))
    assert (before.finished, before.on_time, before.corrections) == (1, on_time, 0)
    post(boss, dossier, "reopen", FOUND, reason=REASON)
    assert month_figures(date(2026, 11, 1)) == before
    do(dossier, Action.FINISH, officer, at=at("2027-03-01 08:00"))
    assert month_figures(date(2026, 11, 1)) == before
    january, march = month_figures(date(2027, 1, 1)), month_figures(date(2027, 3, 1))
    assert (january.finished, january.on_time, january.corrections) == (0, 0, 1)
    assert (march.finished, march.ended_late, march.corrections) == (0, 0, 0)
    with time_machine.travel("2027-02-10 09:00+07:00", tick=False):
        assert figures_of_last_month() == []
    with time_machine.travel("2026-12-10 09:00+07:00", tick=False):
        assert [figure.value for figure in figures_of_last_month()][:1] == ["1"]


def test_late_result_stays_late_while_it_is_corrected(
    receipt: FilingReceipt, officer: User, boss: User
) -> None:
    dossier = returned(receipt, officer, finished=at("2026-11-27 08:00"))
    limit = dossier.due_at
    post(boss, dossier, "reopen", FOUND, reason=REASON)
    assert (dossier.due_at, dossier.on_time_until) == (at("2027-01-28 09:00"), limit)
    assert (dossier.first_was_on_time, dossier.late_since(FOUND)) == (False, limit)


def test_reopening_before_the_handover_is_no_correction(
    receipt: FilingReceipt, officer: User, boss: User
) -> None:
    dossier = receipt.dossier
    for action, who in ((Action.ACCEPT, officer), (Action.PROCESS, officer), (Action.FINISH, officer)):
        do(dossier, action, who, at=NOW)
    do(dossier, Action.REOPEN, boss, at=NOW)
    assert dossier.corrections == 0
    assert month_figures(date(2026, 11, 1)).corrections == 0


class TestInsideACorrection:
    def test_no_fee_is_owed(self, agency: Agency) -> None:
        """A wrong result is corrected at the agency's cost."""
        dossier = file_dossier(make_desk_form(agency, channels=WITH_FEE), now=FILED, **ANSWERS).dossier
        assert dossier.owes_fee
        dossier.corrections = 1
        assert not dossier.owes_fee

    def test_its_closing_is_not_counted_beside_the_first_result(
        self, receipt: FilingReceipt, officer: User, boss: User
    ) -> None:
        dossier = returned(receipt, officer)
        post(boss, dossier, "reopen", FOUND, reason=REASON)
        ask(dossier, officer, at=FOUND + timedelta(hours=1))
        SupplementRequest.objects.update(supplement_due_at=at("2027-02-02 17:00"))
        do(dossier, Action.CLOSE, officer, at=at("2027-03-01 09:00"))
        assert dossier.outcome == Dossier.Outcome.CLOSED
        assert month_figures(date(2027, 3, 1)).ended_late == 0

    @pytest.mark.parametrize("days", [0, 2])
    def test_supplement_pauses_the_three_days_and_restarts_nothing(
        self, receipt: FilingReceipt, officer: User, boss: User, days: int
    ) -> None:
        dossier = returned(receipt, officer)
        # A sector rule without a limit, so that the request is not too late.
        rule = dossier.deadline_rule or {}
        Dossier.objects.update(deadline_rule={**rule, "value": 30, "request_days": None})
        post(boss, dossier, "reopen", FOUND, reason=REASON)
        ask(dossier, officer, at=FOUND + timedelta(hours=1))
        do(dossier, Action.SUPPLY, officer, at=FOUND + timedelta(days=days, hours=1))
        assert dossier.due_at == at("2027-01-28 09:00") + timedelta(days={0: 0, 2: 4}[days])
        assert (dossier.clock_restarts, dossier.on_time_until) == (0, None)

    def test_late_request_moves_the_due_date_only(
        self, receipt: FilingReceipt, officer: User, boss: User
    ) -> None:
        dossier = returned(receipt, officer)
        post(boss, dossier, "reopen", FOUND, reason=REASON)
        ask(dossier, officer, at=FOUND)
        do(dossier, Action.SUPPLY, officer, at=FOUND + timedelta(days=1))
        assert (dossier.due_at, dossier.on_time_until) == (at("2027-01-29 09:00"), at("2027-01-28 09:00"))

    def test_form_02_says_that_the_time_is_paused(
        self, receipt: FilingReceipt, officer: User, boss: User
    ) -> None:
        dossier = returned(receipt, officer)
        post(boss, dossier, "reopen", FOUND, reason=REASON)
        request = ask(dossier, officer, at=FOUND + timedelta(hours=1))
        assert "tạm dừng" in printed_forms._time_after_supplement(dossier, request)

    def test_nobody_withdraws_it(self, receipt: FilingReceipt, officer: User, boss: User) -> None:
        dossier = returned(receipt, officer)
        post(boss, dossier, "reopen", FOUND, reason=REASON)
        post(boss, dossier, "withdraw", FOUND, reason="Dân xin rút", how="counter")
        assert dossier.status == Status.PROCESSING
        with time_machine.travel(FOUND, tick=False):
            page = Client().get(f"/ho-so/{receipt.token}/").content.decode()
        assert "/rut/" not in page

    def test_second_correction_has_the_next_number(
        self, receipt: FilingReceipt, officer: User, boss: User
    ) -> None:
        dossier = returned(receipt, officer)
        first = dossier.finished_at
        post(boss, dossier, "reopen", FOUND, reason=REASON)
        file = picture("ket-qua-2.png")
        finish(
            dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, reason="", result=file, now=FOUND
        )  # fmt: skip
        dossier.refresh_from_db()
        do(dossier, Action.RETURN_RESULT, boss, at=FOUND)
        later = at("2027-02-01 09:00")
        post(boss, dossier, "reopen", later, reason=REASON)
        assert (dossier.corrections, dossier.first_finished_at) == (2, first)
        client = Client()
        with time_machine.travel(later, tick=False):
            client.force_login(boss)
            desk = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
            citizen = Client().get(f"/ho-so/{receipt.token}/").content.decode()
        for page in (desk, citizen):
            assert "Sửa kết quả sai, lần 1" in page
            assert "Sửa kết quả sai, lần 2" in page


class TestList:
    URL = "/mot-cua/?muc=sua-ket-qua"

    def test_heads_and_inspectors_list_the_corrections(
        self,
        agency: Agency,
        receipt: FilingReceipt,
        officer: User,
        boss: User,
        django_assert_num_queries: Any,
    ) -> None:
        dossier = returned(receipt, officer, result=False)
        other = file_dossier(make_desk_form(agency), now=FILED, **ANSWERS).dossier
        post(boss, dossier, "reopen", FOUND, reason=REASON)
        client = Client()
        with time_machine.travel(FOUND, tick=False):
            for user in (make_officer(agency, "inspector"), boss):
                client.force_login(user)
                counts = [queries(client, url) for url in ("/mot-cua/?muc=moi", self.URL)]
                # One query for the corrections.
                assert counts[1] == counts[0] + 1
                page = client.get(self.URL).content.decode()
                assert dossier.code in page
                assert other.code not in page
                assert "sửa kết quả sai lần 1, từ 25/01/2027" in page
                assert "kết quả đầu ngày 23/11/2026, đúng hạn" in page
                assert "trước đó không có kết quả nào được ghi nhận" in page
                assert dossier.code not in client.get(f"{self.URL}&nguon=counter").content.decode()
                file = client.get("/mot-cua/danh-sach.csv?muc=sua-ket-qua").content.decode("utf-8-sig")
                assert "sửa kết quả sai lần 1" in file
            client.force_login(officer)
            assert client.get(self.URL).status_code == 404
            assert "sua-ket-qua" not in client.get("/mot-cua/").content.decode()


def queries(client: Client, url: str) -> int:
    """Return the number of queries of a page whose view has just been logged."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_procedure_without_a_due_date_gets_the_statutory_days(
    receipt: FilingReceipt, officer: User, boss: User
) -> None:
    dossier = returned(receipt, officer)
    Dossier.objects.update(due_at=None, original_due_at=None)
    post(boss, dossier, "reopen", FOUND + timedelta(hours=1), reason=REASON)
    assert dossier.due_at == at("2027-01-28 10:00")
