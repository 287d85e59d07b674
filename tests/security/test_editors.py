"""Editors can change only their own agency's pages and media."""

from __future__ import annotations

import csv
import io

import pytest
from wagtail.models import Collection, Page, PageLogEntry, Revision

from home.models import AgencySitePage, PortalDocument, PortalImage
from tests.forms_app.dossiers.factories import picture
from tests.procedures.factories import make_section
from tests.security.scenario import Scenario, status_of, text_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
]


def test_editor_cannot_change_the_agency_of_a_site(scenario: Scenario) -> None:
    check_agency_field(scenario, "editor_b", AgencySitePage.objects.get(agency=scenario.b))


def test_controller_of_an_agency_cannot_change_the_agency_of_its_section(scenario: Scenario) -> None:
    check_agency_field(scenario, "controller_a", make_section(scenario.a))


def check_agency_field(scenario: Scenario, role: str, page: Page) -> None:
    address = f"/quan-tri/pages/{page.pk}/edit/"
    html = text_of(scenario.client(role).get(address))
    assert 'name="title"' in html
    assert 'name="agency"' not in html
    assert 'name="agency"' in text_of(scenario.client("superuser").get(address))


ACTIONS = (
    "edit/",
    "delete/",
    "unpublish/",
    "copy/",
    "move/",
    "privacy/",
    "lock/",
    "unlock/",
    "convert_alias/",
    "set_position/",
    "revisions/{revision}/revert/",
    "revisions/{revision}/view/",
    "revisions/{revision}/unschedule/",
    "edit/preview/",
    "view_draft/",
    "history/",
    "revisions/",
    "revisions/compare/earliest...latest/",
)


@pytest.mark.parametrize("role", ["editor_a", "communication_a", "controller_a", "operator_a"])
def test_pages_of_another_agency_cannot_be_changed(scenario: Scenario, role: str) -> None:
    client, page = scenario.client(role), scenario.news_b
    before = Page.objects.values().get(pk=page.pk)
    revisions = Revision.objects.count()
    for action in ACTIONS:
        address = f"/quan-tri/pages/{page.pk}/{action}".format(revision=page.latest_revision_id)
        for method in (client.get, client.post):
            assert status_of(method(address, {"title": "x", "action-publish": "1"})) in {
                302,
                403,
                404,
                405,
            }, action
    here = AgencySitePage.objects.get(agency=scenario.a)
    client.post(f"/quan-tri/pages/{page.pk}/move/{here.pk}/confirm/")
    client.post(f"/quan-tri/bulk/wagtailcore/page/move/?id={page.pk}", {"chooser": here.pk})
    client.post(f"/quan-tri/bulk/wagtailcore/page/unpublish/?id={page.pk}", {"include_descendants": "on"})
    client.post(f"/quan-tri/pages/add/home/newspage/{page.get_parent().pk}/", {"title": "x"})
    assert Page.objects.values().get(pk=page.pk) == before
    assert Revision.objects.count() == revisions


@pytest.mark.parametrize("role", ["editor_a", "operator_a"])
def test_media_of_another_agency_cannot_be_changed(scenario: Scenario, role: str) -> None:
    client, image, document = scenario.client(role), scenario.image_b, scenario.document_b
    for base, pk in (("images", image.pk), ("documents", document.pk)):
        edit = f"{pk}/" if base == "images" else f"edit/{pk}/"
        delete = f"{pk}/delete/" if base == "images" else f"delete/{pk}/"
        for address in (edit, delete, f"multiple/{pk}/", f"multiple/{pk}/delete/"):
            for method in (client.get, client.post):
                status = status_of(method(f"/quan-tri/{base}/{address}", {"title": "x"}))
                assert status in {302, 400, 403, 404, 405}, address
    client.post(f"/quan-tri/bulk/home/portalimage/delete/?id={image.pk}")
    assert PortalImage.objects.filter(pk=image.pk, title="Ảnh của B").exists()
    assert PortalDocument.objects.filter(pk=document.pk, title="Tài liệu của B").exists()


def test_image_can_be_changed_by_its_uploader_and_chosen_by_all_editors(scenario: Scenario) -> None:
    client, other = scenario.client("editor_a"), scenario.client("editor_b")
    collection = Collection.get_first_root_node().pk
    facts = {"title": "Trụ sở", "alt_text": "Trụ sở", "collection": collection}
    client.post("/quan-tri/images/add/", facts | {"file": picture()})
    image = PortalImage.objects.get(title="Trụ sở")
    assert status_of(other.get(f"/quan-tri/images/{image.pk}/")) == 302
    other.post(f"/quan-tri/images/{image.pk}/", facts | {"title": "Của B"})
    other.post(f"/quan-tri/images/{image.pk}/delete/")
    assert "Trụ sở" in text_of(other.get("/quan-tri/images/chooser/results/"))
    client.post(f"/quan-tri/images/{image.pk}/", facts | {"title": "Mới"})
    image.refresh_from_db()
    assert image.title == "Mới"


@pytest.mark.parametrize("title", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", " =1"])
def test_titles_in_exports_are_not_formulas(scenario: Scenario, title: str) -> None:
    PageLogEntry.objects.update(label=title)
    client = scenario.client("superuser")
    table = text_of(client.get("/quan-tri/reports/site-history/?export=csv"))
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert f"'{title}" in cells
    assert not [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t"))]
