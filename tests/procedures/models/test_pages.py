"""Rules for procedure pages, and the protection of their rows."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from wagtail.models import Locale

from procedures.choices import Status
from procedures.models import (
    Field,
    LocalAssignment,
    Procedure,
    ProcedureChannel,
    ProcedurePage,
    ProcedureStep,
    ProcedureVersion,
)  # fmt: skip
from procedures.page_content import read_content
from procedures.selectors import page_for_code
from procedures.services.versions import publish
from tests.procedures.factories import make_agency, make_decision, make_page, make_procedure, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


class TestPages:
    def test_a_procedure_has_one_page_in_a_language(self):
        first = make_page()
        second = ProcedurePage(title="Khác", slug="khac", procedure=first.procedure, locale=first.locale)

        with pytest.raises(ValidationError) as problem:
            second.full_clean(exclude=["path", "depth"])
        assert "đã có trang" in str(problem.value.message_dict["procedure"])

    def test_existing_page_passes_its_own_validation(self):
        make_page().full_clean()

    def test_another_language_may_have_its_own(self):
        page = make_page()
        english = Locale.objects.get_or_create(language_code="en")[0]
        other = ProcedurePage(title="Birth", slug="birth", procedure=page.procedure, locale=english)

        other.full_clean(exclude=["path", "depth"])

    def test_a_short_title_is_kept_without_stray_spaces(self):
        page = make_page(short_title=" Khai  sinh\u200b ")
        page.full_clean()

        assert page.short_title == "Khai sinh"

    @pytest.mark.parametrize(("language", "found"), [("vi", "vi"), ("en", "en"), ("fr", "vi"), ("", "vi")])
    def test_code_finds_the_page_in_the_readers_language_or_vietnamese(self, language, found):
        page = make_page()
        english = Locale.objects.get_or_create(language_code="en")[0]
        page.copy_for_translation(english, copy_parents=True).save_revision().publish()

        assert page_for_code(page.procedure.core_code, language).locale.language_code == found

    def test_the_english_page_creates_no_legal_version(self):
        page = make_page()
        publish(page=page, decision=None)
        english = Locale.objects.get_or_create(language_code="en")[0]
        other = page.copy_for_translation(english, copy_parents=True)
        other.title = "Birth registration"
        other.save_revision().publish()

        assert page.procedure.versions.count() == 1
        assert page.procedure.versions.get().title == page.title

    def test_deleting_a_page_deletes_its_children_but_not_versions(self):
        page = make_page()
        publish(page=page, decision=None)
        page.delete()

        assert not ProcedureChannel.objects.exists()
        assert ProcedureVersion.objects.count() == Procedure.objects.count() == 1

    def test_an_unsaved_page_can_be_read_as_a_snapshot(self):
        page = ProcedurePage(title="Bản nháp", procedure=make_procedure(core_code="1.000001"))
        page.channels = [ProcedureChannel(channel="truc_tiep", time_note="Tại xã")]
        page.steps = [
            ProcedureStep(text="a"),
            ProcedureStep(case="x", text="b"),
            ProcedureStep(case="x", text="c"),
        ]

        content = read_content(page)

        assert content.channels[0].time_note == "Tại xã"
        assert [(group.case, group.items) for group in content.steps] == [("", ("a",)), ("x", ("b", "c"))]


class TestProtection:
    """Rows that a version or a page refers to cannot be deleted."""

    def test_referenced_rows_cannot_be_deleted(self):
        field, decision, agency = (
            Field.objects.create(name="Hộ tịch", slug="a"),
            make_decision(),
            make_agency(),
        )
        page = make_page(make_section(agency), field=field)
        publish(page=page, decision=decision)
        LocalAssignment.objects.create(procedure=page.procedure, agency=agency, valid_from=date(2025, 7, 1))

        for row in (field, decision, agency, page.procedure):
            with pytest.raises(ProtectedError):
                row.delete()

    def test_a_referenced_successor_is_kept(self):
        successor = make_procedure()
        make_procedure(status=Status.REPLACED, replaced_by=successor)

        with pytest.raises(ProtectedError):
            successor.delete()
