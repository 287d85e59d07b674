"""The calendar, its openings and closings, and the minutes between them."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, time

import pytest
from django.utils import translation

from core.worktime import (
    WorkCalendar,
    add_working_minutes,
    duration_text,
    next_working_moment,
    start_of_day,
    working_minutes_between,
)
from tests.core.calendars import PLAIN, SPRING_2019, at


class TestCalendar:
    def test_a_calendar_cannot_be_changed_since_all_calculations_share_it(self):
        with pytest.raises(FrozenInstanceError):
            PLAIN.days_off = frozenset({date(2026, 3, 2)})

    def test_make_up_saturday_is_worked_and_exchanged_monday_is_not(self):
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

    def test_working_days_from_a_free_day_begin_after_it(self):
        assert PLAIN.working_day_on_or_after(date(2026, 3, 7)) == date(2026, 3, 9)
        assert PLAIN.working_day_on_or_after(date(2026, 3, 9)) == date(2026, 3, 9)
        assert PLAIN.add_working_days(date(2026, 3, 7), 1) == date(2026, 3, 9)
        assert PLAIN.add_working_days(date(2026, 3, 9), 0) == date(2026, 3, 9)

    def test_a_free_day_has_no_office_hours(self):
        assert PLAIN.periods(date(2026, 3, 7)) == []
        assert len(PLAIN.periods(date(2026, 3, 9))) == 2
        assert PLAIN.opening(date(2026, 3, 9)) == at("2026-03-09 07:00")
        assert PLAIN.closing(date(2026, 3, 9)) == at("2026-03-09 17:00")

    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            ("2026-03-10 07:00", "2026-03-09 17:00"),
            ("2026-03-09 07:00", "2026-03-06 17:00"),
            ("2026-03-09 13:30", "2026-03-09 11:30"),
            ("2026-03-09 07:01", "2026-03-09 07:01"),
            ("2026-03-09 06:59", "2026-03-09 06:59"),
            ("2026-03-09 17:00", "2026-03-09 17:00"),
            ("2026-03-08 07:00", "2026-03-08 07:00"),
        ],
    )
    def test_closing_before_changes_openings_only(self, moment, expected):
        assert PLAIN.closing_before(at(moment)) == at(expected)

    def test_closing_before_skips_a_long_holiday(self):
        assert SPRING_2019.closing_before(at("2019-05-02 07:00")) == at("2019-04-26 17:00")
        assert SPRING_2019.closing_before(at("2019-05-06 07:00")) == at("2019-05-04 17:00")


def test_a_day_starts_at_midnight_of_the_portal():
    assert start_of_day(date(2026, 3, 2)) == datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    assert start_of_day(date(2026, 3, 2)).date() == date(2026, 3, 2)


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
    def test_moves_to_the_next_opening(self, moment, expected):
        assert next_working_moment(at(moment), SPRING_2019) == at(expected)

    def test_a_utc_moment_is_converted_to_local_time(self):
        evening_in_vietnam = datetime(2019, 4, 25, 11, 0, tzinfo=UTC)
        assert next_working_moment(evening_in_vietnam, PLAIN) == at("2019-04-26 07:00")


class TestMinutes:
    """Lunch break, night and days off are not office time."""

    @pytest.mark.parametrize(
        ("start", "minutes", "end"),
        [
            ("2026-03-02 07:00", 0, "2026-03-02 07:00"),
            ("2026-03-02 07:00", 270, "2026-03-02 11:30"),
            ("2026-03-02 07:00", 271, "2026-03-02 13:31"),
            ("2026-03-02 07:00", 480, "2026-03-02 17:00"),
            ("2026-03-02 07:00", 481, "2026-03-03 07:01"),
            ("2026-03-02 12:00", 1, "2026-03-02 13:31"),
            ("2026-03-02 17:00", 1, "2026-03-03 07:01"),
            ("2026-03-06 16:59", 2, "2026-03-09 07:01"),
            ("2026-03-07 10:00", 480, "2026-03-09 17:00"),
            ("2026-03-02 07:00", 40 * 60, "2026-03-06 17:00"),
        ],
    )
    def test_minutes_are_added_inside_office_hours(self, start, minutes, end):
        assert add_working_minutes(at(start), minutes, PLAIN) == at(end)

    @pytest.mark.parametrize(
        ("earlier", "later", "minutes"),
        [
            ("2026-03-02 11:30", "2026-03-02 13:30", 0),
            ("2026-03-02 11:29", "2026-03-02 13:31", 2),
            ("2026-03-02 17:00", "2026-03-03 07:00", 0),
            ("2026-03-06 17:00", "2026-03-09 07:00", 0),
            ("2026-03-06 16:00", "2026-03-09 08:00", 120),
            ("2026-03-02 00:00", "2026-03-09 00:00", 5 * 480),
            ("2026-03-09 08:00", "2026-03-06 16:00", -120),
        ],
    )
    def test_minutes_are_counted_inside_office_hours(self, earlier, later, minutes):
        assert working_minutes_between(at(earlier), at(later), PLAIN) == minutes

    def test_a_started_minute_is_not_counted(self):
        assert working_minutes_between(at("2026-03-02 08:00:30"), at("2026-03-02 08:02:29"), PLAIN) == 1

    def test_other_office_hours_are_respected(self):
        night = WorkCalendar(hours=((time(22, 0), time(23, 30)),))
        assert add_working_minutes(at("2026-03-02 22:30"), 90, night) == at("2026-03-03 22:30")
        assert working_minutes_between(at("2026-03-02 08:00"), at("2026-03-03 08:00"), night) == 90


@pytest.mark.parametrize(
    ("language", "value", "unit", "text"),
    [("en", 1, "ngay_lam_viec", "1 working day"), ("en", 3, "ngay_lam_viec", "3 working days"),
     ("vi", 3, "ngay_lam_viec", "3 ngày làm việc"), ("vi", 15, "ngay", "15 ngày"),
     ("vi", 8, "gio", "8 giờ làm việc"), ("vi", 2, "thang", "2 tháng")],
)  # fmt: skip
def test_duration_text_follows_the_active_language(language, value, unit, text):
    with translation.override(language):
        assert duration_text(value, unit) == text


def test_a_duration_in_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="tuan"):
        duration_text(1, "tuan")
