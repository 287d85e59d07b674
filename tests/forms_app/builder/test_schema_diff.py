"""Differences between two schemas: every difference is reported, in words for editors."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_app.builder.schema import FormSchema
from forms_app.builder.schema_diff import Change, removed_questions, schema_changes
from tests.forms_app.builder.strategies import definitions

FORM: dict[str, Any] = {
    "estimated_minutes": 10,
    "steps": [
        {
            "id": "con", "title": "Trẻ em", "intro": "",
            "fields": [
                {"id": "ten", "type": "short_text", "label": "Họ tên", "options": {"max_length": 50}},
                {"id": "ngay", "type": "date", "label": "Ngày sinh", "options": {"not_future": True}},
                {
                    "id": "gioi", "type": "choice", "label": "Giới tính",
                    "choices": [{"value": "nam", "label": "Nam"}, {"value": "nu", "label": "Nữ"}],
                },
                {"id": "giay", "type": "file", "label": "Giấy chứng sinh", "options": {"extensions": ["pdf"]}},
            ],
        },
        {"id": "cha", "title": "Cha", "fields": [{"id": "ten_cha", "type": "short_text", "label": "Họ tên cha"}]},
    ],
}  # fmt: skip
ONE_WAY = (
    "cách nhận kết quả: “Bản điện tử; Bản giấy, nhận tại Bộ phận Một cửa; Bản giấy, gửi bưu chính về nhà” → "
    "“Bản giấy, nhận tại Bộ phận Một cửa”"
)


def changes_after(change) -> list[Change]:
    """Return the differences reported after ``change``."""
    new = copy.deepcopy(FORM)
    change(new)
    return schema_changes(FormSchema.from_json(FORM), FormSchema.from_json(new))


def question(form: dict[str, Any], position: int) -> dict[str, Any]:
    return form["steps"][0]["fields"][position]


def put(position: int, **values: Any):
    return lambda form: question(form, position).update(values)


def _swap_questions(form: dict[str, Any]) -> None:
    form["steps"][0]["fields"].reverse()


def _move(form: dict[str, Any]) -> None:
    form["steps"][1]["fields"].append(form["steps"][0]["fields"].pop(0))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda form: form.update(result_ways=["counter"]),
            [("changed", "", ONE_WAY)],
        ),
        (
            lambda form: form.update(signers=["Bên nam", "Bên nữ"]),
            [("changed", "", "người ký tờ khai giấy: “” → “Bên nam; Bên nữ”")],
        ),
        (lambda form: form.update(estimated_minutes=15), [("changed", "", "số phút cần: “10” → “15”")]),
        (lambda form: form["steps"].reverse(), [("changed", "", "Thứ tự các bước thay đổi.")]),
        (
            lambda form: form["steps"][0].update(title="Con", intro="Ghi theo giấy."),
            [("changed", "Con", "tiêu đề: “Trẻ em” → “Con”", "lời dẫn: “” → “Ghi theo giấy.”")],
        ),
        (_swap_questions, [("changed", "Trẻ em", "Thứ tự câu hỏi thay đổi.")]),
        (put(0, label="Tên"), [("changed", "Trẻ em › Tên", "câu hỏi: “Họ tên” → “Tên”")]),
        (put(0, help="Chữ in"), [("changed", "Trẻ em › Họ tên", "gợi ý: “” → “Chữ in”")]),
        (put(0, required=False), [("changed", "Trẻ em › Họ tên", "bắt buộc trả lời: “có” → “không”")]),
        (
            put(0, options={"max_length": 80, "autocomplete": "name"}),
            [
                (
                    "changed", "Trẻ em › Họ tên", "dài nhất (ký tự): “50” → “80”",
                    "trình duyệt điền sẵn: “” → “name”",
                )
            ],
        ),
        (put(1, options={}), [("changed", "Trẻ em › Ngày sinh", "không sau hôm nay: “có” → “”")]),
        (
            put(2, choices=[{"value": "nu", "label": "Nữ giới"}, {"value": "khac", "label": "Khác"}]),
            [
                (
                    "changed", "Trẻ em › Giới tính", "lựa chọn: “Nữ” → “Nữ giới”", "Lựa chọn mới: “Khác”.",
                    "Bỏ lựa chọn: “Nam”.",
                )
            ],
        ),
        (
            lambda form: question(form, 2)["choices"].reverse(),
            [("changed", "Trẻ em › Giới tính", "Thứ tự lựa chọn thay đổi.")],
        ),
        (
            put(3, options={"extensions": ["pdf", "jpg"]}),
            [("changed", "Trẻ em › Giấy chứng sinh", "loại tệp nhận (cách nhau bằng dấu phẩy): “pdf” → “pdf, jpg”")],
        ),
        (_move, [("changed", "Cha › Họ tên", "Chuyển từ bước “Trẻ em” sang.")]),
        (lambda form: question(form, 0) and form["steps"][0]["fields"].pop(0), [("removed", "Trẻ em › Họ tên")]),
        (lambda form: form["steps"].pop(), [("removed", "Cha"), ("removed", "Cha › Họ tên cha")]),
        (put(0, id="ten_moi"), [("added", "Trẻ em › Họ tên", "Một dòng chữ"), ("removed", "Trẻ em › Họ tên")]),
        (
            lambda form: form["steps"].insert(
                1, {"id": "me", "title": "Mẹ", "fields": [{"id": "sdt", "type": "phone", "label": "Điện thoại"}]}
            ),
            [("added", "Mẹ"), ("added", "Mẹ › Điện thoại", "Số điện thoại")],
        ),
    ],
)  # fmt: skip
def test_each_change_is_reported_with_its_location(change, expected: list[tuple[str, ...]]) -> None:
    assert [(found.kind, found.where, *found.lines) for found in changes_after(change)] == expected


def test_removed_questions_are_listed() -> None:
    new = copy.deepcopy(FORM)
    new["steps"].pop()
    new["steps"][0]["fields"].pop(1)
    assert removed_questions(FormSchema.from_json(FORM), FormSchema.from_json(new)) == [
        "Ngày sinh",
        "Họ tên cha",
    ]


def test_diff_from_an_empty_form_lists_everything_as_new() -> None:
    found = schema_changes(FormSchema(), FormSchema.from_json(FORM))
    assert {change.kind for change in found} == {"added"}
    assert len(found) == 7


@given(definitions())
@settings(max_examples=25)
def test_equal_forms_have_no_differences(definition: dict[str, Any]) -> None:
    schema = FormSchema.from_json(definition)
    assert schema_changes(schema, FormSchema.from_json(schema.to_json())) == []
    assert removed_questions(schema, schema) == []


@given(definitions(), st.data())
@settings(max_examples=60)
def test_every_change_of_the_digest_is_reported(definition: dict[str, Any], data: st.DataObject) -> None:
    """The digest decides whether there is a new version, so every new version must show a change."""
    old = FormSchema.from_json(definition)
    new = copy.deepcopy(old.to_json())
    step = data.draw(st.sampled_from(new["steps"]))
    spec = data.draw(st.sampled_from(step["fields"]))
    name = data.draw(
        st.sampled_from(
            ["label", "help", "required", "options", "choices", "id", "title", "intro", "minutes"]
        )
    )
    if name == "minutes":
        new["estimated_minutes"] = old.estimated_minutes % 240 + 1
    elif name in {"title", "intro"}:
        step[name] += " khác"
    elif name == "required":
        spec[name] = not spec[name]
    elif name in {"options", "choices"}:
        spec[name] = type(spec[name])()
    else:
        spec[name] += "_khac"
    changed = FormSchema.from_json(new)
    assert bool(schema_changes(old, changed)) == (old.digest != changed.digest)
    assert bool(schema_changes(changed, old)) == (old.digest != changed.digest)


def test_line_endings_of_a_browser_are_not_a_change():
    def as_a_browser_sends_it(form):
        form["steps"][0]["intro"] = "Điền theo giấy\r\nchứng sinh "
        form["steps"][0]["fields"][0]["help"] = "Viết hoa\r\ncó dấu"

    def as_it_was_stored(form):
        form["steps"][0]["intro"] = "Điền theo giấy\nchứng sinh"
        form["steps"][0]["fields"][0]["help"] = "Viết hoa\ncó dấu"

    sent, stored = copy.deepcopy(FORM), copy.deepcopy(FORM)
    as_a_browser_sends_it(sent)
    as_it_was_stored(stored)

    assert schema_changes(FormSchema.from_json(stored), FormSchema.from_json(sent)) == []
    assert FormSchema.from_json(stored).digest == FormSchema.from_json(sent).digest
