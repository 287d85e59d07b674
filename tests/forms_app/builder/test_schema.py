"""Any valid definition can be rendered, answered, displayed, edited, exported and imported."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.template import Context, Template
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_app.builder import applicant, validation
from forms_app.builder.admin import blocks
from forms_app.builder.answer_display import answered_steps
from forms_app.builder.field_types import registry
from forms_app.builder.schema import FieldSpec, FormSchema, StepSpec
from forms_app.builder.step_form import StepForm
from tests.forms_app.builder.strategies import PLAIN, TYPES, definitions, typed

TODAY = date(2026, 11, 23)
# No units are loaded here, so addresses are free text.
pytestmark = pytest.mark.django_db
some = settings(
    max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
CRISPY = Template("{% load crispy_forms_tags %}{% crispy form %}")
FILE = SimpleNamespace(original_name="giay.pdf", size=10, pk=1)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23T02:00:00Z", tick=False):
        yield


def filled_step(step: StepSpec, **facts: Any) -> StepForm:
    """Return the step filled with valid answers; files are already stored."""
    data: MultiValueDict[str, str] = MultiValueDict()
    for spec in step.fields:
        for name, value in typed(spec, TODAY).items():
            data.setlist(name, value if isinstance(value, list) else [value])
    stored = {spec.id: [FILE] for spec in step.fields if spec.type == "file"}
    return StepForm(step, answers={}, data=data, files=MultiValueDict(), stored=stored, **facts)


def test_strategies_draw_and_answer_every_installed_type() -> None:
    assert set(TYPES) == {field_type.code for field_type in registry.installed()}
    assert [code for code in PLAIN if not typed(FieldSpec("f", code, "F"), TODAY)] == []


@some
@given(definitions())
def test_valid_definition_survives_export_and_import_unchanged(definition: dict[str, Any]) -> None:
    schema, found = validation.read_schema(definition)
    assert schema is not None, found
    assert validation.problems(schema, {}) == []
    carried = FormSchema.from_json(json.loads(json.dumps(schema.to_json())))
    assert carried == schema
    assert carried.digest == schema.digest
    assert validation.read_schema(schema.to_json()) == (schema, [])


@some
@given(definitions())
def test_editor_blocks_convert_back_to_the_same_schema(definition: dict[str, Any]) -> None:
    schema = FormSchema.from_json(definition).to_json()
    value = blocks.steps_block().to_python(blocks.to_blocks(schema["steps"]))
    assert blocks.from_blocks(value) == schema["steps"]


@some
@given(definitions())
def test_step_renders_empty_and_with_errors(definition: dict[str, Any]) -> None:
    for step in applicant.with_applicant(FormSchema.from_json(definition)).steps:
        empty = CRISPY.render(Context({"form": StepForm(step, answers={})}))
        for spec in step.fields:
            assert f'id="field_id_{spec.id}"' in empty
        wrong = StepForm(step, answers={}, data=MultiValueDict(), files=MultiValueDict())
        assert set(wrong.errors) == {spec.id for spec in step.fields if spec.required}
        assert ("data-error-summary" in CRISPY.render(Context({"form": wrong}))) == bool(wrong.errors)


@some
@given(definitions())
def test_valid_answers_are_accepted_displayed_and_accepted_again(definition: dict[str, Any]) -> None:
    schema = FormSchema.from_json(definition)
    answers: dict[str, Any] = {}
    for step in schema.steps:
        form = filled_step(step)
        assert form.is_valid(), form.errors
        assert json.loads(json.dumps(form.answers())) == form.answers(), "an answer is JSON"
        answers |= form.answers()
        # Inputs that are shown again contain values that are read as the same answers.
        again = StepForm(step, answers=answers)
        for spec in step.fields:
            if spec.type not in {"address", "file", "identity_document"}:  # these have several inputs
                shown = again[spec.id].value()
                data = MultiValueDict({spec.id: shown if isinstance(shown, list) else [str(shown)]})
                alone = StepForm(StepSpec("s", "B", fields=(spec,)), answers={}, data=data)
                assert alone.is_valid(), alone.errors
                assert alone.answers() == {spec.id: answers[spec.id]}
    files = {spec.id: [FILE] for spec in schema.of_type("file")}
    for step in answered_steps(schema, answers, files):
        for field in step.fields:
            assert field.answered
            assert field.text


@some
@given(definitions(), st.data())
def test_single_problem_is_reported_with_its_location(
    definition: dict[str, Any], data: st.DataObject
) -> None:
    step = data.draw(st.sampled_from(definition["steps"]))
    question = data.draw(st.sampled_from(step["fields"]))
    name, value = data.draw(
        st.sampled_from(
            [("label", ""), ("id", "Sai Mã"), ("type", "signature"), ("options", {"colour": "red"})]
        )
    )
    question[name] = value
    schema, found = validation.read_schema(definition)
    assert schema is not None, found
    problems = validation.problems(schema, {})
    wanted = validation.location(
        schema.step(step["id"]), next(spec for spec in schema.fields.values() if spec.id == question["id"])
    )
    assert [problem.where for problem in problems] == [wanted]


@pytest.mark.parametrize("field_type", list(registry.installed()), ids=lambda field_type: field_type.code)
def test_every_option_has_a_label_a_known_type_and_a_default(field_type: Any) -> None:
    """Options may be omitted: the minimal definition of every type renders."""
    assert str(field_type.label)
    for option in field_type.options.values():
        assert str(option.label)
        assert option.value_type in blocks.OPTION_BLOCKS
    choices = [{"value": "a", "label": "A"}] if field_type.has_choices else []
    step = {
        "id": "s",
        "title": "B",
        "fields": [{"id": "f", "type": field_type.code, "label": "C", "choices": choices}],
    }
    schema, found = validation.read_schema({"steps": [step]})
    assert schema is not None, found
    assert validation.problems(schema, {}) == []
    assert CRISPY.render(Context({"form": StepForm(schema.steps[0], answers={})}))
