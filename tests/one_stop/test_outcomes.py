"""How an accepted dossier ends: granted, refused as a result, or closed without an answer (art. 19 NĐ 118/2025)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers.models import Dossier, RetentionSetting
from forms_app.dossiers.printed_forms import available
from forms_app.dossiers.selectors.retention import past_retention, retention_period
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action, Status
from one_stop.selectors.figures import month_figures
from one_stop.services import request_supplement
from tests.forms_app.dossiers.factories import file_dossier
from tests.one_stop.factories import ANSWERS, FILED, NOW, do, make_desk_form, make_officer

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=21)
ITEMS = [{"id": "ruling", "label": "Bản án ly hôn", "kind": "file", "count": "1", "note": ""}]


@pytest.fixture
def receipt(agency: Agency, officer: User) -> FilingReceipt:
    """Return an accepted dossier whose supplement was due on 4 December."""
    found = file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)
    dossier = do(found.dossier, Action.ACCEPT, officer, at=NOW)
    request_supplement(
        dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, items=ITEMS, reason="Bản chụp mờ",
        supplement_due_at=date(2026, 12, 4), now=NOW,
    )  # fmt: skip
    dossier.refresh_from_db()
    return found


def post(client: Client, dossier: Dossier, action: str, **values: Any) -> Any:
    answer = client.post(
        reverse("one_stop:action", args=[dossier.code, action]), {"version": dossier.version, **values}
    )
    dossier.refresh_from_db()
    return answer


def listed(client: Client, tab: str) -> str:
    return client.get(f"/mot-cua/?muc={tab}").content.decode()


class TestClosingWithoutAnAnswer:
    @pytest.fixture(autouse=True)
    def _after_the_deadline(self) -> Iterator[None]:
        with time_machine.travel(LATER, tick=False):
            yield

    @pytest.fixture
    def client(self, officer: User) -> Client:
        client = Client()
        client.force_login(officer)
        return client

    def test_accepted_dossier_is_closed_but_never_declined(
        self, agency: Agency, receipt: FilingReceipt, client: Client
    ) -> None:
        dossier = receipt.dossier
        page = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
        assert "/viec/close/" in page
        assert "/viec/decline/" not in page
        assert post(client, dossier, "decline", reason="Không bổ sung").status_code == 409
        assert post(client, dossier, "close").status_code == 422
        assert post(client, dossier, "close", reason="Quá 15 ngày không bổ sung").status_code == 302
        assert (dossier.status, dossier.outcome) == (Status.SUSPENDED, "closed")
        assert (dossier.clock_state, dossier.finished_at) == ("ended", None)
        assert [form.key for form in available(dossier)] == ["mau-01", "mau-02-1"]

    def test_before_the_citizens_deadline_it_cannot_be_closed(
        self, receipt: FilingReceipt, client: Client, officer: User
    ) -> None:
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            client.force_login(officer)
            post(client, receipt.dossier, "close", reason="x")
        assert receipt.dossier.status == Status.SUPPLEMENT

    def test_closed_dossier_is_final(self, agency: Agency, receipt: FilingReceipt, client: Client) -> None:
        head = Client()
        head.force_login(make_officer(agency, "head", "handler"))
        post(client, receipt.dossier, "close", reason="Không bổ sung")
        for action in ("resume", "finish", "withdraw", "assign", "suspend"):
            post(head, receipt.dossier, action, reason="x")
            assert (receipt.dossier.status, receipt.dossier.outcome) == (8, "closed"), action

    def test_it_is_listed_as_closed(self, receipt: FilingReceipt, client: Client, officer: User) -> None:
        do(receipt.dossier, Action.ASSIGN, officer, at=LATER)
        Dossier.objects.update(assigned_to=officer)
        assert str(receipt.dossier.code) in listed(client, "cho")
        post(client, receipt.dossier, "close", reason="Không bổ sung")
        assert str(receipt.dossier.code) in listed(client, "da-dong")
        for tab in ("cho", "cua-toi", "qua-han"):
            assert str(receipt.dossier.code) not in listed(client, tab)
        page = client.get(reverse("one_stop:dossier", args=[receipt.dossier.code])).content.decode()
        assert "Đã đóng" in page

    def test_citizen_sees_that_it_is_closed(
        self, receipt: FilingReceipt, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            post(client, receipt.dossier, "close", reason="Quá 15 ngày không bổ sung")
            page = Client().get(f"/ho-so/{receipt.token}/").content.decode()
        assert "đã đóng vì không bổ sung" in page
        assert "Quá 15 ngày không bổ sung" in page
        assert "/rut/" not in page
        assert "<dt>Hẹn trả</dt>" not in page
        assert "đã đóng vì không bổ sung" in mail.outbox[-1].body

    def test_retention_begins_and_it_does_not_count_as_finished(
        self, receipt: FilingReceipt, client: Client, agency: Agency
    ) -> None:
        RetentionSetting.objects.create(years=1, legal_basis="x", valid_from=date(2026, 1, 1))
        post(client, receipt.dossier, "close", reason="Không bổ sung")
        assert retention_period(receipt.dossier).until == date(2027, 12, 31)
        assert [found for found, _p in past_retention(date(2028, 1, 1))] == [receipt.dossier]
        assert month_figures(date(2026, 12, 1)).finished == 0


@pytest.mark.usefixtures("monday")
class TestFinishing:
    @pytest.fixture
    def processed(self, agency: Agency, officer: User) -> FilingReceipt:
        found = file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)
        do(do(found.dossier, Action.ACCEPT, officer, at=NOW), Action.PROCESS, officer, at=NOW)
        return found

    def test_result_is_granted_unless_stated_otherwise(
        self, processed: FilingReceipt, client: Client
    ) -> None:
        post(client, processed.dossier, "finish", outcome="granted")
        assert processed.dossier.outcome == "granted"

    def test_refusal_is_a_result_with_a_reason(
        self, processed: FilingReceipt, client: Client, django_capture_on_commit_callbacks: Any
    ) -> None:
        dossier = processed.dossier
        assert post(client, dossier, "finish", outcome="refused").status_code == 422
        assert dossier.status == Status.PROCESSING
        with django_capture_on_commit_callbacks(execute=True):
            post(client, dossier, "finish", outcome="refused", reason="Không đủ điều kiện")
        assert (dossier.status, dossier.outcome) == (Status.FINISHED, "refused")
        page = Client().get(f"/ho-so/{processed.token}/").content.decode()
        assert "Yêu cầu của bạn bị từ chối giải quyết" in page
        assert "Không đủ điều kiện" in page
        assert "bị từ chối giải quyết" in mail.outbox[-1].body
        assert month_figures(NOW.date().replace(day=1)).finished == 1
        assert "mau-03" not in [form.key for form in available(dossier)]

    def test_reopening_clears_the_outcome(self, processed: FilingReceipt, client: Client) -> None:
        post(client, processed.dossier, "finish", outcome="refused", reason="Không đủ điều kiện")
        post(client, processed.dossier, "reopen", reason="Nhầm")
        assert (processed.dossier.status, processed.dossier.outcome) == (Status.PROCESSING, "")

    @pytest.mark.parametrize(
        ("status", "outcome"), [(4, "granted"), (8, "granted"), (9, "closed"), (5, "closed"), (9, "x")]
    )
    def test_database_refuses_an_outcome_that_does_not_fit(
        self, processed: FilingReceipt, status: int, outcome: str
    ) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Dossier.objects.filter(pk=processed.dossier.pk).update(status=status, outcome=outcome)
