"""Every viewset of the Wagtail admin for the portal's models: which are isolated by agency, and at every address.

`OWNERS` declares the owner of each. A viewset without an entry fails; one for objects of an agency must be isolated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from wagtail.admin.viewsets import viewsets
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet

from accounts.models import Agency, AgencySuccession, Membership
from core.wagtail.object_policy import ObjectListMixin, ObjectPermissionMixin, ObjectPermissionViewSet
from home.models import Alert
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.security.scenario import Scenario, make_scenario

pytestmark = pytest.mark.django_db

ISOLATED, CONTROLLER, SUPERUSER = "by agency", "the procedure controller, named by the top", "superusers"
OWNERS = {
    "home.alert": ISOLATED,
    "accounts.agency": ISOLATED,
    "accounts.agencysuccession": ISOLATED,
    "accounts.membership": ISOLATED,
    "accounts.user": ISOLATED,
    # What all agencies share.
    "core.holiday": CONTROLLER,
    "procedures.procedure": CONTROLLER,
    "procedures.publicationdecision": CONTROLLER,
    "procedures.field": CONTROLLER,
    "procedures.blankform": CONTROLLER,
    # Limited to the procedures of the agency (tests/security/test_departments_controller.py).
    "builder.formdefinition": CONTROLLER,
    "dossiers.filingchannel": CONTROLLER,
    "dossiers.deadlinesetting": CONTROLLER,
    "search.lexiconentry": CONTROLLER,
    "search.bestbet": CONTROLLER,
    "search.otheroffice": CONTROLLER,
    "dossiers.codeformat": SUPERUSER,
    "dossiers.consenttext": SUPERUSER,
    "dossiers.retentionsetting": CONTROLLER,
    "home.menuitem": SUPERUSER,
    "auth.group": SUPERUSER,
    "wagtailcore.locale": SUPERUSER,
    "wagtailcore.site": SUPERUSER,
}
OF_A_ROW = ("edit", "copy", "delete", "history", "history_results", "usage", "inspect")


def sets() -> Iterator[ModelViewSet]:
    reverse("wagtailadmin_home")  # the admin registers its lists when its addresses are first requested
    for one in viewsets.viewsets:
        if isinstance(one, ModelViewSet) and not isinstance(one, ChooserViewSet):
            yield one


def label(one: ModelViewSet) -> str:
    return str(one.model._meta.label_lower)


def set_of(name: str) -> ModelViewSet:
    return next(one for one in sets() if label(one) == name)


def belongs_to_an_agency(model: type[Model]) -> bool:
    return any(field.related_model is Agency and field.concrete for field in model._meta.get_fields())


def test_every_viewset_declares_its_owner() -> None:
    assert {label(one) for one in sets()} == set(OWNERS)


def test_objects_of_an_agency_are_isolated_or_shared() -> None:
    """A viewset for objects with an agency must be isolated, except publication decisions, which are shared."""
    open_ = {
        label(one) for one in sets() if belongs_to_an_agency(one.model) and OWNERS[label(one)] != ISOLATED
    }
    assert open_ == {"procedures.publicationdecision"}


def test_every_view_of_an_isolated_viewset_checks_the_object() -> None:
    for one in sets():
        if OWNERS[label(one)] != ISOLATED:
            continue
        assert isinstance(one, ObjectPermissionViewSet) or one.model is get_user_model()
        assert issubclass(one.index_view_class, ObjectListMixin), label(one)
        kinds = [one.edit_view_class, one.delete_view_class, one.history_view_class, one.usage_view_class]
        kinds += [one.copy_view_class] if one.copy_view_enabled else []
        kinds += [one.inspect_view_class] if one.inspect_view_enabled else []
        assert all(issubclass(kind, ObjectPermissionMixin) for kind in kinds), label(one)


@pytest.fixture
def scenario() -> Scenario:
    return make_scenario()


def rows_of_b(scenario: Scenario) -> dict[str, tuple[str, Any]]:
    """An object of agency B of every isolated model, and the role that could edit it in agency A."""
    now = timezone.now()
    officer = MembershipFactory(agency=scenario.b, user=UserFactory(last_login=now))
    succession = AgencySuccession.objects.create(
        predecessor=scenario.b, successor=AgencyFactory(), date=dt.date(2030, 1, 1)
    )
    alert = Alert.objects.create(
        title="Của B", agency=scenario.b, starts_at=now, ends_at=now + dt.timedelta(days=1)
    )
    return {
        "home.alert": ("communication_a", alert),
        "accounts.agency": ("operator_a", scenario.b),
        "accounts.agencysuccession": ("operator_a", succession),
        "accounts.membership": ("operator_a", officer),
        "accounts.user": ("operator_a", officer.user),
    }


def addresses(one: ModelViewSet, pk: int) -> Iterator[str]:
    for view in OF_A_ROW:
        try:
            yield reverse(one.get_url_name(view), args=[pk])
        except NoReverseMatch:
            assert view in {"copy", "inspect"}, view


def test_objects_of_another_agency_are_404(scenario: Scenario) -> None:
    rows = rows_of_b(scenario)
    assert set(rows) == {name for name, keeper in OWNERS.items() if keeper == ISOLATED}
    for name, (role, row) in rows.items():
        before = type(row).objects.values().get(pk=row.pk)
        client, one = scenario.client(role), set_of(name)
        for theirs, none in zip(addresses(one, row.pk), addresses(one, 10**6), strict=True):
            for method in (client.get, client.post):
                found, missing = method(theirs), method(none)
                assert found.status_code == missing.status_code, theirs
                assert found.status_code in {302, 404}, theirs
                assert found.content == missing.content, theirs
        assert type(row).objects.values().get(pk=row.pk) == before
        assert reverse(one.get_url_name("edit"), args=[row.pk]) not in client.get(index_of(one)).text


def index_of(one: ModelViewSet) -> str:
    return reverse(one.get_url_name("list" if label(one) == "home.menuitem" else "index"))


@pytest.mark.parametrize("role", ["editor_b", "controller_a", "officer_b", "citizen"])
def test_other_roles_are_refused(scenario: Scenario, role: str) -> None:
    client = scenario.client(role)
    for name, (_keeper, row) in rows_of_b(scenario).items():
        one = set_of(name)
        for address in (index_of(one), reverse(one.get_url_name("add")), *addresses(one, row.pk)):
            assert client.get(address).status_code in {302, 403, 404}, address


def test_superuser_viewsets_are_closed_to_all_roles(scenario: Scenario) -> None:
    lists = [index_of(set_of(name)) for name, keeper in OWNERS.items() if keeper == SUPERUSER]
    for role in ("communication_a", "controller_a", "operator_a", "editor_b"):
        client = scenario.client(role)
        assert {client.get(address).status_code for address in lists} <= {302, 403, 404}, role
    chief = scenario.client("superuser")
    assert {chief.get(address).status_code for address in lists} == {200}


def test_a_role_does_not_apply_to_another_agency() -> None:
    """The selector behind all these policies."""
    held = MembershipFactory(role=Membership.Role.OPERATOR)
    assert set_of("accounts.agency").permission_policy.objects_for(held.user).get() == held.agency
