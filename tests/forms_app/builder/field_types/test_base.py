"""Options of all field types: effect on the question, bounds, error messages."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import override_settings

from forms_app.builder.admin import blocks
from forms_app.builder.field_types import file, registry
from forms_app.builder.field_types.base import Option
from forms_app.builder.field_types.text import AUTOCOMPLETE_TOKENS
from forms_app.builder.schema import FieldSpec, FormSchema, StepSpec
from forms_app.builder.validation import problems, unsupported
from tests.forms_app.builder.factories import asked, spec_of

MEGABYTE = 1024 * 1024
TYPES = [field_type.code for field_type in registry.installed()]
BOUNDED = [
    (field_type.code, name, option.minimum, option.maximum)
    for field_type in registry.installed()
    for name, option in field_type.options.items()
    if option.minimum is not None
]


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


def problems_of(spec: FieldSpec) -> str:
    """Return the problems of a form with this one question."""
    schema = FormSchema(steps=(StepSpec("s", "Bước", fields=(spec,)),))
    return "\n".join(map(str, problems(schema, {})))


@pytest.mark.parametrize(
    ("option", "entered", "stored"),
    [
        (Option(list, "kinds"), " Small, LARGE,, Small", ["Small", "LARGE"]),
        (registry.get("file").options["extensions"], "PDF, .jpg, pdf", ["pdf", "jpg"]),
        (Option(str, "unit"), "m², ha", "m², ha"),
        (Option(int, "rows"), 0, 0),
    ],
)
def test_option_parses_what_an_editor_entered(option: Option, entered: Any, stored: Any) -> None:
    assert option.parse(entered) == stored


@pytest.mark.parametrize(("kind", "name", "lowest", "highest"), BOUNDED)
def test_option_bounds_are_inclusive_and_reported(kind: str, name: str, lowest: int, highest: int) -> None:
    label = registry.get(kind).options[name].label
    for value in (lowest, highest):
        assert problems_of(spec_of(kind, options={name: value})) == ""
    assert f"“{label}” ít nhất là {lowest}." in problems_of(spec_of(kind, options={name: lowest - 1}))
    assert f"“{label}” nhiều nhất là {highest}." in problems_of(spec_of(kind, options={name: highest + 1}))


@pytest.mark.parametrize(("kind", "name", "_lowest", "_highest"), BOUNDED)
@pytest.mark.parametrize("value", ["5", 5.0, True, None, [], {}])
def test_number_options_accept_only_integers(
    kind: str, name: str, _lowest: int, _highest: int, value: Any
) -> None:
    assert f"“{name}” có giá trị sai kiểu" in problems_of(spec_of(kind, options={name: value}))


@pytest.mark.parametrize("kind", TYPES)
def test_option_of_another_type_is_unsupported(kind: str) -> None:
    names = {name for field_type in registry.installed() for name in field_type.options}
    for name in sorted(names - registry.get(kind).options.keys() | {"colour"}):
        spec = spec_of(kind, options={name: 1})
        schema = FormSchema(steps=(StepSpec("s", "Bước", fields=(spec,)),))
        assert [problem.where for problem in unsupported(schema)] == ["Bước › Câu hỏi"]
        assert f"“{name}”" in problems_of(spec)


@pytest.mark.parametrize("kind", [kind for kind in TYPES if not registry.get(kind).has_choices])
def test_choices_are_rejected_for_types_without_choices(kind: str) -> None:
    assert "không có lựa chọn" in problems_of(spec_of(kind, choices=[{"value": "a", "label": "A"}]))


@pytest.mark.parametrize("kind", ["choice", "many_choices"])
@pytest.mark.parametrize(
    ("choices", "wrong"),
    [
        ([], "ít nhất một lựa chọn"),
        ([("", "A")], "nhãn và giá trị lưu"),
        ([(" ", "A")], "nhãn và giá trị lưu"),
        ([("a", "")], "nhãn và giá trị lưu"),
        ([("a", "  ")], "nhãn và giá trị lưu"),
        ([("a", "A"), ("a", "B")], "cùng giá trị"),
        ([("a", "Nam"), ("b", "Nam")], "Hai lựa chọn cùng tên “Nam”."),
        ([("a", "Nam"), ("b", " Nam ")], "Hai lựa chọn cùng tên “Nam”."),
        ([("a", "A")], ""),
        ([("a", "Nam"), ("b", "nam")], ""),
        ([(str(n), f"Loại {n}") for n in range(100)], ""),
    ],
)
def test_choices_need_distinct_values_and_labels(
    kind: str, choices: list[tuple[str, str]], wrong: str
) -> None:
    found = problems_of(spec_of(kind, choices=[{"value": value, "label": label} for value, label in choices]))
    assert wrong in found
    assert bool(wrong) == bool(found)


@pytest.mark.parametrize(
    ("token", "accepted"),
    [
        *((token, True) for token in AUTOCOMPLETE_TOKENS),
        ("", False),
        ("cc-number", False),
        ("on", False),
        ("NAME", False),
    ],
)
def test_autocomplete_accepts_only_listed_tokens(token: str, accepted: bool) -> None:
    assert (problems_of(spec_of("short_text", options={"autocomplete": token})) == "") == accepted


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"min": 3, "max": 3}, ""),
        ({"min": -5, "max": 5, "decimals": 2, "unit": "°C"}, ""),
        ({"min": 4, "max": 3}, "lớn hơn"),
        ({"min": 0}, ""),
        ({"max": 0}, ""),
    ],
)
def test_minimum_must_not_exceed_the_maximum(options: dict[str, Any], wrong: str) -> None:
    found = problems_of(spec_of("number", options=options))
    assert wrong in found
    assert bool(wrong) == bool(found)


@pytest.mark.parametrize(
    ("options", "typed", "error"),
    [
        ({"min": 1, "max": 5}, "6", "Số lớn nhất là 5. Bạn đã nhập 6."),
        ({"min": 1, "max": 5}, "0", "Số ít nhất là 1. Bạn đã nhập 0."),
        ({"min": -5}, "-6", "Số ít nhất là -5. Bạn đã nhập -6."),
        (
            {"max": 1500000, "unit": "đồng"},
            "2000000",
            "Số lớn nhất là 1.500.000 đồng. Bạn đã nhập 2.000.000 đồng.",
        ),
        ({"max": 100, "unit": "%"}, "101", "Số lớn nhất là 100 %. Bạn đã nhập 101 %."),
        ({"min": 1930, "max": 2012}, "2013", "Số lớn nhất là 2012. Bạn đã nhập 2013."),
        ({}, "2,5", "Nhập số nguyên. Bạn đã nhập 2,5."),
        ({}, "1.234,5", "Nhập số nguyên. Bạn đã nhập 1.234,5."),
        ({"decimals": 1}, "2,55", "Nhập tối đa 1 chữ số sau dấu phẩy. Bạn đã nhập 2,55."),
        ({"decimals": 2}, "0,125", "Nhập tối đa 2 chữ số sau dấu phẩy. Bạn đã nhập 0,125."),
        ({"max": 10, "decimals": 2}, "10,01", "Số lớn nhất là 10. Bạn đã nhập 10,01."),
    ],
)
def test_rejected_number_is_quoted_in_vietnamese_notation(
    options: dict[str, Any], typed: str, error: str
) -> None:
    form = asked(spec_of("number", options=options), {"f": typed})
    assert form.errors["f"] == [error]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("2,50", "2.5"), ("2,0", "2"), ("2,00", "2"), ("100", "100"), ("1.000,0", "1000"), ("0,0", "0")],
)
def test_trailing_zeros_do_not_count_as_decimals(typed: str, answer: str) -> None:
    """``2,0`` is an integer and ``2,50`` has one decimal."""
    form = asked(spec_of("number", options={"decimals": 1}), {"f": typed})
    assert form.is_valid(), form.errors
    assert form.answers() == {"f": answer}


class TestFiles:
    @pytest.mark.parametrize(
        ("listed", "accepted"),
        [
            (None, ("pdf", "jpg", "jpeg", "png", "heic", "docx")),
            (["pdf"], ("pdf",)),
            (["jpg"], ("jpg", "jpeg")),
            (["jpeg"], ("jpeg", "jpg")),
            (["png", "jpg", "pdf"], ("png", "jpg", "pdf", "jpeg")),
            (["pdf", "pdf"], ("pdf",)),
        ],
    )
    def test_jpg_and_jpeg_are_always_allowed_together(
        self, listed: list[str] | None, accepted: tuple[str, ...]
    ) -> None:
        spec = spec_of("file", options={"extensions": listed} if listed else {})
        assert file.allowed_extensions(spec) == accepted
        accept = ",".join(f".{extension}" for extension in accepted)
        # Followed by other extensions of the same kinds, such as .jfif for pictures.
        assert f'accept="{accept}' in str(asked(spec, {})["f"])

    @pytest.mark.parametrize(
        ("options", "hint"),
        [
            ({}, "PDF, JPG, PNG, HEIC, DOCX; mỗi tệp tối đa 10 MB, nhiều nhất 5 tệp."),
            ({"extensions": ["pdf"], "max_files": 1}, "PDF; mỗi tệp tối đa 10 MB, nhiều nhất 1 tệp."),
            ({"extensions": ["jpg"], "max_size_mb": 3}, "JPG; mỗi tệp tối đa 3 MB, nhiều nhất 5 tệp."),
            ({"extensions": ["pdf"], "max_size_mb": 99}, "PDF; mỗi tệp tối đa 10 MB, nhiều nhất 5 tệp."),
        ],
    )
    @override_settings(UPLOAD_MAX_BYTES=10 * MEGABYTE)
    def test_hint_lists_accepted_file_types_and_sizes(self, options: dict[str, Any], hint: str) -> None:
        form = asked(spec_of("file", options=options, help="Chụp cả hai mặt."), {})
        assert form.fields["f"].help_text.replace("\xa0", " ") == f"Chụp cả hai mặt. {hint}"

    @pytest.mark.parametrize(("own", "most"), [(None, 4), (1, 1), (4, 4), (9, 4)])
    @override_settings(UPLOAD_MAX_BYTES=4 * MEGABYTE)
    def test_file_size_of_a_question_is_capped_by_the_portal_limit(self, own: int | None, most: int) -> None:
        spec = spec_of("file", options={"max_size_mb": own} if own else {})
        assert file.max_bytes(spec) == most * MEGABYTE

    @pytest.mark.parametrize(("most", "several"), [(1, False), (2, True), (20, True)])
    def test_file_input_is_multiple_if_more_than_one_file_is_allowed(self, most: int, several: bool) -> None:
        assert (" multiple" in str(asked(spec_of("file", options={"max_files": most}), {})["f"])) == several

    @pytest.mark.parametrize(
        ("listed", "wrong"),
        [
            ([], "Ghi ít nhất một loại tệp."), (["exe"], "exe"), (["pdf", "svg", "htm"], "svg, htm"),
            (["PDF"], "PDF"), (["webp", "xlsx"], ""),
        ],
    )  # fmt: skip
    def test_only_file_types_that_can_be_inspected_are_allowed(self, listed: list[str], wrong: str) -> None:
        found = problems_of(spec_of("file", options={"extensions": listed}))
        assert wrong in found
        assert bool(wrong) == bool(found)

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("pdf, jpg", ["pdf", "jpg"]), ("PDF,.JPG", ["pdf", "jpg"]), (" .pdf ,, pdf ", ["pdf"]), ("docx", ["docx"]),
        ],
    )  # fmt: skip
    def test_file_types_are_normalised_when_saved(self, written: str, read: list[str]) -> None:
        step = {"id": "s", "title": "B", "intro": "", "fields": [
            {"id": "f", "type": "file", "label": "Tệp", "options": {"extensions": [written]}}]}  # fmt: skip
        value = blocks.steps_block().to_python(blocks.to_blocks([step]))
        assert blocks.from_blocks(value)[0]["fields"][0]["options"] == {"extensions": read}


class TestDateLimits:
    @pytest.mark.parametrize(
        ("options", "typed", "error"),
        [
            ({"not_future": True}, "24/11/2026", "Ngày không được sau 23/11/2026."),
            ({"not_past": True}, "22/11/2026", "Ngày không được trước 23/11/2026."),
            ({}, "31/12/1879", "Ngày không được trước 01/01/1880."),
            ({"not_future": True}, "31/12/1879", "Ngày không được trước 01/01/1880."),
            ({"not_past": False}, "22/11/2026", ""),
            ({"not_future": False}, "24/10/2126", ""),
            ({"not_future": True, "not_past": True}, "23/11/2026", ""),
            ({"not_future": True, "not_past": True}, "22/11/2026", "Ngày không được trước 23/11/2026."),
        ],
    )
    def test_date_outside_the_limit_is_reported(
        self, options: dict[str, Any], typed: str, error: str
    ) -> None:
        form = asked(spec_of("date", options=options), {"f": typed})
        assert "".join(form.errors.get("f", [])) == error


def test_all_types_except_choices_and_files_have_typed_inputs() -> None:
    """The page of an expired draft shows typed input; a new type must opt out explicitly."""
    without = {field_type.code for field_type in registry.installed() if not field_type.typed_inputs}
    assert without == {"choice", "many_choices", "yes_no", "file"}
