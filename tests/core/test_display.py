"""Formats of dates, amounts and time limits."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core import display
from core.worktime import TIME_ZONE
from tests.core.calendars import at

NBSP = "\u00a0"
NOW = at("2026-11-23 10:00")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.date(2026, 3, 2), "02/03/2026"),
        (at("2026-11-27 17:00"), "27/11/2026"),
        (dt.datetime(2026, 11, 26, 17, 30, tzinfo=dt.UTC), "27/11/2026"),
        (dt.datetime(2026, 11, 26, 16, 59, tzinfo=dt.UTC), "26/11/2026"),
    ],
)
def test_a_moment_is_dated_in_the_local_time_zone(value, text):
    assert display.date_text(value) == text


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-01-31 08:00", "ngày 31 tháng 01 năm 2026"),
        ("2026-02-09 08:00", "ngày 09 tháng 02 năm 2026"),
        ("2026-03-05 08:00", "ngày 05 tháng 3 năm 2026"),
        ("2026-10-10 08:00", "ngày 10 tháng 10 năm 2026"),
        ("2026-12-31 23:59", "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_printed_dates_follow_decree_30(moment, day):
    assert display.day_in_words(at(moment)) == day
    assert display.datetime_in_words(at(moment)) == f"{moment[11:13]} giờ {moment[14:]} phút, {day}"


def test_times_and_moments_are_local():
    assert display.time_text(at("2026-11-27 07:05")) == "07:05"
    assert display.time_text(dt.time(7, 5)) == "07:05"
    assert display.time_text(dt.datetime(2026, 11, 27, 10, 0, tzinfo=dt.UTC)) == "17:00"
    assert display.datetime_text(at("2026-11-27 17:00")) == "27/11/2026 17:00"


@pytest.mark.parametrize(
    ("call", "vi", "en"),
    [
        (lambda: display.number_text(18402), "18.402", "18,402"),
        (lambda: display.number_text(1234567), "1.234.567", "1,234,567"),
        (lambda: display.number_text(0), "0", "0"),
        (lambda: display.number_text(-7500), "-7.500", "-7,500"),
        (lambda: display.number_text(Decimal("98.64"), decimals=1), "98,6", "98.6"),
        (lambda: display.money_text(7500), f"7.500{NBSP}đ", f"7,500{NBSP}đ"),
        (lambda: display.money_text(Decimal(400000)), f"400.000{NBSP}đ", f"400,000{NBSP}đ"),
        (lambda: display.percent_text(98.64), "98,6%", "98.6%"),
        (lambda: display.percent_text(100), "100%", "100%"),
        (lambda: display.size_text(0), f"1{NBSP}kB", f"1{NBSP}kB"),
        (lambda: display.size_text(24_300), f"24{NBSP}kB", f"24{NBSP}kB"),
        (lambda: display.lifetime_text(dt.timedelta(days=7)), "7 ngày", "7 days"),
        (lambda: display.lifetime_text(dt.timedelta(hours=1)), "1 giờ", "1 hour"),
        (lambda: display.lifetime_text(dt.timedelta(hours=26)), "26 giờ", "26 hours"),
        (lambda: display.lifetime_text(dt.timedelta(minutes=15)), "15 phút", "15 minutes"),
        (lambda: display.lifetime_text(dt.timedelta(minutes=90)), "90 phút", "90 minutes"),
        (lambda: display.size_text(1_234_567), f"1,2{NBSP}MB", f"1.2{NBSP}MB"),
        (lambda: display.due_text(at("2026-11-24 09:00"), NOW), "Còn 1 ngày", "1 day left"),
        (lambda: display.due_text(at("2026-11-22 09:00"), NOW), "Quá hạn 1 ngày", "Overdue by 1 day"),
    ],
)
def test_texts_follow_the_active_language(call, vi, en):
    for language, text in (("vi", vi), ("en", en)):
        with translation.override(language):
            assert call() == text


@given(st.integers(-(10**15), 10**15))
def test_number_text_keeps_every_digit(value):
    with translation.override("vi"):
        assert int(display.number_text(value).replace(".", "")) == value


@pytest.mark.parametrize(
    ("due", "text", "tone"),
    [
        ("2026-11-23 17:00", "Hôm nay 17:00", "wait"),
        ("2026-11-23 10:00", "Hôm nay 10:00", "wait"),
        ("2026-11-23 09:59", "Quá hạn từ 09:59", "bad"),
        ("2026-11-23 23:59", "Hôm nay 23:59", "wait"),
        ("2026-11-24 00:00", "Còn 1 ngày", "done"),
        ("2026-11-22 23:59", "Quá hạn 1 ngày", "bad"),
        ("2026-12-05 17:00", "Còn 12 ngày", "done"),
        ("2026-11-03 17:00", "Quá hạn 20 ngày", "bad"),
    ],
)
def test_time_left_counts_local_calendar_days(due, text, tone):
    for zone in (dt.UTC, TIME_ZONE):
        assert display.due_text(at(due).astimezone(zone), NOW) == text
        assert display.due_tone(at(due).astimezone(zone), NOW) == tone


moments = st.datetimes(dt.datetime(2026, 11, 1), dt.datetime(2026, 12, 20), timezones=st.just(TIME_ZONE))


@given(moments, moments)
def test_due_tone_matches_due_text(due, now):
    with translation.override("vi"):
        text, tone = display.due_text(due, now), display.due_tone(due, now)
    assert text.startswith("Quá hạn") == (tone == "bad")
    assert text.startswith("Hôm nay") == (tone == "wait")
    assert text.startswith("Còn") == (tone == "done")
