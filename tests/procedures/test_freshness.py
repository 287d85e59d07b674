"""What people see follows every change that touches it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from core.models import CacheEpoch, OutboxMessage
from core.outbox import relay
from procedures.choices import Status
from procedures.services import publish
from tests.procedures.factories import make_agency, make_decision, make_page, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


def epoch():
    return CacheEpoch.objects.filter(scope="site").values_list("epoch", flat=True).first() or 0


def indexed():
    return [ref for m in OutboxMessage.objects.filter(kind="search.index") for ref in m.payload["refs"]]


def test_a_version_of_the_future_is_taken_up_on_its_first_day():
    page = make_page()
    publish(page=page, decision=None, valid_from=date(2025, 7, 1))
    page.requirements = "Mới"
    publish(page=page, decision=None, valid_from=date(2027, 1, 1))

    message = OutboxMessage.objects.get(kind="procedures.version_begins")
    assert message.available_at == datetime(2026, 12, 31, 17, tzinfo=UTC)
    before = epoch()
    with time_machine.travel("2027-01-01 00:01 +0700", tick=False):
        relay.run()
    message.refresh_from_db()
    assert message.delivered_at
    assert epoch() > before


def test_the_page_is_indexed_when_its_procedure_ends():
    page = make_page()
    before = epoch()
    page.procedure.status = Status.ABOLISHED
    page.procedure.save()

    assert str(page.pk) in indexed()
    assert epoch() > before


def test_a_decision_that_gets_its_date_makes_pages_stale():
    decision = make_decision(date=None)
    before = epoch()
    decision.date = date(2025, 7, 1)
    decision.save()

    assert epoch() > before


def test_a_renamed_agency_is_renamed_in_the_index():
    agency = make_agency()
    mine, other = make_page(section=make_section(agency)), make_page()
    agency.name = "Sở Mới"
    agency.save()

    assert str(mine.pk) in indexed()
    assert str(other.pk) not in indexed()
