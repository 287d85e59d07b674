"""What agency B has not published is nowhere in the admin of people who do not belong to B."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile

from home.models import NewsPage, PortalDocument, PortalImage
from tests.dossiers.factories import picture
from tests.security.addresses import EDITORS, filled, routes
from tests.security.world import World, make_world, status_of, text_of

pytestmark = [
    pytest.mark.django_db,
    # Wagtail leaves the temporary file of a rendition to the garbage collector.
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
]
CANARY, WORD = "Hoatmaivang", "Quetkiem"
LISTS = (
    "/quan-tri/pages/search/results/?q={0}", "/quan-tri/pages/search/?q={0}", "/quan-tri/choose-page/search/?q={0}",
    "/quan-tri/choose-page/?page_type=home.newspage", "/quan-tri/choose-page/{site}/",
    "/quan-tri/choose-page/chosen-multiple/?id={draft}", "/quan-tri/api/main/pages/?search={0}",
    "/quan-tri/api/main/pages/?child_of={site}", "/quan-tri/api/main/pages/{draft}/", "/quan-tri/pages/{site}/",
    "/quan-tri/api/main/pages/?type=home.NewsPage&fields=*", "/quan-tri/pages/{site}/?q={0}",
    "/quan-tri/images/chooser/results/?q={0}", "/quan-tri/documents/chooser/results/?q={0}",
    "/quan-tri/images/chooser/chosen/{image}/", "/quan-tri/images/chooser/chosen-multiple/?id={image}",
    "/quan-tri/documents/chooser/chosen/{document}/", "/quan-tri/documents/chooser/chosen-multiple/?id={document}",
    "/quan-tri/images/?q={0}", "/quan-tri/documents/?q={0}", "/quan-tri/reports/site-history/results/?label={0}",
    "/quan-tri/reports/aging-pages/results/", "/quan-tri/pages/usage/home/newspage/results/",
    "/quan-tri/bulk/wagtailcore/page/delete/?id={draft}",
    "/quan-tri/bulk/home/portalimage/delete/?id={image}", "/quan-tri/bulk/home/portaldocument/add_tags/?id={document}",
)  # fmt: skip


@pytest.fixture
def world() -> World:
    """Everything of B carries the canary: a draft, changes not yet published, a picture, a document."""
    world = make_world()
    shelf = world.image_b.collection
    world.news_b.summary = f"{WORD} {CANARY} sửa"
    world.news_b.save_revision(log_action=True)
    draft = world.news_b.get_parent().add_child(
        instance=NewsPage(title=f"{WORD} {CANARY} nháp", agency=world.b, live=False)
    )
    draft.save_revision(log_action=True)
    document = PortalDocument(title=f"{WORD} {CANARY} tài liệu", collection=shelf)
    document.file.save("b.txt", ContentFile(b"cua B"))
    image = PortalImage.objects.create(
        title=f"{WORD} {CANARY} ảnh", alt_text="Ảnh", file=picture(), collection=shelf
    )
    world.news_b, world.document_b, world.image_b = draft, document, image
    return world


def addresses(world: World) -> list[str]:
    facts = {
        "site": world.news_b.get_parent().pk, "draft": world.news_b.pk, "image": world.image_b.pk,
        "document": world.document_b.pk,
    }  # fmt: skip
    walked = [filled(route, world) for route in routes() if route.startswith("quan-tri/")]
    return [*(one.format(WORD, **facts) for one in LISTS), *walked]


@pytest.mark.parametrize("role", ["editor_a", "operator_a"])
def test_nothing_unpublished_is_told(world: World, role: str) -> None:
    client = world.client(role)
    skipped = ("failwhale", "logout")
    if role in EDITORS:
        # The library of pictures and documents is shared: who may add to it may choose from it.
        PortalImage.objects.filter(pk=world.image_b.pk).update(title="Ảnh")
        PortalDocument.objects.filter(pk=world.document_b.pk).update(title="Tài liệu")
    told = [
        f"{role} {address}"
        for address in addresses(world)
        if not any(part in address for part in skipped) and CANARY in text_of(client.get(address))
    ]
    assert not told, "\n".join(told)


def test_the_canary_sings_for_its_own_agency(world: World) -> None:
    client = world.client("editor_b")
    found = [address for address in addresses(world)[: len(LISTS)] if CANARY in text_of(client.get(address))]
    assert len(found) > len(LISTS) / 3


def test_bulk_actions_on_accounts_are_the_superusers(world: World) -> None:
    clerk, group = world.people["citizen"], Group.objects.create(name="Quyền lớn")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=("access_admin", "change_user")))
    address = f"/quan-tri/bulk/accounts/user/assign_role/?id={clerk.pk}"
    assert status_of(world.client("citizen").post(address, {"role": group.pk})) == 404
    assert not clerk.groups.exists()
    world.client("superuser").post(address, {"role": group.pk})
    assert list(clerk.groups.all()) == [group]


@pytest.mark.parametrize("key", ["²", "9" * 5000, "x", "-1", "\x00"])
def test_a_key_that_is_none_breaks_nothing(world: World, key: str) -> None:
    client = world.client("editor_b")
    for address in ("/quan-tri/bulk/wagtailcore/page/delete/", "/quan-tri/choose-page/chosen-multiple/"):
        assert status_of(client.get(address, {"id": key})) in {400, 404}


def test_an_editor_may_act_on_several_own_pages_at_once(world: World) -> None:
    address = f"/quan-tri/bulk/wagtailcore/page/publish/?id={world.news_b.pk}"
    world.client("editor_b").post(address, {"include_descendants": ""})
    world.news_b.refresh_from_db()
    assert world.news_b.live
