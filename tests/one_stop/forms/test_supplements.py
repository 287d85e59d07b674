"""Only items that were offered can be requested, and nothing that was named is left out."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from one_stop.forms.supplements import MAX_OTHER_DOCUMENTS, SupplementForm
from one_stop.supplements import SupplementItem
from tests.one_stop.forms.strategies import TYPED

DOCUMENTS = [
    SupplementItem("proof", "Giấy chứng sinh", "file", "1 bản chính"),
    SupplementItem("photo", "Ảnh 4 × 6", "file", "2"),
]
ANSWERS = [SupplementItem("purpose", "Mục đích sử dụng", "text")]
lines = st.lists(TYPED, max_size=30).map("\n".join)


def supplement(**data: Any) -> SupplementForm:
    facts = {"version": "1", "reason": "Thiếu", "supplement_due_at": "7/12/2026", **data}
    return SupplementForm(facts, documents=DOCUMENTS, answers=ANSWERS, submit="Gửi")


class TestItems:
    @given(lines, st.lists(st.sampled_from(["proof", "photo"]), unique=True), st.booleans())
    def test_items_are_the_selected_and_entered_documents(
        self, other: str, ticked: list[str], answer: bool
    ) -> None:
        form = supplement(documents=ticked, other_documents=other, answers=["purpose"] if answer else [])
        if not form.is_valid():
            # Nothing is requested, or more than the field accepts.
            assert form.errors.keys() <= {"other_documents"}
            return
        items = form.items()
        ids = [item["id"] for item in items]
        assert len(ids) == len(set(ids)) > 0
        assert ids[: len(ticked)] == ticked
        assert ("purpose" in ids) == answer
        named = [item for item in items if item["id"].startswith("other_")]
        assert len(named) <= MAX_OTHER_DOCUMENTS
        for item in items:
            assert 0 < len(item["label"]) <= 200
            assert unicodedata.is_normalized("NFC", item["label"])
            assert item["kind"] == ("text" if item["id"] == "purpose" else "file")
            assert set(item) == {"id", "label", "kind", "count", "note"}

    @pytest.mark.parametrize("documents", [["khong-co"], ["proof", "../x"], ["purpose"]])
    def test_documents_not_offered_are_rejected(self, documents: list[str]) -> None:
        form = supplement(documents=documents)
        assert "documents" in form.errors

    @pytest.mark.parametrize(
        ("lines", "words"),
        [
            (MAX_OTHER_DOCUMENTS, None),
            (MAX_OTHER_DOCUMENTS + 1, "Nhiều nhất 20 giấy tờ khác, mỗi dòng một giấy tờ. Bạn đã nhập 21."),
        ],
    )
    def test_more_documents_than_a_request_can_hold_are_refused(self, lines: int, words: str | None) -> None:
        """The law requires one complete request: nothing may be left out silently."""
        form = supplement(other_documents="\n".join(f"Giấy {n}" for n in range(lines)))
        assert form.is_valid() == (words is None)
        if words:
            assert form.errors["other_documents"] == [words]
        else:
            assert len(form.named_documents()) == lines

    def test_name_of_a_document_is_never_cut(self) -> None:
        assert supplement(other_documents="x" * 200).is_valid()
        form = supplement(other_documents="Giấy\n" + "x" * 201)
        assert "quá dài" in form.errors["other_documents"][0]

    def test_form_without_questions_offers_only_other_documents(self) -> None:
        form = SupplementForm({"version": "1"}, documents=[], answers=[], submit="Gửi")
        assert {"documents", "answers"}.isdisjoint(form.fields)
        assert {"other_documents", "reason", "supplement_due_at"} <= form.errors.keys()

    @pytest.mark.parametrize(
        ("text", "read"),
        [("7/12/2026", "2026-12-07"), ("07-12-2026", "2026-12-07"), ("2026-12-07", "2026-12-07")],
    )
    def test_date_is_accepted_in_every_notation(self, text: str, read: str) -> None:
        form = supplement(documents=["proof"], supplement_due_at=text)
        assert form.is_valid(), form.errors
        assert form.arguments()["supplement_due_at"].isoformat() == read
