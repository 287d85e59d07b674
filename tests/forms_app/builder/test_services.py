"""Publication of forms: immutable versions, stable ids, reported problems, export and import."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command

from accounts.models import Agency, Membership
from core.errors import InvalidInput, NotAllowed
from forms_app.builder import services
from forms_app.builder.answer_display import answered_steps
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.builder.selectors import form_in_force
from forms_app.builder.validation import problems, read_schema
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.forms_app.dossiers.factories import SCHEMA, make_version
from tests.paths import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def definition() -> FormDefinition:
    procedure = make_version().procedure
    return FormDefinition.objects.create(procedure=procedure, title="Tờ khai", slug="to-khai")


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return SCHEMA with one value changed; ``path`` is like ``steps.0.fields.1.type``."""
    schema: Any = copy.deepcopy(SCHEMA)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    target = schema
    for part in parents:
        target = target[part]
    target[last] = value
    return schema


def test_publishing_creates_a_version_only_if_the_schema_changed(definition: FormDefinition) -> None:
    first = services.publish(definition=definition, schema=SCHEMA)
    assert services.publish(definition=definition, schema=SCHEMA) == first
    second = services.publish(definition=definition, schema=changed("steps.0.title", "Khác"))
    assert (first.number, second.number) == (1, 2)
    assert form_in_force(definition.procedure) == second
    assert FormVersion.objects.get(number=1).schema == first.schema
    definition.active = False
    definition.save()
    assert form_in_force(definition.procedure) is None


def test_applicant_step_is_always_first(definition: FormDefinition) -> None:
    schema = FormSchema.from_json(services.publish(definition=definition, schema=SCHEMA).schema)
    assert [step.id for step in schema.steps] == ["applicant", "child"]
    assert [spec.id for spec in schema.steps[0].fields][:4] == ["full_name", "identity", "phone", "email"]
    assert schema.steps[0].fields[0].label == "Họ, chữ đệm và tên"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("steps", [], "ít nhất một bước"),
        ("steps.0.title", " ", "tiêu đề"),
        ("steps.0.fields", [], "ít nhất một câu hỏi"),
        ("steps.0.id", "Bước 1", "chữ thường"),
        ("steps.0.fields.0.id", "1st", "chữ thường"),
        ("steps.0.fields.0.id", "born", "dùng hai lần"),
        ("steps.0.fields.0.id", "full_name", "người yêu cầu"),
        ("steps.0.id", "applicant", "người yêu cầu"),
        ("steps.0.fields.0.label", "", "nhãn"),
        ("steps.0.fields.0.type", "signature", "signature"),
        ("steps.0.fields.0.type", "choice", "ít nhất một lựa chọn"),
        ("steps.0.fields.0.options", {"colour": "red"}, "colour"),
        ("steps.0.fields.0.options", {"max_length": "ba"}, "max_length"),
        ("steps.0.fields.0.options", {"max_length": True}, "max_length"),
        ("steps.0.fields.0.choices", [{"value": "a", "label": "A"}], "không có lựa chọn"),
        ("steps.0.fields.2.options", {"extensions": ["pdf", "exe"]}, "exe"),
        (
            "steps.0.fields.0",
            {"id": "n", "type": "number", "label": "N", "options": {"min": 3, "max": 2}},
            "lớn hơn",
        ),
        (
            "steps.0.fields.0",
            {
                "id": "c",
                "type": "choice",
                "label": "C",
                "choices": [{"value": "a", "label": "A"}, {"value": "a", "label": "B"}],
            },
            "cùng giá trị",
        ),
        ("steps.0.fields.0", {"id": "x"}, "cấu trúc"),
        ("steps", "không phải danh sách", "cấu trúc"),
        ("estimated_minutes", "mười", "cấu trúc"),
        ("result_ways", [], "ít nhất một cách nhận kết quả"),
        ("result_ways", ["counter", "pigeon"], "pigeon"),
        ("result_ways", "counter", "cấu trúc"),
        ("signers", "Bên nam", "cấu trúc"),
        ("signers", ["A", "B", "C", "D", "E"], "tối đa 4 người ký"),
        ("signers", [""], "tối đa 60 ký tự"),
        ("signers", ["x" * 61], "tối đa 60 ký tự"),
        ("signers", ["Bên nam, bên nữ"], "không có dấu phẩy"),
        ("signers", ["Bên nam", "bên  NAM"], "ghi hai lần"),
    ],
)
def test_invalid_schema_is_reported_and_not_published(
    definition: FormDefinition, path: str, value: Any, message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        services.publish(definition=definition, schema=changed(path, value))
    assert not definition.versions.exists()


def test_published_id_keeps_its_type(definition: FormDefinition) -> None:
    services.publish(definition=definition, schema=SCHEMA)
    without = changed("steps.0.fields", SCHEMA["steps"][0]["fields"][:1])
    services.publish(definition=definition, schema=without)
    with pytest.raises(InvalidInput, match="born"):
        services.publish(definition=definition, schema=changed("steps.0.fields.1.type", "short_text"))


@pytest.mark.parametrize("junk", [None, 3, "x", [], {"steps": [None]}, {"steps": [{"id": "a"}]}])
def test_malformed_schema_is_reported_as_a_problem(junk: Any) -> None:
    schema, found = read_schema(junk)
    assert (schema is None) == bool(found)
    assert schema is None or problems(schema, {})


def test_users_without_the_permission_cannot_change_forms(definition: FormDefinition) -> None:
    user = MembershipFactory(role=Membership.Role.CONTROLLER, agency__kind=Agency.Kind.PROVINCE).user
    for call in (
        lambda: services.publish(definition=definition, schema=SCHEMA, by=user),
        lambda: services.save_working_copy(definition=definition, schema=SCHEMA, by=user),
        lambda: services.import_form(data=services.export_form(definition), by=user),
    ):
        with pytest.raises(NotAllowed):
            call()
    user.user_permissions.add(Permission.objects.get(codename="change_formdefinition"))
    user = type(user).objects.get(pk=user.pk)
    assert services.publish(definition=definition, schema=SCHEMA, by=user).published_by == user


def test_the_permission_alone_reaches_no_procedure_of_others(definition: FormDefinition) -> None:
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="change_formdefinition"))
    with pytest.raises(NotAllowed, match="không thuộc mục"):
        services.publish(definition=definition, schema=SCHEMA, by=type(user).objects.get(pk=user.pk))


def test_import_of_an_export_gives_the_same_form(definition: FormDefinition) -> None:
    services.save_working_copy(definition=definition, schema=SCHEMA, by=None)
    exported = json.loads(json.dumps(services.export_form(definition)))
    again = services.import_form(data=exported)
    assert again == definition
    assert services.export_form(again) == exported
    with pytest.raises(InvalidInput, match=r"9\.999999"):
        services.import_form(data={**exported, "procedure": "9.999999"})


def test_answers_are_shown_with_the_labels_of_their_version(definition: FormDefinition) -> None:
    first = services.publish(definition=definition, schema=SCHEMA)
    services.publish(definition=definition, schema=changed("steps.0.fields.0.label", "Tên mới của câu hỏi"))
    shown = answered_steps(
        FormSchema.from_json(first.schema), {"child_name": "Nguyễn Văn Mới", "born": "2026-11-01"}, {}
    )
    child = shown[1]
    assert [(field.label, field.lines) for field in child.fields] == [
        ("Họ tên của trẻ", ("Nguyễn Văn Mới",)),
        ("Ngày sinh", ("01/11/2026",)),
        ("Giấy chứng sinh", ()),
    ]
    assert not child.fields[2].answered


def test_loading_the_shipped_forms_twice_creates_no_second_version(tmp_path, capsys) -> None:
    files = sorted((ROOT / "demo/data/forms").glob("*.json"))
    assert len(files) >= 5
    for path in files:
        make_version(core_code=path.stem)
    call_command("load_forms", *files)
    numbers = set(FormVersion.objects.values_list("definition__procedure__core_code", "number"))
    call_command("load_forms", *files)
    assert set(FormVersion.objects.values_list("definition__procedure__core_code", "number")) == numbers
    broken = tmp_path / "hong.json"
    broken.write_text("{")
    with pytest.raises(CommandError, match=r"hong\.json"):
        call_command("load_forms", broken)
