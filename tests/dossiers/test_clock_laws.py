"""Laws of a dossier's clock (DOMAIN 2.6) that hold whatever happens to it, over Tết, exchanged days and any other."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.worktime import TIME_ZONE, TimeUnit, WorkCalendar, working_minutes_between
from forms_app.dossiers import deadlines
from forms_app.dossiers.deadlines import DeadlineRule
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Clock
from tests.dossiers.factories import at

#: Tết Đinh Mùi (4 to 10 February 2027) with an invented exchange: Saturday 30 January for Friday 12 February.
TET = WorkCalendar(
    days_off=frozenset({*(date(2027, 2, n) for n in range(4, 11)), date(2027, 2, 12)}),
    makeup=frozenset({date(2027, 1, 30)}),
)
PLAIN = WorkCalendar()
State = Dossier.ClockState

around_tet = st.datetimes(datetime(2027, 1, 25), datetime(2027, 2, 5), timezones=st.just(TIME_ZONE))
waits = st.lists(
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
    """A dossier whose clock began at ``start``; nothing of it is in a database."""
    due = rule.due(start, calendar)
    return Dossier(
        accepted_at=start,
        due_at=due,
        original_due_at=due,
        deadline_rule=rule.to_json(),
        clock_state=State.RUNNING,
    )


@pytest.fixture(autouse=True)
def _tet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calendar that the clock asks; one law asks for another."""
    monkeypatch.setattr(deadlines, "load_calendar", lambda: TET)


def stand_still(dossier: Dossier, begins: datetime, ends: datetime, how: Clock = Clock.RESUME) -> None:
    deadlines.apply(dossier, Clock.STOP, begins)
    assert (dossier.clock_state, dossier.paused_at) == (State.STOPPED, begins)
    deadlines.apply(dossier, how, ends)
    assert (dossier.clock_state, dossier.paused_at) == (State.RUNNING, None)


ACROSS = settings(max_examples=60)


@given(office_rules, around_tet, waits, calendars)
@ACROSS
def test_the_agency_never_gets_more_or_less_office_time_than_promised(rule, start, pauses, calendar):
    """Stopped five times or never, over Tết or not: from acceptance to promise the clock ran as long as at first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deadlines, "load_calendar", lambda: calendar)
        dossier = accepted(rule, start, calendar)
        promised = working_minutes_between(start, dossier.due_at, calendar)
        moment, stood = start, 0
        for runs, waited in pauses:
            begins = moment + runs
            moment = begins + waited
            stand_still(dossier, begins, moment)
            stood += working_minutes_between(begins, moment, calendar)
        ran = working_minutes_between(start, dossier.due_at, calendar) - stood
    assert ran == promised
    assert dossier.original_due_at == rule.due(start, calendar), "the first promise is never rewritten"


@given(any_rules, around_tet, waits)
@ACROSS
def test_waiting_never_brings_a_promise_nearer(rule, start, pauses):
    dossier, moment = accepted(rule, start, TET), start
    for runs, waited in pauses:
        before, begins = dossier.due_at, moment + runs
        moment = begins + waited
        stand_still(dossier, begins, moment)
        assert dossier.due_at is before is None or dossier.due_at >= before


@given(any_rules, around_tet, st.timedeltas(timedelta(0), timedelta(days=20)))
@ACROSS
def test_restart_promises_as_if_accepted_on_the_day_of_the_supplement(rule, start, waited):
    dossier = accepted(rule, start, TET)
    stand_still(dossier, start, start + waited, Clock.RESTART)
    if rule.mode == "restart":
        assert dossier.due_at == rule.due(start + waited, TET)
    elif rule.value is not None:
        assert dossier.due_at == rule.shifted(rule.due(start, TET), start, start + waited, TET)


@given(any_rules, around_tet, st.timedeltas(timedelta(0), timedelta(days=9)))
@ACROSS
def test_what_ends_while_it_stands_still_is_measured_as_if_it_had_gone_on_first(rule, start, waited):
    stopped, resumed = accepted(rule, start, TET), accepted(rule, start, TET)
    deadlines.apply(stopped, Clock.STOP, start)
    deadlines.apply(stopped, Clock.END, start + waited)
    stand_still(resumed, start, start + waited)
    assert stopped.due_at == resumed.due_at
    assert (stopped.clock_state, stopped.paused_at) == (State.ENDED, None)


@given(any_rules, around_tet)
@ACROSS
def test_standing_still_for_no_time_changes_nothing(rule, start):
    dossier = accepted(rule, start, TET)
    stand_still(dossier, start, start)
    assert dossier.due_at == dossier.original_due_at


@given(
    any_rules, around_tet, st.sampled_from([Clock.NONE, Clock.STOP, Clock.END, Clock.RESUME, Clock.REOPEN])
)
@ACROSS
def test_an_adjustment_is_told_exactly_when_the_promise_moved(rule, start, effect):
    dossier = accepted(rule, start, TET)
    deadlines.apply(dossier, Clock.STOP, start)
    before = dossier.due_at
    told = deadlines.apply(dossier, effect, start + timedelta(days=4))
    assert bool(told) == (dossier.due_at != before)
    if told:
        assert datetime.fromisoformat(told["due_after"]) == dossier.due_at
        assert datetime.fromisoformat(told["due_before"]) == before


@given(any_rules)
def test_a_rule_is_the_same_after_it_was_kept_with_the_dossier(rule):
    assert DeadlineRule.from_json(rule.to_json()) == rule


@pytest.mark.parametrize("kept", [None, {}])
def test_no_rule_promises_nothing(kept):
    assert DeadlineRule.from_json(kept).due(at("2027-02-01 09:00"), TET) is None


class TestByHand:
    """Counted with a finger on the calendar."""

    @pytest.mark.parametrize(
        ("value", "unit", "start", "due"),
        [
            (3, "ngay_lam_viec", "2027-02-01 09:00", "2027-02-11 09:00"),  # Tue, Wed, then after Tết Thursday
            (3, "ngay_lam_viec", "2027-01-29 09:00", "2027-02-02 09:00"),  # the exchanged Saturday counts
            (1, "ngay_lam_viec", "2027-02-03 17:30", "2027-02-11 17:00"),
            (2, "ngay_lam_viec", "2027-02-11 08:00", "2027-02-16 08:00"),  # over the Friday exchanged for
            (10, "ngay", "2027-01-29 09:00", "2027-02-11 17:00"),  # ends in Tết: the next working day
            (1, "thang", "2027-01-09 10:00", "2027-02-11 17:00"),
            (16, "gio", "2027-02-03 13:30", "2027-02-15 11:30"),
            (0, "ngay_lam_viec", "2027-02-06 09:00", "2027-02-11 07:00"),
        ],
    )
    def test_promises_over_tet(self, value: int, unit: str, start: str, due: str) -> None:
        assert DeadlineRule(value=value, unit=unit).due(at(start), TET) == at(due)

    @pytest.mark.parametrize(
        ("stopped", "resumed", "due"),
        [
            ("2027-02-02 09:00", "2027-02-02 09:00", "2027-02-11 09:00"),
            (
                "2027-02-02 09:00",
                "2027-02-03 09:00",
                "2027-02-15 09:00",
            ),  # one working day later, over the Friday off
            (
                "2027-02-04 00:00",
                "2027-02-10 23:59",
                "2027-02-11 09:00",
            ),  # all of Tết: nobody would have worked
            ("2027-02-03 16:00", "2027-02-11 08:00", "2027-02-11 11:00"),  # an hour before, an hour after
        ],
    )
    def test_pauses_over_tet(self, stopped: str, resumed: str, due: str) -> None:
        dossier = accepted(DeadlineRule(value=3, mode="pause"), at("2027-02-01 09:00"), TET)
        stand_still(dossier, at(stopped), at(resumed))
        assert dossier.due_at == at(due)

    def test_each_pause_of_several_counts_for_itself(self) -> None:
        dossier = accepted(DeadlineRule(value=3, mode="pause"), at("2027-02-01 09:00"), TET)
        stand_still(dossier, at("2027-02-01 10:00"), at("2027-02-01 11:00"))
        stand_still(dossier, at("2027-02-03 16:30"), at("2027-02-11 07:30"))
        assert dossier.due_at == at("2027-02-11 11:00")
