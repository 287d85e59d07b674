"""Which agencies receive a procedure, by day."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from procedures.choices import Status
from procedures.models import LocalAssignment
from procedures.selectors import (
    agencies_for_procedure,
    assignments_on,
    procedures_for_agency,
)
from tests.procedures.factories import make_agency, make_procedure


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


@pytest.mark.django_db
class TestAssignments:
    def give(self, agency, procedure=None, **dates):
        return LocalAssignment.objects.create(
            agency=agency,
            procedure=procedure or make_procedure(),
            **{"valid_from": date(2025, 7, 1), **dates},
        )

    @pytest.mark.parametrize(
        ("begins", "ends", "counts"),
        [
            (date(2025, 7, 1), None, True),
            (date(2026, 11, 23), None, True),
            (date(2026, 11, 24), None, False),
            (date(2025, 7, 1), date(2026, 11, 23), True),
            (date(2025, 7, 1), date(2026, 11, 22), False),
        ],
    )
    def test_both_end_days_belong_to_the_period(self, begins, ends, counts):
        row = self.give(make_agency(), valid_from=begins, valid_to=ends)

        assert (row in assignments_on()) is counts

    def test_another_day_can_be_requested(self):
        row = self.give(make_agency(), valid_from=date(2019, 1, 1), valid_to=date(2025, 6, 30))

        assert row in assignments_on(date(2019, 5, 4))
        assert row not in assignments_on()

    @pytest.mark.parametrize("status", Status.values)
    def test_agencies_list_only_public_procedures(self, status):
        agency = make_agency()
        self.give(agency, make_procedure(status=status))

        assert procedures_for_agency(agency).exists() is (status == Status.PUBLIC)

    def test_receiving_agencies_of_a_procedure(self):
        procedure, mine, other = make_procedure(), make_agency(name="Sở A"), make_agency(name="Sở B")
        for agency in (other, mine):
            self.give(agency, procedure)
        self.give(make_agency(name="Sở cũ"), procedure, valid_to=date(2025, 12, 31))

        assert list(agencies_for_procedure(procedure)) == [mine, other]

    def test_receiving_agencies_are_in_dictionary_order(self):
        procedure = make_procedure()
        for name in ("UBND xã Vĩnh Thanh", "UBND xã Đầm Dơi", "UBND xã Gành Hào", "UBND xã Cái Nước"):
            self.give(make_agency(name=name), procedure)

        names = [agency.name.removeprefix("UBND xã ") for agency in agencies_for_procedure(procedure)]
        assert names == ["Cái Nước", "Đầm Dơi", "Gành Hào", "Vĩnh Thanh"]

    @pytest.mark.parametrize("number", [1, 6])
    def test_lists_need_one_query(self, number, django_assert_num_queries):
        agency = make_agency()
        for _ in range(number):
            self.give(agency)

        with django_assert_num_queries(1):
            found = [row.field for row in procedures_for_agency(agency)]
        assert len(found) == number
