"""Pages are deleted in bulk, with everything that belongs to them (undoing an import, ADR 283)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Locale, Page, PageLogEntry, ReferenceIndex, Revision
from wagtail_localize.models import TranslationSource

from core.models import AdminSearchEntry, OutboxMessage
from procedures.imports.jobs import start_undo, undo_next_portion
from procedures.models import ProcedurePage
from tests.procedures.imports.previews import controller, undo_upload
from tests.procedures.imports.test_undo import ONE, applied

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder", "on_a_monday")]


@pytest.fixture
def by():
    return controller()


def test_nothing_is_left_of_a_page(by):
    upload = applied(by, ONE)
    page = ProcedurePage.objects.get()
    section = page.get_parent()
    children = section.numchild
    undo_upload(upload_id=upload.pk, by=by)
    section.refresh_from_db()
    assert section.numchild == children - 1
    assert not Revision.objects.filter(object_id=str(page.pk), content_type__model="procedurepage").exists()
    assert not ReferenceIndex.objects.filter(object_id=str(page.pk)).exists()
    entry = PageLogEntry.objects.get(page=page.pk, action="wagtail.delete")
    assert (entry.user, entry.deleted) == (by, True)
    requested = OutboxMessage.objects.filter(kind="search.index").values_list("payload", flat=True)
    assert any(str(page.pk) in map(str, payload["refs"]) for payload in requested)


@pytest.mark.parametrize("count", [1, 6])
def test_deleting_a_page_needs_few_queries(by, count):
    records = [
        {**ONE, "core_code": f"1.{number:06d}", "local_code": f"1.{number:06d}.H12"}
        for number in range(1, count + 1)
    ]
    upload = applied(by, *records)
    start_undo(upload_id=upload.pk, by=by)
    upload.refresh_from_db()
    with CaptureQueriesContext(connection) as queries:
        undo_next_portion(upload_id=upload.pk, run=upload.run, after=-1)
    assert len(queries) <= 150 + 2 * count
    assert not ProcedurePage.objects.exists()


def test_a_page_is_removed_from_every_index_with_its_translation(by):
    upload = applied(by, ONE)
    page = ProcedurePage.objects.get()
    english = Locale.objects.get_or_create(language_code="en")[0]
    translation = page.copy_for_translation(english, copy_parents=True, alias=True)
    source, _created = TranslationSource.get_or_create_from_instance(page)
    assert AdminSearchEntry.objects.filter(object_id=page.pk, words__contains="mot thu tuc").exists()

    assert undo_upload(upload_id=upload.pk, by=by) == (1, 0)

    assert not Page.objects.filter(pk__in=[page.pk, translation.pk]).exists()
    assert not AdminSearchEntry.objects.filter(object_id=page.pk, words__contains="mot thu tuc").exists()
    assert not TranslationSource.objects.filter(pk=source.pk).exists()
    assert Page.find_problems() == ([], [], [], [], [])
