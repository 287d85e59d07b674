"""Export and import of forms: services, the load_forms command, the admin, permissions."""

from __future__ import annotations

import copy
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings

from core.errors import InvalidInput, NotAllowed
from core.models import CacheGeneration
from core.web.page_cache import SITE
from forms_app.builder import applicant, services
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.builder.selectors import form_in_force
from tests.accounts.factories import UserFactory
from tests.forms_app.builder.factories import controller, make_definition
from tests.forms_app.builder.strategies import definitions
from tests.forms_app.dossiers.factories import SCHEMA, make_version
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
SHIPPED = sorted((ROOT / "demo/data/forms").glob("*.json"))


def export_of(code: str, title: str = "Tờ khai", schema: Any = SCHEMA) -> dict[str, Any]:
    return {"procedure": code, "title": title, **copy.deepcopy(schema)}


class TestImport:
    def test_import_creates_an_unpublished_working_copy(self) -> None:
        procedure = make_version().procedure
        definition = services.import_form(data=export_of(procedure.core_code, "  Tờ khai  đăng ký "))
        assert (definition.title, definition.procedure, definition.active) == (
            "Tờ khai đăng ký",
            procedure,
            True,
        )
        assert definition.slug == f"to-khai-dang-ky-{procedure.core_code.replace('.', '-')}"
        assert form_in_force(procedure) is None

    def test_import_without_a_title_uses_the_title_of_the_procedure(self) -> None:
        procedure = make_version(title="Đăng ký khai sinh").procedure
        data = export_of(procedure.core_code)
        del data["title"]
        assert services.import_form(data=data).title == "Đăng ký khai sinh"

    def test_import_updates_the_active_form_and_keeps_its_published_version(self) -> None:
        definition = make_definition()
        version = services.publish(definition=definition)
        changed = copy.deepcopy(SCHEMA)
        changed["steps"][0]["title"] = "Mới"
        again = services.import_form(data=export_of(definition.procedure.core_code, "Đổi", changed))
        assert (again.pk, again.slug, again.title) == (definition.pk, definition.slug, "Đổi")
        assert form_in_force(definition.procedure) == version

    def test_import_creates_a_new_form_if_the_existing_one_is_inactive(self) -> None:
        closed = make_definition(active=False)
        created = services.import_form(data=export_of(closed.procedure.core_code))
        assert created != closed
        assert created.slug != closed.slug

    def test_forms_with_the_same_title_get_distinct_slugs(self) -> None:
        codes = [make_version().procedure.core_code for _number in range(3)]
        definitions_ = [make_definition(title=code) for code in codes]
        assert len({definition.slug for definition in definitions_}) == 3

    @pytest.mark.parametrize("title", ["", "???", "日本", "Đ" * 300])
    def test_slug_is_generated_for_any_title(self, title: str) -> None:
        first = services.free_slug(title)
        FormDefinition.objects.create(procedure=make_version().procedure, title="x", slug=first)
        second = services.free_slug(title)
        assert first
        assert second == f"{first}-2"
        FormDefinition._meta.get_field("slug").run_validators(second)

    @pytest.mark.parametrize("code", ["", "9.999999", "1.001193.H12", "'; DROP TABLE", "1" * 500])
    def test_import_reports_an_unknown_procedure(self, code: str) -> None:
        with pytest.raises(InvalidInput, match="thủ tục"):
            services.import_form(data=export_of(code))
        assert not FormDefinition.objects.exists()

    def test_incomplete_form_can_be_imported_but_not_published(self) -> None:
        code = make_version().procedure.core_code
        definition = services.import_form(data=export_of(code, schema={"steps": []}))
        with pytest.raises(InvalidInput, match="ít nhất một bước"):
            services.publish(definition=definition)

    @given(definitions())
    @settings(
        max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    )
    def test_export_and_import_give_the_same_form(self, definition: dict[str, Any]) -> None:
        code = make_version().procedure.core_code
        first = services.import_form(data=export_of(code, schema=definition))
        exported = json.loads(json.dumps(services.export_form(first), ensure_ascii=False))
        assert exported["format"] == 1
        again = services.import_form(data={**exported, "procedure": make_version().procedure.core_code})
        assert again.working_copy == first.working_copy
        versions = [services.publish(definition=each) for each in (first, again)]
        assert versions[0].digest == versions[1].digest


class TestCommand:
    def write(self, folder: Path, *forms: dict[str, Any]) -> list[Path]:
        paths = [folder / f"{number}.json" for number, _form in enumerate(forms)]
        for path, form in zip(paths, forms, strict=True):
            path.write_text(json.dumps(form, ensure_ascii=False), "utf-8")
        return paths

    def test_load_forms_prints_the_version_of_each_form(self, tmp_path: Path) -> None:
        codes = [make_version().procedure.core_code for _number in range(2)]
        out = StringIO()
        call_command("load_forms", *self.write(tmp_path, *(export_of(code) for code in codes)), stdout=out)
        assert out.getvalue().splitlines() == [f"{code} Tờ khai: version 1" for code in codes]

    def test_version_published_by_load_forms_has_no_publisher(self, tmp_path: Path) -> None:
        call_command("load_forms", *self.write(tmp_path, export_of(make_version().procedure.core_code)))
        assert FormVersion.objects.get().published_by is None

    @pytest.mark.parametrize(
        "broken", [{"steps": [None]}, {"procedure": "9.999999"}, {"steps": []}, {"format": 7}]
    )
    def test_load_forms_is_atomic(self, tmp_path: Path, broken: dict[str, Any]) -> None:
        good = export_of(make_version().procedure.core_code)
        bad = {**export_of(make_version().procedure.core_code), **broken}
        with pytest.raises(CommandError, match=r"1\.json"):
            call_command("load_forms", *self.write(tmp_path, good, bad))
        assert not FormDefinition.objects.exists()
        assert not FormVersion.objects.exists()

    def test_missing_file_is_named_in_the_error(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"missing\.json"):
            call_command("load_forms", tmp_path / "missing.json")

    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
    def test_every_shipped_form_can_be_published(self, path: Path) -> None:
        make_version(core_code=path.stem)
        call_command("load_forms", path, stdout=StringIO())
        schema = FormSchema.from_json(FormVersion.objects.get().schema)
        assert schema.steps[0].id == applicant.STEP
        assert services.publish(definition=FormDefinition.objects.get()).number == 1


class TestAdmin:
    def test_exported_file_is_named_after_the_procedure(self) -> None:
        definition = make_definition(title="Tờ khai “đặc biệt”\n")
        sent = controller()[1].get(reverse("builder_export", args=[definition.pk]))
        code = definition.procedure.core_code
        assert sent["Content-Disposition"] == f'attachment; filename="{code}.json"'
        assert sent["Content-Type"] == "application/json; charset=utf-8"
        assert "Thông tin của trẻ" in sent.content.decode(), "readable without JSON escapes"

    def test_problems_are_reported_with_their_location_and_nothing_is_saved(self) -> None:
        definition = make_definition()
        broken = export_of(definition.procedure.core_code, "Đè")
        broken["steps"][0]["fields"][1]["label"] = 5
        broken["steps"][0]["fields"][2]["show_if"] = {}
        upload = SimpleUploadedFile("a.json", json.dumps(broken).encode())
        html = controller()[1].post(reverse("builder_import"), {"file": upload}).content.decode()
        assert "Bước 1, câu hỏi 2: “label”" in html
        assert "Bước 1, câu hỏi 3: “show_if” không có trong cấu trúc biểu mẫu." in html
        definition.refresh_from_db()
        assert definition.title == "Tờ khai"

    def test_import_reports_unknown_field_types(self) -> None:
        code = make_version().procedure.core_code
        schema = {
            "steps": [{"id": "s", "title": "Bước", "fields": [{"id": "f", "type": "map", "label": "Vị trí"}]}]
        }
        upload = SimpleUploadedFile("a.json", json.dumps(export_of(code, schema=schema)).encode())
        html = controller()[1].post(reverse("builder_import"), {"file": upload}).content.decode()
        assert "Bước › Vị trí" in html
        assert "“map”" in html

    def test_import_without_a_file_is_reported(self) -> None:
        page = controller()[1].post(reverse("builder_import"), {})
        assert page.status_code == 200
        assert page.context["form"].errors["file"]


class TestPublicPages:
    """Procedure pages show at once whether there is a form, since changes invalidate the page cache."""

    def generation(self) -> int:
        return CacheGeneration.objects.filter(scope=SITE).values_list("number", flat=True).first() or 0

    def test_publishing_activating_and_deleting_purge_the_page_cache(self) -> None:
        definition = make_definition()
        before = self.generation()
        services.publish(definition=definition)
        assert (before := self.generation()) > 0
        other = make_definition()
        for active in (False, True):
            other.active = active
            other.save()
            assert self.generation() > before
            before = self.generation()
        other.delete()
        assert self.generation() > before

    def test_viewing_a_form_does_not_purge_the_page_cache(self) -> None:
        definition = make_definition()
        _user, browser = controller()
        before = self.generation()
        browser.get(reverse("builder_preview", args=[definition.pk]))
        browser.post(reverse("builder_test_run", args=[definition.pk, 0, "child"]), {"child_name": "x"})
        browser.get(reverse("builder_export", args=[definition.pk]))
        assert self.generation() == before


class TestRights:
    @pytest.mark.parametrize(
        "codenames", [[], ["view_formdefinition"], ["add_formdefinition"], ["delete_formdefinition"]]
    )
    def test_changes_require_the_change_permission(self, codenames: list[str]) -> None:
        definition, user = make_definition(), UserFactory()
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        before = FormDefinition.objects.values().get()
        for change in (
            lambda: services.publish(definition=definition, by=user),
            lambda: services.save_working_copy(definition=definition, schema={"steps": []}, by=user),
            lambda: services.import_form(data=export_of(definition.procedure.core_code, "Đè"), by=user),
        ):
            with pytest.raises(NotAllowed):
                change()
        assert FormDefinition.objects.values().get() == before
        assert not FormVersion.objects.exists()

    def test_deactivated_user_cannot_change_forms(self) -> None:
        definition, user = make_definition(), UserFactory(is_superuser=True, is_active=False)
        with pytest.raises(NotAllowed):
            services.publish(definition=definition, by=user)


class TestApplicantStep:
    """It is added to each version in Vietnamese; editors cannot change it."""

    def test_applicant_step_is_vietnamese_in_every_interface_language(self) -> None:
        with override("en"):
            version = services.publish(definition=make_definition())
        step = FormSchema.from_json(version.schema).steps[0]
        assert step.title == "Người yêu cầu"
        assert step.fields[1].label == "Giấy tờ tùy thân"

    def test_working_copy_does_not_contain_the_applicant_step(self) -> None:
        definition = make_definition()
        services.publish(definition=definition)
        definition.refresh_from_db()
        assert [step["id"] for step in definition.working_copy["steps"]] == ["child"]

    def test_working_copy_with_an_applicant_step_cannot_be_published(self) -> None:
        definition = make_definition()
        version = services.publish(definition=definition)
        services.save_working_copy(definition=definition, schema=version.schema, by=None)
        with pytest.raises(InvalidInput, match="dành cho bước người yêu cầu"):
            services.publish(definition=definition)

    def test_applicant_step_requires_the_data_of_a_dossier(self) -> None:
        asked = {spec.id: spec for spec in applicant.step().fields}
        required = {name for name, spec in asked.items() if spec.required}
        assert required == {"full_name", "identity", "phone", "address", "result_delivery"}
        assert [choice.value for choice in asked["result_delivery"].choices] == [
            "electronic",
            "counter",
            "post",
        ]
        assert asked["full_name"].options == {"autocomplete": "name"}
