"""A due date that becomes a day off moves to the next working day (Bộ luật Dân sự 2015, art. 148)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from core.display import datetime_text
from core.errors import Conflict
from core.models import Holiday
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier, SupplementRequest
from forms_app.dossiers.services import due_dates
from forms_app.dossiers.services.actions import citizen
from forms_app.dossiers.services.due_dates import move_from_days_off
from forms_app.dossiers.tasks import move_due_dates
from forms_app.dossiers.transitions import Action
from tests.forms_app.dossiers.factories import at, file_dossier, officer_of

pytestmark = pytest.mark.django_db
NOW = at("2026-11-24 10:00")


def act(dossier: Dossier, action: str, moment: str, actor: Any = None) -> Dossier:
    return services.apply_action(
        dossier_id=dossier.pk, expected_version=dossier.version, action=action,
        actor=actor or officer_of(dossier), reason="vì thử", now=at(moment),
    )  # fmt: skip


@pytest.fixture
def receipt() -> services.FilingReceipt:
    """Return a dossier accepted on Monday, due on Thursday 26 November at 09:00."""
    found = file_dossier(now=at("2026-11-20 09:00"))
    act(found.dossier, "accept", "2026-11-23 09:00")
    found.dossier.refresh_from_db()
    assert datetime_text(found.dossier.due_at) == "26/11/2026 09:00"
    return found


def day_off(*days: date) -> None:
    for day in days:
        Holiday.objects.create(date=day, name="Nghỉ tránh bão", legal_basis="Công điện 01")


def test_due_date_on_a_new_day_off_moves_to_the_end_of_the_next_working_day(
    receipt: services.FilingReceipt, django_capture_on_commit_callbacks: Any
) -> None:
    day_off(date(2026, 11, 26), date(2026, 11, 27))
    with django_capture_on_commit_callbacks(execute=True):
        assert move_from_days_off(now=NOW) == 1
    dossier = Dossier.objects.get()
    assert datetime_text(dossier.due_at) == "30/11/2026 17:00"
    assert dossier.original_due_at == at("2026-11-26 09:00")
    assert dossier.on_time_until is None
    event = dossier.events.get(action=Action.MOVE_DUE_DATE)
    assert (event.actor, event.from_status, event.to_status) == (None, 2, 2)
    assert event.data["clock"] == "calendar"
    assert "30/11/2026 17:00" in mail.outbox[-1].body
    assert "Ngày hẹn trả chuyển sang ngày làm việc" in Client().get(f"/ho-so/{receipt.token}/").text


def test_second_run_changes_nothing(receipt: services.FilingReceipt) -> None:
    day_off(date(2026, 11, 26))
    assert [move_from_days_off(now=NOW) for _n in range(2)] == [1, 0]


@pytest.mark.parametrize("days", [[], [date(2026, 11, 25)], [date(2026, 11, 27)]])
def test_other_days_do_not_move_the_due_date_on_the_receipt(
    receipt: services.FilingReceipt, days: list[date]
) -> None:
    day_off(*days)
    assert move_from_days_off(now=NOW) == 0


def test_past_due_dates_and_stopped_or_ended_clocks_do_not_change(receipt: services.FilingReceipt) -> None:
    day_off(date(2026, 11, 26))
    assert move_from_days_off(now=at("2026-11-26 09:01")) == 0
    dossier = act(receipt.dossier, "request_supplement", "2026-11-24 09:00")
    assert move_from_days_off(now=NOW) == 0
    act(dossier, "withdraw", "2026-11-24 09:30", citizen(dossier))
    assert move_from_days_off(now=NOW) == 0


def test_calendar_changes_do_not_undo_lateness(receipt: services.FilingReceipt) -> None:
    Dossier.objects.update(due_at=at("2026-11-26 09:00"), on_time_until=at("2026-11-23 17:00"))
    day_off(date(2026, 11, 26))
    move_from_days_off(now=NOW)
    dossier = Dossier.objects.get()
    assert datetime_text(dossier.due_at) == "27/11/2026 17:00"
    assert dossier.on_time_until == at("2026-11-23 17:00")


def test_scheduled_task_moves_due_dates(receipt: services.FilingReceipt, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)
    day_off(date(2026, 11, 26))
    move_due_dates()
    assert Dossier.objects.get().events.filter(action=Action.MOVE_DUE_DATE).exists()


def test_dossier_changed_in_the_meantime_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for _dossier in range(2):
        found = file_dossier(now=at("2026-11-20 09:00"))
        act(found.dossier, "accept", "2026-11-23 09:00")
    day_off(date(2026, 11, 26))
    first = Dossier.objects.order_by("pk")[0].pk

    def busy(*, dossier_id: Any, **arguments: Any) -> Dossier:
        if dossier_id == first:
            raise Conflict("changed")
        return services.apply_action(dossier_id=dossier_id, **arguments)

    with monkeypatch.context() as patched:
        patched.setattr(due_dates, "apply_action", busy)
        assert move_from_days_off(now=NOW) == 1
    assert move_from_days_off(now=NOW) == 1


class TestLastDaysOfCitizens:
    def ask(self, receipt: services.FilingReceipt, until: str) -> SupplementRequest:
        dossier = act(receipt.dossier, "request_supplement", "2026-11-23 10:00")
        return SupplementRequest.objects.create(
            dossier=dossier, number=1, items=[], reason="Mờ", requested_at=at("2026-11-23 10:00"),
            supplement_due_at=at(until),
        )  # fmt: skip

    def test_day_that_becomes_a_day_off_moves_and_the_form_keeps_its_own(
        self, receipt: services.FilingReceipt, time_machine: Any
    ) -> None:
        request = self.ask(receipt, "2026-11-26 17:00")
        day_off(date(2026, 11, 26), date(2026, 11, 27))
        time_machine.move_to(NOW, tick=False)
        move_due_dates()
        request.refresh_from_db()
        assert request.supplement_due_at == at("2026-11-26 17:00")
        assert request.answer_due_at == at("2026-11-30 17:00")
        assert "30/11/2026" in Client().get(f"/ho-so/{receipt.token}/").text
        assert not Dossier.objects.get().supplement_is_late(at("2026-11-30 16:59"))
        day_off(date(2026, 11, 30))
        assert [due_dates.move_answers_from_days_off(now=NOW) for _time in range(2)] == [1, 0]
        request.refresh_from_db()
        assert request.answer_due_at == at("2026-12-01 17:00")

    def test_days_that_have_passed_and_closed_requests_stay(self, receipt: services.FilingReceipt) -> None:
        request = self.ask(receipt, "2026-11-26 17:00")
        assert due_dates.move_answers_from_days_off(now=NOW) == 0
        day_off(date(2026, 11, 26))
        assert due_dates.move_answers_from_days_off(now=at("2026-11-26 17:00")) == 0
        SupplementRequest.objects.update(closed_at=NOW)
        assert due_dates.move_answers_from_days_off(now=NOW) == 0
        SupplementRequest.objects.update(closed_at=None, supplement_due_at=None)
        assert due_dates.move_answers_from_days_off(now=NOW) == 0
        request.refresh_from_db()
        assert request.extended_until is None
