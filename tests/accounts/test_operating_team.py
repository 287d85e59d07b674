"""The register of agencies and the roles of people in the admin: what the operating team may do and what not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Agency, AgencySuccession, Membership, User
from accounts.selectors import has_role
from accounts.services import grant
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
Role = Membership.Role
NOW = "2026-03-02 09:00 +0700"
TODAY = dt.date(2026, 3, 2)
LISTS = ("agencies", "agency_successions", "memberships")
OF_A_ROW = ("edit", "delete", "history", "history_results", "usage")


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def province() -> Agency:
    return AgencyFactory(name="UBND tỉnh Thử", kind=Agency.Kind.PROVINCE, code="H90")


@pytest.fixture
def commune(province) -> Agency:
    return AgencyFactory(name="UBND xã Một", kind=Agency.Kind.COMMUNE, parent=province, code="H90.01")


@pytest.fixture
def other(province) -> Agency:
    return AgencyFactory(name="UBND xã Hai", kind=Agency.Kind.COMMUNE, parent=province, code="H90.02")


def member(agency: Agency, role: str = Role.OPERATOR, **fields: Any) -> User:
    user = UserFactory(**fields)
    grant(user=user, agency=agency, role=role)
    return User.objects.get(pk=user.pk)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def chief() -> Client:
    return browser(UserFactory(is_superuser=True))


def at(name: str, view: str, *args: Any) -> str:
    return reverse(f"{name}:{view}", args=args)


def agency_facts(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Trung tâm Thử",
        "kind": "centre",
        "code": "H90.09",
        "valid_from": "2026-03-01",
        **fields,
    }


def sent(agency: Agency, **fields: Any) -> dict[str, Any]:
    """What the form of ``agency`` sends back, with some fields changed."""
    facts = {
        name: getattr(agency, name) or ""
        for name in (
            "name", "short_name", "kind", "code", "code_old", "address", "phone", "email", "working_hours",
            "valid_from", "valid_to",
        )
    }  # fmt: skip
    return {**facts, "parent": agency.parent_id or "", "unit": agency.unit_id or "", **fields}


def role_facts(user: User, agency: Agency, role: str = Role.RECEPTION, **fields: Any) -> dict[str, Any]:
    return {
        "username": user.username,
        "agency": agency.pk,
        "role": role,
        "valid_from": "2026-03-02",
        "valid_to": "",
        **fields,
    }


class TestWhoEnters:
    @pytest.mark.parametrize("role", [role for role in Role.values if role != Role.OPERATOR])
    def test_no_other_role(self, commune, role):
        client = browser(member(commune, role))
        for address in (at(name, view) for name in LISTS for view in ("index", "index_results", "add")):
            assert client.get(address).status_code in {302, 403, 404}, address
            assert client.post(address, agency_facts(parent=commune.pk)).status_code in {302, 403, 404, 405}
        assert not Agency.objects.filter(name="Trung tâm Thử").exists()

    @pytest.mark.parametrize("name", LISTS)
    def test_no_permission_opens_it(self, commune, name):
        """The permissions of the models hold in every agency, so nothing asks for them."""
        clerk = UserFactory()
        clerk.user_permissions.set(
            Permission.objects.filter(content_type__app_label__in=("accounts", "wagtailadmin"))
        )
        client = browser(User.objects.get(pk=clerk.pk))
        assert client.get(at(name, "index")).status_code == 302
        assert client.post(at(name, "add"), agency_facts()).status_code == 302

    @pytest.mark.parametrize("name", LISTS)
    def test_the_operating_team_does(self, commune, name):
        client = browser(member(commune))
        assert client.get(at(name, "index")).status_code == 200
        assert client.get(at(name, "add")).status_code == 200

    def test_the_menu_leads_there_and_nobody_else(self, commune):
        assert at("memberships", "index") in browser(member(commune)).get("/quan-tri/").text
        assert at("memberships", "index") not in browser(member(commune, Role.EDITOR)).get("/quan-tri/").text

    def test_an_operator_whose_time_is_over_is_out(self, commune):
        former = MembershipFactory(agency=commune, role=Role.OPERATOR, valid_to=dt.date(2026, 3, 1)).user
        assert browser(former).get(at("agencies", "index")).status_code == 302


class TestAgencies:
    def test_a_new_one_is_made_below_the_own_one(self, province):
        client = browser(member(province))
        client.post(at("agencies", "add"), agency_facts(parent=province.pk, working_hours="07:00–11:30"))
        made = Agency.objects.get(code="H90.09")
        assert (made.parent, made.slug, made.working_hours) == (province, "trung-tam-thu", "07:00–11:30")

    def test_two_of_one_name_have_two_addresses(self, province):
        client = browser(member(province))
        for code in ("H90.08", "H90.09", "H90.10"):
            client.post(at("agencies", "add"), agency_facts(parent=province.pk, code=code))
        slugs = Agency.objects.filter(name="Trung tâm Thử").values_list("slug", flat=True)
        assert set(slugs) == {"trung-tam-thu", "trung-tam-thu-2", "trung-tam-thu-3"}

    @pytest.mark.parametrize("parent", ["other", "province", "nobody"])
    def test_none_is_made_elsewhere(self, province, commune, other, parent):
        pk = {"other": other.pk, "province": province.pk, "nobody": ""}[parent]
        client = browser(member(commune))
        assert client.post(at("agencies", "add"), agency_facts(parent=pk)).status_code == 200
        assert not Agency.objects.filter(code="H90.09").exists()

    def test_only_a_superuser_makes_one_at_the_top(self, province):
        browser(member(province)).post(at("agencies", "add"), agency_facts())
        assert not Agency.objects.filter(code="H90.09").exists()
        chief().post(at("agencies", "add"), agency_facts())
        assert Agency.objects.get(code="H90.09").parent is None

    def test_the_own_one_keeps_its_structure_and_changes_its_contacts(self, commune, other):
        client = browser(member(commune))
        hostile = sent(
            commune, phone="0290 1", name="UBND tỉnh", kind="province", code="H99", parent=other.pk,
            valid_from="2020-01-01", valid_to="2030-01-01",
        )  # fmt: skip
        client.post(at("agencies", "edit", commune.pk), hostile)
        before = Agency.objects.values("name", "kind", "code", "parent", "valid_from", "valid_to").get(
            pk=commune.pk
        )
        assert before == {
            "name": "UBND xã Một", "kind": "commune", "code": "H90.01", "parent": commune.parent_id,
            "valid_from": commune.valid_from, "valid_to": None,
        }  # fmt: skip
        commune.refresh_from_db()
        assert commune.phone == "0290 1"

    def test_the_one_above_corrects_everything(self, province, commune):
        client = browser(member(province))
        facts = sent(commune, name="UBND phường Một", code="H90.31", valid_to="2026-12-31")
        client.post(at("agencies", "edit", commune.pk), facts)
        commune.refresh_from_db()
        assert (commune.name, commune.code, commune.valid_to) == (
            "UBND phường Một",
            "H90.31",
            dt.date(2026, 12, 31),
        )
        assert commune.slug.startswith("so-thu-")  # addresses stay

    def test_no_agency_stands_below_itself(self, province, commune):
        below = AgencyFactory(parent=commune)
        for parent in (commune, below):
            chief().post(at("agencies", "edit", commune.pk), sent(commune, parent=parent.pk))
            commune.refresh_from_db()
            assert commune.parent == province

    @pytest.mark.parametrize(
        ("start", "end", "fits"),
        [
            ("2026-03-01", "", False),
            ("2025-01-01", "2025-12-31", False),
            ("2025-01-01", "2025-06-30", True),
            ("2020-01-01", "2020-12-31", True),
        ],
    )
    def test_a_code_belongs_to_one_agency_at_a_time(self, province, commune, start, end, fits):
        """The other agency bears H90.01 from 1 July 2025 on, without an end."""
        facts = agency_facts(parent=province.pk, code="H90.01", valid_from=start, valid_to=end)
        response = browser(member(province)).post(at("agencies", "add"), facts)
        assert (response.status_code == 302) is fits
        assert Agency.objects.filter(code="H90.01").count() == 1 + fits

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("code", "12.05"), ("code", ""), ("code_old", "H12"), ("email", "không phải thư"), ("name", ""),
            ("valid_to", "2026-02-01"), ("kind", "kingdom"), ("valid_from", ""),
        ],
    )  # fmt: skip
    def test_nonsense_is_said_at_its_field(self, province, field, value):
        response = browser(member(province)).post(
            at("agencies", "add"), agency_facts(parent=province.pk, **{field: value})
        )
        assert response.status_code == 200
        assert field in response.context["form"].errors
        assert not Agency.objects.filter(name="Trung tâm Thử").exists()

    @pytest.mark.parametrize("view", OF_A_ROW)
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_a_foreign_one_is_the_404_of_nothing(self, commune, other, view, method):
        client = browser(member(commune))
        answers = [
            getattr(client, method)(at("agencies", view, pk), sent(other, phone="1"))
            for pk in (other.pk, 10**6)
        ]
        if view == "delete":
            assert {answer.status_code for answer in answers} <= {302, 404}
        else:
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].content == answers[1].content
        other.refresh_from_db()
        assert other.phone == ""

    def test_nobody_deletes_one(self, commune):
        for client in (browser(member(commune)), chief()):
            client.post(at("agencies", "delete", commune.pk))
        assert Agency.objects.filter(pk=commune.pk).exists()

    def test_the_list_holds_the_own_ones(self, province, commune, other):
        below = AgencyFactory(parent=commune, name="Trạm Ba")
        html = browser(member(commune)).get(at("agencies", "index")).text
        assert commune.name in html
        assert below.name in html
        assert other.name not in html
        everything = browser(member(province)).get(at("agencies", "index")).text
        assert all(one.name in everything for one in (province, commune, below, other))

    def test_the_list_tells_what_is_over(self, province, commune):
        AgencyFactory(parent=province, name="Huyện Cũ", abolished=True)
        client = browser(member(province))
        assert "Huyện Cũ" in client.get(f"{at('agencies', 'index')}?in_force=false").text
        html = client.get(f"{at('agencies', 'index')}?in_force=true").text
        assert "Huyện Cũ" not in html
        assert commune.name in html


class TestSuccessions:
    def test_say_who_continues_whom(self, province, commune, other):
        facts = {
            "predecessor": commune.pk,
            "successor": other.pk,
            "date": "2026-03-01",
            "legal_basis": "NQ 1655",
        }
        browser(member(province)).post(at("agency_successions", "add"), facts)
        assert AgencySuccession.objects.get().successor == other

    def test_both_sides_must_be_the_own_ones(self, commune, other):
        facts = {"predecessor": commune.pk, "successor": other.pk, "date": "2026-03-01"}
        browser(member(commune)).post(at("agency_successions", "add"), facts)
        assert not AgencySuccession.objects.exists()

    def test_no_agency_continues_itself(self, province, commune):
        facts = {"predecessor": commune.pk, "successor": commune.pk, "date": "2026-03-01"}
        response = browser(member(province)).post(at("agency_successions", "add"), facts)
        assert response.status_code == 200
        assert not AgencySuccession.objects.exists()

    def test_a_mistake_is_deleted_by_who_manages_both(self, province, commune, other):
        row = AgencySuccession.objects.create(predecessor=commune, successor=other, date=TODAY)
        assert browser(member(commune)).post(at("agency_successions", "delete", row.pk)).status_code == 404
        browser(member(province)).post(at("agency_successions", "delete", row.pk))
        assert not AgencySuccession.objects.exists()


class TestRoles:
    def test_are_given_from_a_day_to_a_day(self, commune):
        officer = UserFactory()
        facts = role_facts(officer, commune, valid_from="2026-03-09", valid_to="2026-04-30")
        browser(member(commune)).post(at("memberships", "add"), facts)
        held = officer.memberships.get()
        assert (held.role, held.valid_from, held.valid_to) == (
            "reception",
            dt.date(2026, 3, 9),
            dt.date(2026, 4, 30),
        )
        assert not has_role(officer, commune, Role.RECEPTION)
        assert has_role(officer, commune, Role.RECEPTION, on=dt.date(2026, 4, 30))

    def test_open_the_admin_at_once(self, commune):
        officer = UserFactory()
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune, Role.EDITOR))
        assert User.objects.get(pk=officer.pk).has_perm("wagtailadmin.access_admin")

    @pytest.mark.parametrize("role", [Role.CATALOGUE, Role.OPERATOR, Role.RECEPTION])
    def test_nobody_gives_one_to_themselves(self, province, role):
        operator = member(province)
        response = browser(operator).post(at("memberships", "add"), role_facts(operator, province, role))
        assert response.status_code == 200
        assert operator.memberships.count() == 1

    def test_nobody_gives_one_elsewhere(self, commune, other):
        officer = UserFactory()
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, other))
        assert not officer.memberships.exists()

    def test_the_controller_of_everybody_is_named_by_the_top(self, province, commune):
        officer = UserFactory()
        response = browser(member(commune)).post(
            at("memberships", "add"), role_facts(officer, commune, Role.CATALOGUE)
        )
        assert response.context["form"].non_field_errors()
        assert not officer.memberships.exists()
        browser(member(province)).post(at("memberships", "add"), role_facts(officer, commune, Role.CATALOGUE))
        assert officer.memberships.get().role == Role.CATALOGUE

    def test_the_account_of_a_citizen_gets_none_from_an_operator(self, commune, province):
        citizen = UserFactory(last_login="2026-02-01T00:00:00Z")
        browser(member(province)).post(at("memberships", "add"), role_facts(citizen, commune))
        assert not citizen.memberships.exists()
        chief().post(at("memberships", "add"), role_facts(citizen, commune))
        assert citizen.memberships.exists()

    def test_somebody_of_another_agency_may_get_one_here_too(self, commune, other):
        officer = member(other, Role.HANDLER, last_login="2026-02-01T00:00:00Z")
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune))
        assert has_role(officer, commune, Role.RECEPTION)

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("username", "khong-co-ai"), ("username", ""), ("role", "king"), ("agency", ""), ("valid_from", ""),
            ("valid_to", "2026-03-01"), ("valid_to", "hôm nay"),
        ],
    )  # fmt: skip
    def test_nonsense_is_said_at_its_field(self, commune, field, value):
        officer = UserFactory()
        response = browser(member(commune)).post(
            at("memberships", "add"), {**role_facts(officer, commune), field: value}
        )
        assert response.status_code == 200
        assert field in response.context["form"].errors
        assert not officer.memberships.exists()

    def test_a_closed_account_gets_none(self, commune):
        officer = UserFactory(is_active=False)
        browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune))
        assert not officer.memberships.exists()

    def test_one_that_is_held_already_is_told(self, commune):
        officer = member(commune, Role.RECEPTION)
        response = browser(member(commune)).post(at("memberships", "add"), role_facts(officer, commune))
        assert "02/03/2026" in response.text
        assert officer.memberships.count() == 1

    def test_yesterday_ends_one_at_once(self, commune):
        row = MembershipFactory(agency=commune, role=Role.EDITOR)
        browser(member(commune)).post(at("memberships", "edit", row.pk), {"valid_to": "2026-03-01"})
        assert not has_role(row.user, commune)
        assert not User.objects.get(pk=row.user.pk).has_perm("wagtailadmin.access_admin")

    def test_an_end_that_was_a_mistake_is_taken_back(self, commune):
        row = MembershipFactory(agency=commune, role=Role.EDITOR, valid_to=dt.date(2026, 3, 1))
        browser(member(commune)).post(at("memberships", "edit", row.pk), {"valid_to": ""})
        assert has_role(row.user, commune, Role.EDITOR)

    def test_to_lengthen_is_to_give(self, province, commune):
        """Who may not name a controller may not keep one longer either, only end the role."""
        row = MembershipFactory(agency=commune, role=Role.CATALOGUE, valid_to=dt.date(2026, 4, 1))
        client = browser(member(commune))
        assert client.post(at("memberships", "edit", row.pk), {"valid_to": "2027-01-01"}).status_code == 200
        row.refresh_from_db()
        assert row.valid_to == dt.date(2026, 4, 1)
        client.post(at("memberships", "edit", row.pk), {"valid_to": "2026-03-01"})
        row.refresh_from_db()
        assert row.valid_to == dt.date(2026, 3, 1)

    def test_the_own_one_is_seen_and_not_touched(self, commune):
        operator = member(commune)
        row, client = operator.memberships.get(), browser(operator)
        html = client.get(at("memberships", "index")).text
        assert operator.username in html
        assert at("memberships", "edit", row.pk) not in html
        for view in ("edit", "delete"):
            assert client.get(at("memberships", view, row.pk)).status_code == 404
            assert client.post(at("memberships", view, row.pk), {"valid_to": "2026-03-01"}).status_code == 404
        assert operator.memberships.get().valid_to is None

    def test_one_of_today_is_deleted_and_an_old_one_never(self, commune):
        new, old = member(commune, Role.LEADER).memberships.get(), MembershipFactory(agency=commune)
        client = browser(member(commune))
        client.post(at("memberships", "delete", new.pk))
        assert client.post(at("memberships", "delete", old.pk)).status_code == 404
        assert list(Membership.objects.exclude(role=Role.OPERATOR)) == [old]

    @pytest.mark.parametrize("view", OF_A_ROW)
    def test_a_foreign_one_is_the_404_of_nothing(self, commune, other, view):
        row, client = MembershipFactory(agency=other), browser(member(commune))
        for method in (client.get, client.post):
            answers = [
                method(at("memberships", view, pk), {"valid_to": "2026-03-01"}) for pk in (row.pk, 10**6)
            ]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].content == answers[1].content
        row.refresh_from_db()
        assert row.valid_to is None

    def test_the_list_answers_who_holds_what(self, province, commune, other):
        here = MembershipFactory(agency=commune, role=Role.LEADER, user__full_name="Trần Lãnh Đạo")
        there = MembershipFactory(agency=other, user__full_name="Lê Nơi Khác")
        client = browser(member(commune))
        html = client.get(at("memberships", "index")).text
        assert here.user.full_name in html
        assert "Lãnh đạo" in html
        assert there.user.full_name not in html
        wide = browser(member(province))
        assert there.user.full_name in wide.get(f"{at('memberships', 'index')}?q=Nơi").text
        assert here.user.full_name not in wide.get(f"{at('memberships', 'index')}?agency={other.pk}").text
        assert here.user.full_name in wide.get(f"{at('memberships', 'index')}?role=leader&in_force=true").text

    def test_every_gift_is_written_down(self, commune):
        operator, officer = member(commune), UserFactory()
        client = browser(operator)
        client.post(at("memberships", "add"), role_facts(officer, commune))
        html = client.get(at("memberships", "history", officer.memberships.get().pk)).text
        assert operator.full_name in html


@pytest.mark.parametrize(
    ("name", "factory"), [("agencies", AgencyFactory), ("memberships", MembershipFactory)]
)
def test_statements_of_the_lists_do_not_grow(province, name, factory, django_assert_num_queries):
    client = browser(member(province))

    def more(count):
        for _ in range(count):
            agency = AgencyFactory(parent=province)
            if factory is MembershipFactory:
                MembershipFactory(agency=agency)

    more(3)
    client.get(at(name, "index"))
    with CaptureQueriesContext(connection) as few:
        client.get(at(name, "index"))
    more(5)
    with django_assert_num_queries(len(few)):
        client.get(at(name, "index"))
