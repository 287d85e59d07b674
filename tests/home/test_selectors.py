"""Abolished agencies refer citizens to their successors in force."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AgencySuccession
from accounts.selectors import successors_in_force
from core.outbox import deliver_due
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


def make_succession(old, new, since: dt.date = END + DAY) -> AgencySuccession:
    return AgencySuccession.objects.create(predecessor=old, successor=new, date=since)


class TestSuccessorsInForce:
    def test_agency_is_its_own_successor_until_its_last_day(self):
        old, new = ended(), AgencyFactory()
        make_succession(old, new)
        assert successors_in_force(old, on=END) == [old]
        assert successors_in_force(old, on=END + DAY) == [new]

    def test_abolished_agency_without_succession_has_no_successor(self):
        assert successors_in_force(ended()) == []

    def test_divided_agency_has_several_successors_by_code(self):
        old, two, one = ended(), AgencyFactory(code="H12.92"), AgencyFactory(code="H12.91")
        make_succession(old, two)
        make_succession(old, one)
        assert successors_in_force(old) == [one, two]

    def test_successions_are_followed_along_a_chain(self):
        first, second, third = ended(end=dt.date(2025, 12, 31)), ended(), AgencyFactory()
        make_succession(first, second, dt.date(2026, 1, 1))
        make_succession(second, third)
        assert successors_in_force(first) == [third]
        assert successors_in_force(first, on=dt.date(2026, 3, 1)) == [second]

    def test_successor_reached_by_two_paths_is_listed_once(self):
        first, left, right, last = ended(end=dt.date(2025, 12, 31)), ended(), ended(), AgencyFactory()
        for old, new in ((first, left), (first, right)):
            make_succession(old, new, dt.date(2026, 1, 1))
        for old in (left, right):
            make_succession(old, last)
        assert successors_in_force(first) == [last]

    def test_future_succession_is_ignored(self):
        old, new = ended(), AgencyFactory()
        make_succession(old, new, dt.date(2026, 8, 1))
        assert successors_in_force(old) == []
        assert successors_in_force(old, on=dt.date(2026, 8, 1)) == [new]

    def test_circular_succession_terminates(self):
        one, two = ended(), ended()
        make_succession(one, two)
        make_succession(two, one)
        assert successors_in_force(one) == []

    def test_future_agency_has_no_successor(self):
        assert successors_in_force(AgencyFactory(valid_from=dt.date(2027, 1, 1))) == []

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        links=st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda pair: pair[0] != pair[1]))
    )
    def test_successors_are_reachable_agencies_in_force(self, links):
        """For any successions: no abolished agency, no duplicates, no unreachable agency."""
        agencies = [ended() if number < 3 else AgencyFactory() for number in range(5)]
        for old, new in links:
            make_succession(agencies[old], agencies[new])
        found = successors_in_force(agencies[0])
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

    def test_query_count_does_not_grow_with_successors(self, django_assert_num_queries):
        old = ended()
        for number in (3, 5):
            for _ in range(number):
                make_succession(old, AgencyFactory())
            with django_assert_num_queries(1):
                successors_in_force(old)


class TestSite:
    def test_abolished_agency_links_to_its_successor(self, client):
        old, new = ended(phone="0290 1", working_hours="07:00–11:30"), AgencyFactory(name="UBND phường Mới")
        make_succession(old, new)
        factories.agency_site(old)
        factories.agency_site(new)
        html = client.get(f"/co-quan/{old.slug}/").text
        assert "Cơ quan này đã ngừng hoạt động" in html
        assert "30/06/2026" in html
        assert f'<a href="/co-quan/{new.slug}/">UBND phường Mới</a>' in html
        assert "0290 1" not in html
        assert "07:00–11:30" not in html

    def test_successor_without_a_site_is_named(self, client):
        old = ended()
        make_succession(old, AgencyFactory(name="UBND phường Chưa Có Trang"))
        factories.agency_site(old)
        html = client.get(f"/co-quan/{old.slug}/").text
        assert "<li>UBND phường Chưa Có Trang</li>" in html

    def test_abolished_agency_without_successor_shows_only_the_abolition(self, client):
        site = factories.agency_site(ended())
        html = client.get(f"/co-quan/{site.slug}/").text
        assert "Cơ quan này đã ngừng hoạt động" in html
        assert "tiếp nhận" not in html

    def test_site_is_unchanged_on_the_last_day(self, client, time_machine):
        site = factories.agency_site(ended(phone="0290 1"))
        time_machine.move_to("2026-06-30 23:59 +0700")
        html = client.get(f"/co-quan/{site.slug}/").text
        assert "Cơ quan này đã ngừng hoạt động" not in html
        assert "0290 1" in html

    def test_site_is_cached_until_the_end_of_the_last_day(self, time_machine):
        site = factories.agency_site(ended())
        time_machine.move_to("2026-06-30 23:58 +0700")
        assert site.cache_seconds <= 120

    def test_abolished_agencies_are_listed_last(self, client):
        factories.agency_site(ended("A Xã Cũ", kind="commune", phone="0290 1"))
        factories.agency_site(AgencyFactory(name="Xã Mới", kind="commune"))
        html = client.get("/co-quan/").text
        assert html.index("Xã Mới") < html.index("Ngừng hoạt động") < html.index("A Xã Cũ")
        assert "0290 1" not in html

    def test_list_without_abolished_agencies_has_no_such_section(self, client):
        factories.agency_site()
        assert "Ngừng hoạt động" not in client.get("/co-quan/").text

    def test_query_count_of_the_site_does_not_grow_with_successors(self, client):
        old = ended()
        site = factories.agency_site(old)

        def more(count):
            for _ in range(count):
                new = AgencyFactory()
                make_succession(old, new)
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

    def assign(self, agency, procedure):
        LocalAssignment.objects.create(procedure=procedure, agency=agency, valid_from=dt.date(2025, 7, 1))
        return agency

    def test_procedure_is_received_by_the_successor(self, procedure):
        old, new = self.assign(ended(), procedure), AgencyFactory()
        make_succession(old, new)
        assert list(agencies_for_procedure(procedure)) == [new]
        assert list(agencies_for_procedure(procedure, END)) == [old]

    def test_successor_with_own_assignment_is_listed_once(self, procedure):
        old, new = self.assign(ended(), procedure), self.assign(AgencyFactory(), procedure)
        make_succession(old, new)
        assert list(agencies_for_procedure(procedure)) == [new]

    def test_procedure_of_an_agency_without_successor_has_no_agency(self, procedure):
        self.assign(ended(), procedure)
        assert not agencies_for_procedure(procedure).exists()

    def test_other_agencies_keep_receiving_the_procedure(self, procedure):
        others = [self.assign(AgencyFactory(name=name), procedure) for name in ("Xã A", "Xã B")]
        self.assign(ended(), procedure)
        assert list(agencies_for_procedure(procedure)) == others

    def test_site_of_an_abolished_agency_lists_no_procedures(self, client, procedure):
        old = self.assign(ended(), procedure)
        make_page(procedure=procedure, section=make_section(old))
        site = factories.agency_site(old)
        assert procedure.title not in client.get(site.url).text


def test_renamed_agency_is_found_by_its_new_code(client):
    agency = AgencyFactory(name="UBND xã Trước")
    factories.agency_site(agency)
    agency.name, agency.code = "UBND phường Sau", "H12.777"
    agency.save()
    deliver_due()
    assert f"/co-quan/{agency.slug}/" in client.get("/tim-kiem/?q=H12.777").text
