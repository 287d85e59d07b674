"""An applied import can be undone as long as nothing depends on it."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from wagtail.models import Page, ReferenceIndex

from core.errors import Conflict, NotAllowed
from core.models import OutboxMessage
from core.outbox import deliver_due
from forms_app.dossiers.services import start_draft
from procedures.imports import jobs, rows, undo
from procedures.imports.apply import import_records
from procedures.imports.jobs import (
    UNDO_PORTION,
    cancel_import,
    continue_import,
    progress_of,
    start_import,
    start_undo,
    undo_next_portion,
)
from procedures.imports.uploads import select_rows
from procedures.models import (
    ImportedFacts,
    ImportRow,
    ImportUpload,
    LocalAssignment,
    Procedure,
    ProcedurePage,
    ProcedureVersion,
)
from procedures.selectors import version_in_force
from procedures.services.versions import publish
from tests.accounts.factories import UserFactory
from tests.forms_app.builder.factories import make_definition
from tests.forms_app.dossiers.factories import make_form
from tests.procedures.factories import make_agency, make_procedure, make_section
from tests.procedures.imports.previews import apply_upload, controller, signed_in, undo_upload, uploaded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("private_folder", "on_a_monday")]

ONE: dict[str, Any] = {
    "core_code": "1.000001",
    "title": "Một thủ tục",
    "summary": "Tóm tắt",
    "levels": ["cap_xa"],
    "local_code": "1.000001.H12",
    "steps": [{"items": ["Nộp", "Nhận"]}],
    "channels": [{"channel": "truc_tiep", "time_value": 3, "time_unit": "ngay"}],
}
TWO: dict[str, Any] = {"core_code": "1.000002", "title": "Thủ tục hai"}


@pytest.fixture
def by():
    return controller()


def applied(by: Any, *records: Any) -> ImportUpload:
    upload = uploaded(by, *records)
    apply_upload(upload_id=upload.pk, by=by)
    upload.refresh_from_db()
    return upload


def state() -> dict[str, Any]:
    """What citizens and imports see of every procedure."""
    return {
        procedure.core_code: (
            version_in_force(procedure).content if version_in_force(procedure) else None,
            version_in_force(procedure).valid_from if version_in_force(procedure) else None,
            procedure.status,
            procedure.code,
            [
                (page.live, page.title, page.summary, [step.text for step in page.steps.all()])
                for page in ProcedurePage.objects.filter(procedure=procedure)
            ],
            sorted(
                LocalAssignment.objects.filter(procedure=procedure).values_list(
                    "agency", "level_2022", "local_code"
                )
            ),
            list(ImportedFacts.objects.filter(procedure=procedure).values_list("facts", flat=True)),
        )
        for procedure in Procedure.objects.all()
    }


class TestNewProcedures:
    def test_they_lose_page_assignments_and_facts_and_public_status(self, by):
        make_agency(kind="commune")
        upload = applied(by, ONE, TWO)
        assert LocalAssignment.objects.exists()

        result = undo_upload(upload_id=upload.pk, by=by)

        assert result == (2, 0)
        assert not ProcedurePage.objects.exists()
        assert not LocalAssignment.objects.exists()
        assert not ImportedFacts.objects.exists()
        assert {procedure.status for procedure in Procedure.objects.all()} == {"chua_cong_khai"}
        assert all(version.never_in_force for version in ProcedureVersion.objects.all()), (
            "kept, but in force on no day"
        )
        assert set(upload.rows.values_list("state", flat=True)) == {"undone"}
        assert Page.find_problems() == ([], [], [], [], [])

    def test_the_same_file_creates_them_again(self, by):
        undo_upload(upload_id=applied(by, ONE).pk, by=by)

        again = uploaded(by, ONE)
        assert again.report["counts"]["created"] == 1
        apply_upload(upload_id=again.pk, by=by)

        procedure = Procedure.objects.get()
        assert procedure.status == "cong_khai"
        assert ProcedurePage.objects.get().live
        assert version_in_force(procedure).number == 2
        assert import_records([ONE]).counts()["unchanged"] == 1

    @pytest.mark.parametrize(
        "what", ["form", "assignment", "successor", "edit", "draft", "version", "status"]
    )
    def test_those_on_which_something_depends_are_kept(self, by, what):
        upload = applied(by, ONE, TWO)
        procedure = Procedure.objects.get(core_code="1.000001")
        page = ProcedurePage.objects.get(procedure=procedure)
        match what:
            case "form":
                make_definition(procedure=procedure)
            case "assignment":
                LocalAssignment.objects.create(
                    procedure=procedure, agency=make_agency(), valid_from=date(2026, 11, 23)
                )
            case "successor":
                make_procedure(status="thay_the", replaced_by=procedure)
            case "edit":
                page.summary = "Sửa tay"
                page.save_revision().publish()
            case "draft":
                page.summary = "Đang sửa"
                page.save_revision()
            case "version":
                page.requirements = "Năm sau"
                publish(page=page, decision=None, valid_from=date(2027, 1, 1))
            case "status":
                Procedure.objects.filter(pk=procedure.pk).update(status="bai_bo")

        result = undo_upload(upload_id=upload.pk, by=by)

        assert result == (1, 1)
        assert ProcedurePage.objects.get().procedure == procedure
        row = upload.rows.get(code="1.000001")
        assert row.state == ImportRow.State.APPLIED
        assert row.remark

    def test_a_linked_page_is_kept(self, by):
        upload = applied(by, ONE)
        page = ProcedurePage.objects.get()
        news = make_section(title="Trang khác")
        pages = ContentType.objects.get_for_model(Page)
        ReferenceIndex.objects.create(
            base_content_type=pages,
            content_type=ContentType.objects.get_for_model(news),
            object_id=str(news.pk),
            to_content_type=pages,
            to_object_id=str(page.pk),
            model_path="introduction",
            content_path="introduction",
            content_path_hash=uuid4(),
        )

        assert undo_upload(upload_id=upload.pk, by=by) == (0, 1)
        assert upload.rows.get().remark == "Có trang khác liên kết tới thủ tục này."


class TestChangedProcedures:
    def test_they_regain_their_content_from_the_same_day(self, by):
        make_agency(kind="commune")
        import_records([ONE])
        before = state()
        changed = {
            **ONE,
            "summary": "Tóm tắt dài hơn nhiều",
            "steps": [{"items": ["Nộp hồ sơ", "Nhận kết quả"]}],
            "level_2022": "toan_trinh",
            "status": "het_hieu_luc",
        }
        upload = applied(by, changed)
        assert state() != before

        result = undo_upload(upload_id=upload.pk, by=by)

        assert result == (1, 0)
        assert state() == before
        assert [version.never_in_force for version in ProcedureVersion.objects.order_by("number")] == [
            True,
            True,
            False,
        ]
        assert import_records([ONE]).counts()["unchanged"] == 1

    def test_each_commune_regains_its_own_level(self, by):
        for name in ("Một", "Hai"):
            make_agency(kind="commune", name=f"UBND xã {name}")
        import_records([{**ONE, "level_2022": "mot_phan"}])
        LocalAssignment.objects.filter(agency__name="UBND xã Hai").update(level_2022="thong_tin")
        upload = applied(by, {**ONE, "level_2022": "toan_trinh"})
        levels = LocalAssignment.objects.order_by("agency__name").values_list("level_2022", flat=True)
        assert list(levels) == ["toan_trinh", "toan_trinh"]

        undo_upload(upload_id=upload.pk, by=by)

        assert list(levels.all()) == ["thong_tin", "mot_phan"]

    def test_a_future_version_is_withdrawn(self, by):
        import_records([{**ONE, "decision": {"number": "1/QĐ-UBND", "date": "2026-01-05"}}])
        before = state()
        upload = applied(
            by, {**ONE, "summary": "Khác", "decision": {"number": "2/QĐ-UBND", "date": "2027-01-05"}}
        )
        assert version_in_force("1.000001", date(2027, 1, 5)).number == 2

        undo_upload(upload_id=upload.pk, by=by)

        with time_machine.travel("2027-02-01 09:00 +0700", tick=False):
            assert version_in_force("1.000001").content == before["1.000001"][0]

    def test_earlier_manual_edits_count_as_such_again(self, by):
        import_records([ONE])
        page = ProcedurePage.objects.get()
        page.summary = "Gọn"
        publish(page=page, decision=None)
        upload = applied(by, {**ONE, "requirements": "Đủ 18 tuổi"})

        undo_upload(upload_id=upload.pk, by=by)

        (row,) = import_records([ONE]).rows
        assert (row.outcome, "giữ nguyên" in row.note) == ("unchanged", True)

    @pytest.mark.parametrize("versioned", [True, False])
    def test_a_version_that_drafts_refer_to_is_kept(self, by, versioned):
        """An import that made no version is undone even so: the drafts keep the version that they refer to."""
        make_agency(kind="commune")
        import_records([ONE])
        changed = {"summary": "Tóm tắt khác hẳn"} if versioned else {"level_2022": "toan_trinh"}
        upload = applied(by, {**ONE, **changed})
        version = version_in_force("1.000001")
        assert (version.number == 2) is versioned
        start_draft(procedure_version=version, form_version=make_form(version), agency=make_agency())

        assert undo_upload(upload_id=upload.pk, by=by) == ((0, 1) if versioned else (1, 0))

    def test_an_earlier_import_is_undone_after_the_later_one(self, by):
        first = applied(by, ONE)
        second = applied(by, {**ONE, "summary": "Tóm tắt dài hơn"})
        assert undo_upload(upload_id=first.pk, by=by) == (0, 1)

        undo_upload(upload_id=second.pk, by=by)

        assert undo_upload(upload_id=first.pk, by=by) == (1, 0)
        assert not ProcedurePage.objects.exists()


def test_what_the_command_imported_is_listed_and_undone(by, tmp_path):
    path = tmp_path / "danh-sach.json"
    path.write_text(json.dumps([ONE, TWO]), encoding="utf-8")
    call_command("import_procedures", str(path), stdout=io.StringIO(), stderr=io.StringIO())
    upload = ImportUpload.objects.get()

    text = signed_in(by).get(reverse("procedures_import")).content.decode()
    assert "danh-sach.json" in text
    assert "lệnh của bộ phận vận hành" in text
    assert undo_upload(upload_id=upload.pk, by=by) == (2, 0)
    assert not ProcedurePage.objects.exists()


def test_the_command_refuses_during_an_import_in_the_admin(by, tmp_path):
    running = uploaded(by, ONE)
    start_import(upload_id=running.pk, by=by)
    path = tmp_path / "danh-sach.json"
    path.write_text(json.dumps([TWO]), encoding="utf-8")

    with pytest.raises(CommandError, match="Đang nhập một tệp khác"):
        call_command("import_procedures", str(path), stdout=io.StringIO(), stderr=io.StringIO())

    assert not Procedure.objects.exists()
    assert ImportUpload.objects.get() == running


class TestConditions:
    def test_nothing_is_undone_twice(self, by):
        upload = applied(by, ONE)
        undo_upload(upload_id=upload.pk, by=by)

        with pytest.raises(Conflict):
            undo_upload(upload_id=upload.pk, by=by)
        upload.refresh_from_db()
        assert upload.undone_by == by

    def test_a_file_that_was_not_applied_has_nothing_to_undo(self, by):
        with pytest.raises(Conflict):
            undo_upload(upload_id=uploaded(by, ONE).pk, by=by)

    def test_rows_left_out_and_unchanged_are_not_touched(self, by):
        import_records([TWO])
        upload = uploaded(by, ONE, TWO, {"core_code": "1.000003", "title": "Ba"})
        select_rows(upload_id=upload.pk, by=by, selected={upload.rows.get(code="1.000003").pk: False})
        apply_upload(upload_id=upload.pk, by=by)

        assert undo_upload(upload_id=upload.pk, by=by) == (1, 0)
        assert ProcedurePage.objects.get().procedure.core_code == "1.000002"
        assert upload.rows.get(code="1.000003").state == ImportRow.State.LEFT_OUT

    def test_other_roles_may_not_undo(self, by):
        upload = applied(by, ONE)

        with pytest.raises(NotAllowed):
            undo_upload(upload_id=upload.pk, by=UserFactory())
        assert ProcedurePage.objects.exists()


class TestPortions:
    def test_rows_are_undone_in_portions_that_can_be_stopped_and_continued(self, by, monkeypatch):
        monkeypatch.setattr(undo, "PORTION", 2)
        upload = applied(
            by, *({"core_code": f"1.{number:06d}", "title": f"Thủ tục {number}"} for number in range(1, 6))
        )
        start_undo(upload_id=upload.pk, by=by)
        upload.refresh_from_db()
        assert (upload.state, undo.is_undoing(upload)) == ("running", True)
        assert ProcedurePage.objects.count() == 5, "the request itself undoes nothing"

        undo_next_portion(upload_id=upload.pk, run=upload.run, after=-1)
        assert ProcedurePage.objects.count() == 3
        found = progress_of(upload)
        assert (found.done, found.total, found.running) == (2, 5, True)
        undo_next_portion(upload_id=upload.pk, run=upload.run - 1, after=-1)
        assert ProcedurePage.objects.count() == 3, "the message of an earlier run"
        for act in (start_undo, start_import):
            with pytest.raises(Conflict):
                act(upload_id=upload.pk, by=by)

        cancel_import(upload_id=upload.pk, by=by)
        upload.refresh_from_db()
        assert (upload.state, undo.is_undoing(upload), upload.undone_by) == ("applied", False, by)
        deliver_due()
        assert ProcedurePage.objects.count() == 3, "stopped"

        start_undo(upload_id=upload.pk, by=by)
        OutboxMessage.objects.filter(kind=UNDO_PORTION).delete()  # as if a worker had died
        continue_import(upload_id=upload.pk, by=by)
        deliver_due()
        assert not ProcedurePage.objects.exists()
        upload.refresh_from_db()
        assert (upload.state, undo.is_undoing(upload)) == ("applied", False)

    def test_others_can_write_between_two_portions_on_sqlite(
        self, by, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(undo, "PORTION", 1)
        monkeypatch.setattr(rows, "PORTION", 1)
        pauses: list[float] = []
        monkeypatch.setattr(jobs.time, "sleep", pauses.append)
        upload = uploaded(by, ONE, TWO)
        with django_capture_on_commit_callbacks(execute=True):
            start_import(upload_id=upload.pk, by=by)
            deliver_due()
            start_undo(upload_id=upload.pk, by=by)
            deliver_due()
        wanted = 3 if connection.vendor == "sqlite" else 0
        assert pauses == [jobs.PAUSE_SECONDS] * wanted


@pytest.mark.parametrize("more", [1, 6])
def test_query_count_does_not_grow_with_changed_rows(by, more, django_assert_max_num_queries):
    records = [
        {"core_code": f"1.{number:06d}", "title": f"Thủ tục {number}"} for number in range(1, more + 1)
    ]
    import_records(records)
    upload = applied(by, *[{**record, "summary": "Khác"} for record in records])

    start_undo(upload_id=upload.pk, by=by)
    upload.refresh_from_db()
    with django_assert_max_num_queries(75 + 3 * more):
        undo_next_portion(upload_id=upload.pk, run=upload.run, after=-1)
