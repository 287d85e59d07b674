"""Agencies and successions in the admin: what the operating team may and may not do."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.auth.models import Permission

from accounts.models import Agency, AgencySuccession, User
from tests.accounts.admin_helpers import (
    LISTS,
    NOW,
    ROW_VIEWS,
    TODAY,
    Role,
    agency_facts,
    agency_post_data,
    at,
    browser,
    member,
    superuser_client,
)
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


class TestAccess:
    @pytest.mark.parametrize("role", [role for role in Role.values if role != Role.OPERATOR])
    def test_other_roles_have_no_access(self, commune, role):
        client = browser(member(commune, role))
        for address in (at(name, view) for name in LISTS for view in ("index", "index_results", "add")):
            assert client.get(address).status_code in {302, 403, 404}, address
            assert client.post(address, agency_facts(parent=commune.pk)).status_code in {302, 403, 404, 405}
        assert not Agency.objects.filter(name="Trung tâm Thử").exists()

    @pytest.mark.parametrize("name", LISTS)
    def test_model_permissions_give_no_access(self, commune, name):
        """Model permissions would apply to every agency, so the views do not check them."""
        user = UserFactory()
        user.user_permissions.set(
            Permission.objects.filter(content_type__app_label__in=("accounts", "wagtailadmin"))
        )
        client = browser(User.objects.get(pk=user.pk))
        assert client.get(at(name, "index")).status_code == 302
        assert client.post(at(name, "add"), agency_facts()).status_code == 302

    @pytest.mark.parametrize("name", LISTS)
    def test_operating_team_has_access(self, commune, name):
        client = browser(member(commune))
        assert client.get(at(name, "index")).status_code == 200
        assert client.get(at(name, "add")).status_code == 200

    def test_menu_item_is_shown_to_the_operating_team_only(self, commune):
        assert at("memberships", "index") in browser(member(commune)).get("/quan-tri/").text
        assert at("memberships", "index") not in browser(member(commune, Role.EDITOR)).get("/quan-tri/").text

    def test_expired_operator_has_no_access(self, commune):
        former = MembershipFactory(agency=commune, role=Role.OPERATOR, valid_to=dt.date(2026, 3, 1)).user
        assert browser(former).get(at("agencies", "index")).status_code == 302


class TestAgencies:
    def test_agency_is_created_below_the_own_one(self, province):
        client = browser(member(province))
        client.post(at("agencies", "add"), agency_facts(parent=province.pk, working_hours="07:00–11:30"))
        created = Agency.objects.get(code="H90.09")
        assert (created.parent, created.slug, created.working_hours) == (
            province,
            "trung-tam-thu",
            "07:00–11:30",
        )

    def test_agencies_with_the_same_name_get_distinct_slugs(self, province):
        client = browser(member(province))
        for code in ("H90.08", "H90.09", "H90.10"):
            client.post(at("agencies", "add"), agency_facts(parent=province.pk, code=code))
        slugs = Agency.objects.filter(name="Trung tâm Thử").values_list("slug", flat=True)
        assert set(slugs) == {"trung-tam-thu", "trung-tam-thu-2", "trung-tam-thu-3"}

    @pytest.mark.parametrize("parent", ["other", "province", "none"])
    def test_agency_cannot_be_created_below_other_agencies(self, province, commune, other, parent):
        pk = {"other": other.pk, "province": province.pk, "none": ""}[parent]
        client = browser(member(commune))
        assert client.post(at("agencies", "add"), agency_facts(parent=pk)).status_code == 200
        assert not Agency.objects.filter(code="H90.09").exists()

    def test_only_superusers_create_top_level_agencies(self, province):
        browser(member(province)).post(at("agencies", "add"), agency_facts())
        assert not Agency.objects.filter(code="H90.09").exists()
        superuser_client().post(at("agencies", "add"), agency_facts())
        assert Agency.objects.get(code="H90.09").parent is None

    def test_operator_changes_only_contacts_of_the_own_agency(self, commune, other):
        client = browser(member(commune))
        data = agency_post_data(
            commune, phone="0290 1", name="UBND tỉnh", kind="province", code="H99", parent=other.pk,
            valid_from="2020-01-01", valid_to="2030-01-01",
        )  # fmt: skip
        client.post(at("agencies", "edit", commune.pk), data)
        before = Agency.objects.values("name", "kind", "code", "parent", "valid_from", "valid_to").get(
            pk=commune.pk
        )
        assert before == {
            "name": "UBND xã Một", "kind": "commune", "code": "H90.01", "parent": commune.parent_id,
            "valid_from": commune.valid_from, "valid_to": None,
        }  # fmt: skip
        commune.refresh_from_db()
        assert commune.phone == "0290 1"

    def test_operator_above_changes_everything(self, province, commune):
        client = browser(member(province))
        facts = agency_post_data(commune, name="UBND phường Một", code="H90.31", valid_to="2026-12-31")
        client.post(at("agencies", "edit", commune.pk), facts)
        commune.refresh_from_db()
        assert (commune.name, commune.code, commune.valid_to) == (
            "UBND phường Một",
            "H90.31",
            dt.date(2026, 12, 31),
        )
        assert commune.slug.startswith("so-thu-")  # addresses stay

    def test_agency_cannot_be_moved_below_itself(self, province, commune):
        below = AgencyFactory(parent=commune)
        for parent in (commune, below):
            superuser_client().post(
                at("agencies", "edit", commune.pk), agency_post_data(commune, parent=parent.pk)
            )
            commune.refresh_from_db()
            assert commune.parent == province

    @pytest.mark.parametrize(
        ("start", "end", "accepted"),
        [
            ("2026-03-01", "", False),
            ("2025-01-01", "2025-12-31", False),
            ("2025-01-01", "2025-06-30", True),
            ("2020-01-01", "2020-12-31", True),
        ],
    )
    def test_code_is_unique_at_any_time(self, province, commune, start, end, accepted):
        """The other agency has code H90.01 from 1 July 2025, without an end."""
        facts = agency_facts(parent=province.pk, code="H90.01", valid_from=start, valid_to=end)
        response = browser(member(province)).post(at("agencies", "add"), facts)
        assert (response.status_code == 302) is accepted
        assert Agency.objects.filter(code="H90.01").count() == 1 + accepted

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("code", "12.05"), ("code", ""), ("code_old", "H12"), ("email", "không phải thư"), ("name", ""),
            ("valid_to", "2026-02-01"), ("kind", "kingdom"), ("valid_from", ""),
        ],
    )  # fmt: skip
    def test_invalid_value_is_reported_at_its_field(self, province, field, value):
        response = browser(member(province)).post(
            at("agencies", "add"), agency_facts(parent=province.pk, **{field: value})
        )
        assert response.status_code == 200
        assert field in response.context["form"].errors
        assert not Agency.objects.filter(name="Trung tâm Thử").exists()

    @pytest.mark.parametrize("view", ROW_VIEWS)
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_agency_out_of_scope_gives_the_404_of_an_unknown_one(self, commune, other, view, method):
        client = browser(member(commune))
        answers = [
            getattr(client, method)(at("agencies", view, pk), agency_post_data(other, phone="1"))
            for pk in (other.pk, 10**6)
        ]
        if view == "delete":
            assert {answer.status_code for answer in answers} <= {302, 404}
        else:
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].content == answers[1].content
        other.refresh_from_db()
        assert other.phone == ""

    def test_agencies_cannot_be_deleted(self, commune):
        for client in (browser(member(commune)), superuser_client()):
            client.post(at("agencies", "delete", commune.pk))
        assert Agency.objects.filter(pk=commune.pk).exists()

    def test_list_shows_managed_agencies_only(self, province, commune, other):
        below = AgencyFactory(parent=commune, name="Trạm Ba")
        html = browser(member(commune)).get(at("agencies", "index")).text
        assert commune.name in html
        assert below.name in html
        assert other.name not in html
        everything = browser(member(province)).get(at("agencies", "index")).text
        assert all(one.name in everything for one in (province, commune, below, other))

    def test_list_can_be_filtered_by_agencies_in_force(self, province, commune):
        AgencyFactory(parent=province, name="Huyện Cũ", abolished=True)
        client = browser(member(province))
        assert "Huyện Cũ" in client.get(f"{at('agencies', 'index')}?in_force=false").text
        html = client.get(f"{at('agencies', 'index')}?in_force=true").text
        assert "Huyện Cũ" not in html
        assert commune.name in html


class TestSuccessions:
    def test_succession_is_created(self, province, commune, other):
        facts = {
            "predecessor": commune.pk,
            "successor": other.pk,
            "date": "2026-03-01",
            "legal_basis": "NQ 1655",
        }
        browser(member(province)).post(at("agency_successions", "add"), facts)
        assert AgencySuccession.objects.get().successor == other

    def test_succession_requires_managing_both_agencies(self, commune, other):
        facts = {"predecessor": commune.pk, "successor": other.pk, "date": "2026-03-01"}
        browser(member(commune)).post(at("agency_successions", "add"), facts)
        assert not AgencySuccession.objects.exists()

    def test_agency_cannot_succeed_itself(self, province, commune):
        facts = {"predecessor": commune.pk, "successor": commune.pk, "date": "2026-03-01"}
        response = browser(member(province)).post(at("agency_successions", "add"), facts)
        assert response.status_code == 200
        assert not AgencySuccession.objects.exists()

    def test_succession_is_deleted_by_managers_of_both_agencies_only(self, province, commune, other):
        row = AgencySuccession.objects.create(predecessor=commune, successor=other, date=TODAY)
        assert browser(member(commune)).post(at("agency_successions", "delete", row.pk)).status_code == 404
        browser(member(province)).post(at("agency_successions", "delete", row.pk))
        assert not AgencySuccession.objects.exists()
