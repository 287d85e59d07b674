"""Which questions ask for a number that identifies a person (ADR 371)."""

from __future__ import annotations

from typing import Any

import pytest

from forms_app.builder.identity_numbers import free_text_questions, identity_questions
from forms_app.builder.schema import FormSchema


def schema_of(kind: str, **values: Any) -> FormSchema:
    question = {"id": "f", "type": kind, "label": "Câu hỏi", **values}
    return FormSchema.from_json({"steps": [{"id": "s", "title": "Bước", "fields": [question]}]})


@pytest.mark.parametrize(
    ("label", "help_text", "asks"),
    [
        ("Thành viên", "Họ tên, ngày sinh, số định danh cá nhân", True),
        ("CCCD của vợ", "", True), ("Số chứng minh nhân dân cũ", "", True), ("Hộ chiếu", "", True),
        ("Passport number", "", True),
        ("Thành viên", "Họ tên, ngày sinh", False), ("Nơi cấp hộ chiếu", "", False), ("Số nhà", "", False),
        ("Lý do", "Ví dụ: mất căn cước", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["short_text", "long_text"])
def test_free_text_counts_by_its_words(kind: str, label: str, help_text: str, asks: bool) -> None:
    schema = schema_of(kind, label=label, help=help_text)
    assert bool(identity_questions(schema)) == bool(free_text_questions(schema)) == asks


def test_name_of_a_person_is_no_number() -> None:
    assert not identity_questions(
        schema_of("short_text", label="Hộ chiếu mang tên", options={"person_name": True})
    )


def test_option_of_the_editor_counts_without_words() -> None:
    schema = schema_of("long_text", label="Thành viên", options={"identity_numbers": True})
    assert identity_questions(schema)
    assert not free_text_questions(schema), "the editor knows"


@pytest.mark.parametrize("kind", ["citizen_id", "identity_document"])
def test_types_of_numbers_count_whatever_they_are_called(kind: str) -> None:
    assert identity_questions(schema_of(kind, label="Của con"))
