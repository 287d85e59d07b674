"""A wrong result is corrected after the handover, within three working days (art. 23 NĐ 118/2025)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import Action, Status
from one_stop.selectors.figures import month_figures
from one_stop.services import finish, return_result
from tests.forms_app.dossiers.factories import at, file_dossier
from tests.forms_app.dossiers.files import PDF
from tests.one_stop.factories import ANSWERS, FILED, NOW, do, make_desk_form, make_officer

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


def returned(receipt: FilingReceipt, officer: User, *, finished: datetime = NOW) -> Dossier:
    dossier = receipt.dossier
    do(dossier, Action.ACCEPT, officer, at=NOW)
    do(dossier, Action.PROCESS, officer, at=NOW)
    finish(
        dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, reason="",
        result=SimpleUploadedFile("ket-qua.pdf", PDF, "application/pdf"), now=finished,
    )  # fmt: skip
    return_result(
        dossier_id=dossier.pk, expected_version=dossier.version + 1, actor=officer, delivery="post",
        address="Ấp 1, xã Tân Ân", now=finished,
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


@pytest.mark.parametrize(
    ("moments", "on_time"),
    [
        # Due on Thursday 26 November 2026; the correct result within three working days, or later.
        (("2026-11-26 16:00", "2027-01-28 16:00"), 1),
        (("2026-11-26 16:00", "2027-01-29 08:00"), 0),
        (("2026-11-27 08:00", "2027-01-25 16:00"), 0),
    ],
)
def test_correction_in_time_keeps_the_first_result_on_time(
    receipt: FilingReceipt, officer: User, boss: User, moments: tuple[str, str], on_time: int
) -> None:
    first, right = moments
    dossier = returned(receipt, officer, finished=at(first))
    post(boss, dossier, "reopen", FOUND, reason=REASON)
    do(dossier, Action.FINISH, officer, at=at(right))
    month = month_figures(date(2027, 1, 1))
    assert (month.finished, month.on_time) == (1, on_time)


def test_procedure_without_a_due_date_gets_the_statutory_days(
    receipt: FilingReceipt, officer: User, boss: User
) -> None:
    dossier = returned(receipt, officer)
    Dossier.objects.update(due_at=None, original_due_at=None)
    post(boss, dossier, "reopen", FOUND + timedelta(hours=1), reason=REASON)
    assert dossier.due_at == at("2027-01-28 10:00")
