"""The form editor in the Wagtail admin: access, saving, publication, export and import."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, streamfield

from accounts.models import Agency, Membership
from accounts.services.groups import sync_groups
from forms_app.builder import services
from forms_app.builder.admin import blocks
from forms_app.builder.admin.forms import FormDefinitionForm
from forms_app.builder.models import FormDefinition
from forms_app.builder.schema import FormSchema
from procedures.models import LocalAssignment
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.forms_app.builder.factories import spec_of
from tests.forms_app.dossiers.factories import SCHEMA, file_dossier, make_version, officer_of
from tests.paths import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def controller() -> Client:
    """Return a client signed in as a procedure controller."""
    user = MembershipFactory(role=Membership.Role.CONTROLLER, agency__kind=Agency.Kind.PROVINCE).user
    sync_groups(user=user)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def definition() -> FormDefinition:
    procedure = make_version().procedure
    made = FormDefinition.objects.create(procedure=procedure, title="Tờ khai", slug="to-khai")
    return services.save_working_copy(definition=made, schema=SCHEMA, by=None)


def post_data(definition: FormDefinition, *questions: tuple[str, dict]) -> dict[str, Any]:
    """Return the POST data for a form with one step."""
    fields = streamfield(
        [(kind, {"help": "", "id": "", "required": "on", **value}) for kind, value in questions]
    )
    step = {"id": "", "title": "Giấy tờ của bạn", "intro": "", "fields": fields}
    data = nested_form_data(
        {
            "procedure": definition.procedure_id, "title": definition.title, "active": "on",
            "content_hash": definition.content_hash,
            "estimated_minutes": "12", "steps": streamfield([("step", step)]),
        }
    )  # fmt: skip
    return {**data, "result_ways": ["counter"]}


def test_shipped_forms_are_unchanged_by_the_editor() -> None:
    block = blocks.steps_block()
    files = sorted((ROOT / "demo/data/forms").glob("*.json"))
    assert files
    for path in files:
        schema = FormSchema.from_json(json.loads(path.read_text("utf-8"))).to_json()
        value = block.to_python(blocks.to_blocks(schema["steps"]))
        again = FormSchema.from_json({"steps": blocks.from_blocks(value), "estimated_minutes": 1}).to_json()
        assert again["steps"] == schema["steps"], path.name


def test_saving_the_editor_generates_ids_for_new_questions_once(
    controller: Client, definition: FormDefinition
) -> None:
    page = controller.get(reverse("forms:edit", args=[definition.pk]))
    assert page.status_code == 200
    assert "child_name" in page.content.decode()
    data = post_data(
        definition,
        ("short_text", {"label": "Số nhà", "option_max_length": "50", "option_autocomplete": ""}),
        ("short_text", {"label": "Số nhà", "option_max_length": "", "option_autocomplete": ""}),
        (
            "file",
            {
                "label": "Ảnh",
                "option_extensions": "pdf, jpg",
                "option_max_files": "2",
                "option_max_size_mb": "",
            },
        ),
    )
    saved = controller.post(reverse("forms:edit", args=[definition.pk]), data)
    assert saved.status_code == 302, saved.content.decode()
    definition.refresh_from_db()
    schema = FormSchema.from_json(definition.working_copy)
    assert (schema.estimated_minutes, schema.result_ways) == (12, ("counter",))
    assert [step.id for step in schema.steps] == ["giay_to_cua_ban"]
    assert list(schema.fields) == ["so_nha", "so_nha_2", "anh"]
    assert schema.fields["so_nha"].options == {"max_length": 50}
    assert schema.fields["anh"].options == {"extensions": ["pdf", "jpg"], "max_files": 2}


def test_generated_ids_avoid_existing_and_reserved_ids() -> None:
    steps = [
        {
            "id": "",
            "title": "12 tháng",
            "fields": [{"id": "phone_2", "label": "x"}, {"id": "", "label": "Phone"}],
        }
    ]
    filled = blocks.fill_identifiers(steps)
    assert filled[0]["id"] == "q_12_thang"
    assert [field["id"] for field in filled[0]["fields"]] == ["phone_2", "phone_3"]


def test_form_is_previewed_published_and_listed_with_its_version(
    controller: Client, definition: FormDefinition
) -> None:
    preview = reverse("builder_preview", args=[definition.pk])
    target = reverse("builder_publish", args=[definition.pk])
    html = controller.get(preview).content.decode()
    assert reverse("builder_test_run", args=[definition.pk, 0, "applicant"]) in html
    assert definition.content_hash in html
    assert controller.get(target).status_code == 405
    published = controller.post(
        target, {"content_hash": definition.content_hash}, follow=True
    ).content.decode()
    assert "Đã công bố phiên bản 1." in published
    version = definition.versions.get()
    assert version.published_by is not None
    definition.working_copy = {"steps": [], "estimated_minutes": 5}
    definition.save()
    assert "Biểu mẫu phải có ít nhất một bước." in controller.get(preview).content.decode()
    refused = controller.post(target, {"content_hash": definition.content_hash}, follow=True)
    assert "Biểu mẫu phải có ít nhất một bước." in refused.content.decode()
    assert definition.versions.count() == 1


def test_passport_question_made_in_the_editor_is_encrypted_and_masked(
    controller: Client, definition: FormDefinition, client: Client
) -> None:
    data = post_data(definition, ("identity_document", {"label": "Hộ chiếu của con"}))
    controller.post(reverse("forms:edit", args=[definition.pk]), data)
    definition.refresh_from_db()
    controller.post(
        reverse("builder_publish", args=[definition.pk]), {"content_hash": definition.content_hash}
    )
    agency = AgencyFactory()
    LocalAssignment.objects.create(procedure=definition.procedure, agency=agency, valid_from=date(2025, 7, 1))
    answer = {"ho_chieu_cua_con": {"kind": "passport", "number": "C7654321"}}
    dossier = file_dossier(definition.versions.get(), agency=agency, **answer).dossier
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM dossiers_dossier")
        stored = cursor.fetchone()[0]
    assert "ho_chieu_cua_con" in stored
    assert "C7654321" not in stored
    client.force_login(officer_of(dossier))
    address = f"/mot-cua/ho-so/{dossier.code}/"
    assert "C7654321" not in client.get(address).content.decode()
    assert "C7654321" in client.post(f"{address}hien-so-dinh-danh/").content.decode()


def test_free_text_that_asks_for_identity_numbers_is_named_encrypted_and_revealed(
    controller: Client, definition: FormDefinition, client: Client
) -> None:
    data = post_data(definition, ("long_text", {"label": "Thành viên", "help": "Tên và số căn cước"}))
    page = controller.post(reverse("forms:edit", args=[definition.pk]), data, follow=True).content.decode()
    assert "“Thành viên”" in page
    assert "hỏi số định danh trong câu trả lời tự do" in page
    definition.refresh_from_db()
    controller.post(
        reverse("builder_publish", args=[definition.pk]), {"content_hash": definition.content_hash}
    )
    agency = AgencyFactory()
    LocalAssignment.objects.create(procedure=definition.procedure, agency=agency, valid_from=date(2025, 7, 1))
    dossier = file_dossier(definition.versions.get(), agency=agency, thanh_vien="An, 096088000112").dossier
    client.force_login(officer_of(dossier))
    address = f"/mot-cua/ho-so/{dossier.code}/"
    for language in ("", "/en"):
        shown = client.get(f"{language}{address}").content.decode()
        assert "096088000112" not in shown
        assert "An, ••••••112" in shown
    assert "An, 096088000112" in client.post(f"{address}hien-so-dinh-danh/").content.decode()


def test_exported_file_can_be_imported_in_the_admin(controller: Client, definition: FormDefinition) -> None:
    sent = controller.get(reverse("builder_export", args=[definition.pk]))
    assert sent["Content-Disposition"].endswith('.json"')
    data = json.loads(sent.content)
    data["title"] = "Tờ khai mới"
    target = reverse("builder_import")
    taken = controller.post(target, {"file": SimpleUploadedFile("a.json", json.dumps(data).encode())})
    assert taken["Location"] == reverse("builder_preview", args=[definition.pk])
    definition.refresh_from_db()
    assert definition.title == "Tờ khai mới"
    for junk, said in (
        (b"{", "JSON"),
        (b"[]", "cấu trúc"),
        (b'{"procedure": "9.999999"}', "9.999999"),
        (b"\xff", "JSON"),
    ):
        page = controller.post(target, {"file": SimpleUploadedFile("a.json", junk)})
        assert page.status_code == 200
        assert said in page.content.decode(), junk


@pytest.mark.parametrize(
    "role", [Membership.Role.EDITOR, Membership.Role.OPERATOR, Membership.Role.RECEIVER, None]
)
def test_users_without_the_permission_cannot_reach_any_view(
    definition: FormDefinition, role: str | None
) -> None:
    user = MembershipFactory(role=role).user if role else UserFactory()
    sync_groups(user=user)
    client = Client()
    client.force_login(user)
    is_admin_user = role in {Membership.Role.EDITOR, Membership.Role.OPERATOR}
    names = ("builder_preview", "builder_export", "builder_publish", "forms:edit")
    for address in [*(reverse(name, args=[definition.pk]) for name in names), reverse("builder_import")]:
        for answer in (client.get(address), client.post(address)):
            if not is_admin_user:
                assert (answer.status_code, answer["Location"]) == (
                    302,
                    f"/tai-khoan/dang-nhap/?next={address}",
                )
            elif address.startswith("/quan-tri/forms/"):  # a view of Wagtail
                assert (answer.status_code, answer["Location"]) == (302, "/quan-tri/")
            else:
                assert answer.status_code == 404, address
            assert not answer.has_header("Content-Disposition")
    assert not definition.versions.exists()


def test_the_editor_has_a_block_for_every_type_and_option() -> None:
    form = FormDefinitionForm(instance=FormDefinition(), for_user=UserFactory(is_superuser=True))
    step = form.fields["steps"].block.child_blocks["step"]
    questions = step.child_blocks["fields"].child_blocks
    assert set(questions) >= {"short_text", "address", "file", spec_of("date").type}
    assert "option_extensions" in questions["file"].child_blocks
    assert "choices" in questions["choice"].child_blocks
    assert "choices" not in questions["date"].child_blocks
