"""How long a filed dossier is kept: the period, its law, the honest answer to who wants it erased."""

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
from forms_app.dossiers.selectors.keeping import Keeping, keeping_of, past_keeping
from forms_app.dossiers.transitions import Action, Status
from tests.desk.factories import do, make_officer
from tests.dossiers.factories import at, file_dossier, make_form

pytestmark = pytest.mark.django_db
FILED, CLOSED = at("2026-11-19 09:00"), at("2026-12-30 16:00")
LAW = "Quyết định số 1/QĐ-THU (văn bản giả định)"
ROADS = {
    Status.REFUSED: [Action.REFUSE],
    Status.WITHDRAWN: [Action.WITHDRAW],
    Status.RETURNED: [Action.ACCEPT, Action.PROCESS, Action.FINISH, Action.RETURN_RESULT],
}


def setting(years: int = 10, **facts: Any) -> RetentionSetting:
    return RetentionSetting.objects.create(
        **{"years": years, "legal_basis": LAW, "valid_from": date(2026, 1, 1), **facts}
    )


def closed(status: Status = Status.REFUSED, *, told: Any = None, when: Any = CLOSED) -> Dossier:
    dossier = (told or file_dossier(now=FILED)).dossier
    officer = make_officer(dossier.agency, "reception", "leader")
    for action in ROADS[status]:
        do(dossier, action, officer, at=when)
    return dossier


class TestPeriod:
    @pytest.mark.parametrize("status", ROADS)
    def test_it_runs_from_the_end_of_the_year_of_closing(self, status: Status) -> None:
        setting(10)
        assert keeping_of(closed(status)) == Keeping(date(2036, 12, 31), 10, LAW)

    @pytest.mark.parametrize(
        ("when", "until"),
        [("2026-12-31 23:59", date(2031, 12, 31)), ("2027-01-01 00:00", date(2032, 12, 31))],
    )
    def test_the_year_is_that_of_the_province(self, when: str, until: date) -> None:
        setting(5)
        assert keeping_of(closed(when=at(when))).until == until

    def test_an_open_dossier_has_a_length_and_no_end(self) -> None:
        setting(10)
        with time_machine.travel(FILED, tick=False):
            assert keeping_of(file_dossier(now=FILED).dossier) == Keeping(None, 10, LAW)

    def test_without_a_setting_no_period_is_made_up(self) -> None:
        assert keeping_of(closed()) == Keeping()

    def test_the_procedure_s_own_goes_before_the_general_one(self) -> None:
        dossier = closed()
        setting(10)
        setting(70, procedure=dossier.procedure_version.procedure)
        assert keeping_of(dossier).years == 70

    def test_the_rule_of_the_day_of_closing_counts(self) -> None:
        setting(10, valid_to=date(2026, 12, 31))
        setting(5, valid_from=date(2027, 1, 1))
        assert keeping_of(closed()).years == 10
        assert keeping_of(closed(when=at("2027-01-02 08:00"))).years == 5

    @pytest.mark.parametrize("facts", [{"years": 0}, {"valid_to": date(2025, 1, 1)}])
    def test_impossible_periods_are_refused_by_the_database(self, facts: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            setting(**facts)

    def test_two_general_ones_never_share_a_day(self) -> None:
        setting(10)
        with pytest.raises(IntegrityError), transaction.atomic():
            setting(5)


class TestAnswer:
    def page(self, told: Any) -> str:
        return " ".join(Client().get(f"/ho-so/{told.token}/luu-giu/").content.decode().split())

    def test_an_open_dossier_is_told_how_long_and_may_be_withdrawn(self) -> None:
        setting(10)
        page = self.page(told := file_dossier(now=FILED))
        assert "lưu 10 năm, tính từ hết năm hồ sơ được đóng" in page
        assert LAW in page
        assert f"/ho-so/{told.token}/rut/" in page

    def test_a_closed_one_is_told_the_day(self) -> None:
        setting(10)
        told = file_dossier(now=FILED)
        closed(told=told)
        page = self.page(told)
        assert "lưu đến ngày 31/12/2036" in page
        assert LAW in page
        assert f"/ho-so/{told.token}/rut/" not in page

    def test_where_no_period_is_known_none_is_promised(self) -> None:
        told = file_dossier(now=FILED)
        page = self.page(told)
        assert "thời hạn chưa được nhập ở đây" in page
        assert told.dossier.agency.name in page

    def test_it_is_one_step_from_the_dossier(self) -> None:
        told = file_dossier(now=FILED)
        assert (
            f'href="/ho-so/{told.token}/luu-giu/"' in Client().get(f"/ho-so/{told.token}/").content.decode()
        )

    def test_the_data_say_it_too(self) -> None:
        setting(10)
        told = file_dossier(now=FILED)
        closed(told=told)
        data = json.loads(Client().get(f"/ho-so/{told.token}/du-lieu.json").content)
        assert data["kept"] == {"until": "2036-12-31", "years": 10, "legal_basis": LAW}

    def test_a_stranger_learns_nothing(self) -> None:
        told = file_dossier(now=FILED)
        assert Client().get(f"/ho-so/{told.token}x/luu-giu/").status_code == 404
        assert Client().post(f"/ho-so/{told.token}/luu-giu/").status_code == 405


class TestPast:
    def test_only_what_is_over_is_named_and_nothing_is_destroyed(self) -> None:
        setting(1, valid_from=date(2025, 1, 1))
        form = make_form()
        old = closed(told=file_dossier(form, now=at("2025-08-04 09:00")), when=at("2025-09-08 09:00"))
        closed(told=file_dossier(form, now=FILED))
        file_dossier(form, now=at("2025-08-05 09:00"))  # open for more than a year
        assert list(past_keeping(date(2026, 12, 31))) == []
        assert [dossier.code for dossier, _keeping in past_keeping(date(2027, 1, 1))] == [old.code]
        out = io.StringIO()
        with time_machine.travel(at("2027-12-31 12:00"), tick=False):
            call_command("dossiers_past_keeping", stdout=out)
        assert out.getvalue() == f"{old.code}\t31/12/2026\t{LAW}\npast=1\n"
        assert Dossier.objects.count() == 3

    def test_without_a_setting_nothing_is_ever_over(self) -> None:
        closed(told=file_dossier(now=at("2025-08-04 09:00")), when=at("2025-09-08 09:00"))
        assert list(past_keeping(date(2099, 1, 1))) == []


def test_withdrawing_is_what_a_citizen_can_do_and_it_starts_the_period() -> None:
    setting(10)
    told = file_dossier(now=FILED)
    services.withdraw(dossier=told.dossier, expected_version=1, reason="đổi ý", now=CLOSED)
    told.dossier.refresh_from_db()
    assert keeping_of(told.dossier).until == date(2036, 12, 31)
