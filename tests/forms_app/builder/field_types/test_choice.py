"""Rules of questions with choices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.forms_app.builder.factories import answer_of, error_of

CHOICES = [{"value": value, "label": f"Loại {value}"} for value in "abcd"]


@pytest.fixture(autouse=True, scope="module")
def _today() -> Iterator[None]:
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


class TestChoices:
    @given(st.text(max_size=20))
    def test_only_offered_values_are_accepted(self, value: str) -> None:
        assume(value not in set("abcd"))
        assume(value.strip())
        assert error_of("choice", value, choices=CHOICES) != ""
        assert error_of("many_choices", ["a", value], choices=CHOICES) != ""

    @given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=8))
    def test_repeated_values_are_stored_once(self, values: list[str]) -> None:
        assert answer_of("many_choices", values, choices=CHOICES) == list(dict.fromkeys(values))

    @pytest.mark.parametrize("value", ["A", "a ", "a,b", "['a']", "a\x00", "0"])
    def test_tampered_value_is_rejected(self, value: str) -> None:
        assert error_of("choice", value, choices=CHOICES) == "Chọn trong danh sách."

    def test_single_choice_takes_the_last_of_two_values(self) -> None:
        assert answer_of("choice", ["a", "b"], choices=CHOICES) == "b"

    @pytest.mark.parametrize("value", ["true", "1", "on", "yes ", "YES", "có", "False"])
    def test_yes_no_accepts_no_other_values(self, value: str) -> None:
        assert error_of("yes_no", value) == "Chọn trong danh sách."


class TestDeclaration:
    CHOICES = [{"value": "a", "label": "Tự nguyện"}, {"value": "b", "label": "Không có họ"}]
    DECLARATION = {"choices": CHOICES, "options": {"all_required": True}}

    def test_every_statement_must_be_ticked(self) -> None:
        error = error_of("many_choices", ["a"], **self.DECLARATION)
        assert error == "Đánh dấu tất cả các ý. Chưa đánh dấu: “Không có họ”."
        assert answer_of("many_choices", ["a", "b"], **self.DECLARATION) == ["a", "b"]

    def test_optional_declaration_may_be_left_out_as_a_whole(self) -> None:
        assert error_of("many_choices", [], required=False, **self.DECLARATION) == ""
        assert error_of("many_choices", ["b"], required=False, **self.DECLARATION)

    def test_other_questions_accept_any_number(self) -> None:
        assert answer_of("many_choices", ["b"], choices=self.CHOICES) == ["b"]
