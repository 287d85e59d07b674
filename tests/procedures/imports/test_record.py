"""Records are normalised to the form in which the catalogue stores them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from procedures.imports.record import MAX_COUNT, ProcedureRecord, normalise
from procedures.snapshot import RecordError
from procedures.value_objects import (
    Case,
    ChannelDetails,
    Decision,
    Fee,
    LegalBasis,
    ListedBlankForm,
    RequiredDocument,
    Result,
    StepGroup,
)
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
            ({"cases": (Case(), Case(documents=(RequiredDocument(name=""),)))}, "cases", ()),
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
    def test_field_is_normalised(self, facts, name, kept):
        assert getattr(normalise(record(**facts)), name) == kept

    @pytest.mark.parametrize(
        ("given_count", "kept"),
        [(-1, 0), (0, 0), (MAX_COUNT, MAX_COUNT), (MAX_COUNT + 1, MAX_COUNT), (10**9, MAX_COUNT)],
    )
    def test_document_counts_fit_the_column(self, given_count, kept):
        document = RequiredDocument(name="Tờ khai", originals=given_count, copies=given_count)
        (case,) = normalise(record(cases=(Case(documents=(document,)),))).cases

        assert (case.documents[0].originals, case.documents[0].copies) == (kept, kept)

    @pytest.mark.parametrize(("value", "unit", "kept"), [
        (3, "ngay", (3, "ngay")), (3, "", (None, "")), (None, "ngay", (None, "")), (0, "ngay", (None, "")),
    ])  # fmt: skip
    def test_a_time_is_a_number_with_a_unit_or_missing(self, value, unit, kept):
        (channel,) = normalise(record(channels=(ChannelDetails("truc_tiep", value, unit),))).channels

        assert (channel.time_value, channel.time_unit) == kept

    @pytest.mark.parametrize(("currency", "kept"), [("", "VND"), ("USD", "USD"), ("EURO", "EUR")])
    def test_a_currency_has_three_letters(self, currency, kept):
        (channel,) = normalise(
            record(channels=(ChannelDetails("truc_tiep", fees=(Fee(currency=currency),)),))
        ).channels

        assert channel.fees[0].currency == kept

    def test_blank_form_without_a_name_is_dropped(self):
        document = RequiredDocument(
            name="Tờ khai",
            blank_forms=(ListedBlankForm(name=""), ListedBlankForm(name="t" * 400, path="p" * 500)),
        )
        (case,) = normalise(record(cases=(Case(documents=(document,)),))).cases

        assert case.documents[0].blank_forms == (ListedBlankForm(name="t" * 300, path="p" * 400),)

    def test_line_breaks_are_those_that_a_form_submits(self):
        made = normalise(
            record(
                short_title="Nhận cha,\r\nmẹ",
                summary=f"{'x' * 499} y",
                requirements="a \r\nb\x0bc\r",
                steps=(StepGroup(case="Vắng\r\nmặt", items=("Nộp\r", "")),),
                cases=(
                    Case(
                        documents=(RequiredDocument("Tờ khai\r\n", blank_forms=(ListedBlankForm("a\nb"),)),)
                    ),
                ),
            )
        )

        assert made.short_title == "Nhận cha, mẹ"
        assert made.summary == "x" * 499
        assert made.requirements == "a\nb\nc"
        assert made.steps == (StepGroup(case="Vắng\nmặt", items=("Nộp",)),)
        assert made.documents()[0].name == "Tờ khai"
        assert made.documents()[0].blank_forms[0].name == "a b"

    @given(strategies.RECORD)
    def test_normalising_twice_changes_nothing(self, data):
        try:
            once = normalise(ProcedureRecord.from_json(data))
        except RecordError:
            return
        assert normalise(once) == once
        assert ProcedureRecord.from_json(once.to_json()) == once
