"""Ids of steps and questions: generated once, never changed or reused, distinct from names of other inputs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms_app.builder import applicant, validation
from forms_app.builder.admin import blocks
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema, StepSpec
from tests.paths import ROOT


def generated_ids(*labels: str, used: tuple[str, ...] = ()) -> list[str]:
    """Return the ids generated for new questions with these labels."""
    steps = [{"id": "", "title": "Bước", "fields": [{"id": "", "label": label} for label in labels]}]
    return [field["id"] for field in blocks.fill_identifiers(steps, used)[0]["fields"]]


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
def test_id_is_generated_from_the_label(label: str, identifier: str) -> None:
    assert generated_ids(label) == [identifier]


def test_questions_with_the_same_label_get_numbered_ids() -> None:
    assert generated_ids("Số nhà", "Số nhà", "so nha") == ["so_nha", "so_nha_2", "so_nha_3"]


def test_new_question_never_reuses_the_id_of_a_removed_one() -> None:
    """Otherwise answers of old and new dossiers would count for the same question."""
    assert generated_ids("Ngày", used=("ngay", "ngay_2")) == ["ngay_3"]


def test_question_keeps_its_id_if_its_label_changes() -> None:
    steps = [{"id": "s", "title": "B", "fields": [{"id": "so_nha", "label": "Số nhà, tên đường"}]}]
    assert blocks.fill_identifiers(steps, used=("so_nha",))[0]["fields"][0]["id"] == "so_nha"


def test_copied_step_and_its_questions_get_new_ids() -> None:
    """The admin's copy button sends the same ids twice; the first occurrence keeps them."""

    def step() -> dict[str, Any]:
        return {
            "id": "cha",
            "title": "Cha",
            "fields": [{"id": "ten", "label": "Họ tên"}, {"id": "", "label": "Ngày"}],
        }

    first, second = blocks.fill_identifiers([step(), step()], used=("ten",))
    assert (first["id"], second["id"]) == ("cha", "cha_2")
    assert [field["id"] for field in first["fields"]] == ["ten", "ngay"]
    assert [field["id"] for field in second["fields"]] == ["ho_ten", "ngay_2"]


def test_choice_values_are_generated_from_labels() -> None:
    choices = [
        {"value": "nam", "label": "Nam giới"}, {"value": "", "label": "Nữ"}, {"value": "", "label": "Nam"},
        {"value": "", "label": "Khác"},
    ]  # fmt: skip
    steps = [{"id": "s", "title": "B", "fields": [{"id": "f", "label": "Giới tính", "choices": choices}]}]
    blocks.fill_identifiers(steps)
    assert [choice["value"] for choice in choices] == ["nam", "nu", "nam_2", "khac"]


def test_duplicate_choice_values_are_left_for_the_editor_to_resolve() -> None:
    choices = [{"value": "a", "label": "A"}, {"value": "a", "label": "B"}]
    blocks.fill_identifiers(
        [{"id": "s", "title": "B", "fields": [{"id": "f", "label": "C", "choices": choices}]}]
    )
    assert [choice["value"] for choice in choices] == ["a", "a"]


@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["", "", "a", "ten", "ngay"]), st.text(max_size=50)), max_size=5),
        max_size=4,
    ),
    st.sets(st.sampled_from(["ten", "ngay_2", "q"])),
)
def test_generated_ids_are_valid_and_unique(steps: list[list[tuple[str, str]]], used: set[str]) -> None:
    sent = [
        {
            "id": "",
            "title": "Bước",
            "fields": [{"id": given_id, "label": label} for given_id, label in fields],
        }
        for fields in steps
    ]
    filled = blocks.fill_identifiers(sent, used)
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
            "kept by its first occurrence"
        )


def problems_of(*fields: FieldSpec, title: str = "Cha mẹ", **used: str) -> list[str]:
    schema = FormSchema(steps=(StepSpec("s", title, fields=fields),))
    return [str(problem) for problem in validation.problems(schema, used)]


@pytest.mark.parametrize("identifier", sorted(validation.RESERVED))
def test_reserved_id_is_reported(identifier: str) -> None:
    """A question ``upload`` would act like the button of that name, and the citizen could not leave the step."""
    messages = problems_of(FieldSpec(identifier, "short_text", "Tên"))
    assert len(messages) == 1
    assert messages[0].startswith("Cha mẹ › Tên: ")
    assert identifier in messages[0]


def test_reserved_ids_include_the_input_names_of_the_step_page() -> None:
    page = (ROOT / "forms_app/dossiers/templates/dossiers/step.html").read_text() + (
        ROOT / "forms_app/builder/templates/builder/file_field.html"
    ).read_text()
    names = {part.split('"')[0] for part in page.split('name="')[1:]}
    assert names <= validation.BUTTONS


@pytest.mark.parametrize("part", registry.get("address").parts)
def test_id_equal_to_a_part_of_an_address_question_is_reported(part: str) -> None:
    """``que`` has the inputs ``que_province``, ``que_commune`` and ``que_detail``, which would answer both."""
    home, other = FieldSpec("que", "address", "Quê quán"), FieldSpec(f"que_{part}", "short_text", "Khác")
    assert problems_of(home, other) == [
        f"Cha mẹ › Khác: Mã “que_{part}” trùng một phần của câu hỏi “Quê quán”."
    ]
    assert problems_of(other, home)
    assert not problems_of(FieldSpec("que", "short_text", "Quê quán"), other)


@pytest.mark.parametrize("identifier", ["", "1a", "_a", "a-b", "a b", "A", "đ", "a" * 61, "a\n", "a.b"])
def test_ids_contain_only_ascii_letters_digits_and_underscores(identifier: str) -> None:
    messages = problems_of(FieldSpec(identifier, "short_text", "Tên"))
    assert "chỉ chữ thường không dấu" in messages[0]


@pytest.mark.parametrize("identifier", ["a", "a1", "a_", "a__b", "a" * 60])
def test_valid_ids_are_accepted(identifier: str) -> None:
    assert problems_of(FieldSpec(identifier, "short_text", "Tên")) == []


def test_duplicate_id_is_reported_once_at_the_later_question() -> None:
    messages = problems_of(
        FieldSpec("a", "short_text", "Một"), FieldSpec("a", "date", "Hai"), FieldSpec("b", "date", "Ba")
    )
    assert len(messages) == 1
    assert "Mã “a” dùng hai lần." in messages[0]


def test_id_published_with_another_type_is_reported_with_the_name_of_the_type() -> None:
    messages = problems_of(FieldSpec("ngay", "short_text", "Ngày"), ngay="date")
    assert messages == ["Cha mẹ › Ngày: Mã “ngay” đã được công bố với loại khác (Ngày); hãy chọn mã mới."]
    assert problems_of(FieldSpec("ngay", "date", "Ngày khác"), ngay="date") == []


def test_location_falls_back_to_ids() -> None:
    messages = problems_of(FieldSpec("ten", "short_text", ""), title="")
    assert messages == ["s: Bước phải có tiêu đề.", "s › ten: Câu hỏi phải có nhãn."]


def test_applicant_step_passes_validation() -> None:
    """It is added after editors' input was validated, so nothing else checks it."""
    step = applicant.step()
    for spec in step.fields:
        assert validation.IDENTIFIER.fullmatch(spec.id)
        assert list(registry.get(spec.type).unsupported(spec)) == []
        assert list(registry.get(spec.type).problems(spec)) == []
    assert {spec.id for spec in step.fields} | {step.id, applicant.CITIZEN_ID} == applicant.RESERVED
