"""The forms of the desk, whatever is typed into them: texts come back clean, nothing is asked that was not offered."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_app.desk.asking import Askable
from forms_app.desk.forms import MAX_OTHER, ActForm, SupplementForm

PAPERS = [
    Askable("proof", "Giấy chứng sinh", "file", "1 bản chính"),
    Askable("photo", "Ảnh 4 × 6", "file", "2"),
]
ANSWERS = [Askable("purpose", "Mục đích sử dụng", "text")]
# What a browser can send: any text without NUL and surrogates.
typed = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=120)
lines = st.lists(typed, max_size=30).map("\n".join)


def supplement(**data: Any) -> SupplementForm:
    facts = {"version": "1", "reason": "Thiếu", "answer_by": "7/12/2026", **data}
    return SupplementForm(facts, papers=PAPERS, answers=ANSWERS, submit="Gửi")


class TestReason:
    @given(typed)
    def test_it_comes_back_in_one_form_without_stray_space(self, text: str) -> None:
        form = ActForm({"version": "1", "reason": text}, submit="Gửi")
        assert form.is_valid()
        reason = form.cleaned_data["reason"]
        assert unicodedata.is_normalized("NFC", reason)
        for line in reason.splitlines():
            assert line == line.strip() != ""

    @given(typed)
    def test_cleaning_twice_changes_nothing(self, text: str) -> None:
        once = ActForm({"version": "1", "reason": text}, submit="Gửi")
        assert once.is_valid()
        twice = ActForm({"version": "1", "reason": once.cleaned_data["reason"]}, submit="Gửi")
        assert twice.is_valid()
        assert twice.cleaned_data["reason"] == once.cleaned_data["reason"]

    @pytest.mark.parametrize("text", ["", " ", "\n\n", "\u00a0 \t"])
    def test_where_it_is_due_white_space_is_none(self, text: str) -> None:
        assert not ActForm({"version": "1", "reason": text}, submit="Gửi", needs_reason=True).is_valid()

    def test_two_thousand_letters_are_the_most(self) -> None:
        assert ActForm({"version": "1", "reason": "đ" * 2000}, submit="Gửi").is_valid()
        assert not ActForm({"version": "1", "reason": "đ" * 2001}, submit="Gửi").is_valid()

    @pytest.mark.parametrize("version", ["", "x", "1.5", "²", None])
    def test_without_the_version_that_was_read_nothing_is_done(self, version: str | None) -> None:
        data = {"reason": "x"} | ({"version": version} if version is not None else {})
        assert not ActForm(data, submit="Gửi").is_valid()


class TestItems:
    @given(lines, st.lists(st.sampled_from(["proof", "photo"]), unique=True), st.booleans())
    def test_what_is_asked_is_what_was_ticked_and_named(
        self, other: str, ticked: list[str], answer: bool
    ) -> None:
        form = supplement(papers=ticked, other=other, answers=["purpose"] if answer else [])
        if not form.is_valid():
            # Nothing was asked for, or more than the field takes.
            assert form.errors.keys() <= {"other"}
            return
        items = form.items()
        ids = [item["id"] for item in items]
        assert len(ids) == len(set(ids)) > 0
        assert ids[: len(ticked)] == ticked
        assert ("purpose" in ids) == answer
        named = [item for item in items if item["id"].startswith("other_")]
        assert len(named) <= MAX_OTHER
        for item in items:
            assert 0 < len(item["label"]) <= 200
            assert unicodedata.is_normalized("NFC", item["label"])
            assert item["kind"] == ("text" if item["id"] == "purpose" else "file")
            assert set(item) == {"id", "label", "kind", "count", "note"}

    @pytest.mark.parametrize("papers", [["khong-co"], ["proof", "../x"], ["purpose"]])
    def test_what_was_not_offered_cannot_be_asked(self, papers: list[str]) -> None:
        form = supplement(papers=papers)
        assert "papers" in form.errors

    def test_twenty_others_are_the_most_and_each_is_cut(self) -> None:
        form = supplement(other="\n".join(f"{n} {'x' * 100}" for n in range(30)))
        assert form.is_valid()
        assert len(form.other_papers()) == MAX_OTHER

    def test_a_form_without_questions_asks_for_papers_only(self) -> None:
        form = SupplementForm({"version": "1"}, papers=[], answers=[], submit="Gửi")
        assert {"papers", "answers"}.isdisjoint(form.fields)
        assert {"other", "reason", "answer_by"} <= form.errors.keys()

    @pytest.mark.parametrize(
        ("text", "read"),
        [("7/12/2026", "2026-12-07"), ("07-12-2026", "2026-12-07"), ("2026-12-07", "2026-12-07")],
    )
    def test_a_day_is_read_as_people_write_it(self, text: str, read: str) -> None:
        form = supplement(papers=["proof"], answer_by=text)
        assert form.is_valid(), form.errors
        assert form.answer_day().isoformat() == read
