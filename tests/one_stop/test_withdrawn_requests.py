"""A supplement request made by mistake: its last day is limited, and the request can be withdrawn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers.models import DeadlineSetting, Dossier, SupplementRequest
from forms_app.dossiers.printed_forms import available
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action, Status
from tests.forms_app.dossiers.factories import at, file_dossier
from tests.one_stop.factories import ANSWERS, FILED, NOW, ask, do, make_desk_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def receipt(agency: Agency) -> FilingReceipt:
    return file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)


def post(client: Client, dossier: Dossier, action: str, **values: Any) -> Any:
    dossier.refresh_from_db()
    url = reverse("one_stop:action", args=[dossier.code, action])
    answer = client.post(url, {"version": dossier.version, **values})
    dossier.refresh_from_db()
    return answer


class TestLastDay:
    @pytest.mark.parametrize(
        ("day", "status"),
        [("22/01/2027", 302), ("23/01/2027", 422), ("10/12/2062", 422), ("15/12/2206", 422)],
    )
    def test_citizen_is_given_at_most_sixty_days(
        self, receipt: FilingReceipt, client: Client, day: str, status: int
    ) -> None:
        answer = post(
            client, receipt.dossier, "request_supplement", documents="ruling", reason="Bản chụp mờ",
            supplement_due_at=day,
        )  # fmt: skip
        assert answer.status_code == status
        if status == 422:
            text = answer.content.decode()
            assert "Chọn ngày chậm nhất là 22/01/2027" in text
            assert day in text
            assert "Bản chụp mờ" in text

    def test_setting_of_the_procedure_changes_the_limit(self, receipt: FilingReceipt, client: Client) -> None:
        DeadlineSetting.objects.create(
            procedure=receipt.dossier.procedure_version.procedure, supplement_mode="restart", answer_days=400,
            valid_from=at("2026-01-01").date(),
        )  # fmt: skip
        typed = {"documents": "ruling", "reason": "Bản chụp mờ"}
        answer = post(client, receipt.dossier, "request_supplement", supplement_due_at="29/12/2027", **typed)
        assert answer.status_code == 422
        answer = post(client, receipt.dossier, "request_supplement", supplement_due_at="28/12/2027", **typed)
        assert answer.status_code == 302


class TestWithdrawn:
    def test_dossier_in_process_continues_without_more_time(
        self, receipt: FilingReceipt, officer: User, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        dossier = do(receipt.dossier, Action.ACCEPT, officer, at=NOW)
        due = dossier.due_at
        ask(dossier, officer, at=NOW + timedelta(hours=1))
        later = NOW + timedelta(days=2)
        with time_machine.travel(later, tick=False):
            client.force_login(officer)
            form = client.get(reverse("one_stop:action", args=[dossier.code, "lift_supplement"]))
            assert "ngày hẹn trả giữ nguyên" in form.content.decode()
            assert post(client, dossier, "lift_supplement").status_code == 422
            with django_capture_on_commit_callbacks(execute=True):
                post(client, dossier, "lift_supplement", reason="Yêu cầu nhầm hồ sơ")
            page = " ".join(
                client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode().split()
            )
            citizen = Client().get(f"/ho-so/{receipt.token}/").content.decode()
        assert (dossier.status, dossier.clock_state, dossier.due_at) == (Status.PROCESSING, "running", due)
        request = dossier.supplement_requests.get()
        assert (request.withdrawn_at, request.closed_at, request.answered_at) == (later, later, None)
        assert "mau-02-1" not in [form.key for form in available(dossier)]
        assert "Đã rút" in page
        assert "Yêu cầu đã rút: tính vào thời hạn giải quyết" in page
        assert "không phải bổ sung gì nữa" in mail.outbox[-1].body
        assert "Yêu cầu nhầm hồ sơ" in mail.outbox[-1].body
        assert "Yêu cầu nhầm hồ sơ" in citizen
        assert "/bo-sung/" not in citizen

    @pytest.mark.parametrize("asked", [FILED + timedelta(hours=12), NOW + timedelta(days=3)])
    def test_new_dossier_gets_no_new_intake_deadline(
        self, receipt: FilingReceipt, officer: User, client: Client, asked: datetime
    ) -> None:
        dossier = receipt.dossier
        due = dossier.intake_due_at
        ask(dossier, officer, at=asked)
        post(client, dossier, "lift_supplement", reason="Yêu cầu nhầm hồ sơ")
        assert (dossier.status, dossier.intake_due_at, dossier.clock_state) == (1, due, "not_started")

    def test_correct_request_can_follow(self, receipt: FilingReceipt, officer: User, client: Client) -> None:
        dossier = do(receipt.dossier, Action.ACCEPT, officer, at=NOW)
        ask(dossier, officer, at=NOW)
        post(client, dossier, "lift_supplement", reason="Nhầm ngày")
        answer = post(
            client,
            dossier,
            "request_supplement",
            documents="ruling",
            reason="Mờ",
            supplement_due_at="7/12/2026",
        )
        assert answer.status_code == 302
        assert [form.key for form in available(dossier)] == ["mau-01", "mau-02-2"]

    def test_answered_request_is_not_marked_as_withdrawn(self, receipt: FilingReceipt, officer: User) -> None:
        request = ask(receipt.dossier, officer, at=NOW)
        with pytest.raises(IntegrityError), transaction.atomic():
            SupplementRequest.objects.filter(pk=request.pk).update(
                withdrawn_at=NOW, closed_at=NOW, answered_at=NOW
            )
