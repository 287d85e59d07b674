"""Publishing records versions: numbers, days, permissions, database guards."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from wagtail.models import Locale

from accounts.models import User
from core.errors import NotAllowed
from core.models import CacheGeneration
from procedures.models import LocalAssignment, ProcedureChannel, ProcedurePage, ProcedureVersion
from procedures.selectors import history, version_in_force
from procedures.services.versions import publish, record_version
from tests.procedures.factories import make_agency, make_decision, make_page, make_procedure
from tests.support.threads import together

pytestmark = pytest.mark.django_db


TODAY = "2026-11-23 09:00 +0700"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(TODAY, tick=False):
        yield


def test_publishing_creates_version_one_with_the_whole_content():
    page, decision = make_page(title="Đăng ký khai sinh"), make_decision(number="1242/QĐ-UBND")

    version = publish(page=page, decision=decision, valid_from=date(2025, 7, 1))

    assert (version.number, version.valid_from, version.valid_to) == (1, date(2025, 7, 1), None)
    assert version.content.title == "Đăng ký khai sinh"
    assert version.content.decision.number == "1242/QĐ-UBND"
    assert version.content.channels[0].time_value == 3
    page.refresh_from_db()
    assert page.live
    assert page.decision == decision


def test_publishing_the_same_content_again_creates_no_version():
    page, decision = make_page(), make_decision()
    first = publish(page=page, decision=decision)

    assert publish(page=page, decision=decision) == first
    assert page.procedure.versions.count() == 1


def test_a_change_closes_the_old_version_the_day_before():
    page, decision = make_page(), make_decision()
    first = publish(page=page, decision=decision, valid_from=date(2025, 7, 1))
    page.channels = [ProcedureChannel(channel="truc_tiep", time_value=2, time_unit="ngay_lam_viec")]

    second = publish(page=page, decision=make_decision(), valid_from=date(2026, 1, 1))

    first.refresh_from_db()
    assert (second.number, first.valid_to) == (2, date(2025, 12, 31))
    assert version_in_force(page.procedure, date(2025, 12, 31)) == first
    assert version_in_force(page.procedure, date(2026, 1, 1)) == second
    assert version_in_force(page.procedure, date(2025, 6, 30)) is None


def test_a_version_replaced_on_its_first_day_was_in_force_on_no_day():
    page, decision = make_page(), make_decision()
    first = publish(page=page, decision=decision)
    page.requirements = "Từ đủ 18 tuổi"

    second = publish(page=page, decision=decision)

    first.refresh_from_db()
    assert second.valid_from == first.valid_from == date(2026, 11, 23)
    assert first.valid_to == date(2026, 11, 22)
    assert version_in_force(page.procedure) == second


def test_future_version_is_not_yet_in_force():
    page = make_page()
    now = publish(page=page, decision=make_decision(), valid_from=date(2025, 7, 1))
    page.requirements = "Mới"
    later = publish(page=page, decision=make_decision(), valid_from=date(2027, 1, 1))

    assert version_in_force(page.procedure) == now
    assert version_in_force(page.procedure, date(2027, 1, 1)) == later


def test_a_version_never_begins_before_the_latest_one():
    page = make_page()
    publish(page=page, decision=make_decision(), valid_from=date(2026, 5, 1))
    page.requirements = "Mới"

    assert publish(page=page, decision=None, valid_from=date(2020, 1, 1)).valid_from == date(2026, 5, 1)


def test_after_an_end_the_next_version_begins_after_it():
    page = make_page()
    first = publish(page=page, decision=None, valid_from=date(2025, 7, 1))
    ProcedureVersion.objects.filter(pk=first.pk).update(valid_to=date(2026, 6, 30))
    page.requirements = "Mới"

    assert publish(page=page, decision=None, valid_from=date(2026, 1, 1)).valid_from == date(2026, 7, 1)


def test_publishing_in_the_editor_creates_the_version_too():
    page = make_page(effective_from=date(2026, 2, 1), decision=make_decision())
    editor = User.objects.create_user("bien-tap")

    page.save_revision(user=editor).publish()

    version = page.procedure.versions.get()
    assert (version.valid_from, version.created_by) == (date(2026, 2, 1), editor)


def test_user_without_permission_may_not_publish():
    page = make_page()

    with pytest.raises((NotAllowed, PermissionDenied)):
        publish(page=page, decision=None, by=User.objects.create_user("nguoi-la"))
    assert not page.procedure.versions.exists()


def test_publishing_makes_cached_pages_stale():
    before = CacheGeneration.objects.filter(scope="site").values_list("number", flat=True).first() or 0

    publish(page=make_page(), decision=None)

    assert CacheGeneration.objects.get(scope="site").number > before


def test_every_code_style_finds_the_version():
    page = make_page(procedure=make_procedure(core_code="1.000110", code="1.000110.H12"))
    version = publish(page=page, decision=None)

    for code in ("1.000110", "1.000110.H12", "1.000110.000.00.00.H12"):
        assert version_in_force(code) == version
    assert version_in_force("khong phai ma") is None
    assert version_in_force("1.999999") is None


def test_history_is_one_query_with_the_content_in_force(django_assert_num_queries):
    page = make_page()
    for day, text in ((date(2025, 7, 1), "một"), (date(2026, 1, 1), "hai"), (date(2027, 1, 1), "ba")):
        page.requirements = text
        publish(page=page, decision=make_decision(), valid_from=day)

    with django_assert_num_queries(1):
        found = history(page.procedure_id)
        numbers = [(version.number, version.decision.number != "") for version in found.versions]

    assert [number for number, _ in numbers] == [3, 2, 1]
    assert found.current.number == 2
    assert found.content.requirements == "hai"


def _refused(change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change()


class DatabaseGuards:
    """The database itself refuses changes that would corrupt a version, on both engines."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("title", "Khác"),
            ("snapshot", {}),
            ("digest", "0" * 64),
            ("number", 7),
            ("valid_from", date(2020, 1, 1)),
        ],
    )
    def test_a_version_cannot_be_changed(self, name, value):
        version = publish(page=make_page(), decision=None)

        _refused(lambda: ProcedureVersion.objects.filter(pk=version.pk).update(**{name: value}))

    def test_a_version_can_be_closed_once(self):
        version = publish(page=make_page(), decision=None)
        mine = ProcedureVersion.objects.filter(pk=version.pk)
        mine.update(valid_to=date(2026, 12, 31))

        _refused(lambda: mine.update(valid_to=None))
        _refused(lambda: mine.update(valid_to=date(2026, 12, 30)))

    def test_a_version_cannot_be_deleted(self):
        version = publish(page=make_page(), decision=None)

        _refused(lambda: ProcedureVersion.objects.filter(pk=version.pk)._raw_delete("default"))

    def test_versions_do_not_overlap(self):
        version = publish(page=make_page(), decision=None, valid_from=date(2026, 1, 1))
        ProcedureVersion.objects.filter(pk=version.pk).update(valid_to=date(2026, 6, 30))
        values = {"procedure": version.procedure, "title": "x", "snapshot": {}, "digest": "x"}

        for start, end in (((2026, 6, 30), None), ((2025, 1, 1), (2026, 1, 1)), ((2026, 3, 1), (2026, 4, 1))):
            _refused(
                lambda start=start, end=end: ProcedureVersion.objects.create(
                    number=2, valid_from=date(*start), valid_to=date(*end) if end else None, **values
                )
            )
        assert ProcedureVersion.objects.create(number=2, valid_from=date(2026, 7, 1), **values).pk

    def test_a_version_does_not_end_before_it_begins(self):
        version = publish(page=make_page(), decision=None, valid_from=date(2026, 1, 1))

        _refused(lambda: ProcedureVersion.objects.filter(pk=version.pk).update(valid_to=date(2025, 12, 30)))

    def test_assignments_of_one_agency_do_not_overlap(self):
        procedure, agency, other = make_procedure(), make_agency(), make_agency()
        first = {"procedure": procedure, "valid_from": date(2025, 7, 1), "valid_to": date(2026, 6, 30)}
        LocalAssignment.objects.create(agency=agency, **first)

        _refused(
            lambda: LocalAssignment.objects.create(
                procedure=procedure, agency=agency, valid_from=date(2026, 6, 30)
            )
        )
        assert LocalAssignment.objects.create(agency=other, **first).pk
        assert LocalAssignment.objects.create(
            procedure=procedure, agency=agency, valid_from=date(2026, 7, 1)
        ).pk


class TestGuardsHere(DatabaseGuards):
    """With the database of this run."""


@pytest.mark.postgres
class TestGuardsOfPostgreSQL(DatabaseGuards):
    """Selected by name if the default database is PostgreSQL."""


def test_two_pages_with_equal_content_have_separate_versions():
    one, two = publish(page=make_page(), decision=None), publish(page=make_page(), decision=None)

    assert one.procedure != two.procedure
    assert (one.number, two.number) == (1, 1)


def test_record_version_without_any_page_change_returns_the_latest():
    page = make_page()
    version = publish(page=page, decision=None)

    assert record_version(page=page, decision=None) == version


def test_loaded_version_cannot_be_changed_or_deleted():
    version = publish(page=make_page(), decision=None)
    version.title = "Khác"

    for fields in ({}, {"update_fields": ["title"]}, {"update_fields": ["title", "valid_to"]}):
        with pytest.raises(NotAllowed):
            version.save(**fields)
    with pytest.raises(NotAllowed):
        version.delete()
    version.refresh_from_db()
    assert version.title != "Khác"


def test_the_digest_is_that_of_the_content():
    page = make_page(title="Đăng ký khai sinh")
    version = publish(page=page, decision=make_decision(number="1/QĐ-UBND"))

    assert version.digest == version.content.digest
    assert len(version.digest) == 64
    page.summary = "Khác"
    assert publish(page=page, decision=None).digest != version.digest


def test_a_correction_is_a_new_version_and_the_old_one_stays_readable():
    """The next version corrects a typing error on the same day; dossiers keep the version they refer to."""
    page = make_page(summary="Lổi chính tả")
    wrong = publish(page=page, decision=make_decision())
    page.summary = "Lỗi chính tả"
    right = publish(page=page, decision=page.decision)

    wrong.refresh_from_db()
    assert (wrong.number, right.number) == (1, 2)
    assert wrong.content.summary == "Lổi chính tả"
    assert wrong.valid_to < wrong.valid_from
    assert right.valid_from == wrong.valid_from
    assert right.decision == wrong.decision


def test_a_version_published_while_another_waits_replaces_it_on_its_day():
    page = make_page()
    publish(page=page, decision=None, valid_from=date(2025, 7, 1))
    page.requirements = "Từ năm sau"
    future = publish(page=page, decision=make_decision(), valid_from=date(2027, 1, 1))
    page.requirements = "Ngay bây giờ"
    urgent = publish(page=page, decision=make_decision(), valid_from=date(2026, 11, 23))

    future.refresh_from_db()
    assert urgent.number == 3
    assert urgent.valid_from == date(2027, 1, 1), "never before the latest version"
    assert future.valid_to == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("2026-12-31 23:59:59 +0700", 1),
        ("2027-01-01 00:00:00 +0700", 2),
        ("2026-12-31 16:59:59 +0000", 1),
        ("2026-12-31 17:00:00 +0000", 2),
    ],
)
def test_a_version_begins_at_midnight_in_ca_mau(client, moment, number):
    page = make_page()
    for day, text in ((date(2025, 7, 1), "Điều kiện cũ"), (date(2027, 1, 1), "Điều kiện mới")):
        page.requirements = text
        publish(page=page, decision=make_decision(), valid_from=day)

    with time_machine.travel(moment, tick=False):
        assert version_in_force(page.procedure).number == number
        text = client.get(page.url).content.decode()

    assert ("Điều kiện cũ" in text) == (number == 1)
    assert ("Điều kiện mới" in text) == (number == 2)


def test_a_translation_or_alias_creates_no_version():
    page = make_page()
    publish(page=page, decision=None)
    english = Locale.objects.get_or_create(language_code="en")[0]
    parent = page.get_parent().specific
    parent.get_parent().specific.copy_for_translation(english, copy_parents=True, alias=True)
    parent.copy_for_translation(english, alias=True)
    page.copy_for_translation(english, alias=True)

    assert page.procedure.versions.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_six_simultaneous_publications_get_six_numbers():
    page = make_page()

    def publish_as(number):
        mine = ProcedurePage.objects.get(pk=page.pk)
        mine.requirements = f"Điều kiện {number}"
        return publish(page=mine, decision=None).number

    numbers = together(*(partial(publish_as, number) for number in range(6)))

    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]
    assert page.procedure.versions.filter(valid_to__isnull=True).get().number == 6
