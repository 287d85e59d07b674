"""An empty handover gains no time: what is missing is not corrected (ADR 350)."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action
from one_stop.services import correct_post, return_result
from tests.forms_app.dossiers.factories import at, file_dossier
from tests.one_stop.factories import ANSWERS, FILED, NOW, do, make_desk_form, make_officer
from tests.one_stop.test_corrected_results import FOUND, REASON, post, returned

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def receipt(agency: Agency) -> FilingReceipt:
    return file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)


@pytest.fixture
def boss(agency: Agency) -> User:
    return make_officer(agency, "head", name="Lê Văn Đạt")


def test_due_date_stays(receipt: FilingReceipt, officer: User, boss: User) -> None:
    dossier = returned(receipt, officer, result=False)
    due = dossier.due_at
    client = Client()
    with time_machine.travel(FOUND, tick=False):
        client.force_login(boss)
        form = client.get(reverse("one_stop:action", args=[dossier.code, "reopen"])).content.decode()
    assert "26/11/2026" in form
    assert "Kết quả đúng phải có" not in form
    post(boss, dossier, "reopen", FOUND, reason=REASON)
    assert (dossier.due_at, dossier.late_since(FOUND)) == (due, due)
    assert dossier.corrections == 1
    with time_machine.travel(FOUND, tick=False):
        page = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
        citizen = Client().get(f"/ho-so/{receipt.token}/").content.decode()
    assert "Không có kết quả nào được ghi nhận trước đó" in page
    assert "Kết quả đúng đang trễ hạn; bạn sẽ được báo khi có." in citizen
    assert "theo ngày hẹn trả" not in citizen


@pytest.mark.parametrize("evidence", ["number", "refusal"])
def test_a_number_or_a_refusal_is_a_record(
    receipt: FilingReceipt, officer: User, boss: User, evidence: str
) -> None:
    dossier = returned(
        receipt, officer, result=False, number="EA123456789VN" if evidence == "number" else "",
        outcome="refused" if evidence == "refusal" else "",
    )  # fmt: skip
    post(boss, dossier, "reopen", FOUND, reason=REASON)
    assert dossier.due_at == at("2027-01-28 09:00")


@pytest.mark.parametrize(
    ("entered", "counts"),
    [("2026-11-26 09:00", True), ("2026-11-26 09:01", False), ("2027-01-25 08:00", False)],
)
def test_number_entered_after_the_fact_is_none(
    receipt: FilingReceipt, officer: User, boss: User, entered: str, counts: bool
) -> None:
    """The post office reports its numbers within days; whoever enters one in January has found nothing."""
    dossier = returned(receipt, officer, result=False)
    due = dossier.due_at

    def enter(number: str, moment: str) -> None:
        dossier.refresh_from_db()
        correct_post(
            dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, tracking_number=number,
            postage=None, now=at(moment),
        )  # fmt: skip

    enter("EA123456789VN", entered)
    enter("EA987654321VN", "2027-01-25 08:30")
    dossier.refresh_from_db()
    assert dossier.has_result_on_record() is counts
    post(boss, dossier, "reopen", FOUND, reason=REASON)
    assert (dossier.due_at == due) is not counts


def test_number_that_was_taken_back_is_none(receipt: FilingReceipt, officer: User, boss: User) -> None:
    dossier = returned(receipt, officer, result=False, number="EA123456789VN")
    for number in ("", "EA123456789VN"):
        correct_post(
            dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, tracking_number=number,
            postage=None, now=FOUND,
        )  # fmt: skip
        dossier.refresh_from_db()
        assert not dossier.has_result_on_record()


def test_number_of_a_letter_that_was_cancelled_is_none(
    receipt: FilingReceipt, officer: User, boss: User
) -> None:
    dossier = returned(receipt, officer, result=False, number="EA123456789VN")
    due = dossier.due_at
    do(dossier, Action.UNDO_RETURN, boss, at=NOW)
    return_result(
        dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, delivery="counter", now=NOW
    )  # fmt: skip
    dossier.refresh_from_db()
    post(boss, dossier, "reopen", FOUND, reason=REASON)
    assert dossier.due_at == due
