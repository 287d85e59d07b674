"""A restart of the processing time never undoes lateness (docs/domain.md#pausing, art. 19.5 NĐ 118/2025/NĐ-CP).

23 November 2026 is a Monday; the procedure of the factory takes three working days: due on Thursday 26, 09:00.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings as app_settings
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from core.display import datetime_text
from core.errors import InvalidInput
from core.worktime import TIME_ZONE, WorkCalendar
from forms_app.dossiers import deadlines, printed_forms, tasks
from forms_app.dossiers.deadlines import DeadlineRule
from forms_app.dossiers.models import DeadlineSetting, Dossier, SupplementRequest
from forms_app.dossiers.rules import RuleSet
from forms_app.dossiers.services import apply_action
from forms_app.dossiers.services.actions import citizen
from forms_app.dossiers.services.pauses import end_suspensions
from forms_app.dossiers.transitions import Clock, Status
from one_stop.selectors.figures import month_figures
from tests.forms_app.dossiers.factories import at, payment_for
from tests.one_stop.factories import make_dossier, make_officer

ACCEPTED = "2026-11-23 09:00"
NOVEMBER, DECEMBER = at("2026-11-01").date(), at("2026-12-01").date()


def act(dossier: Dossier, action: str, moment: str, *, until: str = "2027-01-29 17:00") -> Dossier:
    actor = citizen(dossier) if action == "supply" else make_officer(dossier.agency, "head")
    return apply_action(
        dossier_id=dossier.pk, expected_version=dossier.version, action=action, actor=actor, reason="vì thử",
        pause_ends_at=at(until) if action == "suspend" else None, payment=payment_for(action, at(moment)),
        now=at(moment),
    )  # fmt: skip


def processed(*, requested: str, supplied: str, mode: str = "") -> Dossier:
    """Return a dossier accepted on Monday, with a supplement requested and supplied."""
    if mode:
        DeadlineSetting.objects.create(supplement_mode=mode, valid_from=at("2026-01-01").date())
    dossier = act(act(make_dossier(), "accept", ACCEPTED), "process", "2026-11-23 09:30")
    return act(act(dossier, "request_supplement", requested), "supply", supplied)


def counted_late(dossier: Dossier, finished: str) -> bool:
    act(dossier, "finish", finished)
    figures = month_figures(at(finished[:8] + "01").date())
    assert figures.finished == 1
    return figures.on_time == 0


@pytest.mark.django_db
class TestLateBeforeTheRequest:
    def test_restart_keeps_the_due_date_of_a_late_dossier(self) -> None:
        dossier = processed(requested="2026-11-27 09:00", supplied="2026-11-27 09:05")
        assert datetime_text(dossier.due_at) == "26/11/2026 09:00"
        assert dossier.due_at == dossier.original_due_at
        assert dossier.clock_restarts == 0

    def test_late_dossier_is_counted_as_late(self) -> None:
        dossier = processed(requested="2026-11-27 09:00", supplied="2026-11-27 09:05")
        assert counted_late(dossier, "2026-11-27 10:00")

    def test_one_minute_late_is_late(self) -> None:
        late = processed(requested="2026-11-26 09:01", supplied="2026-11-30 09:00")
        assert datetime_text(late.due_at) == "26/11/2026 09:00"

    def test_request_at_the_due_moment_is_not_late(self) -> None:
        punctual = processed(requested="2026-11-26 09:00", supplied="2026-11-30 09:00")
        assert datetime_text(punctual.due_at) == "03/12/2026 09:00"
        assert punctual.on_time_until is None
        assert punctual.clock_restarts == 1

    def test_pause_does_not_undo_lateness_either(self) -> None:
        """Due on Thursday, paused on Friday morning: the due date stays, and the dossier remains late."""
        dossier = processed(requested="2026-11-27 07:00", supplied="2026-11-27 17:00", mode="pause")
        assert datetime_text(dossier.due_at) == "26/11/2026 09:00"
        assert dossier.on_time_until is None
        assert counted_late(dossier, "2026-11-27 17:30")

    @pytest.mark.parametrize(("stop", "go_on"), [("suspend", "resume"), ("require_payment", "payment_done")])
    def test_suspension_of_a_late_dossier_does_not_undo_lateness(self, stop: str, go_on: str) -> None:
        dossier = act(act(make_dossier(), "accept", ACCEPTED), "process", "2026-11-23 09:30")
        dossier = act(act(dossier, stop, "2026-11-27 07:00"), go_on, "2026-11-27 17:00")
        assert counted_late(dossier, "2026-11-27 17:30")

    def test_second_round_does_not_undo_lateness(self) -> None:
        dossier = processed(requested="2026-11-27 09:00", supplied="2026-11-27 09:05")
        dossier = act(act(dossier, "request_supplement", "2026-11-27 09:10"), "supply", "2026-11-27 09:15")
        assert counted_late(dossier, "2026-11-27 10:00")

    def test_desk_still_lists_it_as_overdue(self, client, time_machine) -> None:
        dossier = processed(requested="2026-11-27 09:00", supplied="2026-11-27 09:05")
        time_machine.move_to(at("2026-11-27 10:00"))
        client.force_login(make_officer(dossier.agency, "head"))
        assert dossier.code in client.get("/mot-cua/?muc=qua-han").text
        assert "Quá hạn 1 ngày" in client.get(reverse("one_stop:dossier", args=[dossier.code])).text


@pytest.mark.django_db
class TestLateRequest:
    """The processing time is five working days at the counter: due on Monday 30; a request is due by Thursday 26."""

    def requested(self, moment: str) -> Dossier:
        dossier = make_dossier()
        Dossier.objects.filter(pk=dossier.pk).update(source="counter")
        dossier.refresh_from_db()
        dossier = act(act(dossier, "accept", ACCEPTED), "process", "2026-11-23 09:30")
        assert datetime_text(dossier.due_at) == "30/11/2026 09:00"
        return act(act(dossier, "request_supplement", moment), "supply", "2026-11-30 09:00")

    def test_request_within_three_working_days_restarts_the_full_time(self) -> None:
        dossier = self.requested("2026-11-26 09:00")
        assert datetime_text(dossier.due_at) == "07/12/2026 09:00"
        assert (dossier.on_time_until, dossier.clock_restarts) == (None, 1)
        assert not counted_late(dossier, "2026-12-07 16:00")

    def test_later_request_moves_the_due_date_but_not_the_on_time_limit(self) -> None:
        dossier = self.requested("2026-11-26 09:01")
        assert datetime_text(dossier.due_at) == "07/12/2026 09:00"
        assert datetime_text(dossier.on_time_until) == "30/11/2026 09:00"
        assert dossier.clock_restarts == 1
        assert counted_late(dossier, "2026-12-01 08:00")

    def test_history_records_both_moments(self) -> None:
        moved = self.requested("2026-11-26 09:01").events.get(action="supply")
        due, limit = (datetime.fromisoformat(moved.data[name]) for name in ("due_after", "on_time_until"))
        assert (due, limit) == (at("2026-12-07 09:00"), at("2026-11-30 09:00"))
        moved = self.requested("2026-11-26 09:00").events.get(action="supply")
        assert "on_time_until" not in moved.data

    def test_it_is_on_time_until_the_former_due_date(self) -> None:
        assert not counted_late(self.requested("2026-11-27 09:00"), "2026-11-30 16:00")

    def test_field_without_a_limit_restarts_however_late(self) -> None:
        DeadlineSetting.objects.create(
            supplement_mode="restart", request_days=None, valid_from=at("2026-01-01").date()
        )
        assert self.requested("2026-11-27 09:00").on_time_until is None

    def test_limit_of_the_setting_applies(self) -> None:
        DeadlineSetting.objects.create(
            supplement_mode="restart", request_days=1, valid_from=at("2026-01-01").date()
        )
        assert self.requested("2026-11-25 09:00").on_time_until is not None

    def test_later_setting_does_not_apply(self) -> None:
        dossier = make_dossier()
        Dossier.objects.filter(pk=dossier.pk).update(source="counter")
        dossier.refresh_from_db()
        dossier = act(act(dossier, "accept", ACCEPTED), "process", "2026-11-23 09:30")
        DeadlineSetting.objects.create(
            supplement_mode="restart", request_days=1, valid_from=at("2026-01-01").date()
        )
        dossier = act(act(dossier, "request_supplement", "2026-11-25 09:00"), "supply", "2026-11-25 10:00")
        assert dossier.on_time_until is None

    def test_pause_of_a_late_request_never_counts_even_after_a_suspension(self) -> None:
        """A later pause extends the time again, but the pause of the late request never does."""
        dossier = self.requested("2026-11-27 09:00")
        dossier = act(act(dossier, "suspend", "2026-11-30 09:00"), "resume", "2026-12-01 09:00")
        assert datetime_text(dossier.on_time_until) == "01/12/2026 09:00"

    def test_desk_shows_the_restart_and_what_counts(self, client, time_machine) -> None:
        dossier = self.requested("2026-11-27 09:00")
        time_machine.move_to(at("2026-12-01 09:00"))
        client.force_login(make_officer(dossier.agency, "head"))
        page = client.get(reverse("one_stop:dossier", args=[dossier.code])).text
        assert "tính là quá hạn" in page
        assert "Thời hạn giải quyết đã tính lại 1 lần" in page
        listed = client.get("/mot-cua/?muc=qua-han").text
        assert dossier.code in listed
        assert "đã tính lại 1 lần" in listed

    @pytest.mark.parametrize(
        ("moment", "words"),
        [
            ("2026-11-26 09:00", ""),
            ("2026-11-26 09:01", "Đã quá thời hạn yêu cầu bổ sung"),
            ("2026-11-30 09:01", "Hồ sơ đã quá hạn"),
        ],
    )
    def test_officer_is_warned_before_the_request(
        self, client, time_machine, moment: str, words: str
    ) -> None:
        dossier = make_dossier()
        Dossier.objects.filter(pk=dossier.pk).update(source="counter")
        dossier.refresh_from_db()
        dossier = act(dossier, "accept", ACCEPTED)
        time_machine.move_to(at(moment), tick=False)
        client.force_login(make_officer(dossier.agency, "head"))
        page = client.get(reverse("one_stop:action", args=[dossier.code, "request_supplement"])).text
        if words:
            assert words in page
        else:
            assert "quá hạn" not in page
            assert "Đã quá thời hạn" not in page


@pytest.mark.django_db
class TestMistake:
    """A withdrawn payment request gives the desk no additional time."""

    def lifted(self, *, asked: str, lifted: str) -> Dossier:
        dossier = act(act(make_dossier(), "accept", ACCEPTED), "process", "2026-11-23 09:30")
        return act(act(dossier, "require_payment", asked), "lift_payment", lifted)

    def test_due_date_and_on_time_limit_stay(self) -> None:
        dossier = self.lifted(asked="2026-11-26 08:00", lifted="2026-12-25 08:00")
        assert datetime_text(dossier.due_at) == "26/11/2026 09:00"
        assert (dossier.on_time_until, dossier.clock_state, dossier.paused_at) == (None, "running", None)
        assert counted_late(dossier, "2026-12-25 08:10")

    def test_payment_that_was_due_moves_both(self) -> None:
        dossier = act(act(make_dossier(), "accept", ACCEPTED), "process", "2026-11-23 09:30")
        dossier = act(act(dossier, "require_payment", "2026-11-26 08:00"), "payment_done", "2026-11-27 08:00")
        assert datetime_text(dossier.due_at) == "27/11/2026 09:00"
        assert dossier.on_time_until is None


@pytest.mark.django_db
class TestSuspension:
    """Suspended on Thursday 26 at 08:00, an hour before the due date, until the end of Friday."""

    def resumed(self, moment: str, action: str = "resume") -> Dossier:
        dossier = act(act(make_dossier(), "accept", ACCEPTED), "process", "2026-11-23 09:30")
        dossier = act(dossier, "suspend", "2026-11-26 08:00", until="2026-11-27 17:00")
        assert dossier.pause_ends_at == at("2026-11-27 17:00")
        return act(dossier, action, moment)

    @pytest.mark.parametrize(
        ("resumed", "due"),
        [
            ("2026-11-27 08:00", "27/11/2026 09:00"),
            ("2026-11-27 17:00", "30/11/2026 08:00"),
            ("2026-11-30 07:01", "30/11/2026 08:00"),
            ("2027-01-25 08:00", "30/11/2026 08:00"),
        ],
    )
    def test_it_gives_time_until_its_last_day(self, resumed: str, due: str) -> None:
        dossier = self.resumed(resumed)
        assert datetime_text(dossier.due_at) == due
        assert (dossier.on_time_until, dossier.pause_ends_at) == (None, None)

    def test_dossier_finished_during_it_is_late_after_its_last_day(self) -> None:
        dossier = self.resumed("2027-01-25 08:00", "finish")
        assert datetime_text(dossier.due_at) == "30/11/2026 08:00"
        assert month_figures(at("2027-01-01").date()).on_time == 0

    @pytest.mark.parametrize("until", [None, "2026-11-26 08:00", "2026-11-25 17:00", "2027-11-27 08:01"])
    def test_it_needs_an_end_within_a_year(self, until: str | None) -> None:
        dossier = act(act(make_dossier(), "accept", ACCEPTED), "process", "2026-11-23 09:30")
        with pytest.raises(InvalidInput) as caught:
            apply_action(
                dossier_id=dossier.pk, expected_version=dossier.version, action="suspend", reason="vì thử",
                actor=make_officer(dossier.agency, "head"), pause_ends_at=at(until) if until else None,
                now=at("2026-11-26 08:00"),
            )  # fmt: skip
        assert "suspended_until" in caught.value.fields

    @pytest.mark.parametrize(("moment", "resumed"), [("2026-11-27 16:59", 0), ("2026-11-27 17:00", 1)])
    def test_portal_resumes_automatically_and_informs_the_citizen(
        self, moment: str, resumed: int, django_capture_on_commit_callbacks
    ) -> None:
        dossier = act(act(make_dossier(), "accept", ACCEPTED), "process", "2026-11-23 09:30")
        act(dossier, "suspend", "2026-11-26 08:00", until="2026-11-27 17:00")
        with django_capture_on_commit_callbacks(execute=True):
            assert end_suspensions(now=at(moment)) == resumed
        dossier.refresh_from_db()
        assert dossier.status == (Status.PROCESSING if resumed else Status.SUSPENDED)
        assert any("Hẹn trả: 30/11/2026 08:00" in message.body for message in mail.outbox) == bool(resumed)

    def test_scheduled_task_is_in_the_timetable_and_stops_after_a_jump_of_the_clock(self) -> None:
        assert (
            app_settings.CELERY_BEAT_SCHEDULE["dossiers-end-suspensions"]["task"]
            == tasks.end_suspensions.name
        )
        assert tasks.end_suspensions.run.stops_after_jump

    def test_database_refuses_an_end_without_a_suspension(self) -> None:
        dossier = act(make_dossier(), "accept", ACCEPTED)
        with pytest.raises(IntegrityError), transaction.atomic():
            Dossier.objects.filter(pk=dossier.pk).update(pause_ends_at=at("2026-12-01"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mode", "requested", "words"),
    [
        ("restart", "2026-11-26 09:00", "được tính lại sau khi bổ sung đủ"),
        ("restart", "2026-11-26 09:01", "Hồ sơ đã quá hạn: ngày hẹn trả kết quả giữ nguyên"),
        ("pause", "2026-11-26 09:00", "tạm dừng và được tính tiếp"),
    ],
)
def test_printed_form_states_the_effect_on_the_processing_time(mode: str, requested: str, words: str) -> None:
    dossier = processed(requested=requested, supplied="2026-11-27 17:00", mode=mode)
    SupplementRequest.objects.create(
        dossier=dossier, number=1, items=[], reason="Mờ", requested_at=at(requested)
    )
    assert words in printed_forms._supplement(dossier, "mau-02-1")["notes"][0]


@pytest.mark.django_db
class TestIntake:
    """Filed on Thursday evening: the desk answers by Friday 20 November, 17:00."""

    def supplied(self, *, requested: str) -> Dossier:
        dossier = make_dossier()
        assert datetime_text(dossier.intake_due_at) == "20/11/2026 17:00"
        return act(act(dossier, "request_supplement", requested), "supply", "2026-11-24 08:00")

    def test_request_in_time_renews_the_intake_deadline(self) -> None:
        assert datetime_text(self.supplied(requested="2026-11-20 17:00").intake_due_at) == "25/11/2026 08:00"

    def test_late_request_does_not_renew_it(self) -> None:
        assert datetime_text(self.supplied(requested="2026-11-20 17:01").intake_due_at) == "20/11/2026 17:00"

    def test_second_round_does_not_renew_it_either(self) -> None:
        dossier = self.supplied(requested="2026-11-20 17:01")
        dossier = act(act(dossier, "request_supplement", "2026-11-24 09:00"), "supply", "2026-11-25 08:00")
        assert datetime_text(dossier.intake_due_at) == "20/11/2026 17:00"


@pytest.mark.django_db
def test_database_refuses_an_end_on_time_after_the_due_date() -> None:
    dossier = act(make_dossier(), "accept", ACCEPTED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dossier.objects.filter(pk=dossier.pk).update(on_time_until=dossier.due_at)


rules = st.builds(
    DeadlineRule,
    value=st.integers(0, 30),
    unit=st.sampled_from(["ngay_lam_viec", "ngay", "gio", "thang"]),
    mode=st.sampled_from(["pause", "restart"]),
    same_day_cutoff=st.sampled_from(["", "15:00"]),
    request_days=st.none() | st.integers(0, 9),
)
spans = st.integers(0, 9 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))
effects = st.lists(
    st.tuples(spans, st.sampled_from(["request", "stop", "mistake"]), spans), min_size=1, max_size=5
)


@given(
    rules, st.datetimes(datetime(2026, 11, 2), datetime(2026, 11, 20), timezones=st.just(TIME_ZONE)), effects
)
@settings(max_examples=150)
def test_no_sequence_of_pauses_undoes_lateness(rule: DeadlineRule, start: datetime, steps) -> None:
    """A dossier that is late when a pause begins stays late; and the on-time limit is never after the due date."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deadlines, "current_rules", lambda: RuleSet((), (), (), (), WorkCalendar()))
        due = rule.due(start, WorkCalendar())
        dossier = Dossier(
            accepted_at=start,
            due_at=due,
            original_due_at=due,
            deadline_rule=rule.to_json(),
            clock_state="running",
        )
        moment, late_since = start, None
        for runs, kind, waits in steps:
            moment += runs
            limit = dossier.on_time_until or dossier.due_at
            if moment > limit and late_since is None:
                late_since = limit
            before, was_late = dossier.due_at, deadlines.is_late(dossier, moment)
            begins, ends = {
                "request": (Clock.REQUEST, Clock.RESTART),
                "stop": (Clock.STOP, Clock.RESUME),
                "mistake": (Clock.STOP, Clock.CONTINUE),
            }[kind]
            deadlines.apply_clock_effect(dossier, begins, moment)
            moment += waits
            deadlines.apply_clock_effect(dossier, ends, moment)
            assert dossier.due_at >= before, "a due date never moves earlier"
            assert not was_late or dossier.due_at == before, "a pause of a late dossier moves nothing"
            assert kind != "mistake" or dossier.due_at == before, "a mistake of the desk gives no time"
            if dossier.on_time_until is not None:
                assert dossier.on_time_until < dossier.due_at
            if late_since is not None:
                assert (dossier.on_time_until or dossier.due_at) == late_since
    assert dossier.original_due_at == due
