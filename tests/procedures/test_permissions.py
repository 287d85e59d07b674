"""Controllers change their own agency's procedures, provincial controllers all of them; news editors none."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import GroupPagePermission, Locale, Page, PageLogEntry, Revision

from accounts.models import Agency, Membership, User
from accounts.services import grant, revoke
from home.models import AgencySitePage, Alert, MenuItem
from procedures.models import (
    BlankForm,
    Field,
    LocalAssignment,
    Procedure,
    ProcedurePage,
    ProcedureSectionPage,
    ProcedureVersion,
    PublicationDecision,
)
from procedures.services.versions import publish
from tests.accounts.factories import UserFactory
from tests.home import factories
from tests.procedures.factories import make_agency, make_decision, make_page, make_section
from tests.security.addresses import COMPARE, routes
from tests.support.forms import fields_of

pytestmark = pytest.mark.django_db


EDITOR, CONTROLLER = Membership.Role.EDITOR, Membership.Role.CONTROLLER
ROLES = [EDITOR, Membership.Role.COMMUNICATION, CONTROLLER]


PAGES = (
    "quan-tri/pages/",
    "quan-tri/localize/",
    "quan-tri/translation/",
    "quan-tri/bulk/",
    "quan-tri/workflows/",
)


SNIPPETS = (Procedure, PublicationDecision, Field, BlankForm, Alert, MenuItem)


class Agencies:
    """Two agencies with a section, a live procedure with an unpublished change, and a site each."""

    def __init__(self) -> None:
        factories.front_page()
        self.a, self.b = make_agency(), make_agency()
        self.mine, self.theirs = self._page(self.a), self._page(self.b)
        self.site = factories.agency_site(self.b)

    def _page(self, agency: Agency) -> ProcedurePage:
        page = make_page(make_section(agency), title=f"Thủ tục của {agency.name}")
        publish(page=page, decision=make_decision())
        page.summary = "Chưa công bố"
        page.save_revision()
        page.refresh_from_db()
        return page

    def member(self, agency: Agency, role: str) -> tuple[User, Client]:
        user = UserFactory()
        grant(user=user, agency=agency, role=role, by=None, valid_from=date(2025, 7, 1))
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return user, client

    def state(self) -> dict[str, Any]:
        """Everything that belongs to B, and what belongs to no agency."""
        section = self.theirs.get_parent()
        ids = [*section.get_descendants(inclusive=True).values_list("pk", flat=True), self.site.pk]
        texts = [str(pk) for pk in ids]
        return {
            "pages": list(Page.objects.filter(pk__in=ids).order_by("pk").values()),
            "content": list(ProcedurePage.objects.filter(pk__in=ids).values()),
            "sections": list(ProcedureSectionPage.objects.order_by("pk").values("pk", "agency", "title")),
            "sites": list(AgencySitePage.objects.order_by("pk").values("pk", "agency", "title")),
            "revisions": Revision.objects.filter(object_id__in=texts).count(),
            "log": PageLogEntry.objects.filter(page__in=ids).count(),
            "versions": ProcedureVersion.objects.filter(procedure=self.theirs.procedure).count(),
            "rights": GroupPagePermission.objects.count(),
            "assignments": LocalAssignment.objects.count(),
            "snippets": {model.__name__: list(model.objects.order_by("pk").values()) for model in SNIPPETS},
        }


@pytest.fixture
def world() -> Agencies:
    return Agencies()


def addresses(page: ProcedurePage, other: ProcedurePage) -> list[str]:
    """Every address of the admin that takes a page, filled with ``page``; other parameters refer to ``other``."""
    english = Locale.objects.get_or_create(language_code="en")[0]
    values = {
        "page_id": page.pk, "page_to_move_id": page.pk, "page_pk": page.pk, "object_id": page.pk, "pk": page.pk,
        "parent_page_id": page.get_parent().pk, "destination_id": other.get_parent().pk,
        "revision_id": page.latest_revision_id, "content_type_app_name": "procedures",
        "content_type_model_name": "procedurepage", "app_label": "wagtailcore", "model_name": "page",
        "action_name": "publish", "locale_id": english.pk, "language_code": "en", "translation_source_id": 1,
    }  # fmt: skip
    found = []
    for route in routes():
        if not route.startswith(PAGES):
            continue
        whole = route.replace(COMPARE, f"{page.pk}/revisions/compare/earliest...live/").replace("^", "")
        actions = ("delete", "move", "publish", "unpublish") if "bulk/" in route else ("publish",)
        for action in actions:
            facts = {**values, "action": action}
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda one, facts=facts: str(facts.get(one[1], 1)), whole)
            found.append(f"/{path}?id={page.pk}" if "bulk/" in route else f"/{path}")
    return list(dict.fromkeys(path.removesuffix("$") for path in found))


def what_a_browser_sends(world: Agencies) -> dict[str, Any]:
    """The edit form of B's procedure, loaded by a user with permission, with another title."""
    _user, client = world.member(world.b, Membership.Role.CONTROLLER)
    form = fields_of(client.get(reverse("wagtailadmin_pages:edit", args=[world.theirs.pk])).content.decode())
    return {
        **form, "title": "Bị chiếm", "slug": "bi-chiem", "action-publish": "1",
        "new_parent_page": world.mine.get_parent().pk, "chooser": world.mine.get_parent().pk, "new_title": "Bản chép",
        "new_slug": "ban-chep", "include_descendants": "on", "position": "0", "next": "/", "locales": [1, 2],
        "confirm-site-name": "Portal", "comment": "x", "agency": world.a.pk,
    }  # fmt: skip


def test_own_controller_can_submit_the_form(world: Agencies) -> None:
    data = what_a_browser_sends(world)
    _user, client = world.member(world.b, Membership.Role.CONTROLLER)
    address = reverse("wagtailadmin_pages:edit", args=[world.theirs.pk])

    response = client.post(address, {**data, "slug": world.theirs.slug})

    assert response.status_code == 302, response.context["form"].errors
    world.theirs.refresh_from_db()
    assert world.theirs.title == "Bị chiếm"
    assert world.theirs.procedure.versions.count() == 2


@pytest.mark.parametrize("role", ROLES)
def test_no_url_lets_one_agency_change_another(world: Agencies, role: str) -> None:
    data = what_a_browser_sends(world)
    _user, client = world.member(world.a, role)
    tried = addresses(world.theirs, world.mine)
    before = world.state()
    assert len(tried) > 40

    broken = []
    for address in tried:
        status = client.post(address, data).status_code
        if world.state() != before:
            pytest.fail(f"{role} changed something of another agency at {address}")
        if status >= 500:
            broken.append(f"{status} {address}")
    assert not broken


@pytest.mark.parametrize("role", ROLES)
def test_pages_cannot_be_moved_into_another_agency(world: Agencies, role: str) -> None:
    _user, client = world.member(world.a, role)
    mine, section = world.mine, world.theirs.get_parent()
    before = world.state()

    client.post(reverse("wagtailadmin_pages:move_confirm", args=[mine.pk, section.pk]))
    client.post(
        reverse("wagtailadmin_pages:copy", args=[mine.pk]),
        {"new_title": "x", "new_slug": "x", "new_parent_page": section.pk, "publish_copies": "on"},
    )
    client.post(
        f"/quan-tri/bulk/wagtailcore/page/move/?id={mine.pk}",
        {"chooser": section.pk, "move_applicable": "on"},
    )
    client.post(reverse("wagtailadmin_pages:set_page_position", args=[world.theirs.pk]), {"position": 0})
    client.post(
        reverse("wagtailadmin_pages:add", args=["procedures", "procedurepage", section.pk]), {"title": "x"}
    )

    assert world.state() == before
    assert mine.get_parent().pk == ProcedurePage.objects.get(pk=mine.pk).get_parent().pk


@pytest.mark.parametrize("role", [Membership.Role.EDITOR, Membership.Role.COMMUNICATION])
def test_snippets_of_the_controller_and_the_site_are_not_for_editors(world: Agencies, role: str) -> None:
    _user, client = world.member(world.a, role)
    MenuItem.objects.create(label="Hỏi đáp", path="/hoi-dap/")
    factories.alert()
    before = world.state()

    # Alerts have their own permission policy: tests/home.
    for model in (one for one in SNIPPETS if one is not Alert):
        row = model.objects.first()
        prefix = f"wagtailsnippets_{model._meta.app_label}_{model._meta.model_name}"
        names: list[tuple[str, list[int]]] = [("list", []), ("add", [])] + [
            (name, [row.pk]) for name in ("edit", "delete") if row
        ]
        for name, args in names:
            address = reverse(f"{prefix}:{name}", args=args)
            assert client.get(address).status_code in {302, 403, 404}, address
            assert client.post(address, {"title": "x", "label": "x", "status": "bai_bo"}).status_code in {
                302,
                403,
                404,
            }
    assert world.state() == before


@pytest.mark.parametrize(
    ("role", "kind"), [(EDITOR, "site"), (Membership.Role.COMMUNICATION, "site"), (CONTROLLER, "section")]
)
def test_own_section_or_site_cannot_be_given_to_another_agency(world: Agencies, role: str, kind: str) -> None:
    """The page would then speak in the name of the other agency."""
    page = factories.agency_site(world.a) if kind == "site" else world.mine.get_parent().specific
    third = make_agency()
    _user, client = world.member(world.a, role)
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    form = fields_of(client.get(address).content.decode())
    assert "agency" not in form

    response = client.post(
        address, {**form, "body-count": 0, "agency": third.pk, "summary": "Đã sửa", "action-publish": "1"}
    )

    assert response.status_code == 302, response.context["form"].errors
    page.refresh_from_db()
    assert page.agency == world.a
    assert page.summary == "Đã sửa"


def test_a_page_cannot_take_the_procedure_of_another_agency(world: Agencies) -> None:
    """Publishing it would create the next legal version of another agency's procedure."""
    _user, client = world.member(world.a, CONTROLLER)
    address = reverse("wagtailadmin_pages:edit", args=[world.mine.pk])
    form = fields_of(client.get(address).content.decode())
    before = world.state()

    client.post(address, {**form, "procedure": world.theirs.procedure_id, "action-publish": "1"})

    assert world.state() == before
    world.mine.refresh_from_db()
    assert world.mine.procedure != world.theirs.procedure


def test_permissions_end_with_the_membership(world: Agencies) -> None:
    user, client = world.member(world.b, CONTROLLER)
    address = reverse("wagtailadmin_pages:edit", args=[world.theirs.pk])
    assert client.get(address).status_code == 200

    revoke(membership=Membership.objects.get(user=user), last_day=date(2025, 12, 31))

    assert not world.theirs.permissions_for_user(User.objects.get(pk=user.pk)).can_edit()
    assert client.get(address).status_code in {302, 403, 404}


ACTIONS = ("edit", "publish", "add_subpage", "unpublish", "delete", "move", "set_view_restrictions")


def actions(page: Page, user: User) -> set[str]:
    """Return the names of what ``user`` may do with ``page``."""
    allowed = page.permissions_for_user(User.objects.get(pk=user.pk))
    return {name for name in ACTIONS if getattr(allowed, f"can_{name}")()}


def test_controller_of_an_agency_changes_only_its_procedures(world: Agencies) -> None:
    mine, _client = world.member(world.a, CONTROLLER)
    theirs, _client = world.member(world.b, CONTROLLER)
    assert {"edit", "publish"} <= actions(world.mine, mine)
    assert not actions(world.theirs, mine)
    assert not actions(world.site, theirs)


def test_controller_of_the_province_changes_every_procedure_even_in_later_sections(
    world: Agencies,
) -> None:
    user, _client = world.member(make_agency(kind=Agency.Kind.PROVINCE), CONTROLLER)
    section = make_section(make_agency())
    imported = make_page(section)
    for page in (world.mine, world.theirs, section, imported):
        assert {"edit", "publish"} <= actions(page, user)
    assert not actions(world.site, user)
    assert not actions(factories.news(agency=world.a), user)


@pytest.mark.parametrize("role", [one for one in Membership.Role if one != CONTROLLER])
def test_other_roles_of_the_agency_change_no_procedure(world: Agencies, role: str) -> None:
    for agency in (world.a, make_agency(kind=Agency.Kind.PROVINCE)):
        user, _client = world.member(agency, role)
        for page in (world.mine, world.mine.get_parent()):
            assert not actions(page, user)


def test_editor_of_the_agency_gets_no_form_of_its_procedures(world: Agencies) -> None:
    _user, client = world.member(world.a, EDITOR)
    factories.agency_site(world.a)
    for view in ("edit", "delete", "unpublish", "history", "view_draft"):
        address = reverse(f"wagtailadmin_pages:{view}", args=[world.mine.pk])
        assert client.get(address).status_code in {302, 403, 404}, address


def test_the_catalogue_cannot_be_unpublished_by_its_controllers(world: Agencies) -> None:
    user, _client = world.member(make_agency(kind=Agency.Kind.PROVINCE), CONTROLLER)
    catalogue = world.mine.get_parent().get_parent().specific
    assert actions(catalogue, user) == {"edit", "publish", "add_subpage"}
    superuser = catalogue.permissions_for_user(UserFactory(is_superuser=True))
    assert superuser.can_unpublish()
    assert superuser.can_set_view_restrictions()
