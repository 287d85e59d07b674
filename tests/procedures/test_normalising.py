"""Records as values: strict JSON, the form in which the catalogue keeps them, the identity of a content."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.importing.shapes import fit
from procedures.jsonable import RecordError, decode, encode, storable
from procedures.normalising import MAX_COUNT, normalise
from procedures.parts import (
    Case,
    ChannelPart,
    Decision,
    Fee,
    Flags,
    LegalBasis,
    Paper,
    Result,
    StepGroup,
    Template,
)
from procedures.records import ProcedureRecord
from procedures.snapshot import Snapshot
from tests.procedures import strategies

CODE = "1.001193"


def record(**facts: Any) -> ProcedureRecord:
    return ProcedureRecord(**{"core_code": CODE, "title": "Một", **facts})


class TestNormalise:
    @pytest.mark.parametrize(
        ("facts", "name", "kept"),
        [
            ({"title": " Cấp\n giấy\u200b "}, "title", "Cấp giấy"),
            ({"local_code": "1.001193.h12"}, "local_code", "1.001193.H12"),
            ({"local_code": "1.001193"}, "local_code", ""),
            ({"local_code": "2.000815.H12"}, "local_code", ""),
            ({"local_code": "rác"}, "local_code", ""),
            ({"keywords": ("a", " a ", "", "b\nc")}, "keywords", ("a", "b c")),
            ({"related_codes": ("1.000110", "1.000110")}, "related_codes", ("1.000110",)),
            ({"levels": ("cap_xa", "cap_bo", "cap_xa")}, "levels", ("cap_bo", "cap_xa")),
            ({"audiences": ("to_chuc", "cong_dan", "to_chuc")}, "audiences", ("cong_dan", "to_chuc")),
            ({"field": "x" * 300}, "field", "x" * 250),
            ({"field_code": "G15"}, "field_code", ""),
            ({"ministry": "Bộ Tư pháp"}, "ministry", ""),
            ({"short_title": "x" * 300}, "short_title", "x" * 200),
            ({"summary": "x" * 900}, "summary", "x" * 500),
            ({"decision": Decision(number=" ")}, "decision", None),
            ({"decision": Decision(number="n" * 90)}, "decision", Decision(number="n" * 80)),
            (
                {"decision": Decision(number="1", url="javascript:alert(1)")},
                "decision",
                Decision(number="1"),
            ),
            (
                {"decision": Decision(number="1", url="https://x.vn/" + "a" * 500)},
                "decision",
                Decision(number="1"),
            ),
            ({"cases": (Case(), Case(papers=(Paper(name=""),)))}, "cases", ()),
            ({"cases": (Case(title="Trường hợp"),)}, "cases", (Case(title="Trường hợp"),)),
            (
                {"results": (Result(name=""), Result(name="a", code="k" * 40))},
                "results",
                (Result("a", "k" * 30),),
            ),
            (
                {"legal_bases": (LegalBasis(), LegalBasis(title="Luật"))},
                "legal_bases",
                (LegalBasis(title="Luật"),),
            ),
            ({"steps": (StepGroup(), StepGroup(items=("", "a")))}, "steps", (StepGroup(items=("a",)),)),
            (
                {"steps": (StepGroup(items=("a",)), StepGroup(items=("b",)), StepGroup("x", ("c",)))},
                "steps",
                (StepGroup(items=("a", "b")), StepGroup("x", ("c",))),
            ),
        ],
    )
    def test_a_fact(self, facts, name, kept):
        assert getattr(normalise(record(**facts)), name) == kept

    @pytest.mark.parametrize(
        ("given_count", "kept"),
        [(-1, 0), (0, 0), (MAX_COUNT, MAX_COUNT), (MAX_COUNT + 1, MAX_COUNT), (10**9, MAX_COUNT)],
    )
    def test_numbers_of_papers_fit_the_column(self, given_count, kept):
        paper = Paper(name="Tờ khai", originals=given_count, copies=given_count)
        (case,) = normalise(record(cases=(Case(papers=(paper,)),))).cases

        assert (case.papers[0].originals, case.papers[0].copies) == (kept, kept)

    @pytest.mark.parametrize(("value", "unit", "kept"), [
        (3, "ngay", (3, "ngay")), (3, "", (None, "")), (None, "ngay", (None, "")), (0, "ngay", (None, "")),
    ])  # fmt: skip
    def test_a_time_is_a_number_with_its_unit_or_none(self, value, unit, kept):
        (channel,) = normalise(record(channels=(ChannelPart("truc_tiep", value, unit),))).channels

        assert (channel.time_value, channel.time_unit) == kept

    @pytest.mark.parametrize(("currency", "kept"), [("", "VND"), ("USD", "USD"), ("EURO", "EUR")])
    def test_a_currency_has_three_letters(self, currency, kept):
        (channel,) = normalise(
            record(channels=(ChannelPart("truc_tiep", fees=(Fee(currency=currency),)),))
        ).channels

        assert channel.fees[0].currency == kept

    def test_a_blank_form_without_a_name_is_none(self):
        paper = Paper(name="Tờ khai", templates=(Template(name=""), Template(name="t" * 400, path="p" * 500)))
        (case,) = normalise(record(cases=(Case(papers=(paper,)),))).cases

        assert case.papers[0].templates == (Template(name="t" * 300, path="p" * 400),)

    @given(strategies.RECORD)
    def test_twice_is_once(self, data):
        try:
            once = normalise(ProcedureRecord.from_json(data))
        except RecordError:
            return
        assert normalise(once) == once
        assert ProcedureRecord.from_json(once.to_json()) == once


class TestJson:
    @pytest.mark.parametrize(
        ("value", "plain"),
        [
            (Decimal(8000), 8000),
            (Decimal("8000.00"), 8000),
            (Decimal("0.50"), "0.5"),
            (Decimal("1E+3"), 1000),
            (date(2025, 7, 1), "2025-07-01"),
            ((), []),
            ((1, "a"), [1, "a"]),
            (None, None),
            (Flags(), {}),
            (Flags(mot_cua=True), {"mot_cua": True}),
            (Decision(number="1"), {"number": "1"}),
            (Fee(amount=Decimal(0)), {"amount": 0}),
        ],
    )
    def test_values_in_plain_json(self, value, plain):
        assert encode(value) == plain

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ([], "cần đối tượng, không phải danh sách"),
            ({"number": 1}, "number: cần chữ, không phải số"),
            ({"number": None, "x": 1}, "không biết khóa x"),
            ({}, "thiếu number"),
            ({"number": "1", "date": "1/7/2025"}, "date: '1/7/2025' không phải là ngày"),
            ({"number": "1", "date": 20250701}, "date: 20250701 không phải là ngày"),
            ({"number": "1", "date": "2025-02-30"}, "date: "),
            ({"number": ["1"]}, "number: cần chữ, không phải danh sách"),
            ({"number": True}, "number: cần chữ, không phải có hoặc không"),
        ],
    )
    def test_what_does_not_fit_is_said_with_its_place(self, data, said):
        with pytest.raises(RecordError) as problem:
            decode(Decision, data)
        assert said in str(problem.value)

    def test_null_is_an_empty_text_and_no_day(self):
        assert decode(Decision, {"number": None, "date": None}) == Decision(number="")

    @pytest.mark.parametrize("amount", [8000, "8000", 8000.0, "8E3"])
    def test_amounts_in_every_spelling(self, amount):
        assert decode(Fee, {"amount": amount}).amount == 8000

    @pytest.mark.parametrize("amount", ["tám nghìn", "8.000,5", "", [], {}, True, "Infinity", "NaN"])
    def test_what_is_no_amount(self, amount):
        with pytest.raises(RecordError, match="amount"):
            decode(Fee, {"amount": amount})

    def test_the_place_leads_through_all_levels(self):
        data = {"core_code": CODE, "title": "x", "cases": [{}, {"papers": [{"name": "a"}, {"name": 1}]}]}
        with pytest.raises(RecordError, match=r"^cases\[1\]\.papers\[1\]\.name: "):
            ProcedureRecord.from_json(data)

    @pytest.mark.parametrize("text", ["a\0b", "\ud800", "x\udfff", {"a": ["\0"]}, {"\0": 1}, [[["\ud900"]]]])
    def test_what_no_database_keeps_is_refused(self, text):
        with pytest.raises(RecordError, match="ký tự hỏng"):
            storable(text)

    @pytest.mark.parametrize("text", ["", "Một", "😀", "\u200b", 1, None, True, {"a": [1, "b"]}])
    def test_everything_else_may_be_kept(self, text):
        storable(text)

    def test_a_short_way_to_name_one_form(self):
        case = {
            "papers": [{"name": "Tờ khai", "template_name": "TK.docx"}, {"name": "Khác", "template_name": ""}]
        }
        (found,) = ProcedureRecord.from_json({"core_code": CODE, "title": "x", "cases": [case]}).cases

        assert [paper.templates for paper in found.papers] == [(Template(name="TK.docx"),), ()]


class TestShapes:
    @pytest.mark.parametrize(
        ("value", "shape", "kept"),
        [
            ({"a": "x", "b": 1}, {"a": str}, {"a": "x"}),
            ({"a": None}, {"a": str}, {"a": ""}),
            ({"a": None}, {"a": [str]}, {"a": []}),
            ({"a": None}, {"a": {"*": str}}, {"a": {}}),
            ({"a": [{"b": "c", "d": None}]}, {"a": [{"*": str}]}, {"a": [{"b": "c", "d": ""}]}),
            (None, {"a": str}, {}),
        ],
    )
    def test_what_fits_is_cut_down_to_the_shape(self, value, shape, kept):
        assert fit(value, shape) == kept

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            ({"a": 1}, "a: cần chữ"),
            ({"b": {}}, "b: cần danh sách, không phải đối tượng"),
            ({"b": [1]}, r"b\[0\]: cần đối tượng"),
            ({"b": [{}, {"c": []}]}, r"b\[1\].c: cần chữ, không phải danh sách"),
            ("x", "cần đối tượng, không phải chữ"),
        ],
    )
    def test_what_does_not_is_said_with_its_place(self, value, said):
        with pytest.raises(RecordError, match=said):
            fit(value, {"a": str, "b": [{"*": str}]})


class TestIdentity:
    """Equal content gives an equal digest; anything else another one."""

    BASE = Snapshot(core_code=CODE, title="Một")

    def test_equal_contents(self):
        assert Snapshot(core_code=CODE, title="Một").digest == self.BASE.digest
        assert Snapshot.from_json(json.loads(json.dumps(self.BASE.to_json()))).digest == self.BASE.digest

    @pytest.mark.parametrize(
        "change",
        [
            {"title": "Hai"}, {"summary": "a"}, {"keywords": ("a",)}, {"levels": ("cap_xa",)}, {"same_day": True},
            {"flags": Flags(mot_cua=True)}, {"decision": Decision(number="1")}, {"steps": (StepGroup(items=("a",)),)},
            {"channels": (ChannelPart("truc_tiep"),)}, {"channels": (ChannelPart("truc_tiep", fees=(Fee(),)),)},
            {"channels": (ChannelPart("truc_tiep", fees=(Fee(amount=Decimal(0)),)),)},
            {"cases": (Case(title="a"),)}, {"results": (Result("a"),)}, {"legal_bases": (LegalBasis("1"),)},
        ],
    )  # fmt: skip
    def test_every_change_shows(self, change):
        assert dataclasses.replace(self.BASE, **change).digest != self.BASE.digest

    def test_free_and_unknown_are_not_the_same(self):
        free, unknown = (
            dataclasses.replace(self.BASE, channels=(ChannelPart("truc_tiep", fees=(Fee(amount=amount),)),))
            for amount in (Decimal(0), None)
        )
        assert free.digest != unknown.digest

    def test_noughts_behind_the_point_are_no_change(self):
        one, two = (
            dataclasses.replace(
                self.BASE, channels=(ChannelPart("truc_tiep", fees=(Fee(amount=Decimal(text)),)),)
            )
            for text in ("8000", "8000.00")
        )
        assert one.digest == two.digest

    def test_an_old_snapshot_lacks_new_fields_and_is_read_with_their_defaults(self):
        assert Snapshot.from_json({"core_code": CODE, "title": "Một"}) == self.BASE

    def test_papers_of_all_cases_in_order(self):
        cases = (Case(papers=(Paper("a"), Paper("b"))), Case(papers=(Paper("c"),)))

        assert [paper.name for paper in dataclasses.replace(self.BASE, cases=cases).papers()] == [
            "a",
            "b",
            "c",
        ]

    @given(st.text(alphabet="abcăâđêôơư ", max_size=20))
    def test_a_record_of_a_snapshot_says_the_same(self, summary):
        content = dataclasses.replace(self.BASE, summary=summary)
        found = ProcedureRecord.of(content, status="cong_khai", summary=summary)

        assert (found.summary, found.status, found.title) == (summary, "cong_khai", "Một")
