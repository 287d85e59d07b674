"""Nobody deletes through the admin what others depend on, superusers included; the confirmation says what that is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page

from forms_app.builder.models import FormDefinition
from procedures.models import (
    LocalAssignment,
    Procedure,
    ProcedureCataloguePage,
    ProcedurePage,
    PublicationDecision,
)
from procedures.services.versions import publish
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.forms_app.dossiers.factories import file_dossier, make_form, make_version
from tests.home import factories
from tests.procedures.factories import make_decision, make_page, make_procedure

pytestmark = pytest.mark.django_db


@pytest.fixture
def superuser() -> Client:
    factories.front_page()
    client = Client()
    client.force_login(UserFactory(is_superuser=True), "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def page() -> ProcedurePage:
    return make_page()


def with_version(page: ProcedurePage) -> None:
    publish(page=page, decision=make_decision())


def with_assignment(page: ProcedurePage) -> None:
    agency = AgencyFactory()
    LocalAssignment.objects.create(procedure=page.procedure, agency=agency, valid_from=dt.date(2026, 1, 1))


def with_form(page: ProcedurePage) -> None:
    FormDefinition.objects.create(procedure=page.procedure, title="Đơn")


KINDS = [
    (with_version, "Phiên bản thủ tục: 1"),
    (with_assignment, "Phân công thực hiện: 1"),
    (with_form, "Biểu mẫu"),
]


def refused(client: Client, address: str, text: str, **data: Any) -> None:
    """Check that the confirmation and the submission both show what depends on the object."""
    for answer in (client.get(address), client.post(address, data)):
        assert "Không xóa được" in answer.text
        assert text in answer.text
    assert client.post(address, data).status_code == 409


@pytest.mark.parametrize(("add", "text"), KINDS)
def test_page_of_a_procedure_is_kept(superuser, page, add, text):
    add(page)
    refused(superuser, reverse("wagtailadmin_pages:delete", args=[page.pk]), text)
    assert ProcedurePage.objects.filter(pk=page.pk).exists()


@pytest.mark.parametrize("place", ["section", "catalogue", "front page"])
def test_pages_above_a_procedure_are_kept(superuser, page, place):
    with_version(page)
    section = page.get_parent()
    kept = {
        "section": section,
        "catalogue": section.get_parent(),
        "front page": section.get_parent().get_parent(),
    }
    refused(superuser, reverse("wagtailadmin_pages:delete", args=[kept[place].pk]), "Phiên bản thủ tục: 1")
    assert Page.objects.filter(pk=kept[place].pk).exists()


def test_pages_are_kept_in_bulk(superuser, page):
    with_version(page)
    other = make_page(page.get_parent().specific)
    address = f"/quan-tri/bulk/wagtailcore/page/delete/?id={page.pk}&id={other.pk}"
    answer = superuser.post(address)
    assert answer.status_code == 409
    assert "Phiên bản thủ tục: 1" in answer.text
    assert ProcedurePage.objects.filter(pk__in=[page.pk, other.pk]).count() == 2


@pytest.mark.parametrize(("add", "text"), [*KINDS, (lambda _page: None, "Trang thủ tục: 1")])
def test_row_of_the_register_is_kept(superuser, page, add, text):
    add(page)
    delete = reverse("wagtailsnippets_procedures_procedure:delete", args=[page.procedure_id])
    refused(superuser, delete, text)
    bulk = f"/quan-tri/bulk/procedures/procedure/delete/?id={page.procedure_id}"
    assert superuser.post(bulk).status_code == 409
    assert Procedure.objects.filter(pk=page.procedure_id).exists()


def test_decision_is_kept_while_a_version_names_it(superuser, page):
    with_version(page)
    decision = PublicationDecision.objects.get()
    address = reverse("wagtailsnippets_procedures_publicationdecision:delete", args=[decision.pk])
    refused(superuser, address, "Phiên bản thủ tục: 1")


def test_published_form_is_kept(superuser):
    form = make_form(make_version(), AgencyFactory())
    address = reverse("forms:delete", args=[form.definition_id])
    refused(superuser, address, "Phiên bản biểu mẫu: 1")


def test_dossiers_are_counted_and_shown_before_unpublishing(superuser):
    receipt = file_dossier(make_form(make_version(), AgencyFactory()))
    page = make_page(procedure=receipt.dossier.procedure_version.procedure)
    refused(superuser, reverse("wagtailadmin_pages:delete", args=[page.pk]), "Hồ sơ: 1")
    unpublish = superuser.get(reverse("wagtailadmin_pages:unpublish", args=[page.pk])).text
    assert "Hồ sơ: 1" in unpublish
    assert "Phiên bản thủ tục: 1" in unpublish


def test_page_on_which_nothing_depends_is_deleted(superuser, page):
    address = reverse("wagtailadmin_pages:delete", args=[page.pk])
    assert "Không nơi nào dùng" in superuser.get(address).text
    assert superuser.post(address).status_code == 302
    assert not ProcedurePage.objects.filter(pk=page.pk).exists()
    procedure = make_procedure()
    superuser.post(reverse("wagtailsnippets_procedures_procedure:delete", args=[procedure.pk]))
    assert not Procedure.objects.filter(pk=procedure.pk).exists()


def test_translation_is_deleted_because_the_original_keeps_the_procedure(superuser, page):
    with_version(page)
    english = Locale.objects.get_or_create(language_code="en")[0]
    for above in page.get_ancestors().filter(depth__gt=1).specific():
        above.copy_for_translation(english)
    translation = page.copy_for_translation(english)
    assert superuser.post(reverse("wagtailadmin_pages:delete", args=[translation.pk])).status_code == 302
    assert not ProcedurePage.objects.filter(pk=translation.pk).exists()
    assert ProcedurePage.objects.filter(pk=page.pk).exists()
    assert ProcedureCataloguePage.objects.filter(locale=english).exists()


def test_account_of_somebody_who_published_is_kept(superuser, page):
    author = UserFactory(is_superuser=True)
    publish(page=page, decision=make_decision(), by=author)
    refused(superuser, reverse("wagtailusers_users:delete", args=[author.pk]), "Phiên bản thủ tục: 1")


def test_number_of_queries_does_not_grow_with_the_rows(page, django_assert_num_queries):
    from core.wagtail.dependants import dependants_of  # noqa: PLC0415

    section = page.get_parent().specific
    with_version(page)
    before = len(dependants_of(section))
    for _ in range(5):
        with_version(make_page(section))
    with django_assert_num_queries(12, exact=False):
        assert len(dependants_of(section)) == before
