"""Alerts of one agency are kept by its own communications staff, those of the province by the province's."""

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
def ours(province: Agency) -> Agency:
    return AgencyFactory(name="Sở Của Ta", parent=province)


@pytest.fixture
def theirs(province: Agency) -> Agency:
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
    def test_is_the_404_of_nothing_at_every_address(self, ours, theirs, name, method):
        foreign = factories.alert(title=CANARY, agency=theirs)
        client = staff(ours)
        answer = getattr(client, method)(at(name, foreign.pk), facts(agency=ours.pk))
        nothing = getattr(client, method)(at(name, foreign.pk + 1000), facts(agency=ours.pk))
        if name == "delete":  # nobody but a superuser deletes: the same word to everybody
            assert {answer.status_code, nothing.status_code} <= {302, 404}
        else:
            assert answer.status_code == nothing.status_code == 404
            assert answer.content == nothing.content
        foreign.refresh_from_db()
        assert (foreign.title, foreign.agency) == (CANARY, theirs)

    @pytest.mark.parametrize("name", OF_A_ROW)
    def test_of_the_province_too(self, ours, name):
        everywhere = factories.alert(title=CANARY, agency=None)
        assert staff(ours).get(at(name, everywhere.pk)).status_code in {302, 404}

    def test_is_in_no_list_search_filter_or_table(self, ours, theirs):
        factories.alert(title=f"{WORD} {CANARY}", agency=theirs)
        factories.alert(title=f"{WORD} {CANARY} tỉnh", agency=None)
        factories.alert(title=f"{WORD} của mình", agency=ours)
        client = staff(ours)
        for address in (
            at("index"),
            at("index_results"),
            f"{at('index')}?q={WORD}",
            f"{at('index')}?agency={theirs.pk}",
            f"{at('index_results')}?tone=info",
        ):
            assert CANARY not in client.get(address).text, address
        assert "của mình" in client.get(f"{at('index')}?q={WORD}").text

    def test_is_not_told_by_the_history_of_the_site(self, ours, theirs):
        staff(theirs).post(at("add"), facts(title=CANARY, agency=theirs.pk))
        assert Alert.objects.filter(title=CANARY).exists()
        chief = Client()
        chief.force_login(UserFactory(is_superuser=True))
        for report in ("site_history", "site_history_results"):
            address = reverse(f"wagtailadmin_reports:{report}")
            assert CANARY not in staff(ours).get(address).text
            assert CANARY in chief.get(address).text

    def test_has_neither_chooser_nor_bulk_action(self, ours, theirs):
        foreign = factories.alert(title=CANARY, agency=theirs)
        client = staff(ours)
        for address in (
            "/quan-tri/snippets/choose/home/alert/",
            f"/quan-tri/snippets/choose/home/alert/chosen/{foreign.pk}/",
            "/quan-tri/snippets/home/alert/",
            f"/quan-tri/bulk/home/alert/delete/?id={foreign.pk}",
        ):
            assert client.get(address).status_code == 404, address
        client.post(f"/quan-tri/bulk/home/alert/delete/?id={foreign.pk}")
        assert Alert.objects.filter(pk=foreign.pk).exists()


class TestOwnRow:
    def test_is_written_changed_ended_early_and_copied(self, ours):
        client = staff(ours)
        client.post(at("add"), facts(agency=ours.pk))
        row = Alert.objects.get()
        assert row.agency == ours
        client.post(at("edit", row.pk), facts(agency=ours.pk, title="Nghỉ cả ngày"))
        row.refresh_from_db()
        assert row.title == "Nghỉ cả ngày"
        assert client.get(at("copy", row.pk)).status_code == 200
        assert client.get(at("history", row.pk)).status_code == 200
        assert client.get(at("usage", row.pk)).status_code == 200

    @pytest.mark.parametrize("sent", ["theirs", "nobody", "nonsense"])
    def test_speaks_for_nobody_else(self, ours, theirs, sent):
        agency = {"theirs": theirs.pk, "nobody": "", "nonsense": "x"}[sent]
        client = staff(ours)
        client.post(at("add"), facts(agency=agency))
        assert not Alert.objects.exists()
        row = factories.alert(title="Của mình", agency=ours)
        client.post(at("edit", row.pk), facts(agency=agency))
        row.refresh_from_db()
        assert (row.title, row.agency) == ("Của mình", ours)

    def test_only_agency_is_chosen_already_and_no_other_is_offered(self, ours, theirs):
        html = staff(ours).get(at("add")).text
        assert f'<option value="{ours.pk}" selected>' in html
        assert f'<option value="{theirs.pk}"' not in html

    def test_an_agency_that_has_ended_is_not_offered_but_keeps_its_alerts(self, ours, province, time_machine):
        time_machine.move_to("2026-03-02 09:00 +0700")
        ended = AgencyFactory(parent=ours, valid_to=dt.date(2026, 3, 1))
        row = factories.alert(agency=ended)
        client = staff(ours)
        assert f'<option value="{ended.pk}"' not in client.get(at("add")).text
        assert f'<option value="{ended.pk}" selected>' in client.get(at("edit", row.pk)).text

    def test_is_deleted_by_nobody_of_the_staff(self, ours):
        row = factories.alert(agency=ours)
        client = staff(ours)
        client.post(at("delete", row.pk))
        assert Alert.objects.filter(pk=row.pk).exists()


class TestProvince:
    def test_its_staff_write_for_everybody(self, province):
        client = staff(province)
        client.post(at("add"), facts(agency="", title="Bão số 5"))
        assert Alert.objects.get(title="Bão số 5").agency is None

    def test_its_staff_help_the_agencies_below(self, province, theirs):
        row = factories.alert(agency=theirs)
        client = staff(province)
        client.post(at("edit", row.pk), facts(agency=theirs.pk, title="Mở lại từ 14 giờ"))
        row.refresh_from_db()
        assert row.title == "Mở lại từ 14 giờ"

    def test_an_agency_that_calls_itself_a_province_below_another_speaks_for_itself_only(self, ours):
        pretender = AgencyFactory(kind=Agency.Kind.PROVINCE, parent=ours)
        client = staff(pretender)
        client.post(at("add"), facts(agency=""))
        assert not Alert.objects.exists()

    def test_an_agency_at_the_top_that_is_no_province_neither(self):
        ministry = AgencyFactory(kind=Agency.Kind.MINISTRY)
        client = staff(ministry)
        client.post(at("add"), facts(agency=""))
        assert not Alert.objects.exists()

    def test_staff_of_a_department_do_not_write_for_the_one_above(self, ours, province):
        client = staff(ours)
        client.post(at("add"), facts(agency=province.pk))
        assert not Alert.objects.exists()

    def test_the_right_ends_with_its_last_day(self, province, time_machine):
        row = factories.alert(agency=None)
        member = MembershipFactory(agency=province, role=COMMUNICATION, valid_to=dt.date(2026, 6, 30)).user
        member = User.objects.get(pk=member.pk)
        policy = AlertPolicy(Alert)
        time_machine.move_to("2026-06-30 23:00 +0700")
        assert list(policy.rows(member)) == [row]
        time_machine.move_to("2026-07-01 01:00 +0700")
        assert not policy.rows(member).exists()


@pytest.mark.parametrize("role", [role for role in Membership.Role.values if role != COMMUNICATION])
def test_no_other_role_enters(ours, role):
    row = factories.alert(agency=ours)
    client = staff(ours, role)
    for address in (at("index"), at("add"), at("edit", row.pk), at("history", row.pk), at("copy", row.pk)):
        assert client.get(address).status_code in {302, 403, 404}, address
        assert client.post(address, facts(agency=ours.pk)).status_code in {302, 403, 404, 405}, address
    row.refresh_from_db()
    assert Alert.objects.count() == 1
    assert row.title != "Nghỉ chiều nay"


def test_a_superuser_keeps_all_of_them(theirs):
    rows = [factories.alert(agency=theirs, title="Một"), factories.alert(agency=None, title="Hai")]
    client = Client()
    client.force_login(UserFactory(is_superuser=True))
    html = client.get(at("index")).text
    assert all(row.title in html for row in rows)
    assert client.get(at("edit", rows[0].pk)).status_code == 200


def test_statements_of_the_list_do_not_grow(ours, django_assert_num_queries):
    client = staff(ours)
    for _ in range(3):
        factories.alert(agency=ours)
    client.get(at("index"))
    with CaptureQueriesContext(connection) as few:
        client.get(at("index"))
    for _ in range(5):
        factories.alert(agency=ours)
    with django_assert_num_queries(len(few)):
        client.get(at("index"))
