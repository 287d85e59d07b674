"""The holidays of every year in the official tables, and how edits affect the next deadline."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from core.models import Holiday
from core.worktime import deadline, load_calendar
from core.worktime import holidays as worktime_holidays
from core.worktime.holidays import load_public_holidays, working_day_exchanges
from forms_app.dossiers.rules import current_rules
from tests.accounts.factories import UserFactory
from tests.core.calendars import at, official_days

pytestmark = pytest.mark.django_db
FIRST, LAST = 2015, 2030
ADMIN = "/quan-tri/snippets/core/holiday/"


def year(number: int) -> list[date]:
    first = date(number, 1, 1)
    return [first + timedelta(days=n) for n in range((date(number + 1, 1, 1) - first).days)]


def due(accepted: str, value: int) -> str:
    due_at = deadline(at(accepted), value=value, unit="ngay_lam_viec", calendar=load_calendar())
    return f"{due_at:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("number", range(FIRST, LAST + 1))
def test_every_day_matches_the_official_tables(number):
    free = official_days("vn_holidays_2015_2030.csv", "date")
    worked = official_days("vn_makeup_working_days.csv", "working_date")
    # The exchange for the New Year of 2026, which neither the tables nor the library have.
    free, worked = free | {date(2026, 1, 2)}, worked | {date(2026, 1, 10)}
    load_public_holidays(first_year=number, last_year=number)
    calendar = load_calendar()
    wrong = [
        day
        for day in year(number)
        if calendar.is_working_day(day) != (day in worked or (day.weekday() < 5 and day not in free))
    ]
    assert wrong == []


def test_only_the_requested_years_are_loaded():
    load_public_holidays(first_year=2024, last_year=2025)
    assert {day.year for day in Holiday.objects.values_list("date", flat=True)} == {2024, 2025}


def test_loading_takes_few_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(7):
        load_public_holidays(first_year=2015, last_year=2030)


def test_loading_the_calendar_takes_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert not load_calendar().days_off
    load_public_holidays(first_year=2015, last_year=2030)
    with django_assert_num_queries(1):
        assert len(load_calendar().days_off) > 150


def test_loading_again_keeps_changes_by_staff():
    assert load_public_holidays(first_year=2019, last_year=2019) > 10
    Holiday.objects.filter(date=date(2019, 5, 4)).update(name="Làm bù theo thông báo 6519", kind="off")
    assert load_public_holidays(first_year=2019, last_year=2019) == 0
    assert Holiday.objects.get(date=date(2019, 5, 4)).name == "Làm bù theo thông báo 6519"


def test_the_command_reports_the_number_of_new_days(capsys):
    call_command("load_holidays", "--from=2026", "--to=2026")
    assert capsys.readouterr().out == f"created={Holiday.objects.count()}\n"
    call_command("load_holidays", "--from=2026", "--to=2026")
    assert capsys.readouterr().out == "created=0\n"


def test_with_no_years_the_command_looks_four_years_ahead(time_machine):
    time_machine.move_to("2026-03-02T02:00:00+00:00")
    call_command("load_holidays", verbosity=0)
    assert {day.year for day in Holiday.objects.values_list("date", flat=True)} == set(range(2015, 2031))


def test_the_loaded_holidays_give_the_deadline_of_domain_7_3():
    load_public_holidays(first_year=2019, last_year=2019)
    assert due("2019-04-26 16:00", 3) == "2019-05-04 16:00"


class TestExchanges:
    """Friday 2 January 2026 is off, Saturday 10 January is worked (12729/VPCP-KGVX)."""

    def test_deadlines_skip_the_day_off_and_count_the_make_up_day(self):
        load_public_holidays(first_year=2025, last_year=2026)
        assert due("2025-12-31 09:00", 1) == "2026-01-05 09:00"
        assert due("2026-01-09 09:00", 1) == "2026-01-10 09:00"
        assert due("2025-12-31 09:00", 7) == "2026-01-12 09:00"

    def test_both_days_name_their_notice(self):
        load_public_holidays(first_year=2026, last_year=2026)
        for day, kind in ((date(2026, 1, 2), "off"), (date(2026, 1, 10), "makeup")):
            row = Holiday.objects.get(date=day)
            assert row.kind == kind
            assert "12729/VPCP-KGVX" in row.legal_basis
            assert not row.estimated

    def test_they_are_added_to_a_calendar_loaded_before_and_never_overwrite_staff(self):
        Holiday.objects.create(date=date(2026, 1, 10), kind="off", name="Sửa bởi cán bộ")
        load_public_holidays(first_year=2026, last_year=2026)
        assert Holiday.objects.get(date=date(2026, 1, 2)).kind == "off"
        assert Holiday.objects.get(date=date(2026, 1, 10)).name == "Sửa bởi cán bộ"

    def test_other_years_do_not_get_them(self):
        load_public_holidays(first_year=2025, last_year=2025)
        assert not Holiday.objects.filter(date__year=2026).exists()

    def test_every_exchange_is_well_formed_and_balanced(self):
        exchanges = working_day_exchanges()
        for day in exchanges:
            day.full_clean(validate_unique=False)
            assert day.legal_basis
        assert sum(day.kind == "off" for day in exchanges) == sum(day.kind == "makeup" for day in exchanges)


class TestEstimates:
    def test_days_of_years_not_announced_are_estimates(self):
        load_public_holidays(first_year=2026, last_year=2028)
        assert not Holiday.objects.filter(date__year=2026, estimated=True).exists()
        assert not Holiday.objects.filter(date__year__gt=2026, estimated=False).exists()

    def test_announcing_a_year_clears_the_mark_at_the_next_load(self, monkeypatch):
        load_public_holidays(first_year=2027, last_year=2028)
        monkeypatch.setattr(worktime_holidays, "last_announced_year", lambda: 2027)
        load_public_holidays(first_year=2027, last_year=2028)
        assert not Holiday.objects.filter(date__year=2027, estimated=True).exists()
        assert not Holiday.objects.filter(date__year=2028, estimated=False).exists()

    def test_admin_shows_what_is_an_estimate(self, client):
        load_public_holidays(first_year=2026, last_year=2027)
        client.force_login(UserFactory(is_superuser=True))
        page = client.get(ADMIN, {"estimated": "true"}).text
        assert "01/01/2027" in page or "2027" in page
        assert "Dự kiến" in page

    def test_due_dates_see_a_changed_estimate(self):
        """The triggers that announce a change of the calendar are still there after the column was added."""
        load_public_holidays(first_year=2027, last_year=2027)
        before = current_rules().calendar
        assert not before.is_working_day(date(2027, 2, 10))
        Holiday.objects.filter(date=date(2027, 2, 10)).delete()
        assert current_rules().calendar.is_working_day(date(2027, 2, 10))


class TestEdits:
    """A day that staff add, change or delete counts for the next deadline."""

    def test_an_extra_day_off_moves_the_deadline(self):
        assert due("2026-03-02 09:00", 2) == "2026-03-04 09:00"
        Holiday.objects.create(date=date(2026, 3, 3), name="Nghỉ tránh bão", legal_basis="Công điện 01")
        assert due("2026-03-02 09:00", 2) == "2026-03-05 09:00"

    def test_a_make_up_day_brings_the_deadline_forward(self):
        assert due("2026-03-06 09:00", 1) == "2026-03-09 09:00"
        Holiday.objects.create(date=date(2026, 3, 7), kind="makeup", name="Làm bù")
        assert due("2026-03-06 09:00", 1) == "2026-03-07 09:00"

    def test_a_deleted_day_no_longer_counts(self):
        row = Holiday.objects.create(date=date(2026, 3, 3), name="Nhầm")
        row.delete()
        assert due("2026-03-02 09:00", 1) == "2026-03-03 09:00"

    def test_a_day_off_turned_into_a_working_day_is_worked(self):
        load_public_holidays(first_year=2026, last_year=2026)
        Holiday.objects.filter(date=date(2026, 4, 30)).update(kind="makeup")
        assert due("2026-04-29 09:00", 1) == "2026-04-30 09:00"

    def test_a_day_is_unique_and_has_a_valid_kind(self):
        Holiday.objects.create(date=date(2026, 3, 3), name="Một")
        for row in ({"date": date(2026, 3, 3)}, {"date": date(2026, 3, 4), "kind": "half"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Holiday.objects.create(name="Hai", **row)

    def test_str_shows_date_and_name(self):
        assert str(Holiday(date=date(2026, 3, 3), name="Nghỉ bù")) == "03/03/2026 Nghỉ bù"

    def test_staff_add_a_day_in_the_admin(self, client):
        client.force_login(UserFactory(is_superuser=True))
        answer = client.post(
            f"{ADMIN}add/",
            {"date": "2026-03-03", "kind": "off", "name": "Nghỉ tránh bão", "legal_basis": ""},
        )
        assert answer.status_code == 302
        assert due("2026-03-02 09:00", 1) == "2026-03-04 09:00"
        assert "Nghỉ tránh bão" in client.get(ADMIN).text

    def test_a_duplicate_day_is_refused_with_a_message(self, client):
        Holiday.objects.create(date=date(2026, 3, 3), name="Nghỉ tránh bão")
        client.force_login(UserFactory(is_superuser=True))
        answer = client.post(f"{ADMIN}add/", {"date": "2026-03-03", "kind": "off", "name": "Lại"})
        assert answer.status_code == 200
        assert Holiday.objects.count() == 1
