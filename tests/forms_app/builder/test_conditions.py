"""Questions that depend on another question of the same step, in a test step and in the forms of the demo."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.datastructures import MultiValueDict

from core.errors import InvalidInput
from forms_app.builder import services as builder
from forms_app.builder.answer_display import answered_steps
from forms_app.builder.schema import FormSchema
from forms_app.builder.step_form import StepForm
from forms_app.dossiers import services
from forms_app.dossiers.models import Attachment, Draft
from forms_app.dossiers.rules import consent_in_force
from tests.forms_app.builder.factories import make_definition
from tests.forms_app.dossiers.factories import make_draft, make_form
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
PEOPLE = [{"value": "kinh", "label": "Kinh"}, {"value": "khac", "label": "Dân tộc khác"}]
STORED = SimpleNamespace(original_name="giay.pdf", size=2048, pk=7)


def schema_with(**options: Any) -> dict[str, Any]:
    """A form with a choice, a text that depends on it, a number, and a file that the number replaces."""
    return {
        "steps": [
            {
                "id": "s",
                "title": "Bước",
                "fields": [
                    {"id": "people", "type": "choice", "label": "Dân tộc", "choices": PEOPLE},
                    {
                        "id": "which", "type": "short_text", "label": "Ghi rõ dân tộc",
                        "options": {"required_with": "people=khac", **options},
                    },
                    {"id": "number", "type": "short_text", "label": "Số giấy", "required": False},
                    {"id": "scan", "type": "file", "label": "Bản chụp", "options": {"replaced_by": "number"}},
                ],
            }
        ]
    }  # fmt: skip


def filled(*, files: bool = False, **data: str) -> StepForm:
    step = FormSchema.from_json(schema_with()).steps[0]
    values = MultiValueDict({name: [text] for name, text in data.items()})
    return StepForm(
        step, answers={}, data=values, files=MultiValueDict(), stored={"scan": [STORED]} if files else {}
    )


@pytest.mark.parametrize(
    ("data", "files", "wrong"),
    [
        ({"people": "kinh", "number": "CS-1"}, False, {}),
        ({"people": "kinh"}, True, {}),
        ({"people": "khac", "which": "Chăm", "number": "CS-1"}, False, {}),
        ({"people": "khac", "number": "CS-1"}, False, {"which": "Điền “Ghi rõ dân tộc”."}),
        (
            {"people": "kinh", "which": "Chăm", "number": "1"},
            False,
            {"which": "nhưng chưa chọn “Dân tộc khác”"},
        ),
        ({"people": "kinh"}, False, {"scan": "Chọn tệp cho “Bản chụp” hoặc điền “Số giấy”."}),
        ({"people": "kinh", "number": " "}, False, {"scan": "Chọn tệp cho “Bản chụp” hoặc điền “Số giấy”."}),
    ],
)
def test_answer_is_required_by_condition(data: dict[str, str], files: bool, wrong: dict[str, str]) -> None:
    form = filled(files=files, **data)
    assert form.errors.keys() == wrong.keys()
    for name, text in wrong.items():
        assert text in form.errors[name][0]


def test_conditional_questions_are_not_called_optional() -> None:
    step = FormSchema.from_json(schema_with()).steps[0]
    form = StepForm(step, answers={})
    assert [name for name, field in form.fields.items() if field.one_of] == ["which", "scan"]


def test_draft_is_filed_with_the_number_alone_and_not_without_either() -> None:
    form = make_form(schema=schema_with())
    draft, token = make_draft(form, people="khac", which="Chăm", number="CS-1")
    Attachment.objects.all().delete()
    receipt = services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())
    assert receipt.code
    steps = answered_steps(FormSchema.from_json(form.schema), receipt.dossier.answers, {})
    shown = {field.label: field.text for step in steps for field in step.fields}
    assert (
        shown["Ghi rõ dân tộc"] == "Chăm"
    )  # the review, the desk and the printed forms show it like any other answer


def test_draft_without_number_and_file_is_not_filed() -> None:
    draft, token = make_draft(make_form(schema=schema_with()), people="khac", which="Chăm")
    Attachment.objects.all().delete()
    with pytest.raises(InvalidInput):
        services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())
    assert Draft.objects.get().dossier_id is None


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ({"required_with": "nobody=khac"}, "“nobody”"),
        ({"required_with": "people=cham"}, "“people” không có lựa chọn mang giá trị “cham”"),
        ({"required_with": "number=1"}, "“number” không có lựa chọn"),
        ({"replaced_by": "nobody"}, "“nobody”"),
        ({"replaced_by": "which"}, "“which”"),
    ],
)
def test_condition_without_an_existing_question_is_not_published(options: dict[str, str], wrong: str) -> None:
    definition = make_definition(schema_with(**options))
    with pytest.raises(InvalidInput) as refused:
        builder.publish(definition=definition, schema=schema_with(**options))
    assert wrong in str(refused.value)


def demo_step(code: str, question: str) -> Any:
    schema = FormSchema.from_json(json.loads((ROOT / f"demo/data/forms/{code}.json").read_text()))
    return next(step for step in schema.steps if question in {spec.id for spec in step.fields})


def errors_of(code: str, question: str, **data: Any) -> dict[str, list[str]]:
    values = MultiValueDict({name: text if isinstance(text, list) else [text] for name, text in data.items()})
    form = StepForm(demo_step(code, question), answers={}, data=values, files=MultiValueDict())
    return dict(form.errors)


def test_number_of_the_birth_certificate_suffices() -> None:
    assert "birth_certificate" in errors_of("1.001193", "birth_certificate")
    found = errors_of("1.001193", "birth_certificate", birth_certificate_number="CS-2026-000123")
    assert "birth_certificate" not in found


@pytest.mark.parametrize(
    ("code", "question"),
    [
        ("1.000656", "deceased_ethnicity"),
        ("1.000894", "groom_ethnicity"),
        ("1.000894", "bride_ethnicity"),
        ("1.001193", "child_ethnicity"),
        ("1.001193", "child_nationality"),
        ("1.001193", "mother_ethnicity"),
        ("1.001193", "father_ethnicity"),
        ("1.001731", "deceased_ethnicity"),
        ("1.001731", "benefit"),
        ("1.004873", "subject_ethnicity"),
        ("1.004873", "marital_status"),
        ("1.007868", "house_kind"),
        ("2.000635", "subject_ethnicity"),
    ],
)
def test_choices_of_other_in_the_demo_ask_for_details(code: str, question: str) -> None:
    named = f"{question}_other"
    assert named in errors_of(code, question, **{question: "khac"})
    assert named not in errors_of(code, question, **{question: "khac", named: "Chăm"})
    assert named not in errors_of(code, question)


@pytest.mark.parametrize(
    ("code", "question"), [("1.000894", "conditions"), ("1.001612", "promise"), ("2.000620", "promises")]
)
def test_declarations_of_the_demo_need_every_tick(code: str, question: str) -> None:
    values = [
        c.value for spec in demo_step(code, question).fields if spec.id == question for c in spec.choices
    ]
    found = errors_of(code, question, **{question: values[:1]})
    assert "Đánh dấu tất cả các ý. Chưa đánh dấu: “" in found[question][0]
    assert question in errors_of(code, question)
    assert question not in errors_of(code, question, **{question: values})
