"""The same in the catalogue: editors and imports take turns on one page."""

from __future__ import annotations

import json

import pytest
import time_machine
from django.core.management import call_command

from procedures.choices import Status
from procedures.hand_changes import TRACKED
from procedures.models import ImportedFacts, Procedure, ProcedurePage, ProcedureVersion
from procedures.services import publish
from procedures.services.imports import Outcome, import_records
from tests.procedures.factories import make_decision, make_page
from tests.procedures.test_hand_changes import FILE, LONG


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

    def test_the_editors_words_stay_through_any_number_of_imports(self, page):
        self.edit(page, summary="Ngắn gọn")
        versions = ProcedureVersion.objects.count()

        for _ in range(3):
            (line,) = import_records([FILE]).lines
            assert line.outcome == Outcome.UNCHANGED
            assert "tóm tắt" in line.note
        assert ProcedurePage.objects.get().summary == "Ngắn gọn"
        assert ProcedureVersion.objects.count() == versions

    def test_they_stay_when_the_file_changes_something_else_in_between(self, page):
        self.edit(page, summary="Ngắn gọn")

        (line,) = import_records([{**FILE, "service_level": "toan_trinh"}]).lines
        assert (line.outcome, line.detail) == (Outcome.UPDATED, "mức độ trực tuyến")
        assert "tóm tắt" in line.note
        import_records([{**FILE, "summary": f"{LONG} Và còn dài hơn nữa."}])

        page = ProcedurePage.objects.get()
        assert (page.summary, page.service_level) == ("Ngắn gọn", "toan_trinh")

    def test_an_editor_who_takes_the_words_of_the_file_back_is_followed_again(self, page):
        self.edit(page, summary="Ngắn gọn")
        self.edit(page, summary=LONG)

        import_records([{**FILE, "summary": f"{LONG} Thêm."}])

        assert ProcedurePage.objects.get().summary == f"{LONG} Thêm."

    def test_the_register_is_an_editors_too(self, page):
        Procedure.objects.update(status=Status.ABOLISHED, code="1.001193.H12")

        report = import_records(
            [{**FILE, "local_code": "1.001193.000.00.00.H12", "service_level": "mot_phan"}]
        )

        row = Procedure.objects.get()
        assert (row.status, row.code) == (Status.ABOLISHED, "1.001193.H12")
        assert "trạng thái" in report.lines[0].note or "tình trạng" in report.lines[0].note

    def test_an_old_list_is_told_to_be_old(self, page):
        self.edit(page, decision=make_decision(number="7/QĐ-UBND"), summary="Theo quyết định mới")

        (line,) = import_records([{**FILE, "requirements": "R" * 300}]).lines

        assert line.outcome == Outcome.UNCHANGED
        assert "1242/QĐ-UBND" in line.note
        assert "7/QĐ-UBND" in line.note
        assert ProcedurePage.objects.get().summary == "Theo quyết định mới"

    def test_two_new_decisions_are_for_a_person_to_compare(self, page):
        self.edit(page, decision=make_decision(number="7/QĐ-UBND", date=None))

        (line,) = import_records([{**FILE, "decision": {"number": "8/QĐ-UBND"}}]).lines

        assert line.outcome == Outcome.REFUSED
        assert "7/QĐ-UBND" in line.detail
        assert "8/QĐ-UBND" in line.detail

    def test_after_an_amendment_the_page_is_the_files_again(self, page):
        self.edit(page, summary="Ngắn gọn")
        amended = {**FILE, "decision": {"number": "9/QĐ-UBND"}, "summary": "Theo luật mới"}

        (line,) = import_records([amended]).lines
        assert line.outcome == Outcome.UPDATED
        assert "nhường" in line.note or "thay" in line.note
        assert import_records([amended]).lines[0].words == ""
        import_records([{**amended, "summary": "Theo luật mới, đầy đủ hơn"}])

        assert ProcedurePage.objects.get().summary == "Theo luật mới, đầy đủ hơn"

    def test_a_page_made_by_hand_is_filled_up_and_nothing_of_it_replaced(self):
        page = make_page(title="Khai sinh", summary="Tự viết")
        publish(page=page, decision=None)

        (line,) = import_records([{**FILE, "core_code": page.procedure.core_code}]).lines

        page.refresh_from_db()
        assert (line.outcome, page.summary, page.requirements) == (
            Outcome.UPDATED, "Tự viết", FILE["requirements"]
        )  # fmt: skip
        assert page.channels.get().time_note == ""
        assert "cách nộp" in line.note
        again = import_records([{**FILE, "core_code": page.procedure.core_code}]).lines[0]
        assert again.outcome == Outcome.UNCHANGED

    def test_a_dry_run_remembers_nothing(self):
        import_records([FILE], dry_run=True)
        assert not ImportedFacts.objects.exists()
        import_records([FILE])
        before = list(ImportedFacts.objects.values())

        import_records([{**FILE, "summary": f"{LONG} Thêm."}], dry_run=True)

        assert list(ImportedFacts.objects.values()) == before

    def test_what_is_remembered_goes_with_the_procedure(self, page):
        assert ImportedFacts.objects.get().procedure == page.procedure
        assert set(ImportedFacts.objects.get().facts) == set(TRACKED)

    def test_reading_the_memory_costs_one_query_for_any_number(self, django_assert_max_num_queries):
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
