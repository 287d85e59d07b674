"""The desk answers a new dossier within eight working hours (docs/domain.md#intake-deadline)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from accounts.services.groups import sync_groups
from core.checks import check_settings
from core.models import Holiday
from core.worktime.holidays import load_public_holidays
from forms_app.dossiers import services
from forms_app.dossiers.models import DeadlineSetting, Dossier
from forms_app.dossiers.services.actions import citizen
from forms_app.dossiers.transitions import Action, Status
from one_stop.access import OfficerAccess
from one_stop.selectors import queue
from one_stop.services import request_supplement
from tests.accounts.factories import AgencyFactory, MembershipFactory
from tests.forms_app.dossiers.factories import at, file_dossier, make_draft
from tests.one_stop.factories import NOW, ask, do, make_desk_form, make_dossier, make_officer
from tests.one_stop.views.test_queue import listed

pytestmark = pytest.mark.django_db


def due(dossier: Dossier) -> str:
    dossier.refresh_from_db()
    assert dossier.intake_due_at is not None
    return f"{dossier.intake_due_at.astimezone(NOW.tzinfo):%Y-%m-%d %H:%M}"


class TestDeadline:
    @pytest.mark.parametrize(
        ("filed", "answered_by"),
        [
            ("2026-11-16 07:00", "2026-11-16 17:00"),
            ("2026-11-16 09:00", "2026-11-17 09:00"),
            ("2026-11-16 12:10", "2026-11-17 11:30"),  # at noon, counting starts at 13:30
            ("2026-11-16 16:59", "2026-11-17 16:59"),
            ("2026-11-16 20:14", "2026-11-17 17:00"),  # filed in the evening: the whole next day
            ("2026-11-20 15:00", "2026-11-23 15:00"),  # over a week-end
            ("2026-11-21 10:00", "2026-11-23 17:00"),  # on a Saturday
            ("2026-11-23 16:00", "2026-11-25 16:00"),  # over the new Vietnamese Culture Day
            ("2026-08-21 16:00", "2026-08-22 16:00"),  # on to a Saturday worked in exchange …
            (
                "2026-08-28 16:00",
                "2026-09-03 16:00",
            ),  # … and over the Monday it was exchanged for and Quốc khánh
            ("2027-02-03 16:00", "2027-02-11 16:00"),  # over Tết Đinh Mùi
        ],
    )
    def test_intake_deadline_is_eight_office_hours_after_filing(self, filed: str, answered_by: str) -> None:
        load_public_holidays(first_year=2026, last_year=2027)
        assert due(make_dossier(at=at(filed))) == answered_by

    def test_supplement_before_acceptance_restarts_the_intake_deadline(self) -> None:
        dossier = make_dossier(at=at("2026-11-19 20:14"))
        head = make_officer(dossier.agency, Membership.Role.HEAD)
        ask(dossier, head, at=at("2026-11-20 08:00"))
        assert due(dossier) == "2026-11-20 17:00", "unchanged until the supplement arrives"
        services.apply_action(
            dossier_id=dossier.pk, expected_version=dossier.version, action=Action.SUPPLY,
            actor=citizen(dossier), now=at("2026-12-01 09:30"),
        )  # fmt: skip
        assert due(dossier) == "2026-12-02 09:30"

    @pytest.mark.parametrize("action", [Action.ASSIGN, Action.ACCEPT, Action.DECLINE, Action.WITHDRAW])
    def test_other_actions_do_not_change_the_intake_deadline(self, action: Action) -> None:
        dossier = make_dossier(at=at("2026-11-19 20:14"))
        before = due(dossier)
        do(dossier, action, make_officer(dossier.agency, *Membership.Role.values), at=at("2026-11-20 10:00"))
        assert due(dossier) == before

    def test_supplement_after_acceptance_does_not_change_the_intake_deadline(self) -> None:
        dossier = make_dossier(at=at("2026-11-19 20:14"))
        head = make_officer(dossier.agency, Membership.Role.HEAD)
        do(dossier, Action.ACCEPT, head, at=at("2026-11-20 08:00"))
        ask(dossier, head, at=at("2026-11-20 09:00"))
        services.apply_action(
            dossier_id=dossier.pk, expected_version=dossier.version, action=Action.SUPPLY,
            actor=citizen(dossier), now=at("2026-12-01 09:30"),
        )  # fmt: skip
        assert due(dossier) == "2026-11-20 17:00"


class TestSetting:
    @pytest.mark.parametrize(
        ("general", "own", "answered_by"),
        [(None, None, "2026-11-24 09:00"), (16, None, "2026-11-25 09:00"), (16, 2, "2026-11-23 11:00")],
    )
    def test_setting_of_the_procedure_overrides_the_general_one(
        self, agency: Agency, general: int | None, own: int | None, answered_by: str
    ) -> None:
        form = make_desk_form(agency)
        for procedure, hours in ((None, general), (form.definition.procedure, own)):
            if hours is not None:
                DeadlineSetting.objects.create(
                    procedure=procedure,
                    supplement_mode="pause",
                    intake_hours=hours,
                    valid_from=date(2026, 1, 1),
                )
        assert due(make_dossier(form=form, at=NOW)) == answered_by

    def test_deadline_setting_applies_from_its_first_day(self, agency: Agency) -> None:
        DeadlineSetting.objects.create(supplement_mode="pause", intake_hours=4, valid_from=date(2026, 11, 24))
        form = make_desk_form(agency)
        assert due(make_dossier(form=form, at=NOW)) == "2026-11-24 09:00"
        assert due(make_dossier(form=form, at=NOW + timedelta(days=1))) == "2026-11-24 15:00"

    def test_office_hours_come_from_the_settings(self, settings: Any) -> None:
        settings.OFFICE_HOURS = "08:00-12:00, 13:00-17:00"
        assert due(make_dossier(at=at("2026-11-23 06:00"))) == "2026-11-23 17:00"

    def test_general_settings_cannot_start_on_the_same_day(self) -> None:
        facts = {"supplement_mode": "pause", "valid_from": NOW.date()}
        DeadlineSetting.objects.create(**facts)
        with pytest.raises(IntegrityError), transaction.atomic():
            DeadlineSetting.objects.create(**facts)
        DeadlineSetting.objects.create(**(facts | {"valid_from": NOW.date() + timedelta(days=1)}))

    def test_settings_of_a_procedure_cannot_start_on_the_same_day(self, agency: Agency) -> None:
        facts = {"supplement_mode": "pause", "valid_from": NOW.date()}
        first, second = (make_desk_form(agency).definition.procedure for _n in range(2))
        DeadlineSetting.objects.create(procedure=first, **facts)
        DeadlineSetting.objects.create(procedure=second, **facts)
        with pytest.raises(IntegrityError), transaction.atomic():
            DeadlineSetting.objects.create(procedure=first, **facts)

    def test_overlapping_setting_is_reported_in_the_admin(self) -> None:
        DeadlineSetting.objects.create(supplement_mode="pause", valid_from=NOW.date())
        province = {"role": Membership.Role.CONTROLLER, "agency__kind": Agency.Kind.PROVINCE}
        controller = MembershipFactory(**province).user
        sync_groups(user=controller)
        client = Client()
        client.force_login(controller)
        data = {
            "procedure": "", "supplement_mode": "restart", "same_day_cutoff": "15:00", "intake_hours": "8",
            "valid_from": NOW.date().isoformat(), "valid_to": "",
        }  # fmt: skip
        page = client.post(reverse("deadline_settings:add"), data).content.decode()
        assert "Từ ngày này đã có một quy định chung cho mọi thủ tục." in page
        assert DeadlineSetting.objects.count() == 1

    def test_second_filing_reads_hours_and_calendar_from_the_cache(self, agency: Agency) -> None:
        form = make_desk_form(agency)
        make_dossier(form=form, at=NOW)
        draft, token = make_draft(form, purpose="x", now=NOW)
        with connection.execute_wrapper(_no_calendar):
            services.submit(
                token=token, idempotency_key=draft.idempotency_key,
                consent=Dossier.objects.get().consent, now=NOW,
            )  # fmt: skip

    @pytest.mark.parametrize("hours", ["", "07:00", "7-11", "11:30-07:00", "07:00-12:00,11:00-17:00", "x-y"])
    def test_invalid_office_hours_fail_the_system_check(self, settings: Any, hours: str) -> None:
        settings.OFFICE_HOURS = hours
        assert [message.id for message in check_settings()] == ["core.E016"]
        settings.OFFICE_HOURS = "07:30-11:30, 13:30-17:30"
        assert check_settings() == []


def _no_calendar(execute: Any, sql: str, *rest: Any) -> Any:
    assert "deadlinesetting" not in sql, "hours are cached"
    assert Holiday._meta.db_table not in sql, "the calendar is cached"
    return execute(sql, *rest)


@pytest.mark.usefixtures("monday")
class TestQueue:
    @pytest.fixture
    def four_dossiers(self, agency: Agency) -> dict[str, Dossier]:
        """On Monday at 09:00: one overdue since Friday, one for an hour, one due today, one due tomorrow."""
        form = make_desk_form(agency)
        filed = {
            "tomorrow": "2026-11-23 08:59", "today": "2026-11-20 15:00",
            "friday": "2026-11-19 09:00", "hour": "2026-11-20 07:59",
        }  # fmt: skip
        return {name: make_dossier(form=form, at=at(moment)) for name, moment in filed.items()}

    def codes(self, four_dossiers: dict[str, Dossier], *names: str) -> list[str | None]:
        return [four_dossiers[name].code for name in names]

    def test_new_dossiers_are_ordered_by_intake_deadline(
        self, four_dossiers: dict[str, Dossier], client: Client
    ) -> None:
        order = self.codes(four_dossiers, "friday", "hour", "today", "tomorrow")
        assert listed(client) == order
        assert listed(client, "?xep=han") == order
        assert listed(client, "?xep=-han") == order[::-1]

    def test_each_dossier_shows_its_intake_deadline(
        self, four_dossiers: dict[str, Dossier], client: Client
    ) -> None:
        page = " ".join(client.get("/mot-cua/").content.decode().split())
        for words in ("quá hạn 1 ngày làm việc", "hôm nay 15:00", "còn 1 ngày làm việc"):
            assert f"Tiếp nhận: {words}" in page

    @pytest.mark.parametrize(
        ("wanted", "names"),
        [
            ("qua-han", ["friday", "hour"]),
            ("hom-nay", ["today"]),
            ("", ["friday", "hour", "today", "tomorrow"]),
            ("rubbish", ["friday", "hour", "today", "tomorrow"]),
        ],
    )
    def test_list_can_be_filtered_by_intake_deadline(
        self, four_dossiers: dict[str, Dossier], client: Client, wanted: str, names: list[str]
    ) -> None:
        assert listed(client, f"?muc=moi&tiep-nhan={wanted}") == self.codes(four_dossiers, *names)

    def test_intake_filters_show_their_counts(
        self, four_dossiers: dict[str, Dossier], client: Client
    ) -> None:
        page = client.get("/mot-cua/").content.decode()
        assert re.findall(r'<option value="(hom-nay|qua-han)">[^(]*\((\d+)\)', page) == [
            ("hom-nay", "1"),
            ("qua-han", "2"),
        ]

    def test_dossier_answered_late_is_no_longer_overdue(
        self, four_dossiers: dict[str, Dossier], officer: User, desk: OfficerAccess
    ) -> None:
        do(four_dossiers["friday"], Action.ACCEPT, officer, at=NOW)
        do(four_dossiers["hour"], Action.DECLINE, officer, at=NOW)
        assert queue.queue_counts(desk, NOW).by_intake_state == {"qua-han": 0, "hom-nay": 1}
        assert four_dossiers["friday"].accepted_at > four_dossiers["friday"].intake_due_at, (
            "the delay can still be computed"
        )

    def test_other_agencies_are_not_counted(
        self, four_dossiers: dict[str, Dossier], desk: OfficerAccess
    ) -> None:
        make_dossier(AgencyFactory(), at=at("2026-11-12 09:00"))
        assert queue.queue_counts(desk, NOW).by_intake_state["qua-han"] == 2

    def test_counts_agree_with_the_lists(
        self, four_dossiers: dict[str, Dossier], desk: OfficerAccess
    ) -> None:
        for key, tab in (("qua-han", queue.TABS[0]), ("hom-nay", queue.TABS[0]), ("qua-han", queue.TABS[-1])):
            filters = queue.QueueFilters(intake_state=key)
            counted = queue.queue_counts(desk, NOW, tab=tab, filters=filters)
            rows = queue.queue_page(desk, tab, number=1, total=counted.shown, now=NOW, filters=filters)
            assert len(list(rows)) == counted.shown == counted.listed
            assert counted.shown == (counted.by_intake_state[key] if tab is queue.TABS[0] else 4)

    def test_new_dossier_outside_the_filter_is_not_announced(
        self, four_dossiers: dict[str, Dossier], client: Client
    ) -> None:
        newest = max(dossier.pk for dossier in four_dossiers.values())
        make_dossier(form=four_dossiers["today"].form_version, at=NOW)
        page = client.get(f"/mot-cua/?muc=moi&tiep-nhan=qua-han&den={newest}").content.decode()
        assert "kể từ khi bạn mở danh sách" not in page

    def test_intake_filter_is_shown_only_on_tabs_with_new_dossiers(
        self, four_dossiers: dict[str, Dossier], client: Client
    ) -> None:
        assert 'name="tiep-nhan"' in client.get("/mot-cua/?muc=moi").content.decode()
        assert 'name="tiep-nhan"' not in client.get("/mot-cua/?muc=cho").content.decode()
        waiting = client.get("/mot-cua/?muc=cho&tiep-nhan=qua-han").content.decode()
        assert 'name="tiep-nhan"' not in waiting

    def test_list_of_all_dossiers_sorts_intake_and_due_dates_together(
        self, four_dossiers: dict[str, Dossier], officer: User, client: Client
    ) -> None:
        accepted = make_dossier(form=four_dossiers["today"].form_version, at=at("2026-11-16 08:00"))
        do(accepted, Action.ACCEPT, officer, at=at("2026-11-16 09:00"))  # due on Thursday the 19th
        assert listed(client, "?muc=tat-ca&xep=han")[:2] == [accepted.code, four_dossiers["friday"].code]

    def test_officer_and_citizen_see_the_same_intake_deadline(self, agency: Agency, client: Client) -> None:
        receipt = file_dossier(make_desk_form(agency), now=at("2026-11-20 15:00"), purpose="x")
        assert (
            "23/11/2026 15:00"
            in client.get(reverse("one_stop:dossier", args=[receipt.code])).content.decode()
        )
        page = " ".join(Client().get(f"/ho-so/{receipt.token}/").content.decode().split())
        assert "Cơ quan phản hồi chậm nhất" in page
        assert "23/11/2026 15:00" in page
        services.apply_action(
            dossier_id=receipt.dossier.pk, expected_version=1, action=Action.ACCEPT,
            actor=make_officer(agency), now=NOW,
        )  # fmt: skip
        assert "Cơ quan phản hồi chậm nhất" not in Client().get(f"/ho-so/{receipt.token}/").content.decode()


@pytest.mark.usefixtures("monday")
class TestSupplementDeadline:
    @pytest.mark.parametrize(
        ("hours", "day", "until"),
        [
            ("07:00-11:30,13:30-17:00", "2026-11-27", "2026-11-27 17:00"),
            ("07:30-11:30,13:00-16:30", "2026-11-27", "2026-11-27 16:30"),
            ("07:00-11:30,13:30-17:00", "2026-11-28", "2026-11-30 17:00"),  # a Saturday: BLDS, art. 148
            ("07:00-11:30,13:30-17:00", "2026-08-22", None),  # past
            ("07:00-11:30,13:30-17:00", "2027-01-01", "2027-01-04 17:00"),  # a holiday
        ],
    )
    def test_citizens_deadline_is_the_end_of_office_hours(  # noqa: PLR0917
        self, settings: Any, client: Client, dossier: Dossier, hours: str, day: str, until: str | None
    ) -> None:
        load_public_holidays(first_year=2026, last_year=2027)
        settings.OFFICE_HOURS = hours
        answer = client.post(
            reverse("one_stop:action", args=[dossier.code, "request_supplement"]),
            {"version": 1, "other_documents": "Giấy chứng tử", "reason": "Thiếu", "supplement_due_at": day},
        )
        assert answer.status_code == (302 if until else 422)
        requests = dossier.supplement_requests.all()
        assert [request.supplement_due_at for request in requests] == ([at(until)] if until else [])

    def test_makeup_saturday_counts_as_a_working_day(self, officer: User) -> None:
        Holiday.objects.create(date=date(2026, 11, 28), kind=Holiday.Kind.MAKEUP, name="Làm bù")
        request = _asked(make_dossier(), date(2026, 11, 28))
        assert request.supplement_due_at == at("2026-11-28 17:00")
        assert request.dossier.status == Status.SUPPLEMENT


def _asked(dossier: Dossier, day: date) -> Any:
    return request_supplement(
        dossier_id=dossier.pk, expected_version=1, actor=make_officer(dossier.agency), reason="Thiếu",
        supplement_due_at=day, items=[{"id": "ruling", "label": "Bản án", "kind": "file", "note": ""}], now=NOW,
    )  # fmt: skip
