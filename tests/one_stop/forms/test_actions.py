"""What every form of an action has: a version, and a reason whose text is normalised and can be printed."""

from __future__ import annotations

import unicodedata

import pytest
from django.utils.translation import override
from hypothesis import given

from one_stop.forms.actions import ActionForm
from tests.one_stop.forms.strategies import TYPED


class TestReason:
    def test_signs_that_cannot_be_printed_are_named_in_words_for_officers(self) -> None:
        form = ActionForm({"version": "1", "reason": "Thiếu 😀"}, submit="Gửi")
        with override("vi"):
            assert not form.is_valid()
            assert form.errors["reason"] == [
                "Giấy in không thể hiện được ký hiệu: 😀. Hãy xóa hoặc viết bằng chữ."
            ]

    @given(TYPED)
    def test_reason_is_normalised_and_stripped(self, text: str) -> None:
        form = ActionForm({"version": "1", "reason": text}, submit="Gửi")
        assert form.is_valid()
        reason = form.cleaned_data["reason"]
        assert unicodedata.is_normalized("NFC", reason)
        for line in reason.splitlines():
            assert line == line.strip() != ""

    @given(TYPED)
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
