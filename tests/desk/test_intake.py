"""The desk's own time: a new dossier is accepted, refused or asked about within eight working hours (DOMAIN 2.6)."""

from __future__ import annotations

import re
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from accounts.services.groups import sync_groups
from core.checks import check_settings
from core.models import Holiday
from core.worktime.services import load_public_holidays
from forms_app.desk.access import Desk
from forms_app.desk.selectors import queue
from forms_app.desk.services import request_supplement
from forms_app.dossiers import services
from forms_app.dossiers.actors import citizen
from forms_app.dossiers.models import DeadlineSetting, Dossier
from forms_app.dossiers.transitions import Action, Status
from tests.accounts.factories import AgencyFactory, MembershipFactory
from tests.desk.factories import NOW, ask, do, make_desk_form, make_dossier, make_officer
from tests.desk.test_list_work import listed
from tests.dossiers.factories import at, file_dossier, make_draft

pytestmark = pytest.mark.django_db


def due(dossier: Dossier) -> str:
    dossier.refresh_from_db()
    assert dossier.intake_due_at is not None
    return f"{dossier.intake_due_at.astimezone(NOW.tzinfo):%Y-%m-%d %H:%M}"


class TestMoment:
    @pytest.mark.parametrize(
        ("filed", "answered_by"),
        [
            ("2026-11-16 07:00", "2026-11-16 17:00"),
            ("2026-11-16 09:00", "2026-11-17 09:00"),
            ("2026-11-16 12:10", "2026-11-17 11:30"),  # at noon the time begins at 13:30
            ("2026-11-16 16:59", "2026-11-17 16:59"),
            ("2026-11-16 20:14", "2026-11-17 17:00"),  # filed in the evening: the whole of the next day
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
    def test_eight_hours_of_office_time_after_filing(self, filed: str, answered_by: str) -> None:
        load_public_holidays(first_year=2026, last_year=2027)
        assert due(make_dossier(at=at(filed))) == answered_by

    def test_a_supplement_before_acceptance_gives_the_desk_its_time_again(self) -> None:
        dossier = make_dossier(at=at("2026-11-19 20:14"))
        leader = make_officer(dossier.agency, Membership.Role.LEADER)
        ask(dossier, leader, at=at("2026-11-20 08:00"))
        assert due(dossier) == "2026-11-20 17:00", "what was promised first stays readable meanwhile"
        services.perform(
            dossier_id=dossier.pk, expected_version=dossier.version, action=Action.SUPPLY,
            actor=citizen(dossier), now=at("2026-12-01 09:30"),
        )  # fmt: skip
        assert due(dossier) == "2026-12-02 09:30"

    @pytest.mark.parametrize("action", [Action.ASSIGN, Action.ACCEPT, Action.REFUSE, Action.WITHDRAW])
    def test_no_other_act_moves_it(self, action: Action) -> None:
        dossier = make_dossier(at=at("2026-11-19 20:14"))
        before = due(dossier)
        do(dossier, action, make_officer(dossier.agency, *Membership.Role.values), at=at("2026-11-20 10:00"))
        assert due(dossier) == before

    def test_a_supplement_after_acceptance_is_no_new_intake(self) -> None:
        dossier = make_dossier(at=at("2026-11-19 20:14"))
        leader = make_officer(dossier.agency, Membership.Role.LEADER)
        do(dossier, Action.ACCEPT, leader, at=at("2026-11-20 08:00"))
        ask(dossier, leader, at=at("2026-11-20 09:00"))
        services.perform(
            dossier_id=dossier.pk, expected_version=dossier.version, action=Action.SUPPLY,
            actor=citizen(dossier), now=at("2026-12-01 09:30"),
        )  # fmt: skip
        assert due(dossier) == "2026-11-20 17:00"


class TestSetting:
    @pytest.mark.parametrize(
        ("general", "own", "answered_by"),
        [(None, None, "2026-11-24 09:00"), (16, None, "2026-11-25 09:00"), (16, 2, "2026-11-23 11:00")],
    )
    def test_the_procedure_s_own_hours_go_before_those_of_all(
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

    def test_a_setting_counts_from_its_day(self, agency: Agency) -> None:
        DeadlineSetting.objects.create(supplement_mode="pause", intake_hours=4, valid_from=date(2026, 11, 24))
        form = make_desk_form(agency)
        assert due(make_dossier(form=form, at=NOW)) == "2026-11-24 09:00"
        assert due(make_dossier(form=form, at=NOW + timedelta(days=1))) == "2026-11-24 15:00"

    def test_office_hours_are_the_operator_s(self, settings: Any) -> None:
        settings.OFFICE_HOURS = "08:00-12:00, 13:00-17:00"
        assert due(make_dossier(at=at("2026-11-23 06:00"))) == "2026-11-23 17:00"

    def test_two_general_settings_never_share_a_day(self) -> None:
        facts = {"supplement_mode": "pause", "valid_from": NOW.date()}
        DeadlineSetting.objects.create(**facts)
        with pytest.raises(IntegrityError), transaction.atomic():
            DeadlineSetting.objects.create(**facts)
        DeadlineSetting.objects.create(**(facts | {"valid_from": NOW.date() + timedelta(days=1)}))

    def test_nor_do_two_of_one_procedure(self, agency: Agency) -> None:
        facts = {"supplement_mode": "pause", "valid_from": NOW.date()}
        first, second = (make_desk_form(agency).definition.procedure for _n in range(2))
        DeadlineSetting.objects.create(procedure=first, **facts)
        DeadlineSetting.objects.create(procedure=second, **facts)
        with pytest.raises(IntegrityError), transaction.atomic():
            DeadlineSetting.objects.create(procedure=first, **facts)

    def test_the_admin_says_so_in_words(self) -> None:
        DeadlineSetting.objects.create(supplement_mode="pause", valid_from=NOW.date())
        controller = MembershipFactory(role=Membership.Role.CATALOGUE).user
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

    def test_filing_asks_for_hours_and_calendar_once_a_day(self, agency: Agency) -> None:
        form = make_desk_form(agency)
        make_dossier(form=form, at=NOW)
        draft, token = make_draft(form, purpose="x", now=NOW)
        with connection.execute_wrapper(_no_calendar):
            services.submit(
                token=token, idempotency_key=draft.idempotency_key,
                consent=Dossier.objects.get().consent, now=NOW,
            )  # fmt: skip

    @pytest.mark.parametrize("hours", ["", "07:00", "7-11", "11:30-07:00", "07:00-12:00,11:00-17:00", "x-y"])
    def test_hours_that_are_none_stop_the_start(self, settings: Any, hours: str) -> None:
        settings.OFFICE_HOURS = hours
        assert [message.id for message in check_settings()] == ["core.E016"]
        settings.OFFICE_HOURS = "07:30-11:30, 13:30-17:30"
        assert check_settings() == []


def _no_calendar(execute: Any, sql: str, *rest: Any) -> Any:
    assert "deadlinesetting" not in sql, "hours are remembered"
    assert Holiday._meta.db_table not in sql, "the calendar is remembered"
    return execute(sql, *rest)


@pytest.mark.usefixtures("monday")
class TestQueue:
    @pytest.fixture
    def four(self, agency: Agency) -> dict[str, Dossier]:
        """It is Monday 09:00: one overdue since Friday, one since an hour ago, one due today, one tomorrow."""
        form = make_desk_form(agency)
        filed = {
            "tomorrow": "2026-11-23 08:59", "today": "2026-11-20 15:00",
            "friday": "2026-11-19 09:00", "hour": "2026-11-20 07:59",
        }  # fmt: skip
        return {name: make_dossier(form=form, at=at(moment)) for name, moment in filed.items()}

    def codes(self, four: dict[str, Dossier], *names: str) -> list[str | None]:
        return [four[name].code for name in names]

    def test_the_one_to_answer_first_stands_first(self, four: dict[str, Dossier], client: Client) -> None:
        order = self.codes(four, "friday", "hour", "today", "tomorrow")
        assert listed(client) == order
        assert listed(client, "?xep=han") == order
        assert listed(client, "?xep=-han") == order[::-1]

    def test_each_says_its_own_time(self, four: dict[str, Dossier], client: Client) -> None:
        page = " ".join(client.get("/mot-cua/").content.decode().split())
        for words in ("quá hạn 3 ngày", "hôm nay 15:00", "còn 1 ngày"):
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
    def test_the_list_narrows_to_what_presses(
        self, four: dict[str, Dossier], client: Client, wanted: str, names: list[str]
    ) -> None:
        assert listed(client, f"?muc=moi&tiep-nhan={wanted}") == self.codes(four, *names)

    def test_the_choices_carry_honest_counts(self, four: dict[str, Dossier], client: Client) -> None:
        page = client.get("/mot-cua/").content.decode()
        assert re.findall(r'<option value="(hom-nay|qua-han)">[^(]*\((\d+)\)', page) == [
            ("hom-nay", "1"),
            ("qua-han", "2"),
        ]

    def test_what_was_answered_late_is_overdue_no_longer(
        self, four: dict[str, Dossier], officer: User, desk: Desk
    ) -> None:
        do(four["friday"], Action.ACCEPT, officer, at=NOW)
        do(four["hour"], Action.REFUSE, officer, at=NOW)
        assert queue.counts(desk, NOW).intake == {"qua-han": 0, "hom-nay": 1}
        assert four["friday"].accepted_at > four["friday"].intake_due_at, (
            "that it came late can still be counted"
        )

    def test_other_agencies_are_not_counted(self, four: dict[str, Dossier], desk: Desk) -> None:
        make_dossier(AgencyFactory(), at=at("2026-11-12 09:00"))
        assert queue.counts(desk, NOW).intake["qua-han"] == 2

    def test_the_counts_and_the_lists_are_the_same(self, four: dict[str, Dossier], desk: Desk) -> None:
        for key, tab in (("qua-han", queue.TABS[0]), ("hom-nay", queue.TABS[0]), ("qua-han", queue.TABS[-1])):
            wish = queue.Wish(intake=key)
            counted = queue.counts(desk, NOW, tab=tab, wish=wish)
            rows = queue.page_of(desk, tab, number=1, total=counted.shown, now=NOW, wish=wish)
            assert len(list(rows)) == counted.shown == counted.listed
            assert counted.shown == (counted.intake[key] if tab is queue.TABS[0] else 4)

    def test_a_new_one_outside_the_narrowed_list_is_no_news(
        self, four: dict[str, Dossier], client: Client
    ) -> None:
        newest = max(dossier.pk for dossier in four.values())
        make_dossier(form=four["today"].form_version, at=NOW)
        page = client.get(f"/mot-cua/?muc=moi&tiep-nhan=qua-han&den={newest}").content.decode()
        assert "kể từ khi bạn mở danh sách" not in page

    def test_the_filter_is_offered_where_it_means_something(
        self, four: dict[str, Dossier], client: Client
    ) -> None:
        assert 'name="tiep-nhan"' in client.get("/mot-cua/?muc=moi").content.decode()
        assert 'name="tiep-nhan"' not in client.get("/mot-cua/?muc=cho").content.decode()
        waiting = client.get("/mot-cua/?muc=cho&tiep-nhan=qua-han").content.decode()
        assert 'name="tiep-nhan"' not in waiting

    def test_the_whole_list_mixes_both_clocks_by_urgency(
        self, four: dict[str, Dossier], officer: User, client: Client
    ) -> None:
        promised = make_dossier(form=four["today"].form_version, at=at("2026-11-16 08:00"))
        do(promised, Action.ACCEPT, officer, at=at("2026-11-16 09:00"))  # promised for Thursday, the 19th
        assert listed(client, "?muc=tat-ca&xep=han")[:2] == [promised.code, four["friday"].code]

    def test_officer_and_citizen_read_the_same_moment(self, agency: Agency, client: Client) -> None:
        told = file_dossier(make_desk_form(agency), now=at("2026-11-20 15:00"), purpose="x")
        assert "23/11/2026 15:00" in client.get(reverse("desk:dossier", args=[told.code])).content.decode()
        page = " ".join(Client().get(f"/ho-so/{told.token}/").content.decode().split())
        assert "Cơ quan trả lời trước" in page
        assert "23/11/2026 15:00" in page
        services.perform(
            dossier_id=told.dossier.pk, expected_version=1, action=Action.ACCEPT,
            actor=make_officer(agency), now=NOW,
        )  # fmt: skip
        assert "Cơ quan trả lời trước" not in Client().get(f"/ho-so/{told.token}/").content.decode()


@pytest.mark.usefixtures("monday")
class TestSupplementDeadline:
    @pytest.mark.parametrize(
        ("hours", "day", "until"),
        [
            ("07:00-11:30,13:30-17:00", "2026-11-27", "2026-11-27 17:00"),
            ("07:30-11:30,13:00-16:30", "2026-11-27", "2026-11-27 16:30"),
            ("07:00-11:30,13:30-17:00", "2026-11-28", "2026-11-30 17:00"),  # a Saturday: BLDS, art. 148
            ("07:00-11:30,13:30-17:00", "2026-08-22", None),  # past
            ("07:00-11:30,13:30-17:00", "2027-02-06", "2027-02-11 17:00"),  # Tết
        ],
    )
    def test_the_citizen_has_until_the_office_closes(  # noqa: PLR0917
        self, settings: Any, client: Client, dossier: Dossier, hours: str, day: str, until: str | None
    ) -> None:
        load_public_holidays(first_year=2026, last_year=2027)
        settings.OFFICE_HOURS = hours
        answer = client.post(
            reverse("desk:act", args=[dossier.code, "request_supplement"]),
            {"version": 1, "other": "Giấy chứng tử", "reason": "Thiếu", "answer_by": day},
        )
        assert answer.status_code == (302 if until else 422)
        requests = dossier.supplement_requests.all()
        assert [request.citizen_deadline for request in requests] == ([at(until)] if until else [])

    def test_a_makeup_saturday_is_taken_at_its_word(self, officer: User) -> None:
        Holiday.objects.create(date=date(2026, 11, 28), kind=Holiday.Kind.MAKEUP, name="Làm bù")
        request = _asked(make_dossier(), date(2026, 11, 28))
        assert request.citizen_deadline == at("2026-11-28 17:00")
        assert request.dossier.status == Status.SUPPLEMENT


def _asked(dossier: Dossier, day: date) -> Any:
    return request_supplement(
        dossier_id=dossier.pk, expected_version=1, actor=make_officer(dossier.agency), reason="Thiếu",
        answer_by=day, items=[{"id": "ruling", "label": "Bản án", "kind": "file", "note": ""}], now=NOW,
    )  # fmt: skip


class TestDossiersOfBefore:
    """Those that waited when the time to answer was introduced got theirs from the migration."""

    @pytest.fixture
    def migration(self) -> Any:
        return import_module("forms_app.dossiers.migrations.0007_intake_of_open_dossiers")

    def test_they_have_the_moment_they_would_have_had(self, migration: Any) -> None:
        load_public_holidays(first_year=2026, last_year=2027)
        form = make_desk_form(AgencyFactory())
        filed = [
            make_dossier(form=form, at=at(moment)) for moment in ("2026-11-20 15:00", "2026-11-23 16:00")
        ]
        expected = [dossier.intake_due_at for dossier in filed]
        Dossier.objects.update(intake_due_at=None)
        migration.give_moments(apps, None)
        assert list(Dossier.objects.order_by("pk").values_list("intake_due_at", flat=True)) == expected

    def test_one_that_came_back_counts_from_its_supplement(self, migration: Any) -> None:
        dossier = make_dossier(at=at("2026-11-16 09:00"))
        leader = make_officer(dossier.agency, Membership.Role.LEADER)
        ask(dossier, leader, at=at("2026-11-16 10:00"))
        services.perform(
            dossier_id=dossier.pk, expected_version=dossier.version, action=Action.SUPPLY,
            actor=citizen(dossier), now=at("2026-11-18 09:30"),
        )  # fmt: skip
        Dossier.objects.update(intake_due_at=None)
        migration.give_moments(apps, None)
        assert due(dossier) == "2026-11-19 09:30"

    def test_who_was_answered_already_is_left_alone(self, migration: Any) -> None:
        dossier = make_dossier(at=at("2026-11-16 09:00"))
        do(dossier, Action.ACCEPT, make_officer(dossier.agency), at=at("2026-11-16 10:00"))
        Dossier.objects.update(intake_due_at=None)
        migration.give_moments(apps, None)
        dossier.refresh_from_db()
        assert dossier.intake_due_at is None
