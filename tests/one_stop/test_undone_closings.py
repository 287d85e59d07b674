"""The head undoes the closing of a dossier whose citizen was thought not to have answered (ADR 351)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from core.errors import Conflict
from core.worktime import load_calendar
from forms_app.dossiers import printed_forms
from forms_app.dossiers.models import SupplementRequest
from forms_app.dossiers.services import FilingReceipt, actions
from forms_app.dossiers.transitions import Action, Status
from one_stop.pauses import pauses_of
from one_stop.reopened_requests import undo_end
from one_stop.selectors.figures import month_figures
from tests.forms_app.dossiers.factories import at, file_dossier
from tests.one_stop.factories import ANSWERS, FILED, NOW, ask, do, make_desk_form, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
#: Due on 26 November, after three working days; closed on a Monday.
CLOSED = at("2026-12-07 09:00")
UNDONE = at("2026-12-09 09:00")


@pytest.fixture
def receipt(agency: Agency) -> FilingReceipt:
    return file_dossier(make_desk_form(agency), now=FILED, **ANSWERS)


@pytest.fixture
def boss(agency: Agency) -> User:
    return make_officer(agency, "head")


@pytest.fixture
def request_(receipt: FilingReceipt, officer: User) -> SupplementRequest:
    """The request of a dossier that was closed; its last day had passed three working days before."""
    dossier = do(receipt.dossier, Action.ACCEPT, officer, at=NOW)
    request = ask(dossier, officer, at=NOW + timedelta(hours=1))
    SupplementRequest.objects.update(supplement_due_at=at("2026-12-02 17:00"))
    do(dossier, Action.CLOSE, officer, at=CLOSED)
    request.refresh_from_db()
    return request


def test_head_restores_request_and_time(
    receipt: FilingReceipt, request_: SupplementRequest, boss: User, django_capture_on_commit_callbacks: Any
) -> None:
    dossier, client = receipt.dossier, Client()
    assert request_.closed_at == CLOSED
    url = reverse("one_stop:action", args=[dossier.code, "undo_close"])
    with time_machine.travel(UNDONE, tick=False), django_capture_on_commit_callbacks(execute=True):
        client.force_login(boss)
        assert client.post(url, {"version": dossier.version}).status_code == 422
        assert 'value="23/12/2026"' in client.get(url).text, "ten working days, as for every request"
        data = {"version": dossier.version, "reason": "Đã nộp tại quầy số 2", "answer_by": "19/12/2026"}
        assert client.post(url, data).status_code == 302
    dossier.refresh_from_db()
    request_.refresh_from_db()
    assert (dossier.status, dossier.outcome, dossier.clock_state) == (Status.SUPPLEMENT, "", "stopped")
    assert (dossier.paused_at, dossier.due_at) == (NOW + timedelta(hours=1), at("2026-11-26 09:00"))
    assert (request_.closed_at, request_.supplement_due_at) == (None, at("2026-12-02 17:00")), "as issued"
    assert request_.answer_due_at == at("2026-12-21 17:00"), "the 19th is a Saturday"
    body = mail.outbox[-1].body
    assert "21/12/2026" in body
    assert "bị đóng nhầm" in body
    assert "Đã nộp tại quầy số 2" in body
    with time_machine.travel(UNDONE, tick=False):
        page = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
        citizen = Client().get(f"/ho-so/{receipt.token}/").content.decode()
    for text in (page, citizen):
        assert "21/12/2026" in text
        assert "Bản chụp mờ" in text
        assert "mau-02" in text
    assert "/bo-sung/" in citizen
    assert month_figures(CLOSED.date().replace(day=1)).ended_late == 0
    pauses = pauses_of(list(dossier.events.order_by("sequence")), UNDONE, load_calendar())
    assert [pause.ends for pause in pauses.items] == [None]


@pytest.mark.parametrize(
    ("answer_by", "refused"),
    [
        ("08/12/2026", True),
        ("09/12/2026", True),
        ("10/12/2026", False),
        ("07/02/2027", False),
        ("08/02/2027", True),
    ],
)
def test_new_last_day_is_after_today_and_within_the_limit_of_requests(
    receipt: FilingReceipt, request_: SupplementRequest, boss: User, answer_by: str, refused: bool
) -> None:
    client = Client()
    url = reverse("one_stop:action", args=[receipt.dossier.code, "undo_close"])
    with time_machine.travel(UNDONE, tick=False):
        client.force_login(boss)
        data = {"version": receipt.dossier.version, "reason": "Nhầm", "answer_by": answer_by}
        answer = client.post(url, data)
    assert (answer.status_code == 422) is refused
    if refused:
        assert "Chọn ngày từ 10/12/2026 đến 07/02/2027." in answer.text
        assert "Nhầm</textarea>" in answer.text, "what was typed is kept"


def test_form_02_that_was_issued_keeps_its_day(
    receipt: FilingReceipt, request_: SupplementRequest, boss: User
) -> None:
    before = dict(printed_forms._supplement(receipt.dossier, "mau-02-1")["terms"])
    assert before == {
        "Bổ sung chậm nhất": "17 giờ 00 phút, ngày 02 tháng 12 năm 2026", "Hạn bổ sung mới": "",
        "Người liên hệ": before["Người liên hệ"],
    }  # fmt: skip
    undo_end(
        dossier_id=receipt.dossier.pk, expected_version=receipt.dossier.version, actor=boss, reason="Nhầm",
        action=Action.UNDO_CLOSE, answer_by=at("2026-12-18 00:00").date(), now=UNDONE,
    )  # fmt: skip
    after = dict(printed_forms._supplement(receipt.dossier, "mau-02-1")["terms"])
    assert after == before | {"Hạn bổ sung mới": "17 giờ 00 phút, ngày 18 tháng 12 năm 2026"}


def test_citizen_is_not_closed_again_before_the_new_day(
    receipt: FilingReceipt, request_: SupplementRequest, boss: User, officer: User
) -> None:
    dossier = do(receipt.dossier, Action.UNDO_CLOSE, boss, at=UNDONE)
    SupplementRequest.objects.update(extended_until=at("2026-12-18 17:00"))
    with pytest.raises(Conflict):
        do(dossier, Action.CLOSE, officer, at=at("2026-12-18 16:59"))
    do(dossier, Action.CLOSE, officer, at=at("2026-12-18 17:01"))


def test_database_refuses_a_new_day_before_the_one_that_was_issued(request_: SupplementRequest) -> None:
    for moment in (at("2026-12-02 17:00"), at("2026-12-01 17:00")):
        with pytest.raises(IntegrityError), transaction.atomic():
            SupplementRequest.objects.update(extended_until=moment)
    with pytest.raises(IntegrityError), transaction.atomic():
        SupplementRequest.objects.update(supplement_due_at=None, extended_until=UNDONE)


def test_supplement_restarts_the_time_as_if_nothing_had_happened(
    receipt: FilingReceipt, request_: SupplementRequest, boss: User, officer: User
) -> None:
    dossier = do(receipt.dossier, Action.UNDO_CLOSE, boss, at=UNDONE)
    do(dossier, Action.SUPPLY, boss, at=UNDONE)
    assert (dossier.status, dossier.due_at) == (Status.PROCESSING, at("2026-12-14 09:00"))


@pytest.mark.parametrize("who", ["receiver", "handler"])
def test_others_cannot(receipt: FilingReceipt, request_: SupplementRequest, agency: Agency, who: str) -> None:
    client = Client()
    client.force_login(make_officer(agency, who))
    with time_machine.travel(UNDONE, tick=False):
        client.post(
            reverse("one_stop:action", args=[receipt.dossier.code, "undo_close"]),
            {"version": receipt.dossier.version, "reason": "Nhầm"},
        )
    receipt.dossier.refresh_from_db()
    assert receipt.dossier.outcome == "closed"


def test_three_working_days_only(receipt: FilingReceipt, request_: SupplementRequest, boss: User) -> None:
    with pytest.raises(Conflict):
        do(receipt.dossier, Action.UNDO_CLOSE, boss, at=at("2026-12-10 09:01"))
    do(receipt.dossier, Action.UNDO_CLOSE, boss, at=at("2026-12-10 09:00"))


def test_suspended_dossier_has_no_closing_to_undo(receipt: FilingReceipt, officer: User, boss: User) -> None:
    dossier = do(receipt.dossier, Action.ACCEPT, officer, at=NOW)
    do(dossier, Action.PROCESS, officer, at=NOW)
    do(dossier, Action.SUSPEND, boss, at=NOW)
    with pytest.raises(Conflict):
        do(dossier, Action.UNDO_CLOSE, boss, at=NOW)


def test_closing_from_before_the_upgrade_stays(
    receipt: FilingReceipt, officer: User, boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its event does not say what the processing time was before."""
    dossier = do(receipt.dossier, Action.ACCEPT, officer, at=NOW)
    ask(dossier, officer, at=NOW + timedelta(hours=1))
    SupplementRequest.objects.update(supplement_due_at=at("2026-12-02 17:00"))
    with monkeypatch.context() as patch:
        patch.setattr(actions, "_KEEPING_CLOCK", frozenset())
        do(dossier, Action.CLOSE, officer, at=CLOSED)
    with pytest.raises(Conflict):
        do(dossier, Action.UNDO_CLOSE, boss, at=UNDONE)
