"""One step as a Django form: partial answers, files, initial values, ignored input."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from forms_app.builder.answer_display import answered_steps
from forms_app.builder.field_types import registry
from forms_app.builder.field_types.file import File
from forms_app.builder.schema import FieldSpec, FormSchema, StepSpec
from forms_app.builder.step_form import StepForm

pytestmark = pytest.mark.django_db
FIELDS: list[dict[str, Any]] = [
    {"id": "name", "type": "short_text", "label": "Họ tên"},
    {"id": "born", "type": "date", "label": "Ngày sinh"},
    {"id": "area", "type": "number", "label": "Diện tích", "required": False, "options": {"decimals": 2, "unit": "m²"}},
    {"id": "kind", "type": "choice", "label": "Loại", "choices": [{"value": "a", "label": "Loại A"}]},
    {
        "id": "uses", "type": "many_choices", "label": "Dùng để", "required": False,
        "choices": [{"value": "x", "label": "Vay vốn"}, {"value": "y", "label": "Kết hôn"}],
    },
    {"id": "sure", "type": "yes_no", "label": "Đã từng?", "required": False},
    {"id": "note", "type": "long_text", "label": "Ghi chú", "required": False},
    {"id": "home", "type": "address", "label": "Nơi ở", "required": False},
    {"id": "paper", "type": "file", "label": "Giấy tờ"},
]  # fmt: skip
SCHEMA = FormSchema.from_json({"steps": [{"id": "s", "title": "Bước", "fields": FIELDS}]})
STEP = SCHEMA.steps[0]
FULL = {
    "name": "Nguyễn Văn A", "born": "2/9/1945", "area": "12,5", "kind": "a", "uses": ["y", "x"], "sure": "no",
    "note": "Một\nhai", "home_detail": "Ấp 1",
}  # fmt: skip
STORED_FILE = SimpleNamespace(original_name="giay.pdf", size=2048, pk=7)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


def bound_form(*without: str, files: Any = None, stored: Any = None, **values: Any) -> StepForm:
    """Return the step with valid data, changed by ``values`` and without ``without``."""
    data: MultiValueDict[str, str] = MultiValueDict()
    for name, value in {**FULL, **values}.items():
        if name not in without:
            data.setlist(name, value if isinstance(value, list) else [value])
    return StepForm(
        STEP,
        answers={},
        data=data,
        files=files or MultiValueDict(),
        stored=stored or {"paper": [STORED_FILE]},
    )


def test_answers_are_json_by_field_id() -> None:
    form = bound_form()
    assert form.is_valid(), form.errors
    home = {"province": "", "commune": "", "detail": "Ấp 1", "text": "Ấp 1"}
    assert form.answers() == {
        "name": "Nguyễn Văn A", "born": "1945-09-02", "area": "12.5", "kind": "a", "uses": ["y", "x"], "sure": False,
        "note": "Một\nhai", "home": home,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("name", ""), ("born", "hôm qua"), ("area", "to"), ("kind", "z"), ("uses", ["z"]), ("sure", "z")],
)
def test_invalid_answer_does_not_discard_the_others(name: str, wrong: Any) -> None:
    form = bound_form(**{name: wrong})
    assert not form.is_valid()
    assert set(form.errors) == {name}
    assert form.answers() == {key: value for key, value in _all().items() if key != name}


def _all() -> dict[str, Any]:
    form = bound_form()
    form.is_valid()
    return form.answers()


@pytest.mark.parametrize("name", [field["id"] for field in FIELDS if field.get("required") is False])
def test_optional_input_may_be_missing_from_the_data(name: str) -> None:
    """A tampered or outdated page may send fewer inputs."""
    form = bound_form(name, f"{name}_detail")
    assert form.is_valid(), form.errors
    assert form.answers()[name] in (None, "", [])


def test_unknown_inputs_are_ignored() -> None:
    form = bound_form(full_name="Người khác", goto="x", home_text="giả", paper="giả", csrfmiddlewaretoken="x")
    assert form.is_valid(), form.errors
    assert set(form.answers()) == {field["id"] for field in FIELDS} - {"paper"}


def test_questions_are_in_the_order_of_the_schema() -> None:
    assert list(StepForm(STEP, answers={}).fields) == [field["id"] for field in FIELDS]


def test_stored_answers_are_initial_values() -> None:
    form = StepForm(STEP, answers={**_all(), "other_step": "x"})
    shown = {name: form[name].value() for name in ("name", "born", "area", "kind", "uses", "sure", "note")}
    assert shown == {
        "name": "Nguyễn Văn A", "born": "02/09/1945", "area": "12,5", "kind": "a", "uses": ["y", "x"], "sure": "no",
        "note": "Một\nhai",
    }  # fmt: skip
    assert not form.is_bound
    assert not form.errors


@pytest.mark.parametrize("answer", [None, "", []])
def test_empty_answer_gives_an_empty_input(answer: Any) -> None:
    for spec in STEP.fields:
        if spec.type not in {"file", "many_choices"} and answer in (None, ""):
            assert StepForm(STEP, answers={spec.id: None})[spec.id].value() in (None, "")


def test_removed_choice_is_not_preselected() -> None:
    """A draft keeps its version, so this only happens if a row was changed by hand; the question is asked again."""
    html = str(StepForm(STEP, answers={"kind": "gone"})["kind"])
    assert "checked" not in html


class TestFiles:
    def test_stored_file_answers_the_question(self) -> None:
        assert bound_form().is_valid()

    def test_file_is_required_whatever_the_django_field(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Photo(File):
            code = "photo"

            def form_field(self, spec: FieldSpec) -> forms.Field:
                return forms.CharField(required=False)

        monkeypatch.setitem(registry._types, "photo", Photo())
        step = StepSpec("s", "Bước", fields=(FieldSpec("photo", "photo", "Ảnh"),))
        form = StepForm(step, answers={}, data=QueryDict(), files=MultiValueDict())
        assert form.errors["photo"] == ["Chọn tệp cho “Ảnh”."]

    def test_missing_file_error_names_the_question(self) -> None:
        form = bound_form(stored={"paper": []})
        assert form.errors["paper"] == ["Chọn tệp cho “Giấy tờ”."]

    def test_uploaded_file_that_was_not_stored_is_not_an_answer(self) -> None:
        """The view stores files first; a rejected file must not count as an answer."""
        upload = MultiValueDict({"paper": [SimpleUploadedFile("a.exe", b"MZ")]})
        form = bound_form(files=upload, stored={"paper": []})
        assert set(form.errors) == {"paper"}

    def test_error_of_a_rejected_file_is_shown(self) -> None:
        form = bound_form(stored={"paper": []})
        form.add_error("paper", "Tệp hỏng.")
        assert "Tệp hỏng." in form.errors["paper"]

    def test_files_of_another_question_do_not_count(self) -> None:
        assert not bound_form(stored={"other": [STORED_FILE]}).is_valid()

    def test_files_are_not_among_the_answers(self) -> None:
        assert "paper" not in _all()

    def test_optional_file_may_be_missing(self) -> None:
        fields = [{**field, "required": False} for field in FIELDS]
        step = FormSchema.from_json({"steps": [{"id": "s", "title": "B", "fields": fields}]}).steps[0]
        assert StepForm(step, answers={}, data=QueryDict(), files=MultiValueDict()).is_valid()


def test_discard_errors_keeps_the_input_without_errors() -> None:
    form = bound_form(born="hôm qua")
    assert not form.is_valid()
    form.discard_errors()
    assert not form.errors
    assert form["born"].value() == "hôm qua"
    assert "aria-invalid" not in str(form["born"])


def test_form_element_is_rendered_by_the_page() -> None:
    assert StepForm(STEP, answers={}).helper.form_tag is False


def test_forms_of_the_same_step_share_no_state() -> None:
    """Fields are created per request, so files and errors never leak to another request."""
    first, second = bound_form(), bound_form(stored={"paper": []})
    assert first.fields["paper"].stored == [STORED_FILE]
    assert not second.fields["paper"].stored
    assert first.fields["paper"].widget.has_files
    assert not second.fields["paper"].widget.has_files


class TestAnsweredSteps:
    """Answers with their questions, as shown in the review, tracking, the one-stop desk and printed forms."""

    def lines(self, **answers: Any) -> dict[str, tuple[str, ...]]:
        return {field.id: field.lines for field in answered_steps(SCHEMA, answers, {})[0].fields}

    def test_answers_are_displayed_by_type(self) -> None:
        assert self.lines(**_all()) == {
            "name": ("Nguyễn Văn A",), "born": ("02/09/1945",), "area": ("12,5 m²",), "kind": ("Loại A",),
            "uses": ("Kết hôn", "Vay vốn"), "sure": ("Không",), "note": ("Một", "hai"), "home": ("Ấp 1",), "paper": (),
        }  # fmt: skip

    @pytest.mark.parametrize("nothing", [None, "", []])
    def test_missing_answers_are_not_answered(self, nothing: Any) -> None:
        steps = answered_steps(SCHEMA, {field["id"]: nothing for field in FIELDS}, {})
        assert not [field for field in steps[0].fields if field.answered]

    def test_false_is_an_answer(self) -> None:
        assert self.lines(sure=False)["sure"] == ("Không",)
        assert self.lines(sure=True)["sure"] == ("Có",)

    def test_zero_is_an_answer(self) -> None:
        assert self.lines(area="0")["area"] == ("0 m²",)

    def test_answers_of_other_versions_are_left_out(self) -> None:
        assert "gone" not in self.lines(gone="x")

    def test_removed_choice_is_shown_by_its_stored_value(self) -> None:
        assert self.lines(kind="gone", uses=["x", "gone"])["uses"] == ("Vay vốn", "gone")

    def test_files_are_listed_with_their_question(self) -> None:
        paper = answered_steps(SCHEMA, {}, {"paper": [STORED_FILE, STORED_FILE]})[0].fields[-1]
        assert paper.files == (STORED_FILE, STORED_FILE)
        assert paper.answered
        assert paper.text == "giay.pdf\ngiay.pdf"

    def test_answer_keeps_its_line_breaks(self) -> None:
        note = answered_steps(SCHEMA, {"note": "Một\nhai"}, {})[0].fields[6]
        assert note.text == "Một\nhai"

    @pytest.mark.parametrize("field_type", list(registry.installed()), ids=lambda field_type: field_type.code)
    def test_every_field_type_is_covered_here(self, field_type: Any) -> None:
        assert field_type.stores_files or field_type.code in {spec.type for spec in STEP.fields} | {
            "citizen_id", "identity_document", "phone", "email",
        }  # fmt: skip
