"""What an editor has written since the last import is kept, and the report says so."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.choices import Status
from procedures.imports.manual_edits import changed_by_hand, reconcile
from procedures.imports.merge_rules import merge
from procedures.imports.record import TRACKED, ProcedureRecord, fingerprint, normalise
from procedures.value_objects import Case, Decision, Flags, ListedBlankForm, RequiredDocument
from tests.procedures import strategies

CODE = "1.001193"


LONG = "Một đoạn tóm tắt dài dòng như danh mục quốc gia vẫn viết về thủ tục này."


FILE: dict[str, Any] = {
    "core_code": CODE,
    "title": "Đăng ký khai sinh",
    "summary": LONG,
    "decision": {"number": "1242/QĐ-UBND"},
    "keywords": ["giấy khai sinh", "làm khai sinh"],
    "requirements": "Người yêu cầu phải có đủ các điều kiện theo quy định của pháp luật về hộ tịch.",
    "channels": [
        {"channel": "truc_tiep", "time_value": 3, "time_unit": "ngay_lam_viec", "time_note": "Tại xã"}
    ],
    "cases": [{"documents": [{"name": "Tờ khai"}, {"name": "Giấy chứng sinh của cơ sở y tế"}]}],
    "steps": [{"items": ["Nộp hồ sơ tại bộ phận một cửa.", "Nhận kết quả."]}],
    "results": [{"name": "Giấy khai sinh bản chính"}],
    "status": "cong_khai",
}


def record(**facts: Any) -> ProcedureRecord:
    return normalise(ProcedureRecord.from_json({**FILE, **facts}))


def imported_and_edited(before: ProcedureRecord, **facts: Any) -> tuple[ProcedureRecord, dict[str, str]]:
    """The record after an edit, and the fingerprints of the import that preceded it."""
    return dataclasses.replace(before, **facts), before.fingerprints()


class TestFingerprints:
    def test_every_official_field_and_the_status_are_tracked(self):
        facts = {field.name for field in dataclasses.fields(ProcedureRecord)}

        assert set(TRACKED) == facts - {
            "core_code", "section_agency", "ministry", "publisher", "level_2011", "level_2022", "national_url"
        }  # fmt: skip

    def test_unchanged_fields_do_not_count_as_manual(self):
        assert changed_by_hand(record(), record().fingerprints()) == frozenset()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("title", "Khai sinh"),
            ("summary", "Ngắn"),
            ("summary", ""),
            ("keywords", ()),
            ("levels", ("cap_xa",)),
            ("status", Status.ABOLISHED.value),
            ("local_code", "1.001193.H12"),
            ("decision", Decision(number="2/QĐ-UBND")),
            ("decision", None),
            ("cases", ()),
            ("flags", Flags(at_one_stop=True, post_in=True)),
            ("same_day", True),
        ],
    )
    def test_one_edit_changes_one_fingerprint(self, name, value):
        now, imported = imported_and_edited(record(), **{name: value})

        assert changed_by_hand(now, imported) == {name}

    def test_adding_only_the_date_of_a_decision_is_not_a_change(self):
        now, imported = imported_and_edited(
            record(), decision=Decision(number="1242/QĐ-UBND", date=date(2025, 7, 1), agency="UBND tỉnh")
        )

        assert changed_by_hand(now, imported) == frozenset()

    def test_all_fields_of_a_page_never_imported_are_manual(self):
        now = ProcedureRecord(
            core_code=CODE,
            title="Khai sinh",
            summary="Ngắn",
            status="cong_khai",
            flags=Flags(at_one_stop=True),
        )

        assert changed_by_hand(now, {}) == {"title", "summary"}

    def test_field_first_filled_by_a_later_format_counts_as_manual_only_if_not_empty(self):
        imported = {name: mark for name, mark in record().fingerprints().items() if name != "service_level"}

        assert changed_by_hand(record(), imported) == frozenset()
        assert changed_by_hand(record(service_level="toan_trinh"), imported) == {"service_level"}

    def test_fingerprint_is_short_and_depends_only_on_the_value(self):
        assert len(fingerprint("summary", LONG)) == 16
        assert fingerprint("summary", "a") != fingerprint("summary", "b")
        assert fingerprint("decision", None) != fingerprint("decision", Decision(number="1"))


class TestSameDecision:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("summary", "Ngắn gọn"),
            ("summary", ""),
            ("requirements", ""),
            ("keywords", ("giấy khai sinh",)),
            ("steps", ()),
            ("results", ()),
            ("channels", ()),
            ("status", Status.EXPIRED.value),
            ("cases", (Case(documents=(RequiredDocument(name="Tờ khai"),)),)),
        ],
    )
    def test_deliberate_shortening_is_kept_and_reported(self, name, value):
        now, imported = imported_and_edited(record(), **{name: value})

        found = reconcile(now, record(), imported)

        assert getattr(found.record, name) == value
        assert found.kept == (name,)
        assert found.by_hand == {name}
        assert not found.replaced

    def test_without_fingerprints_the_edit_is_lost(self):
        now = dataclasses.replace(record(), summary="Ngắn gọn")

        assert merge(now, record()).summary == LONG

    def test_other_fields_are_still_imported(self):
        now, imported = imported_and_edited(record(), summary="Ngắn gọn")

        found = reconcile(now, record(service_level="toan_trinh", requirements="R" * 300), imported)

        assert (found.record.service_level, found.record.requirements) == ("toan_trinh", "R" * 300)
        assert (found.record.summary, found.kept) == ("Ngắn gọn", ("summary",))

    def test_nothing_is_reported_if_the_file_agrees(self):
        now, imported = imported_and_edited(record(), summary="Ngắn gọn")

        found = reconcile(now, record(summary="Ngắn gọn"), imported)

        assert (found.record, found.kept) == (now, ())

    def test_shorter_file_does_not_replace_longer_manual_text(self):
        now, imported = imported_and_edited(record(), summary=f"{LONG} Và thêm nữa.")

        found = reconcile(now, record(), imported)

        assert (found.record, found.kept) == (now, ())

    def test_an_abolished_procedure_is_not_restored_by_an_old_list(self):
        now, imported = imported_and_edited(record(), status=Status.ABOLISHED.value)

        assert reconcile(now, record(), imported).record.status == Status.ABOLISHED

    def test_blank_forms_of_edited_documents_still_get_their_file(self):
        mine = (
            Case(
                documents=(
                    RequiredDocument(
                        name="Tờ khai (mẫu mới)", blank_forms=(ListedBlankForm(name="TK.docx"),)
                    ),
                )
            ),
        )
        now, imported = imported_and_edited(record(), cases=mine)
        named = {"name": "Tờ khai", "blank_forms": [{"name": "TK.docx", "own_copy": 7, "size": 9}]}
        file = record(cases=[{"documents": [named, {"name": "Giấy chứng sinh của cơ sở y tế"}]}])

        (case,) = reconcile(now, file, imported).record.cases

        assert [document.name for document in case.documents] == ["Tờ khai (mẫu mới)"]
        assert case.documents[0].blank_forms == (ListedBlankForm(name="TK.docx", own_copy=7, size=9),)


class TestAnotherDecision:
    def test_new_decision_replaces_edits_and_reports_them(self):
        now, imported = imported_and_edited(record(), summary="Ngắn gọn")

        found = reconcile(now, record(summary="Theo luật mới", decision={"number": "9/QĐ-UBND"}), imported)

        assert (found.record.summary, found.record.decision.number) == ("Theo luật mới", "9/QĐ-UBND")
        assert (found.replaced, found.kept, found.by_hand) == (("summary",), (), frozenset())

    def test_unchanged_text_under_a_new_decision_keeps_the_edit(self):
        """The editor corrected a mistake in the national text; the new file still has it."""
        now, imported = imported_and_edited(record(), summary=LONG.replace("vẫn viết", "thường viết"))

        found = reconcile(now, record(decision={"number": "9/QĐ-UBND"}), imported)

        assert "thường viết" in found.record.summary
        assert (found.kept, found.replaced) == (("summary",), ())
        assert found.record.decision.number == "9/QĐ-UBND"

    def test_an_old_list_never_undoes_what_an_editor_published_under_a_new_decision(self):
        now, imported = imported_and_edited(
            record(), decision=Decision(number="7/QĐ-UBND"), summary="Theo quyết định mới"
        )

        found = reconcile(now, record(requirements="R" * 300), imported)

        assert found.record == now
        assert found.outdated_decision == "1242/QĐ-UBND"

    def test_file_arrives_with_the_decision_that_the_editor_entered_first(self):
        now, imported = imported_and_edited(
            record(), decision=Decision(number="7/QĐ-UBND"), summary="Của biên tập viên"
        )

        found = reconcile(now, record(decision={"number": "7/QĐ-UBND"}, service_level="mot_phan"), imported)

        assert (found.record.summary, found.record.service_level) == ("Của biên tập viên", "mot_phan")
        assert (found.outdated_decision, found.conflicting_decision) == ("", "")

    @pytest.mark.parametrize(
        ("mine", "theirs", "contested"),
        [
            (None, None, True),
            ("2026-01-01", None, True),
            (None, "2026-01-01", True),
            ("2026-01-02", "2026-01-01", True),
            ("2026-01-01", "2026-01-01", True),
            ("2026-01-01", "2026-01-02", False),
        ],
    )
    def test_later_date_decides_between_two_new_decisions(self, mine, theirs, contested):
        now, imported = imported_and_edited(
            record(),
            decision=Decision(number="7/QĐ-UBND", date=date.fromisoformat(mine) if mine else None),
        )
        new = {"number": "8/QĐ-UBND", **({"date": theirs} if theirs else {})}

        found = reconcile(now, record(decision=new, summary="Mới"), imported)

        assert (found.conflicting_decision == "8/QĐ-UBND") is contested
        assert (found.record == now) is contested

    def test_national_record_fills_gaps_beside_a_manual_local_decision(self):
        now, imported = imported_and_edited(record(), decision=Decision(number="7/QĐ-UBND"))

        found = reconcile(now, record(decision={"number": "99/QĐ-BTP"}, service_level="mot_phan"), imported)

        assert (found.record.decision.number, found.record.service_level) == ("7/QĐ-UBND", "mot_phan")


RECORDS = strategies.RECORD.map(lambda data: {**data, "core_code": CODE})


def _read(data: dict[str, Any]) -> ProcedureRecord | None:
    try:
        return normalise(ProcedureRecord.from_json(data))
    except ValueError:
        return None


@given(RECORDS, RECORDS, st.data())
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_second_import_after_any_edit_adds_nothing(first, second, data):
    """No manual change under the same decision is lost; reading the file again finds nothing new."""
    before, edited = _read(first), _read(second)
    if before is None or edited is None:
        return
    names = data.draw(st.sets(st.sampled_from([name for name in TRACKED if name != "decision"])))
    now = dataclasses.replace(before, **{name: getattr(edited, name) for name in names})
    imported = before.fingerprints()

    found = reconcile(now, before, imported)
    again = reconcile(normalise(found.record), before, imported)

    for name in names - {"cases"}:
        assert getattr(found.record, name) == getattr(now, name), name
    assert normalise(again.record) == normalise(found.record)


@given(RECORDS, RECORDS)
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_without_edits_the_result_is_the_plain_merge(first, second):
    before, file = _read(first), _read(second)
    if before is None or file is None:
        return

    found = reconcile(before, file, before.fingerprints())

    assert found.record == merge(before, file)
    assert {found.kept, found.replaced, found.by_hand} <= {(), frozenset()}
    assert {found.outdated_decision, found.conflicting_decision} == {""}
