"""A withdrawal recorded by the desk: how the citizen requested it, undone by the head, counted if it was late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.services import FilingReceipt
from forms_app.dossiers.transitions import UNDO_DAYS, Action, Status
from one_stop.selectors.figures import month_figures
from one_stop.services import withdraw
from tests.forms_app.dossiers.factories import WITH_FEE, file_dossier
from tests.one_stop.factories import ANSWERS, FILED, NOW, ask, do, make_desk_form, make_officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
PATHS = {
    Status.REGISTERED: (),
    Status.ACCEPTED: (Action.ACCEPT,),
    Status.PROCESSING: (Action.ACCEPT, Action.PROCESS),
    Status.PAYMENT: (Action.ACCEPT, Action.PROCESS, Action.REQUIRE_PAYMENT),
    Status.SUSPENDED: (Action.ACCEPT, Action.PROCESS, Action.SUSPEND),
}
CLOCK = (
    "status", "clock_state", "paused_at", "pause_ends_at", "due_at", "on_time_until", "pause_extends_on_time",
    "intake_due_at",
)  # fmt: skip


@pytest.fixture
def receipt(agency: Agency) -> FilingReceipt:
    return file_dossier(make_desk_form(agency, channels=WITH_FEE), now=FILED, **ANSWERS)


@pytest.fixture
def boss(agency: Agency) -> User:
    return make_officer(agency, "head", name="Lê Văn Đạt")


@pytest.fixture
def head(boss: User) -> Client:
    client = Client()
    client.force_login(boss)
    return client


def post(client: Client, dossier: Dossier, action: str, **values: Any) -> Any:
    url = reverse("one_stop:action", args=[dossier.code, action])
    answer = client.post(url, {"version": dossier.version, **values})
    dossier.refresh_from_db()
    return answer


def recorded(dossier: Dossier, officer: User, *, at: datetime = NOW) -> Dossier:
    """Let the desk record a withdrawal by telephone."""
    withdraw(
        dossier_id=dossier.pk, expected_version=dossier.version, actor=officer, reason="Công dân xin rút", how="phone",
        now=at,
    )  # fmt: skip
    dossier.refresh_from_db()
    return dossier


def clock_of(dossier: Dossier) -> dict[str, Any]:
    return {name: getattr(dossier, name) for name in CLOCK}


def test_desk_records_how_the_citizen_requested_it(
    receipt: FilingReceipt, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    dossier = receipt.dossier
    refused = post(client, dossier, "withdraw", reason="Công dân xin rút")
    assert refused.status_code == 422
    assert "Chọn cách công dân đã yêu cầu" in refused.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        post(client, dossier, "withdraw", reason="Công dân xin rút", how="phone")
    assert dossier.status == Status.WITHDRAWN
    desk = client.get(reverse("one_stop:dossier", args=[dossier.code])).content.decode()
    assert "(Qua điện thoại)" in desk
    for text in (client.get(f"/ho-so/{receipt.token}/").content.decode(), mail.outbox[-1].body):
        assert "Cơ quan đã ghi nhận bạn rút hồ sơ này" in text
        assert f"trong {UNDO_DAYS} ngày làm việc" in text


@pytest.mark.parametrize("status", PATHS)
def test_head_undoes_it_and_restores_everything(
    receipt: FilingReceipt, boss: User, head: Client, status: Status
) -> None:
    dossier = receipt.dossier
    for action in PATHS[status]:
        do(dossier, action, boss, at=NOW)
    before = clock_of(dossier)
    recorded(dossier, boss, at=NOW + timedelta(hours=1))
    assert post(head, dossier, "undo_withdraw").status_code == 422
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        head.force_login(boss)
        post(head, dossier, "undo_withdraw", reason="Bấm nhầm hồ sơ")
    assert clock_of(dossier) == before
    assert dossier.status == status


def test_open_supplement_request_resumes_with_the_remaining_days(receipt: FilingReceipt, boss: User) -> None:
    dossier = do(receipt.dossier, Action.ACCEPT, boss, at=NOW)
    request = ask(dossier, boss, at=NOW)
    request.supplement_due_at = NOW + timedelta(days=2, hours=8)  # Wednesday, 17:00
    request.save()
    before = clock_of(dossier)
    recorded(dossier, boss, at=NOW + timedelta(hours=1))
    do(dossier, Action.UNDO_WITHDRAW, boss, at=NOW + timedelta(days=2, hours=1))
    request.refresh_from_db()
    assert clock_of(dossier) == before
    assert request.closed_at is None
    assert request.supplement_due_at == NOW + timedelta(days=2, hours=8), "as issued"
    assert request.answer_due_at == NOW + timedelta(days=4, hours=8), "two working days later"


@pytest.mark.parametrize(("later", "status"), [(timedelta(), Status.REGISTERED), (timedelta(seconds=1), 7)])
def test_it_can_be_undone_for_three_working_days(
    receipt: FilingReceipt, officer: User, boss: User, later: timedelta, status: int
) -> None:
    dossier = recorded(receipt.dossier, officer)
    limit = dossier.reversible_until()
    assert limit is not None
    with time_machine.travel(limit + later, tick=False):
        client = Client()
        client.force_login(boss)
        post(client, dossier, "undo_withdraw", reason="Bấm nhầm")
    assert dossier.status == status


def test_withdrawal_by_the_citizen_cannot_be_undone(
    receipt: FilingReceipt, head: Client, officer: User
) -> None:
    services.withdraw(dossier=receipt.dossier, expected_version=1, reason="Tôi nộp nhầm", now=NOW)
    receipt.dossier.refresh_from_db()
    post(head, receipt.dossier, "undo_withdraw", reason="Bấm nhầm")
    assert receipt.dossier.status == Status.WITHDRAWN
    assert "Bạn đã rút hồ sơ này" in Client().get(f"/ho-so/{receipt.token}/").content.decode()


def test_undone_withdrawal_is_mailed_to_the_citizen(
    receipt: FilingReceipt, officer: User, head: Client, django_capture_on_commit_callbacks: Any
) -> None:
    dossier = recorded(receipt.dossier, officer)
    with django_capture_on_commit_callbacks(execute=True):
        post(head, dossier, "undo_withdraw", reason="Bấm nhầm hồ sơ")
    assert "bị ghi nhầm là đã rút" in mail.outbox[-1].body
    assert "Bấm nhầm hồ sơ" in Client().get(f"/ho-so/{receipt.token}/").content.decode()


@pytest.mark.parametrize(
    ("withdrawn", "late"),
    [("2026-11-26 16:59", 0), ("2026-11-27 00:00", 1), ("2026-11-30 23:59", 1), ("2026-12-01 00:00", 0)],
)
def test_withdrawal_after_the_due_day_counts_as_late(
    receipt: FilingReceipt, boss: User, withdrawn: str, late: int
) -> None:
    """Due on Thursday 26 November at 09:00; what is withdrawn in December does not count in November."""
    dossier = do(receipt.dossier, Action.ACCEPT, boss, at=NOW)
    recorded(dossier, boss, at=datetime.fromisoformat(withdrawn).replace(tzinfo=NOW.tzinfo))
    month = month_figures(NOW.date().replace(day=1))
    assert (month.finished, month.ended_late) == (0, late)
    assert month.on_time_percent == (0 if late else None)
