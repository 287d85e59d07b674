"""The form editor: concurrent editing, copies, preview of changes, log."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, streamfield

from forms_app.builder import services
from forms_app.builder.admin import blocks
from forms_app.builder.models import FormDefinition, FormVersion
from forms_app.builder.schema import FormSchema
from procedures.value_objects import Case, RequiredDocument
from tests.forms_app.builder.factories import controller, make_definition
from tests.forms_app.dossiers.factories import SCHEMA, at, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return controller()[1]


@pytest.fixture
def definition() -> FormDefinition:
    return make_definition()


def post_data(page: Any, **values: Any) -> dict[str, Any]:
    """Return the POST data of an open editor, with ``values`` changed."""
    form = page.context["form"]
    data = {
        "procedure": form.initial.get("procedure") or "",
        "title": form.initial.get("title", ""),
        "estimated_minutes": form.initial["estimated_minutes"],
        "content_hash": form.initial["content_hash"],
        "steps": streamfield([("step", step_data(step.value)) for step in form.initial["steps"]]),
    }
    if form.initial.get("active"):
        data["active"] = "on"
    # ``nested_form_data`` would number the boxes.
    return {**nested_form_data({**data, **values}), "result_ways": form.initial["result_ways"]}


def step_data(step: Any) -> dict[str, Any]:
    names = {name: step[name] or "" for name in ("id", "title", "intro")}
    return {
        **names,
        "fields": streamfield([(field.block_type, question_data(field.value)) for field in step["fields"]]),
    }


def question_data(question: Any) -> dict[str, Any]:
    plain = {
        name: value
        for name, value in question.items()
        if name != "choices" and value not in (None, False, "")
    }
    return {"help": "", "id": "", **plain, **({"required": "on"} if question["required"] else {})}


def edit(definition: FormDefinition) -> str:
    return reverse("forms:edit", args=[definition.pk])


class TestConcurrentEdits:
    """The second editor to save sees the conflict and loses no input (docs/architecture.md#rule-11)."""

    def test_second_editor_sees_first_editors_name_and_keeps_the_input(
        self, definition: FormDefinition
    ) -> None:
        _user, first = controller(full_name="Trần Thị Trước")
        _user, second = controller(full_name="Lê Văn Sau")
        page_of_first, page_of_second = first.get(edit(definition)), second.get(edit(definition))
        assert (
            first.post(edit(definition), post_data(page_of_first, title="Bản của Trước")).status_code == 302
        )
        late = second.post(edit(definition), post_data(page_of_second, title="Bản của Sau"))
        html = late.content.decode()
        assert late.status_code == 200
        assert "Trần Thị Trước đã lưu biểu mẫu này lúc" in html
        assert "Bản của Sau" in html
        definition.refresh_from_db()
        assert definition.title == "Bản của Trước"

    def test_saving_again_after_a_conflict_overwrites(self, definition: FormDefinition) -> None:
        (_user, first), (_user, second) = controller(), controller()
        opened = second.get(edit(definition))
        first.post(edit(definition), post_data(first.get(edit(definition)), title="Trước"))
        late = second.post(edit(definition), post_data(opened, title="Sau"))
        definition.refresh_from_db()
        content_hash = late.context["form"]["content_hash"].value()
        assert content_hash == definition.content_hash
        again = second.post(edit(definition), post_data(opened, title="Sau", content_hash=content_hash))
        assert again.status_code == 302
        definition.refresh_from_db()
        assert definition.title == "Sau"

    def test_saving_an_outdated_page_of_the_same_editor_is_a_conflict(
        self, definition: FormDefinition, client: Client
    ) -> None:
        opened = client.get(edit(definition))
        client.post(edit(definition), post_data(opened, title="Một"))
        assert client.post(edit(definition), post_data(opened, title="Hai")).status_code == 200

    @pytest.mark.parametrize("content_hash", ["", "x", "0" * 64])
    def test_invalid_content_hash_counts_as_outdated(
        self, definition: FormDefinition, client: Client, content_hash: str
    ) -> None:
        page = client.post(
            edit(definition), post_data(client.get(edit(definition)), content_hash=content_hash, title="Mới")
        )
        assert "Người khác đã lưu biểu mẫu này" in page.content.decode()

    def test_publishing_does_not_count_as_an_edit(self, definition: FormDefinition, client: Client) -> None:
        opened = client.get(edit(definition))
        services.publish(definition=definition)
        assert client.post(edit(definition), post_data(opened, title="Sau công bố")).status_code == 302

    def test_publishing_an_outdated_form_is_a_conflict(
        self, definition: FormDefinition, client: Client
    ) -> None:
        hash_before_change = definition.content_hash
        changed = copy.deepcopy(SCHEMA)
        changed["steps"][0]["title"] = "Đổi lúc bạn đang xem"
        services.save_working_copy(definition=definition, schema=changed, by=None)
        target = reverse("builder_publish", args=[definition.pk])
        for data in ({"content_hash": hash_before_change}, {}):
            page = client.post(target, data, follow=True).content.decode()
            assert "Biểu mẫu đã thay đổi sau khi bạn xem." in page
        assert not FormVersion.objects.exists()

    @pytest.mark.parametrize(
        "change", [{"title": "Khác"}, {"active": False}, {"working_copy": {"steps": []}}]
    )
    def test_content_hash_changes_with_every_editable_field(
        self, definition: FormDefinition, change: dict[str, Any]
    ) -> None:
        before = definition.content_hash
        assert FormDefinition.objects.get(pk=definition.pk).content_hash == before
        FormDefinition.objects.filter(pk=definition.pk).update(**change)
        assert FormDefinition.objects.get(pk=definition.pk).content_hash != before


class TestCreateAndSave:
    def test_creating_a_form_saves_its_steps_and_questions(self, client: Client) -> None:
        procedure = make_version(core_code="1.234567").procedure
        page = client.get(reverse("forms:add"))
        step = {
            "id": "",
            "title": "Bước",
            "intro": "",
            "fields": streamfield([("yes_no", {"label": "Có?", "help": "", "id": ""})]),
        }
        data = post_data(
            page, procedure=procedure.pk, title="  Tờ khai  mới ", steps=streamfield([("step", step)])
        )
        made = client.post(reverse("forms:add"), data)
        definition = FormDefinition.objects.get()
        assert made["Location"] == reverse("builder_preview", args=[definition.pk])
        assert (definition.title, definition.slug) == ("Tờ khai mới", "to-khai-moi-1-234567")
        assert list(FormSchema.from_json(definition.working_copy).fields) == ["co"]

    def test_procedure_has_at_most_one_active_form(self, definition: FormDefinition, client: Client) -> None:
        page = client.get(reverse("forms:add"))
        data = post_data(page, procedure=definition.procedure_id, title="Hai", active="on")
        refused = client.post(reverse("forms:add"), data)
        assert "đang nhận hồ sơ bằng biểu mẫu “Tờ khai”" in refused.content.decode()
        del data["active"]
        assert client.post(reverse("forms:add"), data).status_code == 302

    def test_incomplete_form_is_saved_and_its_problems_are_shown(
        self, definition: FormDefinition, client: Client
    ) -> None:
        steps = streamfield(
            [("step", {"id": "", "title": "Chưa xong", "intro": "", "fields": streamfield([])})]
        )
        assert (
            client.post(edit(definition), post_data(client.get(edit(definition)), steps=steps)).status_code
            == 302
        )
        html = client.get(reverse("builder_preview", args=[definition.pk])).content.decode()
        assert "Chưa xong: Mỗi bước phải có ít nhất một câu hỏi." in html
        assert reverse("builder_publish", args=[definition.pk]) not in html

    def test_equal_labels_and_a_choice_of_one_are_pointed_out(self, client: Client) -> None:
        one = {"id": "loai", "type": "choice", "label": "Loại", "choices": [{"value": "a", "label": "A"}]}
        two = [
            {"id": f"ten_{n}", "type": "short_text", "label": label}
            for n, label in enumerate(("Họ tên", "Ho ten"))
        ]
        other = {"id": "ten_khac", "type": "short_text", "label": "Họ tên"}
        steps = [
            {"id": "mot", "title": "Bên nam", "fields": [one, *two]},
            {"id": "hai", "title": "Bên nữ", "fields": [other]},
        ]
        definition = make_definition({"steps": steps})
        html = client.get(reverse("builder_preview", args=[definition.pk])).content.decode()
        same = "Một câu hỏi khác của bước này có cùng tên: không ai phân biệt được hai câu trả lời."
        assert "Bên nam › Loại: Chỉ có một lựa chọn thì không chọn được: thêm lựa chọn thứ hai." in html
        assert f"Bên nam › Họ tên: {same}" in html
        assert f"Bên nam › Ho ten: {same}" in html
        assert f"Bên nữ › Họ tên: {same}" not in html
        assert reverse("builder_publish", args=[definition.pk]) in html

    def test_form_with_80_questions_can_be_saved(self, client: Client) -> None:
        """Each question sends about ten values, and the former limit of 500 values allowed only forty questions."""
        fields = [
            {"id": f"cau_{n}", "type": "choice", "label": f"Câu {n}", "choices": [
                {"value": str(v), "label": f"Lựa chọn {v}"} for v in range(7)]}
            for n in range(80)
        ]  # fmt: skip
        definition = make_definition({"steps": [{"id": "s", "title": "Dài", "fields": fields}]})
        opened = client.get(edit(definition))
        step = opened.context["form"].initial["steps"][0].value
        data = step_data(step)
        questions = []
        for field in step["fields"]:
            choices = streamfield([])
            choices = {"count": str(len(field.value["choices"]))}
            for number, choice in enumerate(field.value["choices"]):
                choices |= {
                    f"{number}-{key}": value
                    for key, value in {
                        "deleted": "",
                        "order": str(number),
                        "type": "item",
                        "id": "",
                        "value": dict(choice),
                    }.items()
                }
            questions.append((field.block_type, {**question_data(field.value), "choices": choices}))
        data["fields"] = streamfield(questions)
        body = post_data(opened, steps=streamfield([("step", data)]), title="Đổi tên")
        assert len(body) > 4000
        assert client.post(edit(definition), body).status_code == 302
        definition.refresh_from_db()
        assert definition.title == "Đổi tên"
        assert len(FormSchema.from_json(definition.working_copy).fields) == 80

    def test_saving_without_changes_leaves_the_steps_unchanged(
        self, definition: FormDefinition, client: Client
    ) -> None:
        before = definition.working_copy
        client.post(edit(definition), post_data(client.get(edit(definition)), title="Chỉ đổi tên"))
        definition.refresh_from_db()
        assert definition.working_copy == before

    def test_removing_a_published_question_shows_a_warning(
        self, definition: FormDefinition, client: Client
    ) -> None:
        services.publish(definition=definition)
        opened = client.get(edit(definition))
        step = step_data(opened.context["form"].initial["steps"][0].value)
        step["fields"] = streamfield(
            [("date", {"label": "Ngày sinh", "help": "", "id": "born", "required": "on"})]
        )
        page = client.post(
            edit(definition), post_data(opened, steps=streamfield([("step", step)])), follow=True
        )
        assert "không còn hỏi: “Họ tên của trẻ”; “Giấy chứng sinh”" in page.content.decode()

    def test_signers_are_saved_and_a_paper_with_two_names_is_pointed_out(self, client: Client) -> None:
        version = make_version(cases=(Case("", (RequiredDocument("Trích lục ghi chú ly hôn"),)),))
        definition = make_definition(procedure=version.procedure)
        data = post_data(client.get(edit(definition)), signers=" Bên nam,Bên  nữ, ")
        page = client.post(edit(definition), data, follow=True).content.decode()
        definition.refresh_from_db()
        assert definition.working_copy["signers"] == ["Bên nam", "Bên nữ"]
        assert "Chưa gắn với giấy tờ nào trong thành phần hồ sơ: “Giấy chứng sinh”" in page
        assert "Chưa có câu hỏi thu: “Trích lục ghi chú ly hôn”" in page


class TestCopying:
    def test_copy_has_the_same_steps_and_is_inactive(
        self, definition: FormDefinition, client: Client
    ) -> None:
        page = client.get(reverse("forms:copy", args=[definition.pk]))
        assert page.context["form"].initial["title"] == "Tờ khai (bản sao)"
        other = make_version().procedure
        made = client.post(reverse("forms:add"), post_data(page, procedure=other.pk))
        assert made.status_code == 302
        copied = FormDefinition.objects.exclude(pk=definition.pk).get()
        assert copied.working_copy == definition.working_copy
        assert not copied.active
        assert copied.slug != definition.slug
        assert not copied.versions.exists()

    def test_posting_to_the_copy_address_does_not_overwrite_the_original(
        self, definition: FormDefinition, client: Client
    ) -> None:
        """Wagtail's default copy view would save the original."""
        address = reverse("forms:copy", args=[definition.pk])
        client.post(address, post_data(client.get(address), title="Đè lên"))
        definition.refresh_from_db()
        assert definition.title == "Tờ khai"


class TestBeforePublishing:
    def test_changes_are_shown_in_the_preview_and_stored_with_the_version(
        self, definition: FormDefinition
    ) -> None:
        user, client = controller(full_name="Phạm Văn Soát")
        services.publish(definition=definition, now=at("2026-11-20 08:00"))
        changed = copy.deepcopy(SCHEMA)
        del changed["steps"][0]["fields"][2]
        changed["steps"][0]["fields"][0]["label"] = "Họ, chữ đệm, tên của trẻ"
        services.save_working_copy(definition=definition, schema=changed, by=None)
        address = reverse("builder_preview", args=[definition.pk])
        html = BeautifulSoup(client.get(address).content, "html.parser").get_text(" ", strip=True)
        html = " ".join(html.split())
        assert "Công bố sẽ thay đổi gì so với phiên bản 1" in html
        assert "Bỏ: Thông tin của trẻ › Giấy chứng sinh" in html
        assert "câu hỏi: “Họ tên của trẻ” → “Họ, chữ đệm, tên của trẻ”" in html
        services.publish(definition=definition, by=user, now=at("2026-11-23 09:30"))
        html = client.get(address).content.decode()
        assert "giống bản người dân đang điền: phiên bản 2" in html
        assert "23/11/2026 09:30" in html
        assert "Phạm Văn Soát" in html
        assert "hệ thống" in html
        assert "Giấy chứng sinh" in html

    def test_preview_shows_that_the_form_is_inactive(self, client: Client) -> None:
        definition = make_definition(active=False)
        assert (
            "đang ngừng nhận hồ sơ"
            in client.get(reverse("builder_preview", args=[definition.pk])).content.decode()
        )

    def test_queries_do_not_grow_with_versions(
        self, definition: FormDefinition, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        address = reverse("builder_preview", args=[definition.pk])

        def publish(times: range) -> int:
            for number in times:
                changed = copy.deepcopy(SCHEMA)
                changed["steps"][0]["title"] = f"Lần {number}"
                services.publish(definition=definition, schema=changed, by=controller()[0])
            client.get(address)
            with django_assert_max_num_queries(40) as captured:
                client.get(address)
            return len(captured)

        assert publish(range(2)) == publish(range(2, 7))


class TestList:
    def test_list_shows_published_versions_and_unpublished_changes(self, client: Client) -> None:
        published, changed = make_definition(title="A"), make_definition(title="B")
        make_definition(title="C")
        for definition in (published, changed):
            services.publish(definition=definition, now=at("2026-11-20 08:00"))
        services.save_working_copy(definition=changed, schema={"steps": []}, by=None)
        html = client.get(reverse("forms:index")).content.decode()
        assert html.count("Phiên bản 1, 20/11/2026") == 2
        assert html.count("Phiên bản 1, 20/11/2026; có sửa đổi chưa công bố") == 1
        assert html.count("Chưa công bố lần nào") == 1

    def test_queries_do_not_grow_with_forms(self, client: Client, django_assert_max_num_queries: Any) -> None:
        def count(forms: int) -> int:
            for _number in range(forms):
                services.publish(definition=make_definition())
            client.get(reverse("forms:index"))
            with django_assert_max_num_queries(40) as captured:
                client.get(reverse("forms:index"))
            return len(captured)

        assert count(2) == count(5)


def test_options_of_every_type_have_vietnamese_labels() -> None:
    """No label is the option's name in the code."""
    questions = blocks.steps_block().child_blocks["step"].child_blocks["fields"].child_blocks
    for question in questions.values():
        for name, part in question.child_blocks.items():
            assert str(part.label) != name.removeprefix(blocks.OPTION)
            assert str(part.label)[:1].isupper(), part.label
