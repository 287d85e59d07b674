"""Every line of docs/domain.md#deadlines that is a matter of calculation, and the decision of ADR 26.

2 March 2026 is a Monday. The office is open 07:00-11:30 and 13:30-17:00.
"""

from __future__ import annotations

from datetime import date, time

import pytest
from django.utils.translation import override

from core.worktime import TimeUnit, WorkCalendar, deadline, postponed, working_time_text
from tests.core.calendars import PLAIN, SPRING_2019, at

TET_2026 = WorkCalendar(days_off=frozenset(date(2026, 2, day) for day in range(14, 23)))
MAKEUP_2026 = WorkCalendar(days_off=frozenset({date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 2)}),
                           makeup=frozenset({date(2026, 8, 22)}))  # fmt: skip


def due(accepted: str, value: int, unit: str, calendar: WorkCalendar = PLAIN):
    return deadline(at(accepted), value=value, unit=unit, calendar=calendar)


@pytest.mark.parametrize(
    ("accepted", "value", "expected"),
    [
        # Inside office hours: the same time of day.
        ("2026-03-02 09:00", 3, "2026-03-05 09:00"),
        ("2026-03-02 16:59", 1, "2026-03-03 16:59"),
        ("2026-03-05 09:00", 2, "2026-03-09 09:00"),
        # The examples of the record: outside hours the next opening, and an opening is written as the closing before.
        ("2026-11-23 18:41", 3, "2026-11-26 17:00"),
        ("2026-03-02 17:00", 1, "2026-03-03 17:00"),
        ("2026-03-02 06:59", 1, "2026-03-02 17:00"),
        ("2026-03-02 07:00", 1, "2026-03-02 17:00"),
        ("2026-03-02 07:01", 1, "2026-03-03 07:01"),
        # The minute counts, as it is printed: seconds do not turn an opening into the next day.
        ("2026-03-02 07:00:27", 1, "2026-03-02 17:00"),
        ("2026-03-02 09:00:59", 1, "2026-03-03 09:00"),
        # In the lunch break from 13:30, half-open: 11:30 is the break, 13:30 the afternoon.
        ("2026-03-02 11:29", 1, "2026-03-03 11:29"),
        ("2026-03-02 11:30", 1, "2026-03-03 11:30"),
        ("2026-03-02 12:15", 1, "2026-03-03 11:30"),
        ("2026-03-02 13:30", 1, "2026-03-03 11:30"),
        ("2026-03-02 13:31", 1, "2026-03-03 13:31"),
        # Over the weekend: Friday evening begins on Monday, which is the first day.
        ("2026-03-06 17:00", 1, "2026-03-09 17:00"),
        ("2026-03-07 10:00", 1, "2026-03-09 17:00"),
        ("2026-03-08 23:59", 2, "2026-03-10 17:00"),
        ("2026-03-05 18:00", 1, "2026-03-06 17:00"),
        ("2026-03-05 18:00", 2, "2026-03-09 17:00"),
        # Nothing to wait for.
        ("2026-03-02 18:00", 0, "2026-03-03 07:00"),
        ("2026-03-02 09:00", 0, "2026-03-02 09:00"),
    ],
)
def test_working_days(accepted, value, expected):
    assert due(accepted, value, "ngay_lam_viec") == at(expected)


@pytest.mark.parametrize(
    ("accepted", "value", "expected", "calendar"),
    [
        # docs/domain.md#calendar: 29/4 (exchanged), 30/4 and 1/5 are days off, Saturday 4/5 is worked.
        ("2019-04-26 16:00", 3, "2019-05-04 16:00", SPRING_2019),
        ("2019-04-26 17:00", 3, "2019-05-04 17:00", SPRING_2019),
        ("2019-05-03 18:00", 1, "2019-05-04 17:00", SPRING_2019),
        ("2019-05-04 18:00", 1, "2019-05-06 17:00", SPRING_2019),
        # The last working day before nine free days: the due date does not wait for the end of the holiday.
        ("2026-02-12 18:00", 1, "2026-02-13 17:00", TET_2026),
        ("2026-02-13 18:00", 1, "2026-02-23 17:00", TET_2026),
        ("2026-02-13 10:00", 1, "2026-02-23 10:00", TET_2026),
        ("2026-08-21 17:30", 1, "2026-08-22 17:00", MAKEUP_2026),
        ("2026-08-28 09:00", 1, "2026-09-03 09:00", MAKEUP_2026),
    ],
)
def test_holidays_and_make_up_saturdays(accepted, value, expected, calendar):
    assert due(accepted, value, "ngay_lam_viec", calendar) == at(expected)


@pytest.mark.parametrize(
    ("accepted", "value", "expected"),
    [
        ("2026-03-02 07:00", 8, "2026-03-02 17:00"),
        ("2026-03-02 16:00", 8, "2026-03-03 16:00"),
        ("2026-03-02 10:00", 2, "2026-03-02 14:00"),
        ("2026-03-02 12:00", 8, "2026-03-03 11:30"),
        ("2026-03-02 18:00", 16, "2026-03-04 17:00"),
        ("2026-03-06 16:30", 1, "2026-03-09 07:30"),
        ("2026-03-06 16:00", 1, "2026-03-06 17:00"),
        ("2026-03-02 10:30", 1, "2026-03-02 11:30"),
        ("2026-03-02 18:00", 0, "2026-03-03 07:00"),
    ],
)
def test_hours_are_office_hours(accepted, value, expected):
    assert due(accepted, value, "gio") == at(expected)


@pytest.mark.parametrize("accepted", ["2026-03-02 07:00", "2026-03-03 18:00", "2026-03-07 12:00"])
@pytest.mark.parametrize("days", [1, 2, 5, 30])
def test_eight_hours_from_an_opening_are_a_working_day(accepted, days):
    assert due(accepted, 8 * days, "gio") == due(accepted, days, "ngay_lam_viec")


@pytest.mark.parametrize(
    ("accepted", "value", "expected"),
    [
        # Every day counts, the day of acceptance does not.
        ("2026-03-02 09:00", 4, "2026-03-06 17:00"),
        ("2026-03-02 16:59", 1, "2026-03-03 17:00"),
        # A last day on which nobody works moves on, whether it is a weekend or a holiday.
        ("2026-03-02 09:00", 5, "2026-03-09 17:00"),
        ("2026-03-02 09:00", 6, "2026-03-09 17:00"),
        ("2026-03-02 09:00", 7, "2026-03-09 17:00"),
        # Outside hours the next opening; that day is then the first.
        ("2026-03-02 18:41", 3, "2026-03-05 17:00"),
        ("2026-03-02 07:00", 3, "2026-03-04 17:00"),
        ("2026-03-02 12:00", 3, "2026-03-05 17:00"),
        ("2026-03-02 18:41", 6, "2026-03-09 17:00"),
        ("2026-03-07 10:00", 3, "2026-03-11 17:00"),
        ("2026-03-02 09:00", 0, "2026-03-02 17:00"),
        ("2026-03-02 07:00", 0, "2026-03-02 17:00"),
    ],
)
def test_calendar_days(accepted, value, expected):
    assert due(accepted, value, "ngay") == at(expected)


@pytest.mark.parametrize(
    ("accepted", "value", "expected", "calendar"),
    [
        ("2026-02-10 09:00", 4, "2026-02-23 17:00", TET_2026),
        ("2026-08-20 09:00", 2, "2026-08-22 17:00", MAKEUP_2026),
        ("2026-08-28 09:00", 4, "2026-09-03 17:00", MAKEUP_2026),
        ("2019-04-25 09:00", 4, "2019-05-02 17:00", SPRING_2019),
    ],
)
def test_calendar_days_count_holidays_and_roll_over_them(accepted, value, expected, calendar):
    assert due(accepted, value, "ngay", calendar) == at(expected)


@pytest.mark.parametrize(
    ("accepted", "months", "expected"),
    [
        ("2026-01-30 09:00", 1, "2026-03-02 17:00"),
        ("2025-12-15 09:00", 1, "2026-01-15 17:00"),
        ("2024-01-31 09:00", 1, "2024-02-29 17:00"),
        ("2026-01-31 09:00", 1, "2026-03-02 17:00"),
        ("2026-03-02 09:00", 12, "2027-03-02 17:00"),
        ("2024-02-29 09:00", 12, "2025-02-28 17:00"),
        ("2026-11-23 18:41", 1, "2026-12-23 17:00"),
        ("2026-03-31 18:00", 1, "2026-04-30 17:00"),
        ("2026-10-30 09:00", 4, "2027-03-01 17:00"),
    ],
)
def test_months_end_on_the_last_day_of_a_shorter_month(accepted, months, expected):
    assert due(accepted, months, "thang") == at(expected)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("2026-03-02 07:00", "2026-03-02 17:00"),
        ("2026-03-02 15:00", "2026-03-02 17:00"),
        ("2026-03-02 15:00:59", "2026-03-02 17:00"),
        ("2026-03-02 15:01", "2026-03-03 17:00"),
        ("2026-03-02 16:59", "2026-03-03 17:00"),
        ("2026-03-02 17:00", "2026-03-03 17:00"),
        ("2026-03-02 06:00", "2026-03-02 17:00"),
        ("2026-03-02 12:00", "2026-03-02 17:00"),
        ("2026-03-06 15:01", "2026-03-09 17:00"),
        ("2026-03-06 17:30", "2026-03-09 17:00"),
        ("2026-03-07 16:00", "2026-03-09 17:00"),
    ],
)
def test_same_day_procedures(accepted, expected):
    """Due on the same day if received by 15:00, else on the next working day; the unit is ignored."""
    for value, unit in ((0, "ngay"), (1, TimeUnit.WORKING_DAY), (3, "thang")):
        result = deadline(at(accepted), value=value, unit=unit, calendar=PLAIN, same_day_cutoff=time(15, 0))
        assert result == at(expected)


@pytest.mark.parametrize(
    ("cutoff", "accepted", "expected"),
    [
        (time(12, 0), "2026-03-02 11:45", "2026-03-02 17:00"),
        (time(12, 0), "2026-03-02 12:01", "2026-03-03 17:00"),
        (time(11, 0), "2026-03-02 11:00", "2026-03-02 17:00"),
        (time(11, 0), "2026-03-02 13:30", "2026-03-03 17:00"),
        (time(16, 30), "2026-03-02 16:30", "2026-03-02 17:00"),
        (time(23, 59), "2026-03-02 17:01", "2026-03-03 17:00"),
    ],
)
def test_the_same_day_cutoff_is_compared_with_the_moment_of_receipt(cutoff, accepted, expected):
    assert deadline(
        at(accepted), value=0, unit="ngay", calendar=PLAIN, same_day_cutoff=cutoff
    ) == at(expected)  # fmt: skip


def test_a_same_day_procedure_before_a_holiday_ends_after_it():
    accepted = at("2026-02-13 15:01")
    assert deadline(
        accepted, value=0, unit="ngay", calendar=TET_2026, same_day_cutoff=time(15, 0)
    ) == at("2026-02-23 17:00")  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "due_at", "stopped", "resumed", "moved"),
    [
        # Office time for office limits.
        ("ngay_lam_viec", "2026-03-05 09:00", "2026-03-03 09:00", "2026-03-04 09:00", "2026-03-06 09:00"),
        ("ngay_lam_viec", "2026-03-05 17:00", "2026-03-03 09:00", "2026-03-04 09:00", "2026-03-06 17:00"),
        ("ngay_lam_viec", "2026-03-05 17:00", "2026-03-03 18:00", "2026-03-04 06:00", "2026-03-05 17:00"),
        ("ngay_lam_viec", "2026-03-06 09:00", "2026-03-06 08:00", "2026-03-10 08:00", "2026-03-10 09:00"),
        ("gio", "2026-03-02 16:00", "2026-03-02 15:00", "2026-03-02 17:00", "2026-03-03 08:00"),
        ("gio", "2026-03-02 11:00", "2026-03-02 10:00", "2026-03-02 10:30", "2026-03-02 11:30"),
        # Midnights for calendar limits.
        ("ngay", "2026-03-05 17:00", "2026-03-03 09:00", "2026-03-03 16:00", "2026-03-05 17:00"),
        ("ngay", "2026-03-05 17:00", "2026-03-03 16:00", "2026-03-04 08:00", "2026-03-06 17:00"),
        ("ngay", "2026-03-05 17:00", "2026-03-03 09:00", "2026-03-05 09:00", "2026-03-09 17:00"),
        ("thang", "2026-04-02 17:00", "2026-03-06 17:30", "2026-03-16 07:00", "2026-04-13 17:00"),
        # A due date set before ADR 26 keeps its time of day unless the pause includes a night.
        ("ngay", "2026-03-05 09:00", "2026-03-03 09:00", "2026-03-03 16:00", "2026-03-05 09:00"),
        ("ngay", "2026-03-05 09:00", "2026-03-03 09:00", "2026-03-04 09:00", "2026-03-06 17:00"),
    ],
)
def test_a_pause_moves_the_deadline(unit, due_at, stopped, resumed, moved):
    result = postponed(
        at(due_at), stopped=at(stopped), resumed=at(resumed), unit=unit, calendar=PLAIN
    )  # fmt: skip
    assert result == at(moved)


def test_a_pause_over_a_holiday_costs_an_office_limit_nothing():
    moved = postponed(
        at("2026-02-24 09:00"), stopped=at("2026-02-13 17:00"), resumed=at("2026-02-23 07:00"),
        unit="ngay_lam_viec", calendar=TET_2026,
    )  # fmt: skip
    assert moved == at("2026-02-24 09:00")


def test_unknown_units_and_negative_times_are_refused():
    with pytest.raises(ValueError, match="tuan"):
        due("2026-03-02 09:00", 1, "tuan")
    with pytest.raises(ValueError, match="negative"):
        due("2026-03-02 09:00", -1, "ngay")
    with pytest.raises(ValueError, match="tuan"):
        postponed(
            at("2026-03-05 09:00"), stopped=at("2026-03-02 09:00"), resumed=at("2026-03-03 09:00"),
            unit="tuan", calendar=PLAIN,
        )  # fmt: skip


def test_other_office_hours_have_other_openings():
    summer = WorkCalendar(hours=((time(6, 30), time(11, 0)), (time(13, 0), time(16, 30))))
    assert due("2026-03-02 18:00", 1, "ngay_lam_viec", summer) == at("2026-03-03 16:30")
    assert due("2026-03-02 11:00", 1, "ngay_lam_viec", summer) == at("2026-03-03 11:00")
    assert due("2026-03-02 09:00", 2, "ngay", summer) == at("2026-03-04 16:30")


@pytest.mark.parametrize("unit", ["ngay", "thang"])
def test_a_limit_of_zero_at_an_opening_ends_on_the_same_day(unit: str) -> None:
    assert due("2026-03-03 07:00", 0, unit) == at("2026-03-03 17:00")


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (59, "59 phút"),
        (60, "1 giờ"),
        (480, "1 ngày"),
        (541, "1 ngày 1 giờ"),
        (481, "1 ngày 1 phút"),
    ],
)
def test_office_time_has_two_units(minutes: int, text: str) -> None:
    with override("vi"):
        assert working_time_text(minutes) == f"{text} làm việc"
        assert working_time_text(0) == "không có giờ làm việc"
