"""Rules of dates: notations, bounds, the time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from forms_app.builder.field_types import registry
from forms_app.builder.field_types.date import EARLIEST, first_day, last_day, parse_date
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
    def test_29_february_is_accepted_only_in_leap_years(self, year: int) -> None:
        leap = (date(year, 3, 1) - timedelta(days=1)).day == 29
        assert (error_of("date", f"29/2/{year}") == "") == leap

    @given(st.dates(EARLIEST, date(2100, 1, 1)))
    def test_bounds_by_today_include_today(self, day: date) -> None:
        typed = f"{day:%d/%m/%Y}"
        assert (error_of("date", typed, options={"not_future": True}) == "") == (day <= TODAY)
        assert (error_of("date", typed, options={"not_past": True}) == "") == (day >= TODAY)

    @pytest.mark.parametrize(
        ("typed", "options"),
        [
            ("11/12/3026", {}), ("11/12/3026", {"not_past": True}), ("3026", {"partial": True}),
            ("11/12/2029", {"working_day": True}), ("02/03/2027", {"days_ahead": 60, "working_day": True}),
        ],
    )  # fmt: skip
    def test_every_date_has_a_last_day(self, typed: str, options: dict) -> None:
        assert error_of("date", typed, options=options).startswith("Ngày không được sau ")

    @pytest.mark.parametrize(
        ("typed", "options"), [("01/12/2090", {}), ("05/01/2027", {"days_ahead": 60, "working_day": True})]
    )
    def test_days_before_it_are_accepted(self, typed: str, options: dict) -> None:
        assert error_of("date", typed, options=options) == ""

    def test_today_is_taken_from_vietnamese_time(self) -> None:
        with time_machine.travel("2026-11-23T17:30:00Z", tick=False):  # 00:30 on the 24th in Vietnam
            assert error_of("date", "24/11/2026", options={"not_future": True}) == ""
            assert error_of("date", "23/11/2026", options={"not_past": True}) != ""

    @given(st.text(min_size=1, max_size=60))
    def test_any_text_is_stored_as_a_date_or_rejected(self, text: str) -> None:
        form = asked(spec_of("date", required=False), {"f": text})
        if form.is_valid() and (answer := form.answers()["f"]):
            assert EARLIEST.isoformat() <= answer


class TestPartialDate:
    """People who do not know their full date of birth enter what they know; it is never turned into 1 January."""

    OPTIONS = {"partial": True, "not_future": True}

    @pytest.mark.parametrize(
        ("typed", "kept", "shown"),
        [
            ("1955", "1955", "1955"),
            ("năm 1955", "1955", "1955"),
            ("00/00/1955", "1955", "1955"),
            ("03/1955", "1955-03", "03/1955"),
            ("3-1955", "1955-03", "03/1955"),
            ("tháng 3 năm 1955", "1955-03", "03/1955"),
            ("1955-03", "1955-03", "03/1955"),
            ("0/3/1955", "1955-03", "03/1955"),
            ("5/3/1955", "1955-03-05", "05/03/1955"),
            ("2026", "2026", "2026"),
            ("11/2026", "2026-11", "11/2026"),
        ],
    )
    def test_known_part_is_stored_and_shown_as_entered(self, typed: str, kept: str, shown: str) -> None:
        spec = spec_of("date", options=self.OPTIONS)
        assert answer_of("date", typed, options=self.OPTIONS) == kept
        assert registry.get("date").display(spec, kept) == shown
        assert registry.get("date").to_initial(kept) == shown

    @pytest.mark.parametrize(
        "typed", ["13/1955", "0000", "55", "3/55", "1955 1956", "1/1955/3", "00/00/0000"]
    )
    def test_other_text_is_quoted(self, typed: str) -> None:
        assert f"“{typed}” không phải ngày" in error_of("date", typed, options=self.OPTIONS)

    @pytest.mark.parametrize("typed", ["2027", "12/2026", "1879", "12/1879"])
    def test_part_outside_the_bounds_is_rejected(self, typed: str) -> None:
        assert "Ngày không được" in error_of("date", typed, options=self.OPTIONS)

    def test_year_that_extends_into_the_future_fits_a_date_not_in_the_past(self) -> None:
        assert answer_of("date", "2026", options={"partial": True, "not_past": True}) == "2026"

    def test_year_alone_is_not_a_date_without_the_option(self) -> None:
        assert "“1955” không phải ngày" in error_of("date", "1955")

    @given(st.text(min_size=1, max_size=30))
    def test_any_text_is_stored_or_rejected(self, text: str) -> None:
        form = asked(spec_of("date", required=False, options=self.OPTIONS), {"f": text})
        if form.is_valid() and (answer := form.answers()["f"]):
            assert first_day(answer) <= last_day(answer)
            assert first_day(answer) <= TODAY


@pytest.mark.django_db
class TestWorkingDays:
    @pytest.mark.parametrize(
        ("typed", "message"),
        [
            ("04/12/2026", ""),
            ("05/12/2026", "Cơ quan không làm việc vào thứ Bảy, ngày 05/12/2026."),
            ("06/12/2026", "Cơ quan không làm việc vào chủ nhật, ngày 06/12/2026."),
        ],
    )
    def test_day_off_is_refused_with_its_weekday(self, typed: str, message: str) -> None:
        assert message in error_of("date", typed, options={"working_day": True})
        assert bool(error_of("date", typed, options={"working_day": True})) == bool(message)
        assert error_of("date", typed) == ""
