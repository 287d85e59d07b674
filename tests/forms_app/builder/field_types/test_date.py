"""Rules of dates: notations, bounds, the time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from forms_app.builder.field_types.date import EARLIEST, parse_date
from tests.forms_app.builder.factories import answer_of, asked, error_of, spec_of

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True, scope="module")
def _today() -> Iterator[None]:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


class TestDate:
    @given(
        st.dates(EARLIEST, date(2100, 1, 1)),
        st.sampled_from(
            [
                "{d}/{m}/{y}", "{d:02d}/{m:02d}/{y}", "{d}-{m}-{y}", "{d}.{m}.{y}", "{d} {m} {y}", "{d} / {m} / {y}",
                "ngày {d} tháng {m} năm {y}", "Ngày {d:02d} Tháng {m:02d} Năm {y}", "{y}-{m:02d}-{d:02d}",
                "{d:02d}{m:02d}{y}",
            ]
        ),
    )  # fmt: skip
    def test_date_is_accepted_in_every_notation(self, day: date, notation: str) -> None:
        typed = notation.format(d=day.day, m=day.month, y=day.year)
        assert parse_date(typed) == day
        assert answer_of("date", typed) == day.isoformat()

    @pytest.mark.parametrize(
        "typed",
        [
            "31/4/2020", "29/2/2023", "30/2/2024", "31/11/2025", "0/1/2020", "1/0/2020", "32/1/2020", "1/13/2020",
            "13/2020", "2020", "1/1", "1/1/20", "1/1/02020", "hôm qua", "1-1/2020x", "2020/1/1x", "00000000",
        ],
    )  # fmt: skip
    def test_impossible_date_is_quoted_in_the_error(self, typed: str) -> None:
        assert f"“{typed}” không phải ngày" in error_of("date", typed)

    @pytest.mark.parametrize("year", [1900, 2000, 2023, 2024, 2100])
    def test_29_february_is_accepted_in_leap_years_only(self, year: int) -> None:
        leap = (date(year, 3, 1) - timedelta(days=1)).day == 29
        assert (error_of("date", f"29/2/{year}") == "") == leap

    @given(st.dates(EARLIEST, date(2100, 1, 1)))
    def test_bounds_by_today_include_today(self, day: date) -> None:
        typed = f"{day:%d/%m/%Y}"
        assert (error_of("date", typed, options={"not_future": True}) == "") == (day <= TODAY)
        assert (error_of("date", typed, options={"not_past": True}) == "") == (day >= TODAY)

    def test_today_is_taken_from_vietnamese_time(self) -> None:
        with time_machine.travel("2026-11-23T17:30:00Z", tick=False):  # 00:30 on the 24th in Vietnam
            assert error_of("date", "24/11/2026", options={"not_future": True}) == ""
            assert error_of("date", "23/11/2026", options={"not_past": True}) != ""

    @given(st.text(min_size=1, max_size=60))
    def test_any_text_is_stored_as_a_date_or_rejected(self, text: str) -> None:
        form = asked(spec_of("date", required=False), {"f": text})
        if form.is_valid() and (answer := form.answers()["f"]):
            assert EARLIEST.isoformat() <= answer
