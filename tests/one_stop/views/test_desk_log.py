"""Only heads and inspectors read the log of opened dossiers and lists of their agencies."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Agency, Membership, User
from forms_app.dossiers.models import ListLogEntry, ViewLogEntry
from forms_app.dossiers.selectors import view_log
from forms_app.dossiers.services.list_log import log_list
from forms_app.dossiers.services.view_log import log_own_view, log_view
from one_stop.selectors.desk_log import LogFilters
from one_stop.views import desk_log
from tests.accounts.admin_helpers import browser
from tests.accounts.factories import AgencyFactory
from tests.one_stop.factories import make_desk_form, make_dossier, make_officer

pytestmark = pytest.mark.django_db
PAGE, FILE, LISTS = "/mot-cua/nhat-ky/", "/mot-cua/nhat-ky.csv", "/mot-cua/nhat-ky/?loai=danh-sach"
Role = Membership.Role


@pytest.fixture
def agency() -> Agency:
    return AgencyFactory()


@pytest.fixture
def head(agency: Agency) -> Client:
    return browser(make_officer(agency, Role.HEAD, name="Lê Thị Trưởng"))


@pytest.fixture
def officer(agency: Agency) -> User:
    return make_officer(agency, name="Trần Văn Mở")


def opened(officer: User, agency: Agency, **facts: Any) -> Any:
    """File a dossier at ``agency`` and open it as ``officer``."""
    dossier = make_dossier(agency)
    moment = facts.pop("now", timezone.now())
    log_view(dossier=dossier, actor=officer, target=view_log.DOSSIER, now=moment, **facts)
    return dossier


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


class TestContents:
    def test_head_sees_who_opened_dossiers_and_lists_and_who_searched(
        self, head: Client, officer: User, agency: Agency
    ) -> None:
        dossier = make_dossier(agency)
        client = browser(officer)
        client.get(f"/mot-cua/ho-so/{dossier.code}/")
        client.get(f"/mot-cua/ho-so/{dossier.code}/giay/mau-01.pdf")
        client.get("/mot-cua/?muc=qua-han")
        client.get("/mot-cua/?q=096085001234")
        page = head.get(PAGE).text
        assert "Trần Văn Mở" in page
        assert str(dossier.code) in page
        assert "no-store" in head.get(PAGE).headers["Cache-Control"]
        lists = head.get(LISTS).text
        assert str(ListLogEntry.Kind.ID_NUMBER.label) in lists
        assert "096085001234" not in lists

    def test_views_by_citizens_are_not_listed(self, head: Client, agency: Agency) -> None:
        dossier = make_dossier(agency)
        log_own_view(dossier, view_log.CONTENTS)
        assert str(dossier.code) not in head.get(PAGE).text

    def test_files_are_listed_by_name(self, head: Client, officer: User, agency: Agency) -> None:
        dossier = make_dossier(agency)
        file = dossier.attachments.first()
        assert file is None or file.pk
        log_view(dossier=dossier, actor=officer, target="file 99999", now=timezone.now())
        assert "99999" in head.get(PAGE).text


class TestFilters:
    def test_by_person(self, head: Client, officer: User, agency: Agency) -> None:
        other = make_officer(agency, name="Võ Thị Khác")
        mine, others = opened(officer, agency), opened(other, agency)
        page = head.get(PAGE, {"nguoi": officer.pk}).text
        assert str(mine.code) in page
        assert str(others.code) not in page
        assert "Võ Thị Khác" in page, "the list of people stays whole"

    def test_by_dossier_in_any_spelling(self, head: Client, officer: User, agency: Agency) -> None:
        one, two = opened(officer, agency), opened(officer, agency)
        page = head.get(PAGE, {"ma": str(one.code).lower()}).text
        assert f'ho-so/{one.code}/"' in page
        assert f'ho-so/{two.code}/"' not in page

    def test_by_period_including_both_days_in_any_order(
        self, head: Client, officer: User, agency: Agency
    ) -> None:
        day = datetime(2026, 3, 4, 23, 59, tzinfo=timezone.get_current_timezone())
        dossier = opened(officer, agency, now=day)
        for first, last, is_shown in (
            ("2026-03-04", "2026-03-04", True),
            ("2026-03-05", "2026-03-01", True),
            ("2026-03-05", "2026-03-06", False),
            ("2026-03-01", "2026-03-03", False),
        ):
            page = head.get(PAGE, {"tu-ngay": first, "den-ngay": last}).text
            assert (f'ho-so/{dossier.code}/"' in page) is is_shown, (first, last)

    def test_without_a_filter_the_last_seven_days_are_shown(
        self, head: Client, officer: User, agency: Agency
    ) -> None:
        recent = opened(officer, agency, now=timezone.now() - timedelta(days=5))
        old = opened(officer, agency, now=timezone.now() - timedelta(days=9))
        page = head.get(PAGE).text
        assert str(recent.code) in page
        assert str(old.code) not in page

    @pytest.mark.parametrize(
        "query",
        [
            {"tu-ngay": "0001-01-01", "den-ngay": "9999-12-31"},
            {"tu-ngay": "2026-02-31"},
            {"den-ngay": "x" * 5000},
            {"nguoi": "9" * 50, "ma": "\x00%", "page": "-7", "loai": "khac"},
            {"nguoi": "0", "page": "10000"},
        ],
    )
    def test_invalid_filters_still_show_the_log(self, head: Client, query: dict[str, str]) -> None:
        assert head.get(PAGE, query).status_code in {200, 400}
        assert head.get(FILE, query).status_code in {200, 400}


def test_period_is_at_most_one_year() -> None:
    filters = LogFilters.from_query({"tu-ngay": "2020-01-01", "den-ngay": "2026-11-30"}, date(2026, 11, 30))
    assert (filters.first_day, filters.last_day) == (date(2025, 11, 30), date(2026, 11, 30))


class TestIsolation:
    def test_log_of_another_agency_is_not_shown(self, head: Client, officer: User, agency: Agency) -> None:
        elsewhere = AgencyFactory()
        dossier = opened(make_officer(elsewhere, name="Người Nơi Khác"), elsewhere)
        log_list(actor=officer, agencies=[elsewhere.pk], list_key="moi", found=3)
        # An id that contains the agency's own; another list, since the same one is logged once in ten minutes.
        log_list(actor=officer, agencies=[int(f"{agency.pk}{agency.pk}")], list_key="qua-han", found=4)
        assert ListLogEntry.objects.count() == 2
        for address in (PAGE, LISTS, f"{PAGE}?ma={dossier.code}", FILE, f"{FILE}?loai=danh-sach"):
            text = head.get(address).content.decode()
            assert "Người Nơi Khác" not in text
            assert f'ho-so/{dossier.code}/"' not in text
            assert officer.get_full_name() not in text

    def test_list_of_several_agencies_is_shown_to_each(
        self, head: Client, officer: User, agency: Agency
    ) -> None:
        other = AgencyFactory()
        log_list(actor=officer, agencies=[agency.pk, other.pk], list_key="moi", found=1)
        assert officer.get_full_name() in head.get(LISTS).text
        assert officer.get_full_name() in browser(make_officer(other, Role.INSPECTOR)).get(LISTS).text

    @pytest.mark.parametrize("role", [Role.RECEIVER, Role.HANDLER, Role.RETURNER, Role.EDITOR, Role.OPERATOR])
    def test_other_roles_get_the_404_of_a_missing_page(self, agency: Agency, role: str) -> None:
        client = browser(make_officer(agency, role))
        assert client.get(PAGE).status_code == client.get(FILE).status_code == 404
        assert PAGE not in client.get("/mot-cua/").text

    def test_head_sees_what_an_inspector_of_the_province_did(self, agency: Agency) -> None:
        province = AgencyFactory(kind=Agency.Kind.PROVINCE)
        Agency.objects.filter(pk=agency.pk).update(parent=province)
        inspectorate = AgencyFactory(kind=Agency.Kind.INSPECTORATE, parent=province)
        inspector = make_officer(inspectorate, Role.INSPECTOR, name="Phạm Thanh Tra")
        browser(inspector).get("/mot-cua/?q=Nguyen")
        assert "Phạm Thanh Tra" in browser(make_officer(agency, Role.HEAD)).get(LISTS).text
        assert "Phạm Thanh Tra" in browser(inspector).get(LISTS).text


class TestReading:
    def test_reading_is_logged_once_in_ten_minutes_and_every_download(self, head: Client) -> None:
        for _time in range(2):
            head.get(PAGE)
            head.get(FILE)
        keys = sorted(ListLogEntry.objects.values_list("list_key", flat=True))
        assert keys == ["nhat-ky", "nhat-ky.csv", "nhat-ky.csv"]
        page = head.get(LISTS).text
        assert "Lê Thị Trưởng" in page

    def test_file_has_the_filtered_rows_and_no_formulas(
        self, head: Client, officer: User, agency: Agency
    ) -> None:
        User.objects.filter(pk=officer.pk).update(full_name="=HYPERLINK(1)")
        dossier = opened(officer, agency)
        opened(make_officer(agency), agency)
        answer = head.get(FILE, {"nguoi": officer.pk})
        assert "attachment" in answer.headers["Content-Disposition"]
        (row,) = rows_of(answer)
        assert str(dossier.code) in row.values()
        assert "'=HYPERLINK(1)" in row.values()
        assert officer.username in row.values()

    def test_file_of_lists_names_what_was_opened(self, head: Client, officer: User, agency: Agency) -> None:
        log_list(actor=officer, agencies=[agency.pk], list_key="qua-han", found=12)
        (row,) = [
            one for one in rows_of(head.get(f"{FILE}?loai=danh-sach")) if officer.username in one.values()
        ]
        assert "12" in row.values()

    def test_queries_do_not_grow(self, head: Client, officer: User, agency: Agency) -> None:
        form = make_desk_form(agency)

        def queries() -> int:
            with CaptureQueriesContext(connection) as asked:
                head.get(PAGE)
            return len(asked)

        def add(number: int) -> None:
            for _one in range(number):
                dossier = make_dossier(form=form)
                now = timezone.now()
                log_view(dossier=dossier, actor=officer, target="file 1", now=now)
                log_view(dossier=dossier, actor=make_officer(agency), target="dossier", now=now)

        add(1)
        head.get(PAGE)
        before = queries()
        add(5)
        assert queries() == before

    def test_file_ends_at_the_limit(
        self, head: Client, officer: User, agency: Agency, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(desk_log, "MAX_ROWS", 2)
        for _one in range(3):
            opened(officer, agency)
        assert ViewLogEntry.objects.count() == 3
        assert len(rows_of(head.get(FILE))) == 2
