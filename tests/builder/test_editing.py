"""Editors at work: two at once, copying, what publishing will change, who did what."""

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
from tests.builder.factories import controller, make_definition
from tests.dossiers.factories import SCHEMA, at, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return controller()[1]


@pytest.fixture
def definition() -> FormDefinition:
    return make_definition()


def sent(page: Any, **values: Any) -> dict[str, Any]:
    """What the browser sends back from an opened editor, with ``values`` changed."""
    form = page.context["form"]
    data = {
        "procedure": form.initial.get("procedure") or "",
        "title": form.initial.get("title", ""),
        "estimated_minutes": form.initial["estimated_minutes"],
        "stamp": form.initial["stamp"],
        "steps": streamfield([("step", step_data(step.value)) for step in form.initial["steps"]]),
    }
    if form.initial.get("active"):
        data["active"] = "on"
    return nested_form_data({**data, **values})


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


class TestTwoEditors:
    """The second to save is told, loses nothing and decides (ARCHITECTURE rule 11)."""

    def test_the_second_one_is_told_who_was_first_and_keeps_what_was_typed(
        self, definition: FormDefinition
    ) -> None:
        _user, first = controller(full_name="Trần Thị Trước")
        _user, second = controller(full_name="Lê Văn Sau")
        page_of_first, page_of_second = first.get(edit(definition)), second.get(edit(definition))
        assert first.post(edit(definition), sent(page_of_first, title="Bản của Trước")).status_code == 302
        late = second.post(edit(definition), sent(page_of_second, title="Bản của Sau"))
        html = late.content.decode()
        assert late.status_code == 200
        assert "Trần Thị Trước đã lưu biểu mẫu này lúc" in html
        assert "Bản của Sau" in html
        definition.refresh_from_db()
        assert definition.title == "Bản của Trước"

    def test_who_has_read_that_may_write_over_it(self, definition: FormDefinition) -> None:
        (_user, first), (_user, second) = controller(), controller()
        opened = second.get(edit(definition))
        first.post(edit(definition), sent(first.get(edit(definition)), title="Trước"))
        late = second.post(edit(definition), sent(opened, title="Sau"))
        definition.refresh_from_db()
        stamp = late.context["form"]["stamp"].value()
        assert stamp == definition.stamp
        again = second.post(edit(definition), sent(opened, title="Sau", stamp=stamp))
        assert again.status_code == 302
        definition.refresh_from_db()
        assert definition.title == "Sau"

    def test_saving_twice_in_one_window_after_going_back_is_told_too(
        self, definition: FormDefinition, client: Client
    ) -> None:
        opened = client.get(edit(definition))
        client.post(edit(definition), sent(opened, title="Một"))
        assert client.post(edit(definition), sent(opened, title="Hai")).status_code == 200

    @pytest.mark.parametrize("stamp", ["", "x", "0" * 64])
    def test_a_stamp_that_is_none_is_an_old_one(
        self, definition: FormDefinition, client: Client, stamp: str
    ) -> None:
        page = client.post(edit(definition), sent(client.get(edit(definition)), stamp=stamp, title="Mới"))
        assert "Người khác đã lưu biểu mẫu này" in page.content.decode()

    def test_publishing_does_not_count_as_an_edit(self, definition: FormDefinition, client: Client) -> None:
        opened = client.get(edit(definition))
        services.publish(definition=definition)
        assert client.post(edit(definition), sent(opened, title="Sau công bố")).status_code == 302

    def test_nobody_publishes_what_they_have_not_seen(
        self, definition: FormDefinition, client: Client
    ) -> None:
        seen = definition.stamp
        changed = copy.deepcopy(SCHEMA)
        changed["steps"][0]["title"] = "Đổi lúc bạn đang xem"
        services.save_draft(definition=definition, schema=changed, by=None)
        target = reverse("builder_publish", args=[definition.pk])
        for data in ({"stamp": seen}, {}):
            page = client.post(target, data, follow=True).content.decode()
            assert "Biểu mẫu đã thay đổi sau khi bạn xem." in page
        assert not FormVersion.objects.exists()

    @pytest.mark.parametrize("change", [{"title": "Khác"}, {"active": False}, {"draft": {"steps": []}}])
    def test_the_stamp_is_that_of_the_state(self, definition: FormDefinition, change: dict[str, Any]) -> None:
        before = definition.stamp
        assert FormDefinition.objects.get(pk=definition.pk).stamp == before
        FormDefinition.objects.filter(pk=definition.pk).update(**change)
        assert FormDefinition.objects.get(pk=definition.pk).stamp != before


class TestMaking:
    def test_a_form_from_nothing(self, client: Client) -> None:
        procedure = make_version(core_code="1.234567").procedure
        page = client.get(reverse("forms:add"))
        step = {
            "id": "",
            "title": "Bước",
            "intro": "",
            "fields": streamfield([("yes_no", {"label": "Có?", "help": "", "id": ""})]),
        }
        data = sent(
            page, procedure=procedure.pk, title="  Tờ khai  mới ", steps=streamfield([("step", step)])
        )
        made = client.post(reverse("forms:add"), data)
        definition = FormDefinition.objects.get()
        assert made["Location"] == reverse("builder_preview", args=[definition.pk])
        assert (definition.title, definition.slug) == ("Tờ khai mới", "to-khai-moi-1-234567")
        assert list(FormSchema.from_json(definition.draft).fields) == ["co"]

    def test_a_procedure_is_filed_with_one_form(self, definition: FormDefinition, client: Client) -> None:
        page = client.get(reverse("forms:add"))
        data = sent(page, procedure=definition.procedure_id, title="Hai", active="on")
        refused = client.post(reverse("forms:add"), data)
        assert "đang nhận hồ sơ bằng biểu mẫu “Tờ khai”" in refused.content.decode()
        del data["active"]
        assert client.post(reverse("forms:add"), data).status_code == 302

    def test_a_form_may_be_saved_unfinished_and_says_what_is_missing(
        self, definition: FormDefinition, client: Client
    ) -> None:
        steps = streamfield(
            [("step", {"id": "", "title": "Chưa xong", "intro": "", "fields": streamfield([])})]
        )
        assert (
            client.post(edit(definition), sent(client.get(edit(definition)), steps=steps)).status_code == 302
        )
        html = client.get(reverse("builder_preview", args=[definition.pk])).content.decode()
        assert "Chưa xong: Mỗi bước phải có ít nhất một câu hỏi." in html
        assert reverse("builder_publish", args=[definition.pk]) not in html

    def test_a_long_form_can_be_saved(self, client: Client) -> None:
        """Ten values a question: the former limit of 500 values was forty questions."""
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
        body = sent(opened, steps=streamfield([("step", data)]), title="Đổi tên")
        assert len(body) > 4000
        assert client.post(edit(definition), body).status_code == 302
        definition.refresh_from_db()
        assert definition.title == "Đổi tên"
        assert len(FormSchema.from_json(definition.draft).fields) == 80

    def test_what_the_editor_is_shown_and_sends_back_is_the_same_form(
        self, definition: FormDefinition, client: Client
    ) -> None:
        before = definition.draft
        client.post(edit(definition), sent(client.get(edit(definition)), title="Chỉ đổi tên"))
        definition.refresh_from_db()
        assert definition.draft == before

    def test_who_removes_a_published_question_is_warned(
        self, definition: FormDefinition, client: Client
    ) -> None:
        services.publish(definition=definition)
        opened = client.get(edit(definition))
        step = step_data(opened.context["form"].initial["steps"][0].value)
        step["fields"] = streamfield(
            [("date", {"label": "Ngày sinh", "help": "", "id": "born", "required": "on"})]
        )
        page = client.post(edit(definition), sent(opened, steps=streamfield([("step", step)])), follow=True)
        assert "không còn hỏi: “Họ tên của trẻ”; “Giấy chứng sinh”" in page.content.decode()


class TestCopying:
    def test_a_copy_begins_with_the_questions_and_is_closed(
        self, definition: FormDefinition, client: Client
    ) -> None:
        page = client.get(reverse("forms:copy", args=[definition.pk]))
        assert page.context["form"].initial["title"] == "Tờ khai (bản sao)"
        other = make_version().procedure
        made = client.post(reverse("forms:add"), sent(page, procedure=other.pk))
        assert made.status_code == 302
        copied = FormDefinition.objects.exclude(pk=definition.pk).get()
        assert copied.draft == definition.draft
        assert not copied.active
        assert copied.slug != definition.slug
        assert not copied.versions.exists()

    def test_a_copy_sent_to_its_own_address_never_writes_over_the_original(
        self, definition: FormDefinition, client: Client
    ) -> None:
        """Wagtail's view for copies saves the original there."""
        address = reverse("forms:copy", args=[definition.pk])
        client.post(address, sent(client.get(address), title="Đè lên"))
        definition.refresh_from_db()
        assert definition.title == "Tờ khai"


class TestBeforePublishing:
    def test_the_changes_are_shown_and_then_kept_with_the_version(self, definition: FormDefinition) -> None:
        user, client = controller(full_name="Phạm Văn Soát")
        services.publish(definition=definition, now=at("2026-11-20 08:00"))
        changed = copy.deepcopy(SCHEMA)
        del changed["steps"][0]["fields"][2]
        changed["steps"][0]["fields"][0]["label"] = "Họ, chữ đệm, tên của trẻ"
        services.save_draft(definition=definition, schema=changed, by=None)
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

    def test_a_closed_form_says_so(self, client: Client) -> None:
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


class TestTheList:
    def test_it_says_what_is_published_and_what_has_changed_since(self, client: Client) -> None:
        published, changed = make_definition(title="A"), make_definition(title="B")
        make_definition(title="C")
        for definition in (published, changed):
            services.publish(definition=definition, now=at("2026-11-20 08:00"))
        services.save_draft(definition=changed, schema={"steps": []}, by=None)
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


def test_every_type_has_its_editor_in_vietnamese() -> None:
    """No option is called by its name in the program."""
    questions = blocks.steps_block().child_blocks["step"].child_blocks["fields"].child_blocks
    for question in questions.values():
        for name, part in question.child_blocks.items():
            assert str(part.label) != name.removeprefix(blocks.OPTION)
            assert str(part.label)[:1].isupper(), part.label
