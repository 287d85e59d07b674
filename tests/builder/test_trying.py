"""A trial of a form, and who may come near forms at all."""

from __future__ import annotations

from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.test.utils.form_data import nested_form_data, streamfield

from accounts.models import Membership
from accounts.services.groups import sync_groups
from forms_app.builder import services
from forms_app.builder.models import FormDefinition, FormVersion
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.builder.factories import controller, make_definition
from tests.dossiers.factories import at
from tests.support.threads import together

pytestmark = pytest.mark.django_db
APPLICANT = {
    "full_name": "Nguyễn Thị Thử", "citizen_id": "096185001234", "phone": "0912345678", "email": "", "on_behalf_of": "",
    "address_detail": "Ấp 1", "result_delivery": "counter",
}  # fmt: skip


@pytest.fixture
def client() -> Client:
    return controller()[1]


@pytest.fixture
def definition() -> FormDefinition:
    return make_definition()


class TestTrial:
    """A form as citizens see it; what is typed is judged and thrown away."""

    def address(self, definition: FormDefinition, step: str = "child", number: int = 0) -> str:
        return reverse("builder_try", args=[definition.pk, number, step])

    def test_it_begins_with_the_applicant_and_goes_round(
        self, definition: FormDefinition, client: Client
    ) -> None:
        page = client.get(self.address(definition, "applicant")).content.decode()
        assert "Bước 1 trên 2" in page
        assert "Bản thử: không lưu gì." in page
        onward = client.post(self.address(definition, "applicant"), APPLICANT)
        assert onward["Location"] == self.address(definition)
        paper = SimpleUploadedFile("giay.pdf", b"%PDF-")
        last = client.post(
            self.address(definition), {"child_name": "Bé", "born": "1/11/2026", "proof": paper}
        )
        assert last["Location"] == self.address(definition, "applicant")

    def test_errors_are_those_of_a_citizen(self, definition: FormDefinition, client: Client) -> None:
        page = client.post(self.address(definition), {"child_name": "Bé", "born": "31/2/2026"})
        html = page.content.decode()
        assert page.status_code == 422
        assert "2 chỗ cần sửa" in " ".join(html.split())
        assert "“31/2/2026” không phải ngày." in html
        assert 'value="Bé"' in html

    def test_a_file_is_looked_at_and_not_kept(self, definition: FormDefinition, client: Client) -> None:
        paper = SimpleUploadedFile("giay-chung-sinh.pdf", b"%PDF-")
        page = client.post(self.address(definition), {"proof": paper, "upload": "proof"})
        assert "giay-chung-sinh.pdf" in page.content.decode()
        assert page.status_code == 200

    def test_an_old_version_is_asked_as_it_was(self, definition: FormDefinition, client: Client) -> None:
        services.publish(definition=definition)
        services.save_draft(definition=definition, schema={"steps": []}, by=None)
        page = client.get(self.address(definition, number=1)).content.decode()
        assert "Giấy chứng sinh" in page
        assert "phiên bản 1" in page

    @pytest.mark.parametrize(("step", "number"), [("nothing", 0), ("child", 9), ("child", 2**40)])
    def test_what_is_not_there_is_not_found(
        self, definition: FormDefinition, client: Client, step: str, number: int
    ) -> None:
        services.publish(definition=definition)
        assert client.get(self.address(definition, step, number)).status_code == 404

    def test_nothing_is_written(self, definition: FormDefinition, client: Client) -> None:
        before = FormDefinition.objects.values().get()
        client.post(self.address(definition, "applicant"), APPLICANT)
        assert FormDefinition.objects.values().get() == before
        assert not FormVersion.objects.exists()


class TestWalls:
    """Forms belong to the province's procedure control; for everybody else they are nothing."""

    def addresses(self, definition: FormDefinition) -> list[str]:
        own = [
            reverse(name, args=[definition.pk])
            for name in ("builder_preview", "builder_export", "builder_publish")
        ]
        trials = [reverse("builder_try", args=[definition.pk, number, "applicant"]) for number in (0, 1)]
        viewset = [
            reverse(f"forms:{name}", args=[definition.pk])
            for name in ("edit", "copy", "history", "usage", "delete")
        ]
        return [
            *own,
            *trials,
            *viewset,
            reverse("forms:add"),
            reverse("forms:index"),
            reverse("builder_import"),
        ]

    @pytest.mark.parametrize(
        "role", [*sorted(set(Membership.Role.values) - {Membership.Role.CATALOGUE}), None]
    )
    def test_no_other_role_comes_in(self, definition: FormDefinition, role: str | None) -> None:
        services.publish(definition=definition)
        user = MembershipFactory(role=role).user if role else UserFactory()
        sync_groups(user=user)
        client = Client()
        client.force_login(user)
        before = FormDefinition.objects.values().get()
        for address in self.addresses(definition):
            for answer in (
                client.get(address),
                client.post(address, {"title": "Của tôi", "stamp": definition.stamp}),
            ):
                assert answer.status_code in {302, 404, 405}, address
                assert answer.status_code != 302 or answer["Location"].startswith(
                    ("/tai-khoan/", "/quan-tri/")
                )
                assert "Giấy chứng sinh" not in answer.content.decode()
        assert FormDefinition.objects.values().get() == before
        assert definition.versions.count() == 1

    def test_a_membership_that_ended_opens_nothing(self, definition: FormDefinition) -> None:
        member = MembershipFactory(role=Membership.Role.CATALOGUE, valid_to=at("2026-01-01 00:00").date())
        sync_groups(user=member.user)
        client = Client()
        client.force_login(member.user)
        assert client.get(reverse("builder_preview", args=[definition.pk])).status_code != 200

    def test_a_controller_deletes_no_form(self, definition: FormDefinition, client: Client) -> None:
        client.post(reverse("forms:delete", args=[definition.pk]))
        assert FormDefinition.objects.filter(pk=definition.pk).exists()

    @pytest.mark.parametrize("name", ["builder_preview", "builder_export", "builder_publish"])
    def test_a_form_that_is_not_there_looks_the_same(self, client: Client, name: str) -> None:
        address = reverse(name, args=[10**9])
        assert (client.post if name == "builder_publish" else client.get)(address).status_code == 404


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_in_the_same_second_one_is_told() -> None:
    """Both have read the same state; the row is held while it is compared and written."""
    definition = make_definition()
    address = reverse("forms:edit", args=[definition.pk])
    steps = nested_form_data({"steps": streamfield([])})

    def save(browser: Client, title: str) -> int:
        data = {
            "procedure": definition.procedure_id, "title": title, "active": "on", "estimated_minutes": 5,
            "stamp": definition.stamp, **steps,
        }  # fmt: skip
        return browser.post(address, data).status_code

    browsers = {title: controller()[1] for title in ("Một", "Hai", "Ba")}
    answers = together(*(partial(save, browser, title) for title, browser in browsers.items()))
    assert sorted(answers) == [200, 200, 302]
    definition.refresh_from_db()
    assert definition.title == list(browsers)[answers.index(302)]
