"""Ids: made once, kept for life, never lent to another question, never the name of something else on the page."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_app.builder import applicant, validation
from forms_app.builder.admin import identifiers
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema, StepSpec
from tests.paths import ROOT


def made(*labels: str, used: tuple[str, ...] = ()) -> list[str]:
    """The ids that new questions of these labels get."""
    steps = [{"id": "", "title": "Bước", "fields": [{"id": "", "label": label} for label in labels]}]
    return [field["id"] for field in identifiers.fill(steps, used)[0]["fields"]]


@pytest.mark.parametrize(
    ("label", "identifier"),
    [
        ("Họ, chữ đệm và tên", "ho_chu_dem_va_ten"),
        ("Ngày sinh", "ngay_sinh"),
        ("Đường", "duong"),
        ("12 tháng", "q_12_thang"),
        ("???", "q"),
        ("日本", "q"),
        ("", "q"),
        ("a" * 100, "a" * 40),
        (
            "Quan hệ với người được khai sinh hoặc người giám hộ",
            "quan_he_voi_nguoi_duoc_khai_sinh_hoac",
        ),
        ("Email", "email_2"),
        ("Upload", "upload_2"),
        ("Next", "next_2"),
    ],
)
def test_an_id_is_made_from_the_label(label: str, identifier: str) -> None:
    assert made(label) == [identifier]


def test_questions_of_one_label_are_told_apart() -> None:
    assert made("Số nhà", "Số nhà", "so nha") == ["so_nha", "so_nha_2", "so_nha_3"]


def test_a_new_question_never_takes_over_the_id_of_one_that_is_gone() -> None:
    """Else the answers of old dossiers and of new ones would be counted as one question's."""
    assert made("Ngày", used=("ngay", "ngay_2")) == ["ngay_3"]


def test_a_question_keeps_its_id_whatever_becomes_of_its_label() -> None:
    steps = [{"id": "s", "title": "B", "fields": [{"id": "so_nha", "label": "Số nhà, tên đường"}]}]
    assert identifiers.fill(steps, used=("so_nha",))[0]["fields"][0]["id"] == "so_nha"


def test_a_copied_step_is_a_new_step_with_new_questions() -> None:
    """The admin's button for copying brings the ids along; the first of two keeps its own."""

    def step() -> dict[str, Any]:
        return {
            "id": "cha",
            "title": "Cha",
            "fields": [{"id": "ten", "label": "Họ tên"}, {"id": "", "label": "Ngày"}],
        }

    first, second = identifiers.fill([step(), step()], used=("ten",))
    assert (first["id"], second["id"]) == ("cha", "cha_2")
    assert [field["id"] for field in first["fields"]] == ["ten", "ngay"]
    assert [field["id"] for field in second["fields"]] == ["ho_ten", "ngay_2"]


def test_choices_get_their_values_from_their_labels() -> None:
    choices = [
        {"value": "nam", "label": "Nam giới"}, {"value": "", "label": "Nữ"}, {"value": "", "label": "Nam"},
        {"value": "", "label": "Khác"},
    ]  # fmt: skip
    steps = [{"id": "s", "title": "B", "fields": [{"id": "f", "label": "Giới tính", "choices": choices}]}]
    identifiers.fill(steps)
    assert [choice["value"] for choice in choices] == ["nam", "nu", "nam_2", "khac"]


def test_two_choices_of_one_value_are_the_editor_s_to_decide() -> None:
    choices = [{"value": "a", "label": "A"}, {"value": "a", "label": "B"}]
    identifiers.fill([{"id": "s", "title": "B", "fields": [{"id": "f", "label": "C", "choices": choices}]}])
    assert [choice["value"] for choice in choices] == ["a", "a"]


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["", "", "a", "ten", "ngay"]), st.text(max_size=50)), max_size=5),
        max_size=4,
    ),
    st.sets(st.sampled_from(["ten", "ngay_2", "q"])),
)
def test_whatever_the_editor_sends_ids_are_lawful_and_once(
    steps: list[list[tuple[str, str]]], used: set[str]
) -> None:
    sent = [
        {
            "id": "",
            "title": "Bước",
            "fields": [{"id": given_id, "label": label} for given_id, label in fields],
        }
        for fields in steps
    ]
    filled = identifiers.fill(sent, used)
    for kind in (
        [step["id"] for step in filled],
        [field["id"] for step in filled for field in step["fields"]],
    ):
        assert len(kind) == len(set(kind))
        for identifier in kind:
            assert validation.IDENTIFIER.fullmatch(identifier)
            assert identifier not in validation.RESERVED
    given_ids = [given_id for fields in steps for given_id, _label in fields]
    for identifier in set(given_ids) - {""}:
        assert identifier in [field["id"] for step in filled for field in step["fields"]], (
            "kept by the first of them"
        )


def problems_of(*fields: FieldSpec, title: str = "Cha mẹ", **used: str) -> list[str]:
    schema = FormSchema(steps=(StepSpec("s", title, fields=fields),))
    return [str(problem) for problem in validation.problems(schema, used)]


@pytest.mark.parametrize("identifier", sorted(validation.RESERVED))
def test_no_question_is_called_as_something_else_on_the_page(identifier: str) -> None:
    """A question ``upload`` would press the button of that name: the step would be saved for ever, never left."""
    said = problems_of(FieldSpec(identifier, "short_text", "Tên"))
    assert len(said) == 1
    assert said[0].startswith("Cha mẹ › Tên: ")
    assert identifier in said[0]


def test_the_reserved_names_are_those_of_the_page() -> None:
    page = (ROOT / "templates/dossiers/step.html").read_text() + (
        ROOT / "templates/builder/file_field.html"
    ).read_text()
    names = {part.split('"')[0] for part in page.split('name="')[1:]}
    assert names <= validation.BUTTONS


@pytest.mark.parametrize("part", registry.get("address").parts)
def test_no_question_is_called_as_a_part_of_another(part: str) -> None:
    """``que`` asks for ``que_province``, ``que_commune`` and ``que_detail``: one input would answer both."""
    home, other = FieldSpec("que", "address", "Quê quán"), FieldSpec(f"que_{part}", "short_text", "Khác")
    assert problems_of(home, other) == [
        f"Cha mẹ › Khác: Mã “que_{part}” trùng một phần của câu hỏi “Quê quán”."
    ]
    assert problems_of(other, home)
    assert not problems_of(FieldSpec("que", "short_text", "Quê quán"), other)


@pytest.mark.parametrize("identifier", ["", "1a", "_a", "a-b", "a b", "A", "đ", "a" * 61, "a\n", "a.b"])
def test_an_id_is_plain(identifier: str) -> None:
    said = problems_of(FieldSpec(identifier, "short_text", "Tên"))
    assert "chỉ chữ thường không dấu" in said[0]


@pytest.mark.parametrize("identifier", ["a", "a1", "a_", "a__b", "a" * 60])
def test_plain_ids_are_taken(identifier: str) -> None:
    assert problems_of(FieldSpec(identifier, "short_text", "Tên")) == []


def test_a_double_is_said_once_with_the_later_question() -> None:
    said = problems_of(
        FieldSpec("a", "short_text", "Một"), FieldSpec("a", "date", "Hai"), FieldSpec("b", "date", "Ba")
    )
    assert len(said) == 1
    assert "Mã “a” dùng hai lần." in said[0]


def test_an_id_published_with_another_type_is_said_with_the_type_s_name() -> None:
    said = problems_of(FieldSpec("ngay", "short_text", "Ngày"), ngay="date")
    assert said == ["Cha mẹ › Ngày: Mã “ngay” đã được công bố với loại khác (Ngày); hãy chọn mã mới."]
    assert problems_of(FieldSpec("ngay", "date", "Ngày khác"), ngay="date") == []


def test_a_place_without_a_name_is_called_by_its_id() -> None:
    said = problems_of(FieldSpec("ten", "short_text", ""), title="")
    assert said == ["s: Bước phải có tiêu đề.", "s › ten: Câu hỏi phải có nhãn."]


def test_the_applicant_s_own_step_is_lawful() -> None:
    """It is added after the check of what editors wrote; nobody else looks at it."""
    step = applicant.step()
    for spec in step.fields:
        assert validation.IDENTIFIER.fullmatch(spec.id)
        assert list(registry.get(spec.type).foreign(spec)) == []
        assert list(registry.get(spec.type).problems(spec)) == []
    assert {spec.id for spec in step.fields} | {step.id} == applicant.RESERVED
