"""Forms of the desk: text is normalised, and only items that were offered can be requested."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from one_stop.forms import MAX_OTHER_DOCUMENTS, ActionForm, SupplementForm
from one_stop.supplements import SupplementItem

DOCUMENTS = [
    SupplementItem("proof", "Giấy chứng sinh", "file", "1 bản chính"),
    SupplementItem("photo", "Ảnh 4 × 6", "file", "2"),
]
ANSWERS = [SupplementItem("purpose", "Mục đích sử dụng", "text")]
# Letters that can be printed on forms, also decomposed, and every kind of white space.
signs = [*"aăâđêôơưộứABCĐ019.,;:–“”()/ ", "o\u0302\u0323", "\n", "\r\n", "\r", "\t", "\u00a0"]
typed = st.lists(st.sampled_from(signs), max_size=120).map("".join)
lines = st.lists(typed, max_size=30).map("\n".join)


def supplement(**data: Any) -> SupplementForm:
    facts = {"version": "1", "reason": "Thiếu", "supplement_due_at": "7/12/2026", **data}
    return SupplementForm(facts, documents=DOCUMENTS, answers=ANSWERS, submit="Gửi")


class TestReason:
    def test_signs_that_cannot_be_printed_are_named_in_words_for_officers(self) -> None:
        form = ActionForm({"version": "1", "reason": "Thiếu 😀"}, submit="Gửi")
        with override("vi"):
            assert not form.is_valid()
            assert form.errors["reason"] == [
                "Giấy in không thể hiện được ký hiệu: 😀. Hãy xóa hoặc viết bằng chữ."
            ]

    @given(typed)
    def test_reason_is_normalised_and_stripped(self, text: str) -> None:
        form = ActionForm({"version": "1", "reason": text}, submit="Gửi")
        assert form.is_valid()
        reason = form.cleaned_data["reason"]
        assert unicodedata.is_normalized("NFC", reason)
        for line in reason.splitlines():
            assert line == line.strip() != ""

    @given(typed)
    def test_cleaning_is_idempotent(self, text: str) -> None:
        once = ActionForm({"version": "1", "reason": text}, submit="Gửi")
        assert once.is_valid()
        twice = ActionForm({"version": "1", "reason": once.cleaned_data["reason"]}, submit="Gửi")
        assert twice.is_valid()
        assert twice.cleaned_data["reason"] == once.cleaned_data["reason"]

    @pytest.mark.parametrize("text", ["", " ", "\n\n", "\u00a0 \t"])
    def test_required_reason_must_not_be_blank(self, text: str) -> None:
        assert not ActionForm({"version": "1", "reason": text}, submit="Gửi", needs_reason=True).is_valid()

    def test_reason_is_limited_to_2000_characters(self) -> None:
        assert ActionForm({"version": "1", "reason": "đ" * 2000}, submit="Gửi").is_valid()
        assert not ActionForm({"version": "1", "reason": "đ" * 2001}, submit="Gửi").is_valid()

    @pytest.mark.parametrize("version", ["", "x", "1.5", "²", None])
    def test_valid_version_is_required(self, version: str | None) -> None:
        data = {"reason": "x"} | ({"version": version} if version is not None else {})
        assert not ActionForm(data, submit="Gửi").is_valid()


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


class TestPrintedText:
    """What an officer writes is printed on Mẫu 02 and 03, and browsers count a line break as one character."""

    def form(self, reason: str) -> ActionForm:
        return ActionForm({"version": "1", "reason": reason}, submit="Gửi", needs_reason=True)

    @pytest.mark.parametrize(("letters", "valid"), [(2000 - 50, True), (2001 - 50, False)])
    def test_line_break_counts_once(self, letters: int, valid: bool) -> None:
        text = "\r\n".join(["x"] * 50 + ["x" * (letters - 50)])
        assert len(text.replace("\r\n", "\n")) == letters + 50
        assert self.form(text).is_valid() is valid

    @pytest.mark.parametrize("sign", ["😀", "汉"])
    def test_letter_that_cannot_be_printed_is_named(self, sign: str) -> None:
        form = self.form(f"Thiếu giấy {sign}")
        assert sign in str(form.errors["reason"])
        assert self.form("Thiếu “giấy” – 1/2 bản").is_valid()
