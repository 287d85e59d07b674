"""An agency that is over sends people to who continues it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AgencySuccession
from accounts.selectors import answering_agencies
from core.outbox.relay import run
from procedures.models import LocalAssignment
from procedures.selectors import agencies_for_procedure
from tests.accounts.factories import AgencyFactory
from tests.home import factories
from tests.procedures.factories import make_page, make_procedure, make_section

pytestmark = pytest.mark.django_db
END = dt.date(2026, 6, 30)
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to("2026-07-10 09:00 +0700", tick=False)


def ended(name: str = "UBND xã Cũ", end: dt.date = END, **fields):
    return AgencyFactory(name=name, valid_to=end, **fields)


def continues(old, new, since: dt.date = END + DAY) -> AgencySuccession:
    return AgencySuccession.objects.create(predecessor=old, successor=new, date=since)


class TestWhoAnswers:
    def test_an_agency_answers_for_itself_to_its_last_day(self):
        old, new = ended(), AgencyFactory()
        continues(old, new)
        assert answering_agencies(old, on=END) == [old]
        assert answering_agencies(old, on=END + DAY) == [new]

    def test_nobody_where_nobody_continues(self):
        assert answering_agencies(ended()) == []

    def test_several_where_the_work_was_divided(self):
        old, two, one = ended(), AgencyFactory(code="H12.92"), AgencyFactory(code="H12.91")
        continues(old, two)
        continues(old, one)
        assert answering_agencies(old) == [one, two]

    def test_along_a_chain(self):
        first, second, third = ended(end=dt.date(2025, 12, 31)), ended(), AgencyFactory()
        continues(first, second, dt.date(2026, 1, 1))
        continues(second, third)
        assert answering_agencies(first) == [third]
        assert answering_agencies(first, on=dt.date(2026, 3, 1)) == [second]

    def test_a_merger_and_a_division_meet_once(self):
        first, left, right, last = ended(end=dt.date(2025, 12, 31)), ended(), ended(), AgencyFactory()
        for old, new in ((first, left), (first, right)):
            continues(old, new, dt.date(2026, 1, 1))
        for old in (left, right):
            continues(old, last)
        assert answering_agencies(first) == [last]

    def test_a_succession_that_has_not_begun_does_not_count(self):
        old, new = ended(), AgencyFactory()
        continues(old, new, dt.date(2026, 8, 1))
        assert answering_agencies(old) == []
        assert answering_agencies(old, on=dt.date(2026, 8, 1)) == [new]

    def test_a_circle_ends(self):
        one, two = ended(), ended()
        continues(one, two)
        continues(two, one)
        assert answering_agencies(one) == []

    def test_an_agency_not_yet_begun_is_not_answered_for(self):
        assert answering_agencies(AgencyFactory(valid_from=dt.date(2027, 1, 1))) == []

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        links=st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda pair: pair[0] != pair[1]))
    )
    def test_only_agencies_in_force_that_can_be_reached(self, links):
        """Whatever the successions look like: no ended agency, none twice, none out of reach."""
        agencies = [ended() if number < 3 else AgencyFactory() for number in range(5)]
        for old, new in links:
            continues(agencies[old], agencies[new])
        found = answering_agencies(agencies[0])
        reached, waiting = set(), [0]
        while waiting:
            here = waiting.pop()
            for old, new in links:
                if old == here and new not in reached:
                    reached.add(new)
                    waiting.extend([new] if new < 3 else [])
        assert [agencies.index(one) for one in found] == sorted(
            (number for number in reached if number >= 3), key=lambda number: agencies[number].code
        )

    def test_statements_follow_the_steps_and_not_the_successors(self, django_assert_num_queries):
        old = ended()
        for number in (3, 5):
            for _ in range(number):
                continues(old, AgencyFactory())
            with django_assert_num_queries(1):
                answering_agencies(old)


class TestSite:
    def test_says_so_and_leads_on(self, client):
        old, new = ended(phone="0290 1", working_hours="07:00–11:30"), AgencyFactory(name="UBND phường Mới")
        continues(old, new)
        factories.agency_site(old)
        factories.agency_site(new)
        html = client.get(f"/co-quan/{old.slug}/").text
        assert "Cơ quan này đã ngừng hoạt động" in html
        assert "30/06/2026" in html
        assert f'<a href="/co-quan/{new.slug}/">UBND phường Mới</a>' in html
        assert "0290 1" not in html
        assert "07:00–11:30" not in html

    def test_names_a_successor_without_a_site(self, client):
        old = ended()
        continues(old, AgencyFactory(name="UBND phường Chưa Có Trang"))
        factories.agency_site(old)
        html = client.get(f"/co-quan/{old.slug}/").text
        assert "<li>UBND phường Chưa Có Trang</li>" in html

    def test_of_which_nothing_is_known_says_only_that_it_is_over(self, client):
        site = factories.agency_site(ended())
        html = client.get(f"/co-quan/{site.slug}/").text
        assert "Cơ quan này đã ngừng hoạt động" in html
        assert "tiếp nhận" not in html

    def test_says_nothing_on_the_last_day(self, client, time_machine):
        site = factories.agency_site(ended(phone="0290 1"))
        time_machine.move_to("2026-06-30 23:59 +0700")
        html = client.get(f"/co-quan/{site.slug}/").text
        assert "Cơ quan này đã ngừng hoạt động" not in html
        assert "0290 1" in html

    def test_is_kept_no_longer_than_the_day(self, time_machine):
        site = factories.agency_site(ended())
        time_machine.move_to("2026-06-30 23:58 +0700")
        assert site.cache_seconds <= 120

    def test_stands_at_the_end_of_the_list(self, client):
        factories.agency_site(ended("A Xã Cũ", kind="commune", phone="0290 1"))
        factories.agency_site(AgencyFactory(name="Xã Mới", kind="commune"))
        html = client.get("/co-quan/").text
        assert html.index("Xã Mới") < html.index("Ngừng hoạt động") < html.index("A Xã Cũ")
        assert "0290 1" not in html

    def test_list_has_no_such_part_while_all_work(self, client):
        factories.agency_site()
        assert "Ngừng hoạt động" not in client.get("/co-quan/").text

    def test_costs_the_same_with_five_more_successors(self, client):
        old = ended()
        site = factories.agency_site(old)

        def more(count):
            for _ in range(count):
                new = AgencyFactory()
                continues(old, new)
                factories.agency_site(new)

        def count():
            client.get(f"/co-quan/{site.slug}/")
            with CaptureQueriesContext(connection) as asked:
                client.get(f"/co-quan/{site.slug}/")
            return len(asked)

        more(3)
        few = count()
        more(5)
        assert count() == few


class TestProcedures:
    @pytest.fixture
    def procedure(self):
        return make_procedure()

    def receives(self, agency, procedure):
        LocalAssignment.objects.create(procedure=procedure, agency=agency, valid_from=dt.date(2025, 7, 1))
        return agency

    def test_are_received_by_who_continues(self, procedure):
        old, new = self.receives(ended(), procedure), AgencyFactory()
        continues(old, new)
        assert list(agencies_for_procedure(procedure)) == [new]
        assert list(agencies_for_procedure(procedure, END)) == [old]

    def test_once_where_the_successor_receives_them_already(self, procedure):
        old, new = self.receives(ended(), procedure), self.receives(AgencyFactory(), procedure)
        continues(old, new)
        assert list(agencies_for_procedure(procedure)) == [new]

    def test_by_nobody_where_nobody_continues(self, procedure):
        self.receives(ended(), procedure)
        assert not agencies_for_procedure(procedure).exists()

    def test_by_all_others_as_before(self, procedure):
        others = [self.receives(AgencyFactory(name=name), procedure) for name in ("Xã A", "Xã B")]
        self.receives(ended(), procedure)
        assert list(agencies_for_procedure(procedure)) == others

    def test_of_an_agency_that_is_over_are_not_told_on_its_site(self, client, procedure):
        old = self.receives(ended(), procedure)
        make_page(procedure=procedure, section=make_section(old))
        site = factories.agency_site(old)
        assert procedure.title not in client.get(site.url).text


def test_a_renamed_agency_is_found_by_its_new_name(client):
    agency = AgencyFactory(name="UBND xã Trước")
    factories.agency_site(agency)
    agency.name, agency.code = "UBND phường Sau", "H12.777"
    agency.save()
    run()
    assert f"/co-quan/{agency.slug}/" in client.get("/tim-kiem/?q=H12.777").text
