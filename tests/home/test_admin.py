"""Alerts in the admin: communications staff manage those of their own agency, or of the province."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Agency, Membership, User
from accounts.services import grant
from home.admin import AlertPolicy
from home.models import Alert
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.home import factories

pytestmark = pytest.mark.django_db
COMMUNICATION = Membership.Role.COMMUNICATION
CANARY, WORD = "Hoamaitrang", "Timkiem"
OF_A_ROW = ("edit", "copy", "delete", "history", "history_results", "usage")


@pytest.fixture
def province() -> Agency:
    return AgencyFactory(name="UBND tỉnh Thử", kind=Agency.Kind.PROVINCE)


@pytest.fixture
def own_agency(province: Agency) -> Agency:
    return AgencyFactory(name="Sở Của Ta", parent=province)


@pytest.fixture
def other_agency(province: Agency) -> Agency:
    return AgencyFactory(name="Sở Của Họ", parent=province)


def staff(agency: Agency, role: str = COMMUNICATION) -> Client:
    user = UserFactory()
    grant(user=user, agency=agency, role=role)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), "django.contrib.auth.backends.ModelBackend")
    return client


def facts(**fields: Any) -> dict[str, Any]:
    now = timezone.localtime()
    return {
        "tone": "info",
        "title": "Nghỉ chiều nay",
        "starts_at": f"{now:%Y-%m-%d %H:%M}",
        "ends_at": f"{now + dt.timedelta(days=1):%Y-%m-%d %H:%M}",
        **fields,
    }


def at(name: str, *args: Any) -> str:
    return reverse(f"alerts:{name}", args=args)


class TestForeignRow:
    @pytest.mark.parametrize("name", OF_A_ROW)
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_alert_of_another_agency_gives_404_at_every_address(self, own_agency, other_agency, name, method):
        foreign = factories.alert(title=CANARY, agency=other_agency)
        client = staff(own_agency)
        answer = getattr(client, method)(at(name, foreign.pk), facts(agency=own_agency.pk))
        missing = getattr(client, method)(at(name, foreign.pk + 1000), facts(agency=own_agency.pk))
        if name == "delete":  # only superusers may delete; other users get the same redirect
            assert {answer.status_code, missing.status_code} <= {302, 404}
        else:
            assert answer.status_code == missing.status_code == 404
            assert answer.content == missing.content
        foreign.refresh_from_db()
        assert (foreign.title, foreign.agency) == (CANARY, other_agency)

    @pytest.mark.parametrize("name", OF_A_ROW)
    def test_alert_of_the_province_gives_404_at_every_address(self, own_agency, name):
        provincial = factories.alert(title=CANARY, agency=None)
        assert staff(own_agency).get(at(name, provincial.pk)).status_code in {302, 404}

    def test_alert_of_another_agency_is_not_listed_or_found(self, own_agency, other_agency):
        factories.alert(title=f"{WORD} {CANARY}", agency=other_agency)
        factories.alert(title=f"{WORD} {CANARY} tỉnh", agency=None)
        factories.alert(title=f"{WORD} của mình", agency=own_agency)
        client = staff(own_agency)
        for address in (
            at("index"),
            at("index_results"),
            f"{at('index')}?q={WORD}",
            f"{at('index')}?agency={other_agency.pk}",
            f"{at('index_results')}?tone=info",
        ):
            assert CANARY not in client.get(address).text, address
        assert "của mình" in client.get(f"{at('index')}?q={WORD}").text

    def test_alert_of_another_agency_is_not_in_the_site_history(self, own_agency, other_agency):
        staff(other_agency).post(at("add"), facts(title=CANARY, agency=other_agency.pk))
        assert Alert.objects.filter(title=CANARY).exists()
        superuser = Client()
        superuser.force_login(UserFactory(is_superuser=True))
        for report in ("site_history", "site_history_results"):
            address = reverse(f"wagtailadmin_reports:{report}")
            assert CANARY not in staff(own_agency).get(address).text
            assert CANARY in superuser.get(address).text

    def test_alerts_have_neither_chooser_nor_bulk_actions(self, own_agency, other_agency):
        foreign = factories.alert(title=CANARY, agency=other_agency)
        client = staff(own_agency)
        for address in (
            "/quan-tri/snippets/choose/home/alert/",
            f"/quan-tri/snippets/choose/home/alert/chosen/{foreign.pk}/",
            "/quan-tri/snippets/home/alert/",
            f"/quan-tri/bulk/home/alert/delete/?id={foreign.pk}",
        ):
            assert client.get(address).status_code == 404, address
        client.post(f"/quan-tri/bulk/home/alert/delete/?id={foreign.pk}")
        assert Alert.objects.filter(pk=foreign.pk).exists()


class TestOwnAlerts:
    def test_staff_create_change_end_and_copy_alerts(self, own_agency):
        client = staff(own_agency)
        client.post(at("add"), facts(agency=own_agency.pk))
        row = Alert.objects.get()
        assert row.agency == own_agency
        client.post(at("edit", row.pk), facts(agency=own_agency.pk, title="Nghỉ cả ngày"))
        row.refresh_from_db()
        assert row.title == "Nghỉ cả ngày"
        assert client.get(at("copy", row.pk)).status_code == 200
        assert client.get(at("history", row.pk)).status_code == 200
        assert client.get(at("usage", row.pk)).status_code == 200

    @pytest.mark.parametrize("sent", ["other", "none", "invalid"])
    def test_alert_cannot_be_assigned_to_another_agency(self, own_agency, other_agency, sent):
        agency = {"other": other_agency.pk, "none": "", "invalid": "x"}[sent]
        client = staff(own_agency)
        client.post(at("add"), facts(agency=agency))
        assert not Alert.objects.exists()
        row = factories.alert(title="Của mình", agency=own_agency)
        client.post(at("edit", row.pk), facts(agency=agency))
        row.refresh_from_db()
        assert (row.title, row.agency) == ("Của mình", own_agency)

    def test_only_the_users_agency_is_offered_and_preselected(self, own_agency, other_agency):
        html = staff(own_agency).get(at("add")).text
        assert f'<option value="{own_agency.pk}" selected>' in html
        assert f'<option value="{other_agency.pk}"' not in html

    def test_abolished_agency_is_offered_only_for_its_existing_alerts(
        self, own_agency, province, time_machine
    ):
        time_machine.move_to("2026-03-02 09:00 +0700")
        ended = AgencyFactory(parent=own_agency, valid_to=dt.date(2026, 3, 1))
        row = factories.alert(agency=ended)
        client = staff(own_agency)
        assert f'<option value="{ended.pk}"' not in client.get(at("add")).text
        assert f'<option value="{ended.pk}" selected>' in client.get(at("edit", row.pk)).text

    def test_staff_cannot_delete_alerts(self, own_agency):
        row = factories.alert(agency=own_agency)
        client = staff(own_agency)
        client.post(at("delete", row.pk))
        assert Alert.objects.filter(pk=row.pk).exists()


class TestProvince:
    def test_provincial_staff_create_alerts_of_the_province(self, province):
        client = staff(province)
        client.post(at("add"), facts(agency="", title="Bão số 5"))
        assert Alert.objects.get(title="Bão số 5").agency is None

    def test_provincial_staff_change_alerts_of_agencies_below(self, province, other_agency):
        row = factories.alert(agency=other_agency)
        client = staff(province)
        client.post(at("edit", row.pk), facts(agency=other_agency.pk, title="Mở lại từ 14 giờ"))
        row.refresh_from_db()
        assert row.title == "Mở lại từ 14 giờ"

    def test_agency_of_kind_province_below_another_creates_no_provincial_alerts(self, own_agency):
        nested_province = AgencyFactory(kind=Agency.Kind.PROVINCE, parent=own_agency)
        client = staff(nested_province)
        client.post(at("add"), facts(agency=""))
        assert not Alert.objects.exists()

    def test_top_level_agency_of_another_kind_creates_no_provincial_alerts(self):
        ministry = AgencyFactory(kind=Agency.Kind.MINISTRY)
        client = staff(ministry)
        client.post(at("add"), facts(agency=""))
        assert not Alert.objects.exists()

    def test_staff_of_a_department_cannot_create_alerts_of_the_parent_agency(self, own_agency, province):
        client = staff(own_agency)
        client.post(at("add"), facts(agency=province.pk))
        assert not Alert.objects.exists()

    def test_permission_ends_after_the_last_day_of_the_membership(self, province, time_machine):
        row = factories.alert(agency=None)
        member = MembershipFactory(agency=province, role=COMMUNICATION, valid_to=dt.date(2026, 6, 30)).user
        member = User.objects.get(pk=member.pk)
        policy = AlertPolicy(Alert)
        time_machine.move_to("2026-06-30 23:00 +0700")
        assert list(policy.objects_for(member)) == [row]
        time_machine.move_to("2026-07-01 01:00 +0700")
        assert not policy.objects_for(member).exists()


@pytest.mark.parametrize("role", [role for role in Membership.Role.values if role != COMMUNICATION])
def test_other_roles_have_no_access(own_agency, role):
    row = factories.alert(agency=own_agency)
    client = staff(own_agency, role)
    for address in (at("index"), at("add"), at("edit", row.pk), at("history", row.pk), at("copy", row.pk)):
        assert client.get(address).status_code in {302, 403, 404}, address
        assert client.post(address, facts(agency=own_agency.pk)).status_code in {302, 403, 404, 405}, address
    row.refresh_from_db()
    assert Alert.objects.count() == 1
    assert row.title != "Nghỉ chiều nay"


def test_superuser_manages_all_alerts(other_agency):
    rows = [factories.alert(agency=other_agency, title="Một"), factories.alert(agency=None, title="Hai")]
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    html = client.get(at("index")).text
    assert all(row.title in html for row in rows)
    assert client.get(at("edit", rows[0].pk)).status_code == 200


def test_query_count_of_the_list_does_not_grow(own_agency, django_assert_num_queries):
    client = staff(own_agency)
    for _ in range(3):
        factories.alert(agency=own_agency)
    client.get(at("index"))
    with CaptureQueriesContext(connection) as few:
        client.get(at("index"))
    for _ in range(5):
        factories.alert(agency=own_agency)
    with django_assert_num_queries(len(few)):
        client.get(at("index"))
