"""An editor works in the own trees and shelves and becomes nobody else by it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from wagtail.models import Collection, Page, PageLogEntry, Revision

from accounts.services.groups import sync_agency
from core.exports import defused
from home.models import AgencySitePage, PortalDocument, PortalImage
from tests.dossiers.factories import picture
from tests.procedures.factories import make_section
from tests.security.world import World, make_world, status_of, text_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.parametrize("kind", ["site", "section"])
def test_an_editor_cannot_turn_the_own_tree_into_that_of_another_agency(world: World, kind: str) -> None:
    page: Any = AgencySitePage.objects.get(agency=world.b) if kind == "site" else make_section(world.b)
    client, address = world.client("editor_b"), f"/quan-tri/pages/{page.pk}/edit/"
    sync_agency(agency=world.b)
    html = text_of(client.get(address))
    assert 'name="title"' in html
    assert 'name="agency"' not in html
    assert 'name="agency"' in text_of(world.client("superuser").get(address))


ACTS = (
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


@pytest.mark.parametrize("role", ["editor_a", "communication_a", "catalogue_a", "operator_a"])
def test_no_act_on_a_page_of_another_agency(world: World, role: str) -> None:
    client, page = world.client(role), world.news_b
    before = Page.objects.values().get(pk=page.pk)
    revisions = Revision.objects.count()
    for act in ACTS:
        address = f"/quan-tri/pages/{page.pk}/{act}".format(revision=page.latest_revision_id)
        for method in (client.get, client.post):
            assert status_of(method(address, {"title": "x", "action-publish": "1"})) in {
                302,
                403,
                404,
                405,
            }, act
    here = AgencySitePage.objects.get(agency=world.a)
    client.post(f"/quan-tri/pages/{page.pk}/move/{here.pk}/confirm/")
    client.post(f"/quan-tri/bulk/wagtailcore/page/move/?id={page.pk}", {"chooser": here.pk})
    client.post(f"/quan-tri/bulk/wagtailcore/page/unpublish/?id={page.pk}", {"include_descendants": "on"})
    client.post(f"/quan-tri/pages/add/home/newspage/{page.get_parent().pk}/", {"title": "x"})
    assert Page.objects.values().get(pk=page.pk) == before
    assert Revision.objects.count() == revisions


@pytest.mark.parametrize("role", ["editor_a", "operator_a"])
def test_no_act_on_the_media_of_another_agency(world: World, role: str) -> None:
    client, image, document = world.client(role), world.image_b, world.document_b
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


def test_a_picture_is_changed_by_who_brought_it_and_chosen_by_all_editors(world: World) -> None:
    client, other = world.client("editor_a"), world.client("editor_b")
    shelf = Collection.get_first_root_node().pk
    facts = {"title": "Trụ sở", "alt_text": "Trụ sở", "collection": shelf}
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
def test_no_title_is_a_formula_in_a_table(world: World, title: str) -> None:
    PageLogEntry.objects.update(label=title)
    client = world.client("superuser")
    table = text_of(client.get("/quan-tri/reports/site-history/?export=csv"))
    cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
    assert f"'{title}" in cells
    assert not [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t"))]


def test_a_harmless_title_stays_as_it_is() -> None:
    assert defused("Cấp giấy phép - lần 2") == "Cấp giấy phép - lần 2"
