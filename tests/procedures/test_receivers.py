"""What people see reflects every relevant change."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from core.models import CacheGeneration, OutboxMessage
from core.outbox import deliver_due
from procedures.choices import Status
from procedures.imports.apply import import_records
from procedures.models import Field
from procedures.services.versions import publish
from tests.procedures.factories import make_agency, make_decision, make_page, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


def generation():
    return CacheGeneration.objects.filter(scope="site").values_list("number", flat=True).first() or 0


def indexed():
    return [ref for m in OutboxMessage.objects.filter(kind="search.index") for ref in m.payload["refs"]]


def test_future_version_is_indexed_on_its_first_day():
    page = make_page()
    publish(page=page, decision=None, valid_from=date(2025, 7, 1))
    page.requirements = "Mới"
    publish(page=page, decision=None, valid_from=date(2027, 1, 1))

    message = OutboxMessage.objects.get(kind="procedures.version_begins")
    assert message.available_at == datetime(2026, 12, 31, 17, tzinfo=UTC)
    before = generation()
    with time_machine.travel("2027-01-01 00:01 +0700", tick=False):
        deliver_due()
    message.refresh_from_db()
    assert message.delivered_at
    assert generation() > before


def test_the_page_is_indexed_when_its_procedure_ends():
    page = make_page()
    before = generation()
    page.procedure.status = Status.ABOLISHED
    page.procedure.save()

    assert str(page.pk) in indexed()
    assert generation() > before


def test_adding_the_date_of_a_decision_makes_pages_stale():
    decision = make_decision(date=None)
    before = generation()
    decision.date = date(2025, 7, 1)
    decision.save()

    assert generation() > before


def test_a_renamed_agency_is_renamed_in_the_index():
    agency = make_agency()
    mine, other = make_page(section=make_section(agency)), make_page()
    agency.name = "Sở Mới"
    agency.save()

    assert str(mine.pk) in indexed()
    assert str(other.pk) not in indexed()


def test_a_deleted_page_is_removed_from_the_index():
    page = make_page()
    OutboxMessage.objects.all().delete()
    ref = str(page.pk)
    page.delete()

    assert set(indexed()) == {ref}


def test_moved_section_reindexes_its_procedures(django_capture_on_commit_callbacks):
    one, two = make_page(), make_page()
    section = one.get_parent().specific
    OutboxMessage.objects.all().delete()
    section.slug = "co-quan-moi"
    revision = section.save_revision()
    with django_capture_on_commit_callbacks(execute=True):
        revision.publish()

    assert str(one.pk) in indexed()
    assert str(two.pk) not in indexed()


def test_a_section_given_to_another_agency_is_indexed_with_it():
    page = make_page()
    section = page.get_parent().specific
    OutboxMessage.objects.all().delete()
    section.agency = make_agency()
    section.save_revision().publish()

    assert str(page.pk) in indexed()


def test_a_renamed_field_is_renamed_in_the_index():
    field = Field.objects.create(name="Hộ tịch", slug="ho-tich")
    page, other = make_page(field=field), make_page()
    publish(page=page, decision=None)
    OutboxMessage.objects.all().delete()
    field.name = "Hộ tịch và quốc tịch"
    field.save()

    assert str(page.pk) in indexed()
    assert str(other.pk) not in indexed()


def test_an_import_that_changes_only_the_status_is_indexed():
    page = make_page()
    publish(page=page, decision=None)
    OutboxMessage.objects.all().delete()

    report = import_records(
        [{"core_code": page.procedure.core_code, "title": page.title, "status": "bai_bo"}]
    )

    assert report.summary() == "created=0 updated=1 unchanged=0 refused=0"
    assert page.procedure.versions.count() == 1
    assert indexed().count(str(page.pk)) == 1


def test_an_import_that_changes_nothing_leaves_caches_and_index_alone():
    page = make_page()
    publish(page=page, decision=None)
    OutboxMessage.objects.all().delete()
    before = generation()

    import_records([{"core_code": page.procedure.core_code, "title": page.title}])

    assert generation() == before
    assert indexed() == []
