"""Manual edits in the catalogue: editors and imports change the same page in turn."""

from __future__ import annotations

import json

import pytest
import time_machine
from django.core.management import call_command

from procedures.choices import Status
from procedures.imports.apply import import_records
from procedures.imports.plan import Outcome
from procedures.imports.record import TRACKED
from procedures.models import ImportedFacts, Procedure, ProcedurePage, ProcedureVersion
from procedures.services.versions import publish
from tests.procedures.factories import make_decision, make_page
from tests.procedures.imports.test_manual_edits import FILE, LONG


@pytest.mark.django_db
class TestInTheCatalogue:
    @pytest.fixture(autouse=True)
    def _today(self):
        with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
            yield

    @pytest.fixture
    def page(self):
        import_records([FILE])
        return ProcedurePage.objects.get()

    def edit(self, page, decision=None, **facts):
        for name, value in facts.items():
            setattr(page, name, value)
        publish(page=page, decision=decision or page.decision)

    def test_edits_survive_repeated_imports(self, page):
        self.edit(page, summary="Ngắn gọn")
        versions = ProcedureVersion.objects.count()

        for _ in range(3):
            (line,) = import_records([FILE]).rows
            assert line.outcome == Outcome.UNCHANGED
            assert "tóm tắt" in line.note
        assert ProcedurePage.objects.get().summary == "Ngắn gọn"
        assert ProcedureVersion.objects.count() == versions

    def test_edits_survive_other_changes_of_the_file(self, page):
        self.edit(page, summary="Ngắn gọn")

        (line,) = import_records([{**FILE, "service_level": "toan_trinh"}]).rows
        assert (line.outcome, line.detail) == (Outcome.UPDATED, "mức độ trực tuyến")
        assert "tóm tắt" in line.note
        import_records([{**FILE, "summary": f"{LONG} Và còn dài hơn nữa."}])

        page = ProcedurePage.objects.get()
        assert (page.summary, page.service_level) == ("Ngắn gọn", "toan_trinh")

    def test_field_with_a_reverted_edit_follows_the_file_again(self, page):
        self.edit(page, summary="Ngắn gọn")
        self.edit(page, summary=LONG)

        import_records([{**FILE, "summary": f"{LONG} Thêm."}])

        assert ProcedurePage.objects.get().summary == f"{LONG} Thêm."

    def test_edits_of_the_register_are_kept(self, page):
        Procedure.objects.update(status=Status.ABOLISHED, code="1.001193.H12")

        report = import_records(
            [{**FILE, "local_code": "1.001193.000.00.00.H12", "service_level": "mot_phan"}]
        )

        row = Procedure.objects.get()
        assert (row.status, row.code) == (Status.ABOLISHED, "1.001193.H12")
        assert "trạng thái" in report.rows[0].note

    def test_outdated_list_is_reported(self, page):
        self.edit(page, decision=make_decision(number="7/QĐ-UBND"), summary="Theo quyết định mới")

        (line,) = import_records([{**FILE, "requirements": "R" * 300}]).rows

        assert line.outcome == Outcome.UNCHANGED
        assert "1242/QĐ-UBND" in line.note
        assert "7/QĐ-UBND" in line.note
        assert ProcedurePage.objects.get().summary == "Theo quyết định mới"

    def test_two_new_decisions_are_refused(self, page):
        self.edit(page, decision=make_decision(number="7/QĐ-UBND", date=None))

        (line,) = import_records([{**FILE, "decision": {"number": "8/QĐ-UBND"}}]).rows

        assert line.outcome == Outcome.REFUSED
        assert "7/QĐ-UBND" in line.detail
        assert "8/QĐ-UBND" in line.detail

    def test_after_an_amendment_the_file_takes_effect_again(self, page):
        self.edit(page, summary="Ngắn gọn")
        amended = {**FILE, "decision": {"number": "9/QĐ-UBND"}, "summary": "Theo luật mới"}

        (line,) = import_records([amended]).rows
        assert line.outcome == Outcome.UPDATED
        assert line.note == "nội dung biên tập viên đã sửa được thay theo quyết định mới: tóm tắt"
        assert import_records([amended]).rows[0].message == ""
        import_records([{**amended, "summary": "Theo luật mới, đầy đủ hơn"}])

        assert ProcedurePage.objects.get().summary == "Theo luật mới, đầy đủ hơn"

    def test_a_manually_created_page_is_completed_and_nothing_replaced(self):
        page = make_page(title="Khai sinh", summary="Tự viết")
        publish(page=page, decision=None)

        (line,) = import_records([{**FILE, "core_code": page.procedure.core_code}]).rows

        page.refresh_from_db()
        assert (line.outcome, page.summary, page.requirements) == (
            Outcome.UPDATED, "Tự viết", FILE["requirements"]
        )  # fmt: skip
        assert page.channels.get().time_note == ""
        assert "cách nộp" in line.note
        again = import_records([{**FILE, "core_code": page.procedure.core_code}]).rows[0]
        assert again.outcome == Outcome.UNCHANGED

    def test_dry_run_stores_no_fingerprints(self):
        import_records([FILE], dry_run=True)
        assert not ImportedFacts.objects.exists()
        import_records([FILE])
        before = list(ImportedFacts.objects.values())

        import_records([{**FILE, "summary": f"{LONG} Thêm."}], dry_run=True)

        assert list(ImportedFacts.objects.values()) == before

    def test_fingerprints_are_deleted_with_the_procedure(self, page):
        assert ImportedFacts.objects.get().procedure == page.procedure
        assert set(ImportedFacts.objects.get().facts) == set(TRACKED)

    def test_fingerprints_are_read_in_one_query(self, django_assert_max_num_queries):
        def few(number):
            return [{**FILE, "core_code": f"1.{n:06d}"} for n in range(number)]

        import_records(few(2))
        with django_assert_max_num_queries(60) as two:
            import_records(few(2), dry_run=True)
        import_records(few(7))
        with django_assert_max_num_queries(60) as seven:
            import_records(few(7), dry_run=True)

        assert len(two) == len(seven)

    def test_the_command_prints_what_was_kept(self, page, tmp_path, capsys):
        self.edit(page, summary="Ngắn gọn")
        path = tmp_path / "tthc.json"
        path.write_text(json.dumps([FILE]), encoding="utf-8")

        call_command("import_procedures", str(path))

        first, last = capsys.readouterr().out.splitlines()
        assert first.startswith("unchanged\tdòng 1\t1.001193\tĐăng ký khai sinh (")
        assert "tóm tắt" in first
        assert last == "created=0 updated=0 unchanged=1 refused=0"
