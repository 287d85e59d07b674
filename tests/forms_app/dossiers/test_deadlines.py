"""Properties of due dates on arbitrary days, with Tết and make-up days (docs/domain.md#deadlines)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.worktime import TIME_ZONE, TimeUnit, WorkCalendar, working_minutes_between
from forms_app.dossiers import deadlines
from forms_app.dossiers.deadlines import DeadlineRule
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.rules import RuleSet
from forms_app.dossiers.transitions import Clock
from tests.forms_app.dossiers.factories import at

#: Tết Đinh Mùi (4 to 10 February 2027) with an invented exchange: Saturday 30 January for Friday 12 February.
TET = WorkCalendar(
    days_off=frozenset({*(date(2027, 2, n) for n in range(4, 11)), date(2027, 2, 12)}),
    makeup=frozenset({date(2027, 1, 30)}),
)
PLAIN = WorkCalendar()
State = Dossier.ClockState

around_tet = st.datetimes(datetime(2027, 1, 25), datetime(2027, 2, 5), timezones=st.just(TIME_ZONE))
pause_lists = st.lists(
    st.tuples(st.integers(0, 3 * 24 * 60), st.integers(0, 12 * 24 * 60)).map(
        lambda pair: (timedelta(minutes=pair[0]), timedelta(minutes=pair[1]))
    ),
    max_size=5,
)
office_rules = st.builds(
    DeadlineRule,
    value=st.integers(1, 30),
    unit=st.sampled_from([TimeUnit.WORKING_DAY.value, TimeUnit.HOUR.value]),
    mode=st.just("pause"),
)
any_rules = st.builds(
    DeadlineRule,
    value=st.none() | st.integers(0, 60),
    unit=st.sampled_from(TimeUnit.values),
    mode=st.sampled_from(["pause", "restart"]),
    same_day_cutoff=st.sampled_from(["", "", "15:00"]),
)
calendars = st.sampled_from([TET, PLAIN])


def accepted(rule: DeadlineRule, start: datetime, calendar: WorkCalendar) -> Dossier:
    """Return an unsaved dossier whose clock started at ``start``."""
    due = rule.due(start, calendar)
    return Dossier(
        accepted_at=start,
        due_at=due,
        original_due_at=due,
        deadline_rule=rule.to_json(),
        clock_state=State.RUNNING,
    )


def rules_with(calendar: WorkCalendar) -> RuleSet:
    return RuleSet((), (), (), (), calendar)


@pytest.fixture(autouse=True)
def _tet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the calendar with Tết unless a test sets another."""
    monkeypatch.setattr(deadlines, "current_rules", lambda: rules_with(TET))


def pause(dossier: Dossier, begins: datetime, ends: datetime, how: Clock = Clock.RESUME) -> None:
    deadlines.apply_clock_effect(dossier, Clock.STOP, begins)
    assert (dossier.clock_state, dossier.paused_at) == (State.STOPPED, begins)
    deadlines.apply_clock_effect(dossier, how, ends)
    assert (dossier.clock_state, dossier.paused_at) == (State.RUNNING, None)


ACROSS = settings(max_examples=60)


@given(office_rules, around_tet, pause_lists, calendars)
@ACROSS
def test_agency_has_exactly_the_office_time_of_the_rule(rule, start, pauses, calendar):
    """Whatever the pauses, the running time from acceptance to due date equals the processing time of the rule."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deadlines, "current_rules", lambda: rules_with(calendar))
        dossier = accepted(rule, start, calendar)
        allowed = working_minutes_between(start, dossier.due_at, calendar)
        moment, paused = start, 0
        for runs, pause_length in pauses:
            begins = moment + runs
            moment = begins + pause_length
            was_late = dossier.due_at < begins
            pause(dossier, begins, moment)
            # A pause of a dossier that is late already moves nothing.
            paused += 0 if was_late else working_minutes_between(begins, moment, calendar)
        ran = working_minutes_between(start, dossier.due_at, calendar) - paused
    assert ran == allowed
    assert dossier.original_due_at == rule.due(start, calendar), "the first due date is never rewritten"


@given(any_rules, around_tet, pause_lists)
@ACROSS
def test_pause_never_moves_the_due_date_earlier(rule, start, pauses):
    dossier, moment = accepted(rule, start, TET), start
    for runs, pause_length in pauses:
        before, begins = dossier.due_at, moment + runs
        moment = begins + pause_length
        pause(dossier, begins, moment)
        if before is None:
            assert dossier.due_at is None
        else:
            assert dossier.due_at >= before


@given(any_rules, around_tet, st.timedeltas(timedelta(0), timedelta(days=20)))
@ACROSS
def test_restart_gives_the_due_date_of_an_acceptance_on_that_day(rule, start, pause_length):
    dossier = accepted(rule, start, TET)
    pause(dossier, start, start + pause_length, Clock.RESTART)
    if rule.mode == "restart":
        assert dossier.due_at == rule.due(start + pause_length, TET)
    elif rule.value is not None:
        assert dossier.due_at == rule.shifted(rule.due(start, TET), start, start + pause_length, TET)


@given(any_rules, around_tet, st.timedeltas(timedelta(0), timedelta(days=9)))
@ACROSS
def test_ending_a_stopped_clock_first_resumes_it(rule, start, pause_length):
    stopped, resumed = accepted(rule, start, TET), accepted(rule, start, TET)
    deadlines.apply_clock_effect(stopped, Clock.STOP, start)
    deadlines.apply_clock_effect(stopped, Clock.END, start + pause_length)
    pause(resumed, start, start + pause_length)
    assert stopped.due_at == resumed.due_at
    assert (stopped.clock_state, stopped.paused_at) == (State.ENDED, None)


@given(any_rules, around_tet)
@ACROSS
def test_pause_of_zero_length_changes_nothing(rule, start):
    dossier = accepted(rule, start, TET)
    pause(dossier, start, start)
    assert dossier.due_at == dossier.original_due_at


@given(
    any_rules, around_tet, st.sampled_from([Clock.NONE, Clock.STOP, Clock.END, Clock.RESUME, Clock.REOPEN])
)
@ACROSS
def test_adjustment_is_recorded_only_when_the_due_date_changes(rule, start, effect):
    dossier = accepted(rule, start, TET)
    deadlines.apply_clock_effect(dossier, Clock.STOP, start)
    before = dossier.due_at
    change = deadlines.apply_clock_effect(dossier, effect, start + timedelta(days=4))
    assert bool(change) == (dossier.due_at != before)
    if change:
        assert datetime.fromisoformat(change["due_after"]) == dossier.due_at
        assert datetime.fromisoformat(change["due_before"]) == before


@given(any_rules)
def test_rule_survives_the_round_trip_through_json(rule):
    assert DeadlineRule.from_json(rule.to_json()) == rule


@pytest.mark.parametrize("stored", [None, {}])
def test_empty_rule_has_no_due_date(stored):
    assert DeadlineRule.from_json(stored).due(at("2027-02-01 09:00"), TET) is None


class TestExamples:
    """Examples computed by hand."""

    @pytest.mark.parametrize(
        ("value", "unit", "start", "due"),
        [
            (3, "ngay_lam_viec", "2027-02-01 09:00", "2027-02-11 09:00"),  # Tue, Wed, then Thursday after Tết
            (3, "ngay_lam_viec", "2027-01-29 09:00", "2027-02-02 09:00"),  # the exchanged Saturday counts
            (1, "ngay_lam_viec", "2027-02-03 17:30", "2027-02-11 17:00"),
            (2, "ngay_lam_viec", "2027-02-11 08:00", "2027-02-16 08:00"),  # across the exchanged Friday
            (10, "ngay", "2027-01-29 09:00", "2027-02-11 17:00"),  # ends in Tết: the next working day
            (1, "thang", "2027-01-09 10:00", "2027-02-11 17:00"),
            (16, "gio", "2027-02-03 13:30", "2027-02-15 11:30"),
            (0, "ngay_lam_viec", "2027-02-06 09:00", "2027-02-11 07:00"),
        ],
    )
    def test_due_dates_over_tet(self, value: int, unit: str, start: str, due: str) -> None:
        assert DeadlineRule(value=value, unit=unit).due(at(start), TET) == at(due)

    @pytest.mark.parametrize(
        ("stopped", "resumed", "due"),
        [
            ("2027-02-02 09:00", "2027-02-02 09:00", "2027-02-11 09:00"),
            (
                "2027-02-02 09:00",
                "2027-02-03 09:00",
                "2027-02-15 09:00",
            ),  # one working day later, across the Friday off
            (
                "2027-02-04 00:00",
                "2027-02-10 23:59",
                "2027-02-11 09:00",
            ),  # the whole of Tết: no working days
            ("2027-02-03 16:00", "2027-02-11 08:00", "2027-02-11 11:00"),  # an hour before, an hour after
        ],
    )
    def test_pauses_over_tet(self, stopped: str, resumed: str, due: str) -> None:
        dossier = accepted(DeadlineRule(value=3, mode="pause"), at("2027-02-01 09:00"), TET)
        pause(dossier, at(stopped), at(resumed))
        assert dossier.due_at == at(due)

    def test_several_pauses_add_up(self) -> None:
        dossier = accepted(DeadlineRule(value=3, mode="pause"), at("2027-02-01 09:00"), TET)
        pause(dossier, at("2027-02-01 10:00"), at("2027-02-01 11:00"))
        pause(dossier, at("2027-02-03 16:30"), at("2027-02-11 07:30"))
        assert dossier.due_at == at("2027-02-11 11:00")
