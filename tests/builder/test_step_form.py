"""One step as a Django form: what is kept of a half right step, files, what was typed, what is not asked."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from forms_app.builder.compiling import StepForm
from forms_app.builder.field_types import registry
from forms_app.builder.presenting import present
from forms_app.builder.schema import FormSchema

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
KEPT = SimpleNamespace(original_name="giay.pdf", size=2048, pk=7)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


def sent(*without: str, files: Any = None, stored: Any = None, **values: Any) -> StepForm:
    """The step as a browser sends it: everything right but ``values`` and ``without``."""
    data: MultiValueDict[str, str] = MultiValueDict()
    for name, value in {**FULL, **values}.items():
        if name not in without:
            data.setlist(name, value if isinstance(value, list) else [value])
    return StepForm(
        STEP, answers={}, data=data, files=files or MultiValueDict(), stored=stored or {"paper": [KEPT]}
    )


def test_answers_are_json_by_field_id() -> None:
    form = sent()
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
def test_one_wrong_answer_takes_no_other_with_it(name: str, wrong: Any) -> None:
    form = sent(**{name: wrong})
    assert not form.is_valid()
    assert set(form.errors) == {name}
    assert form.answers() == {key: value for key, value in _all().items() if key != name}


def _all() -> dict[str, Any]:
    form = sent()
    form.is_valid()
    return form.answers()


@pytest.mark.parametrize("name", [field["id"] for field in FIELDS if field.get("required") is False])
def test_what_need_not_be_answered_may_be_missing_altogether(name: str) -> None:
    """A tampered or old page sends fewer inputs than it was asked for."""
    form = sent(name, f"{name}_detail")
    assert form.is_valid(), form.errors
    assert form.answers()[name] in (None, "", [])


def test_what_is_not_asked_is_not_kept() -> None:
    form = sent(full_name="Người khác", goto="x", home_text="giả", paper="giả", csrfmiddlewaretoken="x")
    assert form.is_valid(), form.errors
    assert set(form.answers()) == {field["id"] for field in FIELDS} - {"paper"}


def test_the_order_of_the_questions_is_that_of_the_editor() -> None:
    assert list(StepForm(STEP, answers={}).fields) == [field["id"] for field in FIELDS]


def test_answers_given_before_stand_in_the_inputs() -> None:
    form = StepForm(STEP, answers={**_all(), "other_step": "x"})
    shown = {name: form[name].value() for name in ("name", "born", "area", "kind", "uses", "sure", "note")}
    assert shown == {
        "name": "Nguyễn Văn A", "born": "02/09/1945", "area": "12,5", "kind": "a", "uses": ["y", "x"], "sure": "no",
        "note": "Một\nhai",
    }  # fmt: skip
    assert not form.is_bound
    assert not form.errors


@pytest.mark.parametrize("answer", [None, "", []])
def test_an_empty_answer_opens_as_an_empty_input(answer: Any) -> None:
    for spec in STEP.fields:
        if spec.type not in {"file", "many_choices"} and answer in (None, ""):
            assert StepForm(STEP, answers={spec.id: None})[spec.id].value() in (None, "")


def test_a_choice_that_is_gone_is_no_longer_chosen() -> None:
    """A draft keeps its version, so this is a row that was changed by hand: asked again, never a crash."""
    html = str(StepForm(STEP, answers={"kind": "gone"})["kind"])
    assert "checked" not in html


class TestFiles:
    def test_a_file_kept_before_answers_the_question(self) -> None:
        assert sent().is_valid()

    def test_without_one_the_question_is_named(self) -> None:
        form = sent(stored={"paper": []})
        assert form.errors["paper"] == ["Chọn tệp cho “Giấy tờ”."]

    def test_a_file_on_its_way_is_not_one_that_is_kept(self) -> None:
        """The view stores first; what it refused must not pass as an answer."""
        upload = MultiValueDict({"paper": [SimpleUploadedFile("a.exe", b"MZ")]})
        form = sent(files=upload, stored={"paper": []})
        assert set(form.errors) == {"paper"}

    def test_a_refusal_is_said_instead_of_missing(self) -> None:
        form = sent(stored={"paper": []})
        form.add_error("paper", "Tệp hỏng.")
        assert "Tệp hỏng." in form.errors["paper"]

    def test_files_of_another_question_do_not_count(self) -> None:
        assert not sent(stored={"other": [KEPT]}).is_valid()

    def test_files_are_no_json_answers(self) -> None:
        assert "paper" not in _all()

    def test_who_need_not_send_one_may_go_on(self) -> None:
        fields = [{**field, "required": False} for field in FIELDS]
        step = FormSchema.from_json({"steps": [{"id": "s", "title": "B", "fields": fields}]}).steps[0]
        assert StepForm(step, answers={}, data=QueryDict(), files=MultiValueDict()).is_valid()


def test_forgetting_errors_shows_what_was_typed_without_judging() -> None:
    form = sent(born="hôm qua")
    assert not form.is_valid()
    form.forget_errors()
    assert not form.errors
    assert form["born"].value() == "hôm qua"
    assert "aria-invalid" not in str(form["born"])


def test_the_page_brings_the_form_element() -> None:
    assert StepForm(STEP, answers={}).helper.form_tag is False


def test_two_forms_of_one_step_share_nothing() -> None:
    """Fields are made for each request: one person's files and errors are not the next one's."""
    first, second = sent(), sent(stored={"paper": []})
    assert first.fields["paper"].stored == [KEPT]
    assert not second.fields["paper"].stored
    assert first.fields["paper"].widget.adds
    assert not second.fields["paper"].widget.adds


class TestReadingBack:
    """Answers as they were asked: review, tracking, desk and papers read them here."""

    def lines(self, **answers: Any) -> dict[str, tuple[str, ...]]:
        return {field.id: field.lines for field in present(SCHEMA, answers, {})[0].fields}

    def test_every_answer_in_words(self) -> None:
        assert self.lines(**_all()) == {
            "name": ("Nguyễn Văn A",), "born": ("02/09/1945",), "area": ("12,5 m²",), "kind": ("Loại A",),
            "uses": ("Kết hôn", "Vay vốn"), "sure": ("Không",), "note": ("Một", "hai"), "home": ("Ấp 1",), "paper": (),
        }  # fmt: skip

    @pytest.mark.parametrize("nothing", [None, "", []])
    def test_what_was_not_answered_is_said_to_be_so(self, nothing: Any) -> None:
        steps = present(SCHEMA, {field["id"]: nothing for field in FIELDS}, {})
        assert not [field for field in steps[0].fields if field.answered]

    def test_no_is_an_answer(self) -> None:
        assert self.lines(sure=False)["sure"] == ("Không",)
        assert self.lines(sure=True)["sure"] == ("Có",)

    def test_nought_is_an_answer(self) -> None:
        assert self.lines(area="0")["area"] == ("0 m²",)

    def test_answers_of_other_versions_are_left_out(self) -> None:
        assert "gone" not in self.lines(gone="x")

    def test_a_choice_that_is_gone_is_shown_as_it_was_kept(self) -> None:
        assert self.lines(kind="gone", uses=["x", "gone"])["uses"] == ("Vay vốn", "gone")

    def test_files_stand_with_their_question(self) -> None:
        paper = present(SCHEMA, {}, {"paper": [KEPT, KEPT]})[0].fields[-1]
        assert paper.files == (KEPT, KEPT)
        assert paper.answered
        assert paper.text == "giay.pdf, giay.pdf"

    def test_one_line_for_lists_and_papers(self) -> None:
        note = present(SCHEMA, {"note": "Một\nhai"}, {})[0].fields[6]
        assert note.text == "Một, hai"

    @pytest.mark.parametrize("field_type", list(registry.installed()), ids=lambda field_type: field_type.code)
    def test_every_type_can_be_read_back(self, field_type: Any) -> None:
        assert field_type.stores_files or field_type.code in {spec.type for spec in STEP.fields} | {
            "citizen_id", "phone", "email",
        }  # fmt: skip
