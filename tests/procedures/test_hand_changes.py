"""What an editor wrote since the last import stays, and the report says so."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.choices import Status
from procedures.hand_changes import TRACKED, changed_by_hand, fingerprint, fingerprints, reconcile
from procedures.merging import merge
from procedures.normalising import normalise
from procedures.parts import Case, Decision, Flags, Paper, Template
from procedures.records import ProcedureRecord
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
    "cases": [{"papers": [{"name": "Tờ khai"}, {"name": "Giấy chứng sinh của cơ sở y tế"}]}],
    "steps": [{"items": ["Nộp hồ sơ tại bộ phận một cửa.", "Nhận kết quả."]}],
    "results": [{"name": "Giấy khai sinh bản chính"}],
    "status": "cong_khai",
}


def record(**facts: Any) -> ProcedureRecord:
    return normalise(ProcedureRecord.from_json({**FILE, **facts}))


def imported_and_edited(before: ProcedureRecord, **facts: Any) -> tuple[ProcedureRecord, dict[str, str]]:
    """What an editor made of what was imported, and what the import remembers."""
    return dataclasses.replace(before, **facts), fingerprints(before)


class TestFingerprints:
    def test_every_official_field_and_the_status_are_remembered(self):
        facts = {field.name for field in dataclasses.fields(ProcedureRecord)}

        assert set(TRACKED) == facts - {
            "core_code", "section_agency", "ministry", "publisher", "level_2011", "level_2022"
        }  # fmt: skip

    def test_nothing_was_changed_by_hand_where_nothing_changed(self):
        assert changed_by_hand(record(), fingerprints(record())) == frozenset()

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
            ("flags", Flags(mot_cua=True, bcci_in=True)),
            ("same_day", True),
        ],
    )
    def test_one_change_is_one_fact(self, name, value):
        now, imported = imported_and_edited(record(), **{name: value})

        assert changed_by_hand(now, imported) == {name}

    def test_a_decision_that_only_got_its_date_is_no_change(self):
        now, imported = imported_and_edited(
            record(), decision=Decision(number="1242/QĐ-UBND", date=date(2025, 7, 1), agency="UBND tỉnh")
        )

        assert changed_by_hand(now, imported) == frozenset()

    def test_of_a_page_never_imported_all_that_it_says_is_an_editors(self):
        now = ProcedureRecord(
            core_code=CODE, title="Khai sinh", summary="Ngắn", status="cong_khai", flags=Flags(mot_cua=True)
        )

        assert changed_by_hand(now, {}) == {"title", "summary"}

    def test_a_fact_that_the_catalogue_learns_later_counts_as_an_editors_only_where_it_says_something(self):
        imported = {name: mark for name, mark in fingerprints(record()).items() if name != "service_level"}

        assert changed_by_hand(record(), imported) == frozenset()
        assert changed_by_hand(record(service_level="toan_trinh"), imported) == {"service_level"}

    def test_a_fingerprint_is_short_and_of_the_fact_alone(self):
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
            ("cases", (Case(papers=(Paper(name="Tờ khai"),)),)),
        ],
    )
    def test_a_deliberate_shortening_stays_and_is_told(self, name, value):
        now, imported = imported_and_edited(record(), **{name: value})

        found = reconcile(now, record(), imported)

        assert getattr(found.record, name) == value
        assert found.kept == (name,)
        assert found.by_hand == {name}
        assert not found.replaced

    def test_without_the_memory_it_would_be_lost(self):
        now = dataclasses.replace(record(), summary="Ngắn gọn")

        assert merge(now, record()).summary == LONG

    def test_other_facts_still_come_in(self):
        now, imported = imported_and_edited(record(), summary="Ngắn gọn")

        found = reconcile(now, record(service_level="toan_trinh", requirements="R" * 300), imported)

        assert (found.record.service_level, found.record.requirements) == ("toan_trinh", "R" * 300)
        assert (found.record.summary, found.kept) == ("Ngắn gọn", ("summary",))

    def test_where_the_file_agrees_with_the_editor_nothing_is_told(self):
        now, imported = imported_and_edited(record(), summary="Ngắn gọn")

        found = reconcile(now, record(summary="Ngắn gọn"), imported)

        assert (found.record, found.kept) == (now, ())

    def test_a_shorter_file_says_nothing_against_an_editors_longer_text(self):
        now, imported = imported_and_edited(record(), summary=f"{LONG} Và thêm nữa.")

        found = reconcile(now, record(), imported)

        assert (found.record, found.kept) == (now, ())

    def test_an_abolished_procedure_is_not_put_back_by_an_old_list(self):
        now, imported = imported_and_edited(record(), status=Status.ABOLISHED.value)

        assert reconcile(now, record(), imported).record.status == Status.ABOLISHED

    def test_blank_forms_of_an_editors_papers_still_learn_where_their_copy_lies(self):
        mine = (Case(papers=(Paper(name="Tờ khai (mẫu mới)", templates=(Template(name="TK.docx"),)),)),)
        now, imported = imported_and_edited(record(), cases=mine)
        named = {"name": "Tờ khai", "templates": [{"name": "TK.docx", "form": 7, "size": 9}]}
        file = record(cases=[{"papers": [named, {"name": "Giấy chứng sinh của cơ sở y tế"}]}])

        (case,) = reconcile(now, file, imported).record.cases

        assert [paper.name for paper in case.papers] == ["Tờ khai (mẫu mới)"]
        assert case.papers[0].templates == (Template(name="TK.docx", form=7, size=9),)


class TestAnotherDecision:
    def test_the_law_moves_on_and_the_report_says_whose_words_gave_way(self):
        now, imported = imported_and_edited(record(), summary="Ngắn gọn")

        found = reconcile(now, record(summary="Theo luật mới", decision={"number": "9/QĐ-UBND"}), imported)

        assert (found.record.summary, found.record.decision.number) == ("Theo luật mới", "9/QĐ-UBND")
        assert (found.replaced, found.kept, found.by_hand) == (("summary",), (), frozenset())

    def test_what_the_new_decision_repeats_word_for_word_is_no_news(self):
        """The editor mended a slip of the national text; the new file has the slip still."""
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
        assert found.older == "1242/QĐ-UBND"

    def test_the_decision_that_the_editor_took_first_arrives_with_the_file(self):
        now, imported = imported_and_edited(
            record(), decision=Decision(number="7/QĐ-UBND"), summary="Của biên tập viên"
        )

        found = reconcile(now, record(decision={"number": "7/QĐ-UBND"}, service_level="mot_phan"), imported)

        assert (found.record.summary, found.record.service_level) == ("Của biên tập viên", "mot_phan")
        assert (found.older, found.contested) == ("", "")

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
    def test_of_two_new_decisions_only_a_later_date_tells_which_counts(self, mine, theirs, contested):
        now, imported = imported_and_edited(
            record(),
            decision=Decision(number="7/QĐ-UBND", date=date.fromisoformat(mine) if mine else None),
        )
        new = {"number": "8/QĐ-UBND", **({"date": theirs} if theirs else {})}

        found = reconcile(now, record(decision=new, summary="Mới"), imported)

        assert (found.contested == "8/QĐ-UBND") is contested
        assert (found.record == now) is contested

    def test_a_national_record_adds_to_what_stands_under_an_editors_local_decision(self):
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
def test_whatever_is_edited_the_second_reading_adds_nothing(first, second, data):
    """No hand change under the same decision is lost; reading once more finds nothing new."""
    before, edited = _read(first), _read(second)
    if before is None or edited is None:
        return
    names = data.draw(st.sets(st.sampled_from([name for name in TRACKED if name != "decision"])))
    now = dataclasses.replace(before, **{name: getattr(edited, name) for name in names})
    imported = fingerprints(before)

    found = reconcile(now, before, imported)
    again = reconcile(normalise(found.record), before, imported)

    for name in names - {"cases"}:
        assert getattr(found.record, name) == getattr(now, name), name
    assert again.record == normalise(found.record)


@given(RECORDS, RECORDS)
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
def test_where_no_hand_was_at_work_it_is_the_plain_merge(first, second):
    before, file = _read(first), _read(second)
    if before is None or file is None:
        return

    found = reconcile(before, file, fingerprints(before))

    assert found.record == merge(before, file)
    assert {found.kept, found.replaced, found.by_hand} <= {(), frozenset()}
    assert {found.older, found.contested} == {""}
