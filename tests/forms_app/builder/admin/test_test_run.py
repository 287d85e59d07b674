"""Test runs of a form, and access to the form editor."""

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
from tests.forms_app.builder.factories import controller, make_definition
from tests.forms_app.dossiers.factories import at
from tests.support.threads import together

pytestmark = pytest.mark.django_db
APPLICANT = {
    "full_name": "Nguyễn Thị Thử", "identity_number": "096185001234", "phone": "0912345678", "email": "",
    "on_behalf_of": "", "address_detail": "Ấp 1", "result_delivery": "counter",
}  # fmt: skip


@pytest.fixture
def client() -> Client:
    return controller()[1]


@pytest.fixture
def definition() -> FormDefinition:
    return make_definition()


class TestTestRun:
    """Input is validated as for citizens and then discarded."""

    def address(self, definition: FormDefinition, step: str = "child", number: int = 0) -> str:
        return reverse("builder_test_run", args=[definition.pk, number, step])

    def test_test_run_starts_with_the_applicant_step_and_returns_to_it(
        self, definition: FormDefinition, client: Client
    ) -> None:
        page = client.get(self.address(definition, "applicant")).content.decode()
        assert "Bước 1/2" in page
        assert "Bản thử: không lưu gì." in page
        onward = client.post(self.address(definition, "applicant"), APPLICANT)
        assert onward["Location"] == self.address(definition)
        upload = SimpleUploadedFile("giay.pdf", b"%PDF-")
        last = client.post(
            self.address(definition), {"child_name": "Bé", "born": "1/11/2026", "proof": upload}
        )
        assert last["Location"] == self.address(definition, "applicant")

    def test_errors_are_the_same_as_for_citizens(self, definition: FormDefinition, client: Client) -> None:
        page = client.post(self.address(definition), {"child_name": "Bé", "born": "31/2/2026"})
        html = page.content.decode()
        assert page.status_code == 422
        assert "2 chỗ cần sửa" in " ".join(html.split())
        assert "“31/2/2026” không phải ngày." in html
        assert 'value="Bé"' in html

    def test_uploaded_file_of_a_test_run_is_not_stored(
        self, definition: FormDefinition, client: Client
    ) -> None:
        upload = SimpleUploadedFile("giay-chung-sinh.pdf", b"%PDF-")
        page = client.post(self.address(definition), {"proof": upload, "upload": "proof"})
        assert "giay-chung-sinh.pdf" in page.content.decode()
        assert page.status_code == 200

    def test_test_run_of_an_old_version_shows_its_questions(
        self, definition: FormDefinition, client: Client
    ) -> None:
        services.publish(definition=definition)
        services.save_working_copy(definition=definition, schema={"steps": []}, by=None)
        page = client.get(self.address(definition, number=1)).content.decode()
        assert "Giấy chứng sinh" in page
        assert "phiên bản 1" in page

    @pytest.mark.parametrize(("step", "number"), [("nothing", 0), ("child", 9), ("child", 2**40)])
    def test_unknown_step_or_version_returns_404(
        self, definition: FormDefinition, client: Client, step: str, number: int
    ) -> None:
        services.publish(definition=definition)
        assert client.get(self.address(definition, step, number)).status_code == 404

    def test_test_run_writes_nothing_to_the_database(
        self, definition: FormDefinition, client: Client
    ) -> None:
        before = FormDefinition.objects.values().get()
        client.post(self.address(definition, "applicant"), APPLICANT)
        assert FormDefinition.objects.values().get() == before
        assert not FormVersion.objects.exists()


class TestPermissions:
    """Only procedure controllers of the province have access to forms."""

    def addresses(self, definition: FormDefinition) -> list[str]:
        own = [
            reverse(name, args=[definition.pk])
            for name in ("builder_preview", "builder_export", "builder_publish")
        ]
        test_runs = [
            reverse("builder_test_run", args=[definition.pk, number, "applicant"]) for number in (0, 1)
        ]
        viewset = [
            reverse(f"forms:{name}", args=[definition.pk])
            for name in ("edit", "copy", "history", "usage", "delete")
        ]
        return [
            *own,
            *test_runs,
            *viewset,
            reverse("forms:add"),
            reverse("forms:index"),
            reverse("builder_import"),
        ]

    @pytest.mark.parametrize(
        "role", [*sorted(set(Membership.Role.values) - {Membership.Role.CONTROLLER}), None]
    )
    def test_other_roles_have_no_access_to_forms(self, definition: FormDefinition, role: str | None) -> None:
        services.publish(definition=definition)
        user = MembershipFactory(role=role).user if role else UserFactory()
        sync_groups(user=user)
        client = Client()
        client.force_login(user)
        before = FormDefinition.objects.values().get()
        for address in self.addresses(definition):
            for answer in (
                client.get(address),
                client.post(address, {"title": "Của tôi", "content_hash": definition.content_hash}),
            ):
                assert answer.status_code in {302, 404, 405}, address
                assert answer.status_code != 302 or answer["Location"].startswith(
                    ("/tai-khoan/", "/quan-tri/")
                )
                assert "Giấy chứng sinh" not in answer.content.decode()
        assert FormDefinition.objects.values().get() == before
        assert definition.versions.count() == 1

    def test_expired_membership_gives_no_access(self, definition: FormDefinition) -> None:
        member = MembershipFactory(role=Membership.Role.CONTROLLER, valid_to=at("2026-01-01 00:00").date())
        sync_groups(user=member.user)
        client = Client()
        client.force_login(member.user)
        assert client.get(reverse("builder_preview", args=[definition.pk])).status_code != 200

    def test_procedure_controller_cannot_delete_forms(
        self, definition: FormDefinition, client: Client
    ) -> None:
        client.post(reverse("forms:delete", args=[definition.pk]))
        assert FormDefinition.objects.filter(pk=definition.pk).exists()

    @pytest.mark.parametrize("name", ["builder_preview", "builder_export", "builder_publish"])
    def test_unknown_form_gives_the_same_404(self, client: Client, name: str) -> None:
        address = reverse(name, args=[10**9])
        assert (client.post if name == "builder_publish" else client.get)(address).status_code == 404


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_of_two_simultaneous_saves_is_a_conflict() -> None:
    """Both editors have read the same state; the row is locked while it is compared and saved."""
    definition = make_definition()
    address = reverse("forms:edit", args=[definition.pk])
    steps = nested_form_data({"steps": streamfield([])})

    def save(browser: Client, title: str) -> int:
        data = {
            "procedure": definition.procedure_id, "title": title, "active": "on", "estimated_minutes": 5,
            "result_ways": ["counter"], "content_hash": definition.content_hash, **steps,
        }  # fmt: skip
        return browser.post(address, data).status_code

    browsers = {title: controller()[1] for title in ("Một", "Hai", "Ba")}
    answers = together(*(partial(save, browser, title) for title, browser in browsers.items()))
    assert sorted(answers) == [200, 200, 302]
    definition.refresh_from_db()
    assert definition.title == list(browsers)[answers.index(302)]
