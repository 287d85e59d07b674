"""The who-viewed log: each opening once, by whom and from where, kept until its day, told to those who may know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Membership, User
from forms_app.dossiers import looks, services
from forms_app.dossiers.models import Dossier, ViewLog
from forms_app.dossiers.selectors.looks import MOST, looks_of, opened_by
from forms_app.dossiers.services import retention
from forms_app.dossiers.services.history import SAME_LOOK
from tests.accounts.factories import AgencyFactory
from tests.desk.factories import make_officer
from tests.dossiers.factories import at, file_dossier, make_form, make_version

pytestmark = pytest.mark.django_db
ROLE = Membership.Role
NOW = at("2026-11-23 09:00")


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def agency() -> Agency:
    return AgencyFactory(name="UBND phường Tân Thành")


@pytest.fixture
def told(agency: Agency) -> services.Submitted:
    return file_dossier(make_form(make_version(), agency), now=NOW - timedelta(days=1))


@pytest.fixture
def officer(agency: Agency) -> User:
    return make_officer(agency, ROLE.RECEPTION, name="Trần Thị Hạnh")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def fetch(client: Client, address: str) -> Any:
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def lines(dossier: Dossier) -> list[str]:
    return list(dossier.views.order_by("id").values_list("what", flat=True))


class TestWriting:
    def test_an_officer_s_look_says_who_when_what_and_from_where(
        self, told: services.Submitted, officer: User, agency: Agency
    ) -> None:
        signed_in(officer).get(reverse("desk:dossier", args=[told.code]))
        look = told.dossier.views.get()
        assert (look.actor, look.agency, look.what, look.at) == (officer, agency, "dossier", NOW)

    def test_every_way_in_leaves_its_line(self, told: services.Submitted, officer: User) -> None:
        client, file = signed_in(officer), told.dossier.attachments.get()
        fetch(client, reverse("desk:act", args=[told.code, "refuse"]))
        fetch(client, reverse("desk:file", args=[told.code, file.pk]))
        fetch(client, reverse("desk:paper", args=[told.code, "mau-01"]))
        client.post(reverse("desk:reveal", args=[told.code]))
        assert lines(told.dossier) == ["dossier", f"file {file.pk}", "mau-01", "citizen_id"]

    @pytest.mark.parametrize("paper", ["mau-03", "mau-02-1", "mau-99"])
    def test_what_was_not_shown_was_not_seen(
        self, told: services.Submitted, officer: User, paper: str
    ) -> None:
        client = signed_in(officer)
        assert client.get(f"/mot-cua/ho-so/{told.code}/giay/{paper}.pdf").status_code == 404
        assert client.get(reverse("desk:file", args=[told.code, 999_999])).status_code == 404
        assert lines(told.dossier) == []

    def test_a_reload_within_ten_minutes_is_the_same_look(
        self, told: services.Submitted, officer: User, clock: Any
    ) -> None:
        client, address = signed_in(officer), reverse("desk:dossier", args=[told.code])
        for _n in range(3):
            client.get(address)
            clock.shift(timedelta(minutes=3))
        assert lines(told.dossier) == ["dossier"]
        clock.move_to(NOW + SAME_LOOK)
        client.get(address)
        assert lines(told.dossier) == ["dossier", "dossier"]

    def test_another_officer_another_thing_and_another_dossier_are_looks_of_their_own(
        self, told: services.Submitted, officer: User, agency: Agency
    ) -> None:
        other = file_dossier(make_form(make_version(), agency), now=NOW)
        colleague = make_officer(agency, ROLE.HANDLER)
        for user in (officer, colleague):
            for code in (told.code, other.code):
                signed_in(user).get(reverse("desk:dossier", args=[code]))
        assert told.dossier.views.count() == other.dossier.views.count() == 2

    def test_a_look_of_the_future_hides_nothing(self, told: services.Submitted, officer: User) -> None:
        services.log_view(dossier=told.dossier, actor=officer, what="dossier", now=NOW + timedelta(minutes=5))
        services.log_view(dossier=told.dossier, actor=officer, what="dossier", now=NOW)
        assert told.dossier.views.count() == 2

    def test_the_citizen_s_own_look_has_no_agency(self, told: services.Submitted) -> None:
        Client().get(f"/ho-so/{told.token}/")
        look = told.dossier.views.get()
        assert (look.actor, look.agency) == (None, None)

    def test_lists_and_searches_are_no_looks(self, told: services.Submitted, officer: User) -> None:
        client = signed_in(officer)
        client.get(reverse("desk:queue"))
        client.get(reverse("desk:queue"), {"q": told.code})
        assert lines(told.dossier) == []


class TestKeeping:
    def log(self, told: services.Submitted, officer: User) -> ViewLog:
        services.log_view(dossier=told.dossier, actor=officer, what="dossier", now=NOW)
        return told.dossier.views.get()

    def test_the_day_comes_from_the_setting(
        self, told: services.Submitted, officer: User, settings: Any
    ) -> None:
        settings.VIEW_LOG_KEEP_DAYS = 30
        assert self.log(told, officer).keep_until == at("2026-12-23 00:00").date()

    def test_before_its_day_the_database_itself_refuses(
        self, told: services.Submitted, officer: User
    ) -> None:
        look = self.log(told, officer)
        for change in (
            lambda rows: rows.update(what="khác"),
            lambda rows: rows.update(actor=None),
            lambda rows: rows.update(keep_until=NOW.date() - timedelta(days=900)),
            lambda rows: rows._raw_delete(rows.db),
        ):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                change(ViewLog.objects.filter(pk=look.pk))
        assert retention.forget_views(now=NOW) == 0

    def test_after_its_day_it_goes_and_nothing_else(
        self, told: services.Submitted, officer: User, settings: Any
    ) -> None:
        settings.VIEW_LOG_KEEP_DAYS = -2
        services.log_view(dossier=told.dossier, actor=officer, what="mau-01", now=at("2020-01-01 09:00"))
        settings.VIEW_LOG_KEEP_DAYS = 3650
        services.log_view(dossier=told.dossier, actor=officer, what="dossier", now=at("2026-01-01 09:00"))
        assert retention.forget_views() == 1
        assert lines(told.dossier) == ["dossier"]

    def test_a_line_without_a_day_is_never_forgotten(self, told: services.Submitted) -> None:
        ViewLog.objects.create(dossier=told.dossier, actor=None, at=at("2019-01-01 09:00"), what="dossier")
        assert retention.forget_views() == 0
        with pytest.raises(IntegrityError), transaction.atomic():
            ViewLog.objects.all()._raw_delete("default")


class TestReading:
    @pytest.mark.parametrize("role", [ROLE.LEADER, ROLE.INSPECTOR])
    def test_leader_and_inspector_read_names(
        self, told: services.Submitted, officer: User, agency: Agency, role: str
    ) -> None:
        file = told.dossier.attachments.get()
        fetch(signed_in(officer), reverse("desk:file", args=[told.code, file.pk]))
        signed_in(officer).post(reverse("desk:reveal", args=[told.code]))
        Client().get(f"/ho-so/{told.token}/")
        page = signed_in(make_officer(agency, role)).get(reverse("desk:viewers", args=[told.code]))
        text = page.content.decode()
        for words in (
            "Trần Thị Hạnh", "UBND phường Tân Thành", f"tải tệp “{file.original_name}”", "xem đầy đủ số định danh",
            "Công dân, bằng đường dẫn riêng", "23/11/2026 09:00",
        ):  # fmt: skip
            assert words in text, words

    @pytest.mark.parametrize(
        "role", [ROLE.RECEPTION, ROLE.HANDLER, ROLE.RETURNER, ROLE.EDITOR, ROLE.OPERATOR]
    )
    def test_to_others_of_the_agency_the_log_does_not_exist(
        self, told: services.Submitted, agency: Agency, role: str
    ) -> None:
        client = signed_in(make_officer(agency, role))
        assert client.get(reverse("desk:viewers", args=[told.code])).status_code == 404
        page = client.get(reverse("desk:dossier", args=[told.code]))
        assert "nguoi-xem" not in page.content.decode()

    def test_a_leader_of_another_agency_reads_nothing(self, told: services.Submitted) -> None:
        client = signed_in(make_officer(AgencyFactory(), ROLE.LEADER))
        assert client.get(reverse("desk:viewers", args=[told.code])).status_code == 404

    def test_a_leader_here_and_clerk_there_watches_here_only(self, told: services.Submitted) -> None:
        both = make_officer(AgencyFactory(), ROLE.LEADER)
        Membership.objects.create(
            user=both, agency=told.dossier.agency, role=ROLE.RECEPTION, valid_from=NOW.date()
        )
        assert signed_in(both).get(reverse("desk:viewers", args=[told.code])).status_code == 404

    def test_the_citizen_reads_a_plain_sentence_without_names(
        self, told: services.Submitted, officer: User, clock: Any
    ) -> None:
        citizen, address = Client(), f"/ho-so/{told.token}/"
        assert "Chưa có cán bộ nào mở hồ sơ của bạn." in citizen.get(address).content.decode()
        client = signed_in(officer)
        client.get(reverse("desk:dossier", args=[told.code]))
        client.get(reverse("desk:paper", args=[told.code, "mau-01"]))
        clock.shift(timedelta(minutes=25))
        client.get(reverse("desk:dossier", args=[told.code]))
        page = citizen.get(address).content.decode()
        assert (
            "Cán bộ của UBND phường Tân Thành đã mở hồ sơ của bạn 3 lần, lần gần nhất lúc 23/11/2026 09:25."
            in page
        )
        assert "Trần Thị Hạnh" not in page
        listed = citizen.get(f"{address}nguoi-xem/").content.decode()
        assert listed.count("Cán bộ của UBND phường Tân Thành") == 3
        assert "mở giấy theo Mẫu số 01" in listed
        assert "Trần Thị Hạnh" not in listed

    def test_every_agency_that_looked_is_named_the_latest_first(
        self, told: services.Submitted, officer: User
    ) -> None:
        other = AgencyFactory(name="Sở Tư pháp")
        for minutes, agency in enumerate((told.dossier.agency, other)):
            services.log_view(
                dossier=told.dossier, actor=officer, agency=agency, what=f"mau-0{minutes}",
                now=NOW + timedelta(minutes=minutes),
            )  # fmt: skip
        assert [one.agency for one in opened_by(told.dossier)] == ["Sở Tư pháp", "UBND phường Tân Thành"]

    def test_old_lines_without_an_agency_count_for_the_dossier_s(
        self, told: services.Submitted, officer: User
    ) -> None:
        ViewLog.objects.create(dossier=told.dossier, actor=officer, at=NOW, what="dossier")
        assert [one.agency for one in opened_by(told.dossier)] == ["UBND phường Tân Thành"]
        (row,) = looks.told(told.dossier, looks_of(told.dossier), [])
        assert row.agency == "UBND phường Tân Thành"

    def test_a_file_that_is_gone_keeps_its_line(self, told: services.Submitted, officer: User) -> None:
        services.log_view(dossier=told.dossier, actor=officer, what="file 4711", now=NOW)
        (row,) = looks.told(told.dossier, looks_of(told.dossier), [])
        assert "4711" in row.what

    def test_a_long_log_shows_the_newest(self, told: services.Submitted, officer: User) -> None:
        ViewLog.objects.bulk_create(
            ViewLog(dossier=told.dossier, actor=officer, at=NOW + timedelta(minutes=n), what=f"mau-{n}")
            for n in range(MOST + 5)
        )
        shown = looks_of(told.dossier)
        assert len(shown) == MOST
        assert shown[0].what == f"mau-{MOST + 4}"

    def test_the_number_of_queries_does_not_grow(
        self, told: services.Submitted, officer: User, agency: Agency, django_assert_max_num_queries: Any
    ) -> None:
        leader = signed_in(make_officer(agency, ROLE.LEADER))
        for client, address in (
            (leader, reverse("desk:viewers", args=[told.code])),
            (Client(), f"/ho-so/{told.token}/nguoi-xem/"),
            (Client(), f"/ho-so/{told.token}/"),
        ):
            client.get(address)
            with django_assert_max_num_queries(20) as few:
                client.get(address)
            most = len(few)  # now: the next request forgets what was captured
            for n in range(5):
                services.log_view(
                    dossier=told.dossier,
                    actor=make_officer(agency),
                    agency=agency,
                    what=f"{address}{n}",
                    now=NOW,
                )
            client.get(address)  # a new officer makes the remembered parts of the frame fresh
            with django_assert_max_num_queries(most):
                client.get(address)


class TestOwnData:
    def test_everything_about_the_person_and_no_secret(self, told: services.Submitted, officer: User) -> None:
        signed_in(officer).get(reverse("desk:dossier", args=[told.code]))
        answer = Client().get(f"/ho-so/{told.token}/du-lieu.json")
        assert answer["Content-Disposition"] == f'attachment; filename="{told.code}.json"'
        assert "no-store" in answer["Cache-Control"]
        data = answer.json()
        assert data["code"] == told.code
        steps = {step["step"]: {q["id"]: q for q in step["questions"]} for step in data["answers"]}
        assert steps["Người yêu cầu"]["citizen_id"]["value"] == "096185001234"
        assert steps["Thông tin của trẻ"]["born"]["answer"] == "01/11/2026"
        assert data["consent"]["number"] == 1
        assert data["files"][0]["sha256"] == told.dossier.attachments.get().sha256
        assert [event["action"] for event in data["events"]] == ["submit"]
        assert data["opened_by"] == [
            {"agency": "UBND phường Tân Thành", "times": 1, "last": "2026-11-23T02:00:00Z"}
        ]
        text = answer.content.decode()
        for secret in (
            told.secret,
            told.token,
            told.dossier.link_token_hash,
            told.dossier.lookup_secret_hash,
        ):
            assert secret not in text

    def test_a_stranger_gets_the_404_of_nothing(self, told: services.Submitted) -> None:
        assert Client().get(f"/ho-so/{told.token}x/du-lieu.json").status_code == 404
        assert Client().get(f"/ho-so/{told.token}x/nguoi-xem/").status_code == 404
