"""Validation of arbitrary JSON: problems are reported with their location, unstorable values rejected."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import InvalidInput
from forms_app.builder import services, validation
from forms_app.builder.admin.forms import ImportForm
from forms_app.builder.models import FormDefinition
from forms_app.builder.schema import FORMAT, FormSchema
from tests.forms_app.builder.strategies import definitions
from tests.forms_app.dossiers.factories import SCHEMA, make_version

DEEP = 100_000
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["steps", "fields", "id", "title", "label", "type", "x"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def form_with(**question: Any) -> dict[str, Any]:
    """A form of one step and one question."""
    field = {"id": "f", "type": "short_text", "label": "Tên", **question}
    return {"steps": [{"id": "s", "title": "Bước", "fields": [field]}]}


@given(JUNK)
def test_any_json_is_read_or_rejected_with_a_message(junk: Any) -> None:
    schema, found = validation.read_schema(junk)
    assert (schema is None) == bool(found)
    assert all(str(problem) for problem in found)
    if schema is not None:
        validation.problems(schema, {})
        assert FormSchema.from_json(schema.to_json()) == schema


@given(definitions(), st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_value_of_the_wrong_type_is_reported_with_its_location(
    definition: dict[str, Any], data: st.DataObject
) -> None:
    step_number = data.draw(st.integers(1, len(definition["steps"])))
    fields = definition["steps"][step_number - 1]["fields"]
    number = data.draw(st.integers(1, len(fields)))
    name = data.draw(st.sampled_from(sorted(validation.FIELD)))
    fields[number - 1][name] = data.draw(st.sampled_from([None, 3.5]))
    found = validation.shape_problems(definition)
    assert [problem.where for problem in found] == [f"Bước {step_number}, câu hỏi {number}"]
    assert f"“{name}”" in found[0].message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "cần nhóm giá trị có tên"),
        ([], "cần nhóm giá trị có tên"),
        ({"steps": {}}, "“steps”: Sai cấu trúc: cần danh sách"),
        ({"steps": ["x"]}, "Bước 1: Sai cấu trúc: cần nhóm giá trị có tên"),
        ({"steps": [{"id": "s"}]}, "Bước 1: Sai cấu trúc: thiếu “title”."),
        ({"steps": [{"id": "s", "title": "B", "fields": [3]}]}, "Bước 1, câu hỏi 1: Sai cấu trúc"),
        (form_with(label=None), "Bước 1, câu hỏi 1: “label”: Sai cấu trúc: cần chữ"),
        (form_with(help=None), "“help”: Sai cấu trúc: cần chữ"),
        (form_with(required="no"), "“required”: Sai cấu trúc: cần true hoặc false"),
        (form_with(required=1), "“required”"),
        (form_with(choices=[{"value": 1, "label": "A"}]), "Bước 1, câu hỏi 1, lựa chọn 1: “value”"),
        (form_with(choices=[{"value": "a"}]), "lựa chọn 1: Sai cấu trúc: thiếu “label”."),
        (form_with(choices="ab"), "“choices”: Sai cấu trúc: cần danh sách"),
        (form_with(options=[]), "“options”: Sai cấu trúc: cần nhóm giá trị"),
        (form_with(show_if={"field": "x"}), "“show_if” không có trong cấu trúc biểu mẫu."),
        ({"steps": [], "estimated_minutes": True}, "“estimated_minutes”: Sai cấu trúc: cần số nguyên"),
        ({"steps": [], "estimated_minutes": 1e400}, "không lưu được"),
        (form_with(options={"max": float("nan")}), "không lưu được"),
        (form_with(label="a\x00b"), "không lưu được"),
        (form_with(label="a\x1bb"), "không lưu được"),
        (form_with(label="\ud800"), "không lưu được"),
        ({"steps": [], "format": 2}, "khuôn dạng 2; cổng này đọc khuôn dạng 1"),
        ({"steps": [], "format": "1"}, "khuôn dạng 1;"),
    ],
)
def test_unreadable_schema_is_reported_with_location_and_reason(data: Any, message: str) -> None:
    schema, found = validation.read_schema(data)
    assert schema is None
    assert message in "\n".join(map(str, found))


def test_all_problems_are_reported_at_once() -> None:
    data = {"steps": [{"id": 1, "title": "B", "fields": [{"id": "a"}, {"type": "date"}]}, None]}
    assert len(validation.shape_problems(data)) == 6


class TestFormat:
    """Stored schemas name their format; later extensions (repeating groups, conditions) get a new number."""

    def test_every_stored_schema_names_its_format(self) -> None:
        assert FormSchema.from_json(SCHEMA).to_json()["format"] == FORMAT == 1

    def test_schema_without_a_format_is_format_one(self) -> None:
        old = {
            name: value for name, value in FormSchema.from_json(SCHEMA).to_json().items() if name != "format"
        }
        assert FormSchema.from_json(old) == FormSchema.from_json(SCHEMA)

    def test_format_number_is_not_part_of_the_digest(self) -> None:
        """Otherwise an upgrade would create a new version of every form."""
        assert FormSchema.from_json(form_with()).digest == (
            "097d81ab710a7d415ced9c3ea35b7500203d862d041eadb2b1e63cb7004e139b"
        )

    def test_later_format_is_rejected(self) -> None:
        with pytest.raises(ValueError, match="format 2"):
            FormSchema.from_json({**SCHEMA, "format": 2})


@pytest.mark.django_db
class TestImport:
    """Schemas with an invalid structure never reach the database or the editor."""

    @pytest.fixture
    def exported(self) -> dict[str, Any]:
        code = make_version().procedure.core_code
        return {"procedure": code, "title": "Tờ khai", **form_with()}

    def test_exported_form_is_imported(self, exported: dict[str, Any]) -> None:
        assert services.import_form(data=exported).title == "Tờ khai"

    @pytest.mark.parametrize(
        "question",
        [
            {"type": "signature"},
            {"options": {"colour": "red"}},
            {"options": {"max_length": "ba"}},
            {"options": {"max_length": 3.0}},
            {"options": {"max_length": True}},
            {"type": "file", "options": {"extensions": [1]}},
            {"type": "file", "options": {"extensions": "pdf"}},
            {"type": "date", "options": {"not_past": 1}},
            {"label": "a\x00b"},
            {"options": {"x": float("inf")}},
        ],
    )
    def test_unsupported_or_unstorable_values_are_rejected(
        self, exported: dict[str, Any], question: dict[str, Any]
    ) -> None:
        with pytest.raises(InvalidInput):
            services.import_form(data={**exported, **form_with(**question)})
        assert not FormDefinition.objects.exists()

    @pytest.mark.parametrize(
        "content",
        [
            b"", b"{", b"\xff\xfe", b"null", b"3", b'{"steps": 1}', b'{"steps": [{}]}', b"\xef\xbb\xbf{}",
            b'{"steps": [], "estimated_minutes": 1e999}', b'{"steps": [], "x": NaN}', b'{"title": "\\u0000"}',
            b'{"title": "\\ud800"}', b"[" * DEEP, b'{"steps": ' + b"[" * DEEP + b"]" * DEEP + b"}",
            b"9" * 5000,
        ],
        ids=lambda content: ascii(content[:24]),
    )  # fmt: skip
    def test_import_of_an_unreadable_file_reports_an_error(self, content: bytes, tmp_path) -> None:
        form = ImportForm({}, {"file": SimpleUploadedFile("a.json", content)})
        assert not form.is_valid()
        assert form.errors["file"]
        path = tmp_path / "hong.json"
        path.write_bytes(content)
        with pytest.raises(CommandError, match=r"hong\.json"):
            call_command("load_forms", path)

    def test_too_large_file_is_rejected(self) -> None:
        form = ImportForm({}, {"file": SimpleUploadedFile("a.json", b" " * (1024 * 1024 + 1))})
        assert "quá lớn" in str(form.errors["file"])

    def test_invalid_file_rolls_back_the_others(self, exported: dict[str, Any], tmp_path) -> None:
        good, bad = tmp_path / "tot.json", tmp_path / "hong.json"
        good.write_text(json.dumps(exported))
        bad.write_text(json.dumps({**exported, "steps": []}))
        with pytest.raises(CommandError, match=r"hong\.json"):
            call_command("load_forms", good, bad)
        assert not FormDefinition.objects.exists()
