"""Other agencies cannot see unpublished content of agency B in the admin."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile

from home.models import NewsPage, PortalDocument, PortalImage
from tests.forms_app.dossiers.factories import picture
from tests.security.addresses import EDITORS, build_address, routes
from tests.security.scenario import Scenario, status_of, text_of

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
def scenario(scenario: Scenario) -> Scenario:
    """Put the canary into content of B: a draft, unpublished changes, an image, a document."""
    collection = scenario.image_b.collection
    scenario.news_b.summary = f"{WORD} {CANARY} sửa"
    scenario.news_b.save_revision(log_action=True)
    draft = scenario.news_b.get_parent().add_child(
        instance=NewsPage(title=f"{WORD} {CANARY} nháp", agency=scenario.b, live=False)
    )
    draft.save_revision(log_action=True)
    document = PortalDocument(title=f"{WORD} {CANARY} tài liệu", collection=collection)
    document.file.save("b.txt", ContentFile(b"cua B"))
    image = PortalImage.objects.create(
        title=f"{WORD} {CANARY} ảnh", alt_text="Ảnh", file=picture(), collection=collection
    )
    scenario.news_b, scenario.document_b, scenario.image_b = draft, document, image
    return scenario


def addresses(scenario: Scenario) -> list[str]:
    facts = {
        "site": scenario.news_b.get_parent().pk, "draft": scenario.news_b.pk, "image": scenario.image_b.pk,
        "document": scenario.document_b.pk,
    }  # fmt: skip
    walked = [build_address(route, scenario) for route in routes() if route.startswith("quan-tri/")]
    return [*(one.format(WORD, **facts) for one in LISTS), *walked]


@pytest.mark.parametrize("role", ["editor_a", "operator_a"])
def test_unpublished_content_is_not_visible_to_other_agencies(scenario: Scenario, role: str) -> None:
    client = scenario.client(role)
    skipped = ("failwhale", "logout")
    if role in EDITORS:
        # Images and documents are shared: a role that may add them may choose any of them.
        PortalImage.objects.filter(pk=scenario.image_b.pk).update(title="Ảnh")
        PortalDocument.objects.filter(pk=scenario.document_b.pk).update(title="Tài liệu")
    leaking = [
        f"{role} {address}"
        for address in addresses(scenario)
        if not any(part in address for part in skipped) and CANARY in text_of(client.get(address))
    ]
    assert not leaking, "\n".join(leaking)


def test_unpublished_content_is_visible_to_its_own_agency(scenario: Scenario) -> None:
    client = scenario.client("editor_b")
    found = [
        address for address in addresses(scenario)[: len(LISTS)] if CANARY in text_of(client.get(address))
    ]
    assert len(found) > len(LISTS) / 3


def test_bulk_actions_on_accounts_are_for_superusers_only(scenario: Scenario) -> None:
    user, group = scenario.people["citizen"], Group.objects.create(name="Quyền lớn")
    user.user_permissions.set(Permission.objects.filter(codename__in=("access_admin", "change_user")))
    address = f"/quan-tri/bulk/accounts/user/assign_role/?id={user.pk}"
    assert status_of(scenario.client("citizen").post(address, {"role": group.pk})) == 404
    assert not user.groups.exists()
    scenario.client("superuser").post(address, {"role": group.pk})
    assert list(user.groups.all()) == [group]


@pytest.mark.parametrize("key", ["²", "9" * 5000, "x", "-1", "\x00"])
def test_malformed_key_gives_a_client_error(scenario: Scenario, key: str) -> None:
    client = scenario.client("editor_b")
    for address in ("/quan-tri/bulk/wagtailcore/page/delete/", "/quan-tri/choose-page/chosen-multiple/"):
        assert status_of(client.get(address, {"id": key})) in {400, 404}


def test_editor_can_use_bulk_actions_on_their_own_pages(scenario: Scenario) -> None:
    address = f"/quan-tri/bulk/wagtailcore/page/publish/?id={scenario.news_b.pk}"
    scenario.client("editor_b").post(address, {"include_descendants": ""})
    scenario.news_b.refresh_from_db()
    assert scenario.news_b.live
