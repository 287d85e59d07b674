"""Undoing a mistake: the head undoes "handed over" and "declined"; a payment request is withdrawn or never paid."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from core.errors import InvalidInput
from forms_app.dossiers.models import Dossier, RetentionSetting, SupplementRequest
from forms_app.dossiers.printed_forms import available
from forms_app.dossiers.selectors.retention import retention_period
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action, Status
from one_stop.selectors.figures import month_figures
from tests.forms_app.dossiers.factories import WITH_FEE, file_dossier
from tests.one_stop.factories import ANSWERS, FILED, NOW, ask, do, make_desk_form, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
#: Three working days after Monday, 23 November 2026.
LAST_DAY = date(2026, 11, 26)


@pytest.fixture
def receipt(agency: Agency) -> FilingReceipt:
    return file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)


@pytest.fixture
def head(agency: Agency) -> Client:
    client = Client()
    client.force_login(make_officer(agency, "head", name="Lê Văn Đạt"))
    return client


def post(client: Client, dossier: Dossier, action: str, **values: Any) -> Any:
    answer = client.post(
        reverse("one_stop:action", args=[dossier.code, action]), {"version": dossier.version, **values}
    )
    dossier.refresh_from_db()
    return answer


def played(receipt: FilingReceipt, officer: User, *actions: Action) -> Dossier:
    for action in actions:
        do(receipt.dossier, action, officer, at=NOW)
    return receipt.dossier


def returned(receipt: FilingReceipt, officer: User) -> Dossier:
    return played(
        receipt, officer, Action.ACCEPT, Action.PROCESS, Action.FINISH, Action.RETURN_RESULT
    )  # fmt: skip


def citizen_page(receipt: FilingReceipt) -> str:
    return Client().get(f"/ho-so/{receipt.token}/").content.decode()


class TestHandedOver:
    def test_head_undoes_it_with_a_reason_shown_to_the_citizen(
        self, receipt: FilingReceipt, officer: User, head: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        dossier = returned(receipt, officer)
        finished = dossier.finished_at
        assert post(head, dossier, "undo_return").status_code == 422
        with django_capture_on_commit_callbacks(execute=True):
            assert post(head, dossier, "undo_return", reason="Bấm nhầm hồ sơ").status_code == 302
        assert (dossier.status, dossier.outcome, dossier.returned_at) == (Status.FINISHED, "granted", None)
        assert dossier.finished_at == finished
        assert [event.action for event in dossier.events.all()][-2:] == ["return_result", "undo_return"]
        assert "ghi nhầm là đã trả" in mail.outbox[-1].body
        assert "Bấm nhầm hồ sơ" in mail.outbox[-1].body
        page = citizen_page(receipt)
        assert "Bấm nhầm hồ sơ" in page
        assert "Đã có kết quả" in page
        assert month_figures(NOW.date().replace(day=1)).finished == 1

    def test_afterwards_it_is_handed_over_or_corrected(
        self, receipt: FilingReceipt, officer: User, head: Client, client: Client
    ) -> None:
        RetentionSetting.objects.create(years=1, legal_basis="x", valid_from=date(2026, 1, 1))
        dossier = returned(receipt, officer)
        post(head, dossier, "undo_return", reason="Bấm nhầm")
        assert retention_period(dossier).until is None
        page = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
        assert "/viec/return_result/" in page
        assert "/viec/reopen/" not in page, "a correction is for the head"
        assert "/viec/reopen/" in head.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
        post(client, dossier, "return_result")
        assert dossier.status == Status.RETURNED
        assert retention_period(dossier).until == date(2027, 12, 31)

    def test_officers_other_than_the_head_cannot(
        self, receipt: FilingReceipt, officer: User, client: Client
    ) -> None:
        dossier = returned(receipt, officer)
        assert (
            "/viec/undo_return/"
            not in client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
        )
        post(client, dossier, "undo_return", reason="Bấm nhầm")
        assert dossier.status == Status.RETURNED

    @pytest.mark.parametrize(("later", "status"), [(timedelta(), 9), (timedelta(seconds=1), 10)])
    def test_it_can_be_undone_for_three_working_days(
        self, receipt: FilingReceipt, officer: User, agency: Agency, later: timedelta, status: int
    ) -> None:
        dossier = returned(receipt, officer)
        boss = make_officer(agency, "head")
        limit = dossier.reversible_until()
        assert limit is not None
        assert limit.astimezone(NOW.tzinfo).date() == LAST_DAY
        with time_machine.travel(limit + later, tick=False):
            client = Client()
            client.force_login(boss)
            post(client, dossier, "undo_return", reason="Bấm nhầm")
        assert dossier.status == status


class TestDeclined:
    def test_head_undoes_it_without_giving_the_desk_more_time(
        self, receipt: FilingReceipt, officer: User, head: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        dossier = receipt.dossier
        due = dossier.intake_due_at
        played(receipt, officer, Action.DECLINE)
        assert "mau-03" in [form.key for form in available(dossier)]
        with django_capture_on_commit_callbacks(execute=True):
            post(head, dossier, "undo_decline", reason="Từ chối nhầm hồ sơ")
        assert (dossier.status, dossier.clock_state) == (Status.REGISTERED, "not_started")
        assert dossier.intake_due_at == due
        labels = {form.key: str(form.label) for form in available(Dossier.objects.get(pk=dossier.pk))}
        assert labels["mau-03"].endswith("đã thu hồi"), "it was issued"
        assert "bị từ chối tiếp nhận nhầm" in mail.outbox[-1].body
        assert do(dossier, Action.ACCEPT, officer, at=NOW).clock_state == "running"

    def test_after_a_supplement_the_intake_deadline_restarts(
        self, receipt: FilingReceipt, officer: User, head: Client
    ) -> None:
        dossier = receipt.dossier
        request = ask(dossier, officer, at=FILED + timedelta(hours=12))
        request.supplement_due_at = NOW - timedelta(hours=1)
        request.save()
        played(receipt, officer, Action.DECLINE)
        due = dossier.intake_due_at
        post(head, dossier, "undo_decline", reason="Đã nhận bản giấy", answer_by="27/11/2026")
        assert (dossier.status, dossier.intake_due_at) == (Status.SUPPLEMENT, due)
        do(dossier, Action.SUPPLY, officer, at=NOW)
        assert dossier.intake_due_at is not None
        assert dossier.intake_due_at > NOW

    def test_awaited_supplement_is_open_again_with_what_was_prepared(
        self, receipt: FilingReceipt, officer: User, head: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        dossier = receipt.dossier
        request = ask(dossier, officer, at=FILED + timedelta(hours=12))
        SupplementRequest.objects.update(
            supplement_due_at=NOW - timedelta(hours=1), typed={"other_1": "Đang viết dở"}
        )
        played(receipt, officer, Action.DECLINE)
        with django_capture_on_commit_callbacks(execute=True):
            assert post(head, dossier, "undo_decline", reason="Nhầm").status_code == 422, (
                "a new last day is needed"
            )
            post(head, dossier, "undo_decline", reason="Nhầm", answer_by="27/11/2026")
        request.refresh_from_db()
        assert (request.closed_at, request.typed) == (None, {"other_1": "Đang viết dở"})
        assert "27/11/2026" in mail.outbox[-1].body
        assert "không cần làm gì" not in mail.outbox[-1].body
        page = citizen_page(receipt)
        assert "bị từ chối tiếp nhận nhầm" in page
        assert "27/11/2026" in page
        assert "/bo-sung/" in page


class TestUnpaid:
    @pytest.fixture
    def receipt(self, agency: Agency) -> FilingReceipt:
        return file_dossier(make_desk_form(agency, channels=WITH_FEE), now=FILED, **ANSWERS)

    @pytest.fixture
    def dossier(self, receipt: FilingReceipt, officer: User) -> Dossier:
        return played(receipt, officer, Action.ACCEPT, Action.PROCESS, Action.REQUIRE_PAYMENT)

    def test_request_is_withdrawn_and_processing_continues(
        self,
        receipt: FilingReceipt,
        dossier: Dossier,
        client: Client,
        django_capture_on_commit_callbacks: Any,
    ) -> None:
        due, asked = dossier.due_at, reverse("one_stop:action", args=[dossier.code, "lift_payment"])
        assert "ngày hẹn trả giữ nguyên" in client.get(asked).content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            post(client, dossier, "lift_payment", reason="Được miễn lệ phí")
        assert dossier.due_at == due
        assert (dossier.status, dossier.clock_state) == (Status.PROCESSING, "running")
        assert "không còn phải nộp" in mail.outbox[-1].body
        assert "Được miễn lệ phí" in citizen_page(receipt)

    def test_dossier_that_is_never_paid_can_only_be_refused(self, dossier: Dossier, client: Client) -> None:
        page = client.get(reverse("one_stop:action", args=[dossier.code, "finish"])).content.decode()
        assert "chưa nộp" in page
        assert 'value="granted"' not in page
        assert post(client, dossier, "finish").status_code == 422
        assert dossier.status == Status.PAYMENT
        assert (
            post(client, dossier, "finish", outcome="granted", reason="Quá hạn chưa nộp").status_code == 422
        )
        post(client, dossier, "finish", reason="Quá hạn chưa nộp")
        assert (dossier.status, dossier.outcome) == (Status.FINISHED, "refused")

    def test_service_grants_no_unpaid_dossier(self, dossier: Dossier, officer: User) -> None:
        with pytest.raises(InvalidInput):
            do(dossier, Action.FINISH, officer, at=NOW)


class TestPauses:
    """Who may pause the processing time: only the head, with a last day; the dossier's page shows everything."""

    def test_head_requests_payment_if_the_procedure_has_no_fee(
        self, receipt: FilingReceipt, officer: User, head: Client, client: Client
    ) -> None:
        dossier = played(receipt, officer, Action.ACCEPT, Action.PROCESS)
        address = reverse("one_stop:action", args=[dossier.code, "require_payment"])
        page = reverse("one_stop:dossier", args=[dossier.code])
        assert address not in client.get(page).content.decode()
        assert "không thu phí, lệ phí" in head.get(address).content.decode()
        assert post(head, dossier, "require_payment").status_code == 422
        post(head, dossier, "require_payment", reason="Thuế thu nhập cá nhân")
        assert dossier.status == Status.PAYMENT

    def test_head_suspends_until_a_day_shown_to_desk_and_citizen(
        self, receipt: FilingReceipt, officer: User, head: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        dossier = played(receipt, officer, Action.ACCEPT, Action.PROCESS)
        assert post(head, dossier, "suspend", reason="Chờ bản án").status_code == 422
        for day in ("23/11/2026", "25/11/2027"):
            answer = post(head, dossier, "suspend", reason="Chờ bản án", suspended_until=day)
            assert answer.status_code == 422, day
            assert "Chờ bản án" in answer.content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            post(head, dossier, "suspend", reason="Chờ bản án", suspended_until="30/11/2026")
        assert dossier.status == Status.SUSPENDED
        assert "Tạm dừng đến hết ngày: 30/11/2026" in mail.outbox[-1].body
        assert "chậm nhất đến hết ngày 30/11/2026" in citizen_page(receipt)
        assert "Tạm dừng đến 30/11/2026" in head.get("/mot-cua/?muc=cho").content.decode()

    def test_page_lists_every_pause_with_officer_and_length(
        self, agency: Agency, officer: User, head: Client, client: Client
    ) -> None:
        dossier = file_dossier(make_desk_form(agency, channels=WITH_FEE), now=FILED, **ANSWERS).dossier
        boss = User.objects.get(full_name="Lê Văn Đạt")
        for action, actor, moment in (
            (Action.ACCEPT, officer, 0), (Action.PROCESS, officer, 0), (Action.REQUIRE_PAYMENT, officer, 1),
            (Action.LIFT_PAYMENT, officer, 2), (Action.SUSPEND, boss, 48), (Action.RESUME, officer, 51),
        ):  # fmt: skip
            do(dossier, action, actor, at=NOW + timedelta(hours=moment))
        url = reverse("one_stop:dossier", args=[dossier.code])
        with time_machine.travel(NOW + timedelta(days=3), tick=False):
            client.force_login(officer)
            page = " ".join(client.get(url).content.decode().split())
        # Wednesday 09:00 to 12:00: two and a half hours until the noon closing time.
        assert "Đã tạm dừng 2 lần: 2 giờ 30 phút làm việc" in page
        assert "Yêu cầu đã rút: tính vào thời hạn giải quyết" in page
        assert "Lê Văn Đạt" in page


class TestQuestion:
    @pytest.mark.parametrize(
        ("action", "text"),
        [
            ("decline", "Chỉ lãnh đạo mới hủy được"),
            ("withdraw", "chỉ rút khi công dân đã yêu cầu"),
            ("return_result", "Đã trao kết quả"),
        ],
    )
    def test_page_asks_for_confirmation_before_the_dossier_is_closed(
        self, receipt: FilingReceipt, officer: User, client: Client, action: str, text: str
    ) -> None:
        before = (Action.ACCEPT, Action.PROCESS, Action.FINISH) if action == "return_result" else ()
        dossier = played(receipt, officer, *before)
        shown = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
        assert f'href="{reverse("one_stop:action", args=[dossier.code, action])}' in shown
        page = client.get(reverse("one_stop:action", args=[dossier.code, action])).content.decode()
        assert text.lower() in page.lower()
        dossier.refresh_from_db()
        assert not dossier.is_closed
