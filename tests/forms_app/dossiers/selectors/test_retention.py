"""Retention period of a dossier, its legal basis, and the retention page for citizens."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier, RetentionSetting
from forms_app.dossiers.selectors.retention import RetentionPeriod, past_retention, retention_period
from forms_app.dossiers.transitions import Action, Status
from tests.forms_app.dossiers.factories import at, file_dossier, make_form
from tests.one_stop.factories import do, make_officer

pytestmark = pytest.mark.django_db
FILED, CLOSED = at("2026-11-19 09:00"), at("2026-12-30 16:00")
LAW = "Quyết định số 1/QĐ-THU (văn bản giả định)"
PATHS = {
    Status.DECLINED: [Action.DECLINE],
    Status.WITHDRAWN: [Action.WITHDRAW],
    Status.RETURNED: [Action.ACCEPT, Action.PROCESS, Action.FINISH, Action.RETURN_RESULT],
}


def setting(years: int = 10, **facts: Any) -> RetentionSetting:
    return RetentionSetting.objects.create(
        **{"years": years, "legal_basis": LAW, "valid_from": date(2026, 1, 1), **facts}
    )


def closed(status: Status = Status.DECLINED, *, receipt: Any = None, when: Any = CLOSED) -> Dossier:
    dossier = (receipt or file_dossier(now=FILED)).dossier
    officer = make_officer(dossier.agency, "receiver", "head")
    for action in PATHS[status]:
        do(dossier, action, officer, at=when)
    return dossier


class TestPeriod:
    @pytest.mark.parametrize("status", PATHS)
    def test_period_starts_at_the_end_of_the_year_of_closing(self, status: Status) -> None:
        setting(10)
        assert retention_period(closed(status)) == RetentionPeriod(date(2036, 12, 31), 10, LAW)

    @pytest.mark.parametrize(
        ("when", "until"),
        [("2026-12-31 23:59", date(2031, 12, 31)), ("2027-01-01 00:00", date(2032, 12, 31))],
    )
    def test_year_of_closing_is_the_local_one(self, when: str, until: date) -> None:
        setting(5)
        assert retention_period(closed(when=at(when))).until == until

    def test_open_dossier_has_a_number_of_years_but_no_end_date(self) -> None:
        setting(10)
        with time_machine.travel(FILED, tick=False):
            assert retention_period(file_dossier(now=FILED).dossier) == RetentionPeriod(None, 10, LAW)

    def test_without_a_setting_there_is_no_period(self) -> None:
        assert retention_period(closed()) == RetentionPeriod()

    def test_setting_of_the_procedure_overrides_the_general_one(self) -> None:
        dossier = closed()
        setting(10)
        setting(70, procedure=dossier.procedure_version.procedure)
        assert retention_period(dossier).years == 70

    def test_setting_in_force_on_the_day_of_closing_is_used(self) -> None:
        setting(10, valid_to=date(2026, 12, 31))
        setting(5, valid_from=date(2027, 1, 1))
        assert retention_period(closed()).years == 10
        assert retention_period(closed(when=at("2027-01-02 08:00"))).years == 5

    @pytest.mark.parametrize("facts", [{"years": 0}, {"valid_to": date(2025, 1, 1)}])
    def test_database_rejects_invalid_periods(self, facts: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            setting(**facts)

    def test_two_general_settings_cannot_start_on_one_day(self) -> None:
        setting(10)
        with pytest.raises(IntegrityError), transaction.atomic():
            setting(5)


class TestRetentionPage:
    def page(self, receipt: Any) -> str:
        return " ".join(Client().get(f"/ho-so/{receipt.token}/luu-giu/").content.decode().split())

    def test_open_dossier_shows_years_and_can_be_withdrawn(self) -> None:
        setting(10)
        page = self.page(receipt := file_dossier(now=FILED))
        assert "lưu 10 năm, tính từ hết năm hồ sơ được đóng" in page
        assert LAW in page
        assert f"/ho-so/{receipt.token}/rut/" in page

    def test_closed_dossier_shows_the_last_day_of_retention(self) -> None:
        setting(10)
        receipt = file_dossier(now=FILED)
        closed(receipt=receipt)
        page = self.page(receipt)
        assert "lưu đến ngày 31/12/2036" in page
        assert LAW in page
        assert f"/ho-so/{receipt.token}/rut/" not in page

    def test_page_without_a_period_states_none(self) -> None:
        receipt = file_dossier(now=FILED)
        page = self.page(receipt)
        assert "thời hạn của hồ sơ này chưa được cập nhật" in page
        assert receipt.dossier.agency.name in page

    def test_retention_page_is_linked_from_the_dossier(self) -> None:
        receipt = file_dossier(now=FILED)
        assert (
            f'href="/ho-so/{receipt.token}/luu-giu/"'
            in Client().get(f"/ho-so/{receipt.token}/").content.decode()
        )

    def test_own_data_contains_the_retention_period(self) -> None:
        setting(10)
        receipt = file_dossier(now=FILED)
        closed(receipt=receipt)
        data = json.loads(Client().get(f"/ho-so/{receipt.token}/du-lieu.json").content)
        assert data["retention"] == {"until": "2036-12-31", "years": 10, "legal_basis": LAW}

    def test_unknown_token_shows_no_retention_page(self) -> None:
        receipt = file_dossier(now=FILED)
        assert Client().get(f"/ho-so/{receipt.token}x/luu-giu/").status_code == 404
        assert Client().post(f"/ho-so/{receipt.token}/luu-giu/").status_code == 405


class TestPastRetention:
    def test_only_dossiers_past_retention_are_listed_and_none_destroyed(self) -> None:
        setting(1, valid_from=date(2025, 1, 1))
        form = make_form()
        old = closed(receipt=file_dossier(form, now=at("2025-08-04 09:00")), when=at("2025-09-08 09:00"))
        closed(receipt=file_dossier(form, now=FILED))
        file_dossier(form, now=at("2025-08-05 09:00"))  # open for more than a year
        assert list(past_retention(date(2026, 12, 31))) == []
        assert [dossier.code for dossier, _keeping in past_retention(date(2027, 1, 1))] == [old.code]
        out = io.StringIO()
        with time_machine.travel(at("2027-12-31 12:00"), tick=False):
            call_command("dossiers_past_keeping", stdout=out)
        assert out.getvalue() == f"{old.code}\t31/12/2026\t{LAW}\npast=1\n"
        assert Dossier.objects.count() == 3

    def test_without_a_setting_no_dossier_is_past_retention(self) -> None:
        closed(receipt=file_dossier(now=at("2025-08-04 09:00")), when=at("2025-09-08 09:00"))
        assert list(past_retention(date(2099, 1, 1))) == []


def test_withdrawal_starts_the_retention_period() -> None:
    setting(10)
    receipt = file_dossier(now=FILED)
    services.withdraw(dossier=receipt.dossier, expected_version=1, reason="đổi ý", now=CLOSED)
    receipt.dossier.refresh_from_db()
    assert retention_period(receipt.dossier).until == date(2036, 12, 31)
