"""Forms carried out and in: from a test portal to the real one, from the repository, by command and in the admin."""

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
from core.models import CacheEpoch
from core.pagecache.epochs import SITE
from forms_app.builder import applicant, services
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from forms_app.builder.selectors import form_in_force
from tests.accounts.factories import UserFactory
from tests.builder.factories import controller, make_definition
from tests.builder.strategies import definitions
from tests.dossiers.factories import SCHEMA, make_version
from tests.paths import ROOT

pytestmark = pytest.mark.django_db
SHIPPED = sorted((ROOT / "portal/demo/data/forms").glob("*.json"))


def export_of(code: str, title: str = "Tờ khai", schema: Any = SCHEMA) -> dict[str, Any]:
    return {"procedure": code, "title": title, **copy.deepcopy(schema)}


class TestComingIn:
    def test_a_new_form_is_a_working_copy_and_nothing_is_published(self) -> None:
        procedure = make_version().procedure
        definition = services.import_form(data=export_of(procedure.core_code, "  Tờ khai  đăng ký "))
        assert (definition.title, definition.procedure, definition.active) == (
            "Tờ khai đăng ký",
            procedure,
            True,
        )
        assert definition.slug == f"to-khai-dang-ky-{procedure.core_code.replace('.', '-')}"
        assert form_in_force(procedure) is None

    def test_a_form_without_a_title_is_called_as_its_procedure(self) -> None:
        procedure = make_version(title="Đăng ký khai sinh").procedure
        data = export_of(procedure.core_code)
        del data["title"]
        assert services.import_form(data=data).title == "Đăng ký khai sinh"

    def test_it_goes_to_the_form_that_is_open_and_keeps_what_was_published(self) -> None:
        definition = make_definition()
        version = services.publish(definition=definition)
        changed = copy.deepcopy(SCHEMA)
        changed["steps"][0]["title"] = "Mới"
        again = services.import_form(data=export_of(definition.procedure.core_code, "Đổi", changed))
        assert (again.pk, again.slug, again.title) == (definition.pk, definition.slug, "Đổi")
        assert form_in_force(definition.procedure) == version

    def test_beside_a_closed_form_there_is_a_new_one(self) -> None:
        closed = make_definition(active=False)
        made = services.import_form(data=export_of(closed.procedure.core_code))
        assert made != closed
        assert made.slug != closed.slug

    def test_slugs_of_one_title_are_told_apart(self) -> None:
        codes = [make_version().procedure.core_code for _number in range(3)]
        definitions_ = [make_definition(title=code) for code in codes]
        assert len({definition.slug for definition in definitions_}) == 3

    @pytest.mark.parametrize("title", ["", "???", "日本", "Đ" * 300])
    def test_any_title_gives_a_slug(self, title: str) -> None:
        first = services.free_slug(title)
        FormDefinition.objects.create(procedure=make_version().procedure, title="x", slug=first)
        second = services.free_slug(title)
        assert first
        assert second == f"{first}-2"
        FormDefinition._meta.get_field("slug").run_validators(second)

    @pytest.mark.parametrize("code", ["", "9.999999", "1.001193.H12", "'; DROP TABLE", "1" * 500])
    def test_a_procedure_that_is_not_there_is_said(self, code: str) -> None:
        with pytest.raises(InvalidInput, match="thủ tục"):
            services.import_form(data=export_of(code))
        assert not FormDefinition.objects.exists()

    def test_what_is_unfinished_may_come_in_but_not_go_live(self) -> None:
        code = make_version().procedure.core_code
        definition = services.import_form(data=export_of(code, schema={"steps": []}))
        with pytest.raises(InvalidInput, match="ít nhất một bước"):
            services.publish(definition=definition)

    @given(definitions())
    @settings(
        max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    )
    def test_out_and_in_again_is_the_same_form(self, definition: dict[str, Any]) -> None:
        code = make_version().procedure.core_code
        first = services.import_form(data=export_of(code, schema=definition))
        carried = json.loads(json.dumps(services.export_form(first), ensure_ascii=False))
        assert carried["format"] == 1
        again = services.import_form(data={**carried, "procedure": make_version().procedure.core_code})
        assert again.draft == first.draft
        versions = [services.publish(definition=each) for each in (first, again)]
        assert versions[0].digest == versions[1].digest


class TestCommand:
    def write(self, folder: Path, *forms: dict[str, Any]) -> list[Path]:
        paths = [folder / f"{number}.json" for number, _form in enumerate(forms)]
        for path, form in zip(paths, forms, strict=True):
            path.write_text(json.dumps(form, ensure_ascii=False), "utf-8")
        return paths

    def test_it_says_which_version_each_form_has(self, tmp_path: Path) -> None:
        codes = [make_version().procedure.core_code for _number in range(2)]
        out = StringIO()
        call_command("load_forms", *self.write(tmp_path, *(export_of(code) for code in codes)), stdout=out)
        assert out.getvalue().splitlines() == [f"{code} Tờ khai: version 1" for code in codes]

    def test_nobody_published_what_a_command_loaded(self, tmp_path: Path) -> None:
        call_command("load_forms", *self.write(tmp_path, export_of(make_version().procedure.core_code)))
        assert FormVersion.objects.get().published_by is None

    @pytest.mark.parametrize(
        "broken", [{"steps": [None]}, {"procedure": "9.999999"}, {"steps": []}, {"format": 7}]
    )
    def test_all_or_nothing(self, tmp_path: Path, broken: dict[str, Any]) -> None:
        good = export_of(make_version().procedure.core_code)
        bad = {**export_of(make_version().procedure.core_code), **broken}
        with pytest.raises(CommandError, match=r"1\.json"):
            call_command("load_forms", *self.write(tmp_path, good, bad))
        assert not FormDefinition.objects.exists()
        assert not FormVersion.objects.exists()

    def test_a_file_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"nichts\.json"):
            call_command("load_forms", tmp_path / "nichts.json")

    @pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
    def test_every_shipped_form_can_be_published(self, path: Path) -> None:
        make_version(core_code=path.stem)
        call_command("load_forms", path, stdout=StringIO())
        schema = FormSchema.from_json(FormVersion.objects.get().schema)
        assert schema.steps[0].id == applicant.STEP
        assert services.publish(definition=FormDefinition.objects.get()).number == 1


class TestInTheAdmin:
    def test_the_file_has_the_name_of_its_procedure(self) -> None:
        definition = make_definition(title="Tờ khai “đặc biệt”\n")
        sent = controller()[1].get(reverse("builder_export", args=[definition.pk]))
        code = definition.procedure.core_code
        assert sent["Content-Disposition"] == f'attachment; filename="{code}.json"'
        assert sent["Content-Type"] == "application/json; charset=utf-8"
        assert "Thông tin của trẻ" in sent.content.decode(), "a person can read it"

    def test_problems_are_said_with_their_place_and_nothing_is_changed(self) -> None:
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

    def test_a_type_that_is_not_installed_is_said(self) -> None:
        code = make_version().procedure.core_code
        schema = {
            "steps": [{"id": "s", "title": "Bước", "fields": [{"id": "f", "type": "map", "label": "Vị trí"}]}]
        }
        upload = SimpleUploadedFile("a.json", json.dumps(export_of(code, schema=schema)).encode())
        html = controller()[1].post(reverse("builder_import"), {"file": upload}).content.decode()
        assert "Bước › Vị trí" in html
        assert "“map”" in html

    def test_without_a_file_it_asks_for_one(self) -> None:
        page = controller()[1].post(reverse("builder_import"), {})
        assert page.status_code == 200
        assert page.context["form"].errors["file"]


class TestPublicPages:
    """Whoever reads a procedure's page sees at once whether it can be filed: the cached pages are stale."""

    def epoch(self) -> int:
        return CacheEpoch.objects.filter(scope=SITE).values_list("epoch", flat=True).first() or 0

    def test_publishing_closing_opening_and_deleting_are_seen(self) -> None:
        definition = make_definition()
        before = self.epoch()
        services.publish(definition=definition)
        assert (before := self.epoch()) > 0
        other = make_definition()
        for active in (False, True):
            other.active = active
            other.save()
            assert self.epoch() > before
            before = self.epoch()
        other.delete()
        assert self.epoch() > before

    def test_looking_at_a_form_is_not(self) -> None:
        definition = make_definition()
        _user, browser = controller()
        before = self.epoch()
        browser.get(reverse("builder_preview", args=[definition.pk]))
        browser.post(reverse("builder_try", args=[definition.pk, 0, "child"]), {"child_name": "x"})
        browser.get(reverse("builder_export", args=[definition.pk]))
        assert self.epoch() == before


class TestRights:
    @pytest.mark.parametrize(
        "codenames", [[], ["view_formdefinition"], ["add_formdefinition"], ["delete_formdefinition"]]
    )
    def test_only_the_right_to_change_forms_changes_them(self, codenames: list[str]) -> None:
        definition, user = make_definition(), UserFactory()
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        before = FormDefinition.objects.values().get()
        for change in (
            lambda: services.publish(definition=definition, by=user),
            lambda: services.save_draft(definition=definition, schema={"steps": []}, by=user),
            lambda: services.import_form(data=export_of(definition.procedure.core_code, "Đè"), by=user),
        ):
            with pytest.raises(NotAllowed):
                change()
        assert FormDefinition.objects.values().get() == before
        assert not FormVersion.objects.exists()

    def test_who_was_let_go_changes_nothing(self) -> None:
        definition, user = make_definition(), UserFactory(is_superuser=True, is_active=False)
        with pytest.raises(NotAllowed):
            services.publish(definition=definition, by=user)


class TestTheApplicantStep:
    """Asked by the software, frozen into each version in Vietnamese, out of the editor's hands."""

    def test_it_is_vietnamese_whoever_publishes(self) -> None:
        with override("en"):
            version = services.publish(definition=make_definition())
        step = FormSchema.from_json(version.schema).steps[0]
        assert step.title == "Người yêu cầu"
        assert step.fields[1].label == "Số căn cước"

    def test_it_is_not_in_the_working_copy(self) -> None:
        definition = make_definition()
        services.publish(definition=definition)
        definition.refresh_from_db()
        assert [step["id"] for step in definition.draft["steps"]] == ["child"]

    def test_a_published_version_cannot_come_in_as_a_working_copy_that_goes_live(self) -> None:
        definition = make_definition()
        version = services.publish(definition=definition)
        services.save_draft(definition=definition, schema=version.schema, by=None)
        with pytest.raises(InvalidInput, match="dành cho bước người yêu cầu"):
            services.publish(definition=definition)

    def test_what_a_dossier_needs_is_asked(self) -> None:
        asked = {spec.id: spec for spec in applicant.step().fields}
        required = {name for name, spec in asked.items() if spec.required}
        assert required == {"full_name", "citizen_id", "phone", "address", "result_delivery"}
        assert [choice.value for choice in asked["result_delivery"].choices] == [
            "electronic",
            "counter",
            "post",
        ]
        assert asked["full_name"].options == {"autocomplete": "name"}
