"""The plan of an import: the report of preview and dry run equals that of the real run and changes nothing."""

from __future__ import annotations

import dataclasses
import io
import json
from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from wagtail.models import Locale, Page, PageLogEntry, Revision

from core.models import CacheGeneration, OutboxMessage
from procedures.choices import Status
from procedures.imports import apply, bulk_pages
from procedures.imports import plan as planning
from procedures.imports.apply import import_records
from procedures.imports.plan import ImportReport, Outcome, ReportRow
from procedures.models import (
    Field,
    ImportedFacts,
    LocalAssignment,
    Procedure,
    ProcedurePage,
    ProcedureVersion,
    PublicationDecision,
)  # fmt: skip
from procedures.services.lifecycle import end_procedure
from procedures.services.versions import publish
from tests.procedures import strategies
from tests.procedures.factories import make_agency, make_decision, make_page, make_section
from tests.procedures.files import csv_list
from tests.support.threads import together

pytestmark = pytest.mark.django_db


ONE: dict[str, Any] = {"core_code": "1.000001", "title": "Một thủ tục", "summary": "Tóm tắt"}


TWO: dict[str, Any] = {"core_code": "1.000002", "title": "Thủ tục hai", "field": "Hộ tịch"}


MODELS = (
    Procedure, ProcedurePage, ProcedureVersion, PublicationDecision, Field, LocalAssignment, ImportedFacts, Page,
    Revision, PageLogEntry, OutboxMessage,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


def everything() -> dict[str, Any]:
    """All rows of the catalogue, value by value."""
    found: dict[str, Any] = {model.__name__: list(model.objects.order_by("pk").values()) for model in MODELS}
    found["generation"] = list(CacheGeneration.objects.order_by("pk").values())
    return found


SMALL = settings(
    max_examples=6, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
)


FILES = st.lists(strategies.RECORD, min_size=1, max_size=4)


@given(FILES, FILES)
@SMALL
def test_dry_run_reports_row_by_row_what_the_import_does(before, file):
    with transaction.atomic():
        import_records(before)
        planned = import_records(file, dry_run=True)
        done = import_records(file)
        transaction.set_rollback(True)

    assert planned.rows == done.rows
    assert planned.summary() == done.summary()


@given(FILES)
@SMALL
def test_dry_run_changes_no_value(file):
    with transaction.atomic():
        import_records([ONE, TWO])
        before = everything()
        import_records(file, dry_run=True)
        after = everything()
        transaction.set_rollback(True)

    assert after == before


@given(FILES, FILES)
@SMALL
def test_importing_two_files_again_changes_no_value(first, second):
    """The first pass may still add what the other file made possible; from the second pass on, nothing changes."""
    with transaction.atomic():
        for file in (first, second, first, second):
            import_records(file)
        before = _contents()
        for file in (second, second):
            import_records(file)
        after = _contents()
        transaction.set_rollback(True)

    assert after == before


def _contents() -> list[tuple[str, str]]:
    versions = ProcedureVersion.objects.filter(valid_to__isnull=True).order_by("procedure__core_code")
    return list(versions.values_list("procedure__core_code", "digest"))


class TestCrash:
    """If the import crashes, nothing of it remains, whatever step it had reached."""

    STEPS = (
        (bulk_pages, "place_in_tree"), (bulk_pages, "insert"), (bulk_pages, "replace_children"),
        (bulk_pages, "publish_pages"),
        (apply, "_store_fingerprints"), (apply, "write_assignments"), (apply, "publish_versions"),
        (apply, "write_content"), (apply, "next_version"),
    )  # fmt: skip

    @pytest.mark.parametrize(("module", "step"), STEPS)
    def test_failure_at_any_step_leaves_nothing(self, monkeypatch, module, step):
        make_section(make_agency(code="H12", slug="ubnd-tinh"))
        import_records([{**ONE, "decision": {"number": "1/QĐ-UBND"}}])
        before = everything()

        def die(*_args, **_kwargs):
            raise DatabaseError("the connection is gone")

        monkeypatch.setattr(module, step, die)
        with pytest.raises(DatabaseError):
            import_records([{**ONE, "decision": {"number": "2/QĐ-UBND"}, "summary": "Mới"}, TWO])

        assert everything() == before

    def test_failure_while_reading_leaves_nothing(self, monkeypatch, tmp_path):
        path = tmp_path / "tthc.csv"
        path.write_bytes(csv_list([1, "1.000001", "Một", "", ""], [2, "1.000002", "Hai", "", ""]) + b"3,1.0")
        before = everything()

        with pytest.raises(CommandError, match="dòng 4"):
            call_command("import_procedures", str(path), stdout=io.StringIO(), stderr=io.StringIO())

        assert everything() == before

    def test_the_next_run_after_a_crash_does_everything(self, monkeypatch):
        monkeypatch.setattr(apply, "publish_versions", lambda _versions: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            import_records([ONE, TWO])
        monkeypatch.undo()

        assert import_records([ONE, TWO]).summary() == "created=2 updated=0 unchanged=0 refused=0"


class TestCommand:
    def run(self, tmp_path, *records, **options):
        path, out, err = tmp_path / "tthc.json", io.StringIO(), io.StringIO()
        path.write_text(json.dumps(records), encoding="utf-8")
        call_command("import_procedures", str(path), stdout=out, stderr=err, **options)
        return out.getvalue().splitlines()

    def test_the_report_of_the_dry_run_is_that_of_the_run(self, tmp_path):
        planned = self.run(tmp_path, ONE, {"core_code": "1.1", "title": "x"}, TWO, dry_run=True)

        assert planned == self.run(tmp_path, ONE, {"core_code": "1.1", "title": "x"}, TWO)
        assert [line.split("\t")[0] for line in planned[:-1]] == ["created", "refused", "created"]

    def test_every_report_row_has_row_code_and_name(self, tmp_path):
        line, _last = self.run(tmp_path, ONE)

        assert line.split("\t") == ["created", "dòng 1", "1.000001", "Một thủ tục"]

    def test_last_output_line_is_machine_readable(self, tmp_path):
        assert self.run(tmp_path)[-1] == "created=0 updated=0 unchanged=0 refused=0"

    def test_a_first_day_in_force_can_be_given(self, tmp_path):
        self.run(tmp_path, ONE, valid_from=date(2026, 1, 1))

        assert str(ProcedureVersion.objects.get().valid_from) == "2026-01-01"

    def test_date_of_signature_is_the_default_first_day(self, tmp_path):
        self.run(tmp_path, {**ONE, "decision": {"number": "1/QĐ-UBND", "date": "2025-07-01"}})

        assert str(ProcedureVersion.objects.get().valid_from) == "2025-07-01"

    def test_without_either_the_first_day_is_today(self, tmp_path):
        self.run(tmp_path, {**ONE, "decision": {"number": "1/QĐ-UBND"}})

        assert str(ProcedureVersion.objects.get().valid_from) == "2026-11-23"

    def test_a_section_can_be_given_by_its_agency(self, tmp_path):
        agency = make_agency(slug="so-tu-phap")

        self.run(tmp_path, ONE, section="so-tu-phap")

        assert ProcedurePage.objects.get().get_parent().specific.agency == agency


class TestBesideEditors:
    """Pages that editors changed between imports."""

    def test_amending_an_imported_procedure_continues_its_version_numbers(self):
        import_records([ONE])
        page = ProcedurePage.objects.get()
        page.summary = "Sửa tay"
        publish(page=page, decision=make_decision(number="7/QĐ-UBND"))
        import_records([{**ONE, "decision": {"number": "7/QĐ-UBND"}, "service_level": "mot_phan"}])

        assert list(page.procedure.versions.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
        assert page.procedure.versions.get(number=3).content.summary == "Sửa tay"

    def test_a_procedure_whose_page_was_deleted_gets_a_new_one(self):
        import_records([ONE])
        ProcedurePage.objects.get().delete()

        report = import_records([ONE])

        assert report.counts()["updated"] == 1
        assert ProcedurePage.objects.get().summary == "Tóm tắt"
        assert Page.find_problems() == ([], [], [], [], [])

    @pytest.mark.parametrize("locale_key", [-1, 9_999])
    def test_only_the_page_in_the_default_language_is_written(self, locale_key):
        import_records([ONE])
        page = ProcedurePage.objects.get()
        english = Locale.objects.create(pk=locale_key, language_code="en")
        translation = page.copy_for_translation(english, copy_parents=True)
        translation.has_unpublished_changes, translation.locked = True, True
        translation.save()

        (row,) = import_records([{**ONE, "requirements": "Có đủ điều kiện"}]).rows

        assert row.outcome == Outcome.UPDATED, "a draft of the translation keeps nobody from importing"
        page.refresh_from_db()
        translation.refresh_from_db()
        assert (page.requirements, translation.requirements) == ("Có đủ điều kiện", "")

    def test_a_scheduled_version_is_amended_on_its_day(self):
        import_records([ONE])
        page = ProcedurePage.objects.get()
        page.summary = "Năm sau"
        publish(page=page, decision=make_decision(number="7/QĐ-UBND"), valid_from=date(2027, 1, 1))

        import_records([{**ONE, "decision": {"number": "7/QĐ-UBND"}, "service_level": "mot_phan"}])

        newest = page.procedure.versions.get(number=3)
        assert (str(newest.valid_from), newest.content.service_level) == ("2027-01-01", "mot_phan")

    @pytest.mark.parametrize("status", [Status.ABOLISHED, Status.EXPIRED, Status.HIDDEN])
    def test_a_list_may_end_or_hide_a_procedure(self, status):
        import_records([ONE])

        (line,) = import_records([{**ONE, "status": status.value}]).rows

        assert line.outcome == Outcome.UPDATED
        assert Procedure.objects.get().status == status
        assert ProcedureVersion.objects.count() == 1, "a status is no legal version"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class TestTwoFilesAtOnce:
    def test_procedure_contains_the_facts_of_two_files(self):
        make_section(make_agency(code="H12", slug="ubnd-tinh"))
        files = [[{**ONE, "service_level": "mot_phan"}], [{**ONE, "requirements": "Có đủ điều kiện"}]]
        turns = iter(files)

        together(lambda: import_records(next(turns)), times=2)

        content = Procedure.objects.get().versions.latest("number").content
        assert (content.service_level, content.requirements) == ("mot_phan", "Có đủ điều kiện")

    def test_waiting_import_continues_after_a_failed_one(self, monkeypatch):
        make_section(make_agency(code="H12", slug="ubnd-tinh"))
        real = planning.existing_procedures
        died: list[bool] = []

        def die_once(cores, *, locked=False):
            if not died:
                died.append(True)
                raise DatabaseError("gone")
            return real(cores, locked=locked)

        monkeypatch.setattr(planning, "existing_procedures", die_once)

        def run():
            try:
                return import_records([ONE]).summary()
            except DatabaseError:
                return "died"

        assert sorted(together(run, times=2)) == ["created=1 updated=0 unchanged=0 refused=0", "died"]
        assert Procedure.objects.count() == 1


def test_unchanged_rows_without_note_are_not_shown():
    lines = [
        ReportRow(outcome=Outcome.UNCHANGED, row=1),
        ReportRow(outcome=Outcome.UNCHANGED, row=2, note="giữ"),
        ReportRow(outcome=Outcome.UPDATED, row=3, detail="tóm tắt", note="giữ"),
        ReportRow(outcome=Outcome.REFUSED, row=4, detail="không có mã"),
    ]
    report = ImportReport(rows=lines)

    assert [line.row for line in report.shown()] == [2, 3, 4]
    assert [line.message for line in report.shown()] == ["giữ", "tóm tắt; giữ", "không có mã"]
    assert report.summary() == "created=0 updated=1 unchanged=2 refused=1"
    assert dataclasses.replace(lines[0], detail="a").message == "a"


class TestReserved:
    """What a controller is working on is refused with the reason, not overwritten by a file."""

    def test_procedure_that_a_controller_ended_is_refused(self):
        page = make_page()
        publish(page=page, decision=make_decision(), valid_from=date(2025, 7, 1))
        decision = make_decision(number="7/QĐ-UBND")
        end_procedure(procedure=page.procedure, kind="bai_bo", decision=decision, day=date(2026, 3, 1))
        record = {"core_code": page.procedure.core_code, "title": "Tên khác", "status": "cong_khai"}
        (row,) = import_records([record]).rows
        assert row.outcome == Outcome.REFUSED
        assert "01/03/2026" in row.detail
        assert "7/QĐ-UBND" in row.detail
        page.procedure.refresh_from_db()
        assert page.procedure.status == "bai_bo"

    def test_procedure_whose_first_version_is_in_preparation_is_refused(self):
        page = make_page()
        (row,) = import_records([{"core_code": page.procedure.core_code, "title": "Tên khác"}]).rows
        assert row.outcome == Outcome.REFUSED
        assert ProcedurePage.objects.filter(procedure=page.procedure).count() == 1
