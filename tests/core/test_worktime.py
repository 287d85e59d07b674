"""Deadlines: the cases of DOMAIN 2.6 and 7, and laws that hold for every calendar (hypothesis)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.models import Holiday
from core.worktime import (
    TIME_ZONE,
    TimeUnit,
    WorkCalendar,
    add_working_minutes,
    deadline,
    load_calendar,
    next_working_moment,
    phrase,
    working_minutes_between,
)
from core.worktime.services import load_public_holidays

SPRING_2019 = WorkCalendar(
    days_off=frozenset({date(2019, 4, 15), date(2019, 4, 29), date(2019, 4, 30), date(2019, 5, 1)}),
    makeup=frozenset({date(2019, 5, 4)}),
)
PLAIN = WorkCalendar()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TIME_ZONE)


class TestCalendar:
    def test_a_makeup_saturday_is_worked_and_an_exchanged_monday_is_not(self):
        assert SPRING_2019.is_working_day(date(2019, 5, 4))
        assert not SPRING_2019.is_working_day(date(2019, 4, 29))
        assert not SPRING_2019.is_working_day(date(2019, 5, 5))

    def test_a_makeup_day_wins_over_a_day_off_on_the_same_date(self):
        day = date(2019, 5, 4)
        assert WorkCalendar(days_off=frozenset({day}), makeup=frozenset({day})).is_working_day(day)

    @pytest.mark.parametrize(
        "hours",
        [(), ((time(8), time(8)),), ((time(13), time(17)), (time(7), time(11))), ((time(11), time(7)),)],
    )
    def test_impossible_office_hours_are_refused(self, hours):
        with pytest.raises(ValueError, match="office hours"):
            WorkCalendar(hours=hours)

    def test_a_naive_moment_is_refused(self):
        with pytest.raises(ValueError, match="time zone"):
            next_working_moment(datetime(2019, 4, 26, 16), PLAIN)


class TestNextWorkingMoment:
    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            ("2019-04-26 16:00", "2019-04-26 16:00"),
            ("2019-04-26 06:10", "2019-04-26 07:00"),
            ("2019-04-26 11:30", "2019-04-26 13:30"),
            ("2019-04-26 12:15", "2019-04-26 13:30"),
            ("2019-04-25 17:00", "2019-04-26 07:00"),
            ("2019-04-26 20:00", "2019-05-02 07:00"),
            ("2019-05-03 17:30", "2019-05-04 07:00"),
            ("2019-05-04 18:00", "2019-05-06 07:00"),
        ],
    )
    def test_rolls_to_the_next_opening(self, moment, expected):
        assert next_working_moment(at(moment), SPRING_2019) == at(expected)

    def test_a_utc_moment_is_decided_in_vietnam(self):
        evening_in_vietnam = datetime(2019, 4, 25, 11, 0, tzinfo=UTC)
        assert next_working_moment(evening_in_vietnam, PLAIN) == at("2019-04-26 07:00")


class TestDeadline:
    def test_three_working_days_over_the_2019_spring_holidays(self):
        due = deadline(at("2019-04-26 16:00"), value=3, unit="ngay_lam_viec", calendar=SPRING_2019)
        assert due == at("2019-05-04 16:00")

    @pytest.mark.parametrize(
        ("accepted", "due"),
        [
            ("2026-03-02 15:00", "2026-03-02 17:00"),
            ("2026-03-02 15:01", "2026-03-03 17:00"),
            ("2026-03-06 15:01", "2026-03-09 17:00"),
            ("2026-03-02 06:00", "2026-03-02 17:00"),
            ("2026-03-02 18:00", "2026-03-03 17:00"),
        ],
    )
    def test_a_same_day_procedure_is_due_at_closing_or_on_the_next_working_day(self, accepted, due):
        result = deadline(
            at(accepted), value=1, unit=TimeUnit.WORKING_DAY, calendar=PLAIN, same_day_cutoff=time(15, 0)
        )
        assert result == at(due)

    def test_seconds_inside_the_cutoff_minute_are_still_in_time(self):
        accepted = at("2026-03-02 15:00:59")
        assert deadline(
            accepted, value=0, unit="ngay", calendar=PLAIN, same_day_cutoff=time(15, 0)
        ).date() == date(2026, 3, 2)

    @pytest.mark.parametrize(
        ("accepted", "value", "due"),
        [("2026-03-02 07:00", 8, "2026-03-02 17:00"), ("2026-03-02 16:00", 8, "2026-03-03 16:00"),
         ("2026-03-02 10:00", 2, "2026-03-02 14:00"), ("2026-03-06 16:30", 1, "2026-03-09 07:30")],
    )  # fmt: skip
    def test_hours_are_office_hours(self, accepted, value, due):
        assert deadline(at(accepted), value=value, unit="gio", calendar=PLAIN) == at(due)

    def test_calendar_days_count_every_day_but_a_free_due_day_rolls_on(self):
        assert deadline(at("2026-03-02 09:00"), value=5, unit="ngay", calendar=PLAIN) == at(
            "2026-03-09 09:00"
        )
        assert deadline(at("2026-03-02 09:00"), value=4, unit="ngay", calendar=PLAIN) == at(
            "2026-03-06 09:00"
        )

    @pytest.mark.parametrize(
        ("accepted", "months", "due"),
        [("2026-01-30 09:00", 1, "2026-03-02 09:00"), ("2025-12-15 09:00", 1, "2026-01-15 09:00"),
         ("2024-01-31 09:00", 1, "2024-02-29 09:00"), ("2026-03-02 09:00", 12, "2027-03-02 09:00")],
    )  # fmt: skip
    def test_months_end_on_the_last_day_of_a_shorter_month(self, accepted, months, due):
        assert deadline(at(accepted), value=months, unit="thang", calendar=PLAIN) == at(due)

    def test_unknown_units_and_negative_times_are_refused(self):
        with pytest.raises(ValueError, match="tuan"):
            deadline(at("2026-03-02 09:00"), value=1, unit="tuan", calendar=PLAIN)
        with pytest.raises(ValueError, match="negative"):
            deadline(at("2026-03-02 09:00"), value=-1, unit="ngay", calendar=PLAIN)


moments = st.datetimes(datetime(2024, 1, 1), datetime(2025, 6, 30), timezones=st.just(TIME_ZONE))
days = st.dates(date(2024, 1, 1), date(2026, 6, 30))
calendars = st.builds(
    WorkCalendar,
    days_off=st.frozensets(days, max_size=30),
    makeup=st.frozensets(days.filter(lambda day: day.weekday() == 5), max_size=10),
)


class TestLaws:
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

    @given(moments, moments, moments, calendars)
    def test_time_between_adds_up(self, a, b, c, calendar):
        a, b, c = (moment.replace(second=0, microsecond=0) for moment in sorted((a, b, c)))
        whole = working_minutes_between(a, c, calendar)
        assert whole == working_minutes_between(a, b, calendar) + working_minutes_between(b, c, calendar)
        assert working_minutes_between(c, a, calendar) == -whole

    @given(moments, moments, st.integers(0, 60), st.sampled_from(TimeUnit.values), calendars)
    def test_who_comes_later_is_never_served_earlier(self, a, b, value, unit, calendar):
        first, second = sorted((a, b))
        assert deadline(first, value=value, unit=unit, calendar=calendar) <= deadline(
            second, value=value, unit=unit, calendar=calendar
        )

    @given(moments, st.integers(0, 60), st.sampled_from(TimeUnit.values), calendars)
    def test_a_due_day_is_worked_and_more_time_is_never_less(self, start, value, unit, calendar):
        due = deadline(start, value=value, unit=unit, calendar=calendar)
        assert calendar.is_working_day(due.date())
        assert due >= start
        assert deadline(start, value=value + 1, unit=unit, calendar=calendar) > due - timedelta(seconds=1)


class TestStoredCalendar:
    @pytest.mark.django_db
    def test_the_loaded_holidays_give_the_article_s_deadline(self, django_assert_num_queries):
        load_public_holidays(first_year=2019, last_year=2019)
        with django_assert_num_queries(1):
            calendar = load_calendar()
        due = deadline(at("2019-04-26 16:00"), value=3, unit="ngay_lam_viec", calendar=calendar)
        assert due == at("2019-05-04 16:00")

    @pytest.mark.django_db
    def test_loading_twice_adds_nothing_and_keeps_what_staff_changed(self):
        assert load_public_holidays(first_year=2019, last_year=2019) > 10
        Holiday.objects.filter(date=date(2019, 5, 4)).update(name="Làm bù theo thông báo 6519", kind="off")
        assert load_public_holidays(first_year=2019, last_year=2019) == 0
        assert Holiday.objects.get(date=date(2019, 5, 4)).name == "Làm bù theo thông báo 6519"

    @pytest.mark.django_db
    def test_every_known_makeup_saturday_from_2019_on_is_a_working_day(self):
        load_public_holidays(first_year=2019, last_year=2026)
        calendar = load_calendar()
        worked = {date(2019, 1, 5), date(2019, 5, 4), date(2024, 5, 4), date(2025, 4, 26), date(2026, 8, 22)}
        assert {day for day in worked if calendar.is_working_day(day)} == worked


@pytest.mark.parametrize(
    ("language", "value", "unit", "text"),
    [("en", 1, "ngay_lam_viec", "1 working day"), ("en", 3, "ngay_lam_viec", "3 working days"),
     ("vi", 3, "ngay_lam_viec", "3 ngày làm việc"), ("vi", 15, "ngay", "15 ngày"),
     ("vi", 8, "gio", "8 giờ làm việc"), ("vi", 2, "thang", "2 tháng")],
)  # fmt: skip
def test_a_duration_is_said_in_the_reader_s_language(language, value, unit, text):
    with translation.override(language):
        assert phrase(value, unit) == text
