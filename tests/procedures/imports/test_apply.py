"""An import is applied completely or not at all, alongside editors and other imports."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from wagtail.models import Page, PageLogEntry, Revision

from accounts.models import Agency
from core.models import CacheGeneration, OutboxMessage
from procedures.imports import apply
from procedures.imports.apply import ImportContext, import_records
from procedures.models import (
    BlankForm,
    Field,
    LocalAssignment,
    Procedure,
    ProcedurePage,
    ProcedureVersion,
    PublicationDecision,
)
from procedures.services.versions import publish
from tests.procedures import strategies
from tests.procedures.factories import make_agency, make_page, make_section
from tests.support.threads import together

pytestmark = pytest.mark.django_db


TODAY = "2026-11-23 09:00 +0700"


ONE = {"core_code": "1.000001", "title": "Một thủ tục", "summary": "Tóm tắt", "levels": ["cap_tinh"]}


TWO = {
    "core_code": "1.000002",
    "title": "Thủ tục hai",
    "decision": {"number": "9/QĐ-UBND"},
    "field": "Hộ tịch",
}


KEPT = (
    Procedure, ProcedurePage, ProcedureVersion, PublicationDecision, Field, LocalAssignment, Agency, Page, Revision,
    PageLogEntry, OutboxMessage, BlankForm,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(TODAY, tick=False):
        yield


def state() -> dict[str, Any]:
    found: dict[str, Any] = {model.__name__: model.objects.count() for model in KEPT}
    found["generation"] = list(CacheGeneration.objects.values_list("number", flat=True))
    return found


def page_of(code: str) -> ProcedurePage:
    return ProcedurePage.objects.get(procedure__core_code=code)


def write(folder: Path, *records: dict[str, Any]) -> str:
    path = folder / "tthc.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    return str(path)


def run(path: str, **options: Any) -> list[str]:
    out = io.StringIO()
    call_command("import_procedures", path, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue().splitlines()


class TestAllOrNothing:
    def test_failure_at_the_end_rolls_everything_back(self, tmp_path, monkeypatch):
        before = state()
        monkeypatch.setattr(apply, "BATCH", 1)
        seen = []

        def fail(*_args, **_kwargs):
            seen.append(Procedure.objects.count())
            if len(seen) == 2:
                raise RuntimeError("the last one")
            return []

        monkeypatch.setattr(apply, "write_assignments", fail)

        with pytest.raises(RuntimeError):
            run(write(tmp_path, ONE, TWO))

        assert seen == [1, 2], "the first was written already"
        assert state() == before

    def test_failure_deletes_stored_blank_forms(self, tmp_path, settings, monkeypatch):
        settings.MEDIA_ROOT = tmp_path / "media"
        folder = tmp_path / "forms" / "1.000001" / "docx"
        folder.mkdir(parents=True)
        (folder / "TK.docx").write_bytes(b"mau")
        record = {
            **ONE,
            "cases": [
                {
                    "documents": [
                        {"name": "Tờ khai", "blank_forms": [{"name": "TK.docx", "path": "1.000001/TK.docx"}]}
                    ]
                }
            ],
        }
        monkeypatch.setattr(apply, "publish_versions", lambda _versions: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            run(write(tmp_path, record), forms=tmp_path / "forms")

        assert not BlankForm.objects.exists()
        assert not [path for path in (tmp_path / "media").rglob("*") if path.is_file()]

    def test_stored_blank_forms_are_kept_after_success(self, tmp_path, settings):
        settings.MEDIA_ROOT = tmp_path / "media"
        folder = tmp_path / "forms" / "1.000001" / "docx"
        folder.mkdir(parents=True)
        (folder / "TK.docx").write_bytes(b"mau")
        (folder / "virus.exe").write_bytes(b"MZ")
        documents = [
            {"name": n, "blank_forms": [{"name": n, "path": f"1.000001/{n}"}]}
            for n in ("TK.docx", "virus.exe")
        ]

        run(write(tmp_path, {**ONE, "cases": [{"documents": documents}]}), forms=tmp_path / "forms")

        assert [form.name for form in BlankForm.objects.all()] == ["TK.docx"]
        assert BlankForm.objects.get().file.storage.exists(BlankForm.objects.get().file.name)

    def test_unknown_section_is_reported_and_changes_nothing(self, tmp_path):
        before = state()

        with pytest.raises(CommandError, match="so-khong-co"):
            run(write(tmp_path, ONE), section="so-khong-co")

        assert state() == before

    def test_an_unknown_agency_of_one_record_refuses_that_record(self, tmp_path):
        lines = run(write(tmp_path, {**ONE, "section_agency": "so-khong-co"}, TWO))

        assert lines[-1] == "created=1 updated=0 unchanged=0 refused=1"
        assert "refused\tdòng 1\t1.000001" in lines[0]
        assert "so-khong-co" in lines[0]


class TestAgain:
    def test_a_second_import_changes_nothing_at_all(self, tmp_path):
        path = write(tmp_path, ONE, TWO)
        assert run(path)[-1] == "created=2 updated=0 unchanged=0 refused=0"
        before = state()

        assert run(path) == ["created=0 updated=0 unchanged=2 refused=0"]
        assert state() == before

    def test_dry_run_names_changed_fields_as_editors_know_them(self, tmp_path):
        run(write(tmp_path, ONE))
        before = state()

        lines = run(
            write(tmp_path, {**ONE, "summary": "Một tóm tắt dài hơn", "keywords": ["sao y"]}), dry_run=True
        )

        assert lines[0].startswith("updated\tdòng 1\t1.000001\tMột thủ tục (")
        assert "tóm tắt" in lines[0]
        assert "từ khóa" in lines[0]
        assert state() == before

    def test_unpublished_page_stays_unpublished(self, tmp_path):
        run(write(tmp_path, ONE))
        page_of("1.000001").unpublish()

        assert run(write(tmp_path, {**ONE, "summary": "Dài hơn nhiều"}))[-1].endswith("refused=1")
        assert not page_of("1.000001").live

    def test_page_moved_by_an_editor_keeps_its_section(self, tmp_path):
        run(write(tmp_path, ONE))
        section = make_section()
        page_of("1.000001").move(section, pos="last-child")

        run(write(tmp_path, {**ONE, "summary": "Dài hơn nhiều"}))

        assert page_of("1.000001").get_parent().pk == section.pk
        assert page_of("1.000001").summary == "Dài hơn nhiều"


class TestEditors:
    def test_page_with_a_draft_is_refused_and_others_are_imported(self, tmp_path):
        run(write(tmp_path, ONE, TWO))
        page = page_of("1.000001")
        page.summary = "Bản nháp của biên tập viên"
        draft = page.save_revision()

        lines = run(write(tmp_path, {**ONE, "summary": "Một tóm tắt dài hơn"}, {**TWO, "summary": "Thêm"}))

        assert lines[-1] == "created=0 updated=1 unchanged=0 refused=1"
        assert "thay đổi chưa xuất bản của biên tập viên" in lines[0]
        page = page_of("1.000001")
        assert (page.has_unpublished_changes, page.latest_revision) == (True, draft)
        assert page.get_latest_revision_as_object().summary == "Bản nháp của biên tập viên"

    def test_locked_page_is_refused(self, tmp_path):
        run(write(tmp_path, ONE))
        Page.objects.filter(pk=page_of("1.000001").pk).update(locked=True)

        lines = run(write(tmp_path, {**ONE, "summary": "Một tóm tắt dài hơn"}))

        assert lines[-1] == "created=0 updated=0 unchanged=0 refused=1"
        assert "khóa" in lines[0]

    def test_poorer_facts_do_not_replace_manual_edits(self, tmp_path):
        run(write(tmp_path, ONE))
        page = page_of("1.000001")
        page.summary, page.keywords = "Một tóm tắt mà biên tập viên đã viết", "sao y"
        publish(page=page, decision=None)

        assert run(write(tmp_path, ONE))[-1] == "created=0 updated=0 unchanged=1 refused=0"
        assert page_of("1.000001").keywords == "sao y"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestTwoAtATime:
    def test_two_imports_of_one_file_create_each_procedure_once(self):
        make_section(make_agency(code="H12", slug="ubnd-tinh"))
        records = [
            {**ONE, "core_code": f"1.00000{number}", "title": f"Thủ tục {number}"} for number in range(6)
        ]

        reports = together(lambda: import_records(records), times=2)

        assert sorted(report.summary() for report in reports) == [
            "created=0 updated=0 unchanged=6 refused=0",
            "created=6 updated=0 unchanged=0 refused=0",
        ]
        assert ProcedureVersion.objects.count() == 6
        assert Page.find_problems() == ([], [], [], [], [])

    def test_an_import_and_a_publishing_editor_get_two_numbers(self):
        page = make_page()
        publish(page=page, decision=None)
        record = {"core_code": page.procedure.core_code, "title": page.title, "summary": "Từ danh mục"}

        def edit():
            mine = ProcedurePage.objects.get(pk=page.pk)
            mine.requirements = "Từ biên tập viên"
            publish(page=mine, decision=None)

        together(edit, lambda: import_records([record]))

        assert [version.number for version in page.procedure.versions.order_by("number")][:2] == [1, 2]
        assert page.procedure.versions.filter(valid_to__isnull=True).count() == 1


@given(st.lists(strategies.RECORD, min_size=1, max_size=3))
@settings(max_examples=15, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
def test_any_record_is_imported_the_same_twice_or_refused_with_a_reason(records):
    """What passes the checks can be stored, and reading it back gives the same values."""
    with transaction.atomic():
        first = import_records(records, context=ImportContext(source="test"))
        second = import_records(records, context=ImportContext(source="test"))
        transaction.set_rollback(True)

    assert all(line.detail for line in first.rows if line.outcome == "refused")
    assert second.counts()["created"] == second.counts()["updated"] == 0, second.rows
