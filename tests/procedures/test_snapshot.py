"""Equal content has an equal digest; values are converted to JSON and back; errors name the path of a bad value."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.imports.record import ProcedureRecord
from procedures.snapshot import RecordError, Snapshot, check_storable, decode, encode
from procedures.value_objects import (
    Case,
    ChannelDetails,
    Decision,
    Fee,
    Flags,
    LegalBasis,
    ListedBlankForm,
    RequiredDocument,
    Result,
    StepGroup,
)

CODE = "1.001193"


class TestIdentity:
    """Equal content gives an equal digest; different content gives another."""

    BASE = Snapshot(core_code=CODE, title="Một")

    def test_equal_contents_have_equal_digests(self):
        assert Snapshot(core_code=CODE, title="Một").digest == self.BASE.digest
        assert Snapshot.from_json(json.loads(json.dumps(self.BASE.to_json()))).digest == self.BASE.digest

    @pytest.mark.parametrize(
        "change",
        [
            {"title": "Hai"}, {"summary": "a"}, {"keywords": ("a",)}, {"levels": ("cap_xa",)}, {"same_day": True},
            {"flags": Flags(at_one_stop=True)}, {"decision": Decision(number="1")},
            {"steps": (StepGroup(items=("a",)),)},
            {"channels": (ChannelDetails("truc_tiep"),)}, {"channels": (ChannelDetails("truc_tiep", fees=(Fee(),)),)},
            {"channels": (ChannelDetails("truc_tiep", fees=(Fee(amount=Decimal(0)),)),)},
            {"cases": (Case(title="a"),)}, {"results": (Result("a"),)}, {"legal_bases": (LegalBasis("1"),)},
        ],
    )  # fmt: skip
    def test_every_change_changes_the_digest(self, change):
        assert dataclasses.replace(self.BASE, **change).digest != self.BASE.digest

    def test_free_and_unknown_amounts_differ(self):
        free, unknown = (
            dataclasses.replace(
                self.BASE, channels=(ChannelDetails("truc_tiep", fees=(Fee(amount=amount),)),)
            )
            for amount in (Decimal(0), None)
        )
        assert free.digest != unknown.digest

    def test_trailing_zeros_do_not_change_the_digest(self):
        one, two = (
            dataclasses.replace(
                self.BASE, channels=(ChannelDetails("truc_tiep", fees=(Fee(amount=Decimal(text)),)),)
            )
            for text in ("8000", "8000.00")
        )
        assert one.digest == two.digest

    def test_the_digest_of_a_known_snapshot_never_changes(self):
        """Stored digests stay comparable when the code or cattrs is upgraded (ADR 110)."""
        content = dataclasses.replace(
            self.BASE,
            levels=("cap_xa",),
            decision=Decision(number="1/QĐ", date=date(2025, 7, 1)),
            channels=(ChannelDetails("truc_tiep", 3, "ngay", fees=(Fee(amount=Decimal("8000.50")),)),),
            cases=(
                Case(documents=(RequiredDocument("Tờ khai", blank_forms=(ListedBlankForm("TK.docx"),)),)),
            ),
            flags=Flags(at_one_stop=True),
        )

        assert content.digest == "9a79f11fb4beaabe8e2dc9931120a38b6b97c14c2c41e766d789e1da8668ea5a"

    def test_an_old_snapshot_without_new_fields_is_read_with_their_defaults(self):
        assert Snapshot.from_json({"core_code": CODE, "title": "Một"}) == self.BASE

    def test_documents_of_all_cases_in_order(self):
        cases = (
            Case(documents=(RequiredDocument("a"), RequiredDocument("b"))),
            Case(documents=(RequiredDocument("c"),)),
        )

        assert [document.name for document in dataclasses.replace(self.BASE, cases=cases).documents()] == [
            "a",
            "b",
            "c",
        ]

    @given(st.text(alphabet="abcăâđêôơư ", max_size=20))
    def test_record_of_a_snapshot_has_its_content(self, summary):
        content = dataclasses.replace(self.BASE, summary=summary)
        found = ProcedureRecord.of(content, status="cong_khai", summary=summary)

        assert (found.summary, found.status, found.title) == (summary, "cong_khai", "Một")


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
            (Flags(at_one_stop=True), {"mot_cua": True}),
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
    def test_wrong_value_is_reported_with_its_path(self, data, said):
        with pytest.raises(RecordError) as problem:
            decode(Decision, data)
        assert said in str(problem.value)

    def test_null_is_an_empty_text_or_a_missing_day(self):
        assert decode(Decision, {"number": None, "date": None}) == Decision(number="")

    @pytest.mark.parametrize("amount", [8000, "8000", 8000.0, "8E3"])
    def test_amounts_in_every_spelling(self, amount):
        assert decode(Fee, {"amount": amount}).amount == 8000

    @pytest.mark.parametrize("amount", ["tám nghìn", "8.000,5", "", [], {}, True, "Infinity", "NaN"])
    def test_invalid_amount_is_refused(self, amount):
        with pytest.raises(RecordError, match="amount"):
            decode(Fee, {"amount": amount})

    def test_path_covers_all_levels(self):
        data = {"core_code": CODE, "title": "x", "cases": [{}, {"documents": [{"name": "a"}, {"name": 1}]}]}
        with pytest.raises(RecordError, match=r"^cases\[1\]\.documents\[1\]\.name: "):
            ProcedureRecord.from_json(data)

    @pytest.mark.parametrize("text", ["a\0b", "\ud800", "x\udfff", {"a": ["\0"]}, {"\0": 1}, [[["\ud900"]]]])
    def test_text_that_no_database_can_store_is_refused(self, text):
        with pytest.raises(RecordError, match="ký tự hỏng"):
            check_storable(text)

    @pytest.mark.parametrize("text", ["", "Một", "😀", "\u200b", 1, None, True, {"a": [1, "b"]}])
    def test_other_values_can_be_stored(self, text):
        check_storable(text)

    def test_single_blank_form_has_a_short_form(self):
        case = {
            "documents": [
                {"name": "Tờ khai", "blank_form_name": "TK.docx"},
                {"name": "Khác", "blank_form_name": ""},
            ]
        }
        (found,) = ProcedureRecord.from_json({"core_code": CODE, "title": "x", "cases": [case]}).cases

        assert [document.blank_forms for document in found.documents] == [
            (ListedBlankForm(name="TK.docx"),),
            (),
        ]
