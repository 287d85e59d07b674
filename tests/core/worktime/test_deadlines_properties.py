"""Properties of deadlines that hold for every calendar (Hypothesis)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.worktime import (
    TIME_ZONE,
    TimeUnit,
    WorkCalendar,
    add_working_minutes,
    deadline,
    next_working_moment,
    postponed,
    working_minutes_between,
)

OFFICE_UNITS = [TimeUnit.WORKING_DAY, TimeUnit.HOUR]
CALENDAR_UNITS = [TimeUnit.DAY, TimeUnit.MONTH]

whole_moments = st.datetimes(datetime(2024, 1, 1), datetime(2025, 6, 30), timezones=st.just(TIME_ZONE))
# Edges are where such rules break: openings, closings and the minutes beside them, close together.
edges = st.builds(
    lambda day, clock, minutes: datetime.combine(day, clock, tzinfo=TIME_ZONE) + timedelta(minutes=minutes),
    st.dates(date(2024, 4, 20), date(2024, 5, 12)),
    st.sampled_from([time(0, 0), time(7, 0), time(11, 30), time(13, 30), time(15, 0), time(17, 0)]),
    st.sampled_from([-1, 0, 0, 1]),
)
moments = whole_moments | edges
days = st.dates(date(2024, 1, 1), date(2026, 6, 30))
spring_days = st.dates(date(2024, 4, 20), date(2024, 5, 31))
calendars = st.builds(
    WorkCalendar,
    days_off=st.frozensets(days | spring_days, max_size=30),
    makeup=st.frozensets((days | spring_days).filter(lambda day: day.weekday() == 5), max_size=10),
)
units = st.sampled_from(TimeUnit.values)
values = st.integers(0, 4) | st.integers(0, 60)
waits = st.tuples(moments, moments).map(sorted)


def inside_office_hours(moment: datetime, calendar: WorkCalendar) -> bool:
    """Return True if the moment is after an opening, up to and including the closing."""
    return any(opens < moment <= closes for opens, closes in calendar.periods(moment.date()))


class TestMoments:
    @given(moments, calendars)
    def test_the_next_working_moment_is_worked_and_never_earlier(self, moment, calendar):
        moved = next_working_moment(moment, calendar)
        assert moved >= moment
        assert any(opens <= moved < closes for opens, closes in calendar.periods(moved.date()))
        assert next_working_moment(moved, calendar) == moved
        assert working_minutes_between(moment, moved, calendar) == 0

    @given(moments, st.integers(0, 20_000), calendars)
    def test_adding_minutes_and_counting_them_agree(self, moment, minutes, calendar):
        end = add_working_minutes(moment, minutes, calendar)
        assert working_minutes_between(moment, end, calendar) == minutes

    @given(moments, st.integers(1, 3_000), st.integers(1, 3_000), calendars)
    def test_adding_minutes_in_two_steps_gives_the_same_moment(self, moment, first, second, calendar):
        middle = add_working_minutes(moment, first, calendar)
        assert add_working_minutes(middle, second, calendar) == add_working_minutes(
            moment, first + second, calendar
        )

    @given(moments, moments, moments, calendars)
    def test_minutes_between_are_additive(self, a, b, c, calendar):
        a, b, c = (moment.replace(second=0, microsecond=0) for moment in sorted((a, b, c)))
        whole = working_minutes_between(a, c, calendar)
        assert whole == working_minutes_between(a, b, calendar) + working_minutes_between(b, c, calendar)
        assert working_minutes_between(c, a, calendar) == -whole

    @given(moments, calendars)
    def test_the_closing_before_an_opening_costs_no_office_time(self, moment, calendar):
        opening = calendar.opening(next_working_moment(moment, calendar).date())
        closing = calendar.closing_before(opening)
        assert closing < opening
        assert working_minutes_between(closing, opening, calendar) == 0
        assert calendar.closing_before(closing) == closing


class TestDeadlines:
    @given(moments, moments, values, units, calendars)
    def test_a_later_start_never_has_an_earlier_deadline(self, a, b, value, unit, calendar):
        first, second = sorted((a, b))
        assert deadline(first, value=value, unit=unit, calendar=calendar) <= deadline(
            second, value=value, unit=unit, calendar=calendar
        )

    @given(moments, values, units, calendars)
    def test_a_longer_time_never_has_an_earlier_deadline(self, start, value, unit, calendar):
        less = deadline(start, value=value, unit=unit, calendar=calendar)
        assert start <= less <= deadline(start, value=value + 1, unit=unit, calendar=calendar)

    @given(moments, st.integers(1, 60), units, calendars)
    def test_a_deadline_is_inside_office_hours_and_never_an_opening(self, start, value, unit, calendar):
        assert inside_office_hours(deadline(start, value=value, unit=unit, calendar=calendar), calendar)

    @given(moments, st.integers(1, 60), st.sampled_from(CALENDAR_UNITS), calendars)
    def test_calendar_limits_end_at_closing(self, start, value, unit, calendar):
        due = deadline(start, value=value, unit=unit, calendar=calendar)
        assert due == calendar.closing(due.date())

    @given(moments, st.integers(1, 30), calendars)
    def test_working_days_hold_eight_hours_each(self, start, value, calendar):
        due = deadline(start, value=value, unit=TimeUnit.WORKING_DAY, calendar=calendar)
        assert working_minutes_between(start.replace(second=0, microsecond=0), due, calendar) == value * 480

    @given(moments, st.integers(1, 60), units, calendars)
    def test_the_time_zone_of_the_start_does_not_matter(self, start, value, unit, calendar):
        in_local_zone = start.astimezone(tz=None)
        assert deadline(in_local_zone, value=value, unit=unit, calendar=calendar) == deadline(
            start, value=value, unit=unit, calendar=calendar
        )

    @given(moments, moments, st.times(time(7, 0), time(16, 59)), calendars)
    def test_same_day_deadlines_are_closings_in_order(self, a, b, cutoff, calendar):
        deadlines = [
            deadline(moment, value=0, unit="ngay", calendar=calendar, same_day_cutoff=cutoff)
            for moment in sorted((a, b))
        ]
        assert deadlines == sorted(deadlines)
        assert all(due == calendar.closing(due.date()) for due in deadlines)
        assert all(calendar.is_working_day(due.date()) for due in deadlines)


class TestPauses:
    @given(moments, values, units, waits, calendars)
    def test_a_pause_never_brings_the_deadline_forward(self, start, value, unit, wait, calendar):
        due = deadline(start, value=value, unit=unit, calendar=calendar)
        stopped, resumed = wait
        moved = postponed(due, stopped=stopped, resumed=resumed, unit=unit, calendar=calendar)
        assert moved >= due
        assert postponed(due, stopped=stopped, resumed=stopped, unit=unit, calendar=calendar) == due

    @given(moments, st.integers(1, 30), st.sampled_from(OFFICE_UNITS), waits, calendars)
    def test_a_limit_in_office_time_moves_by_the_office_time_of_the_pause(
        self, start, value, unit, wait, calendar
    ):
        due = deadline(start, value=value, unit=unit, calendar=calendar)
        stopped, resumed = wait
        moved = postponed(due, stopped=stopped, resumed=resumed, unit=unit, calendar=calendar)
        waited = working_minutes_between(stopped, resumed, calendar)
        assert working_minutes_between(due, moved, calendar) == waited
        assert inside_office_hours(moved, calendar)

    @given(moments, st.integers(1, 30), st.sampled_from(CALENDAR_UNITS), waits, calendars)
    def test_a_calendar_limit_moves_by_whole_days(self, start, value, unit, wait, calendar):
        due = deadline(start, value=value, unit=unit, calendar=calendar)
        stopped, resumed = wait
        moved = postponed(due, stopped=stopped, resumed=resumed, unit=unit, calendar=calendar)
        nights = (resumed.date() - stopped.date()).days
        assert moved.date() == calendar.working_day_on_or_after(due.date() + timedelta(days=nights))

    @given(moments, st.integers(1, 30), units, st.tuples(moments, moments, moments).map(sorted), calendars)
    def test_a_longer_pause_never_has_an_earlier_deadline(self, start, value, unit, wait, calendar):
        due = deadline(start, value=value, unit=unit, calendar=calendar)
        stopped, soon, late = wait
        assert postponed(due, stopped=stopped, resumed=soon, unit=unit, calendar=calendar) <= postponed(
            due, stopped=stopped, resumed=late, unit=unit, calendar=calendar
        )
