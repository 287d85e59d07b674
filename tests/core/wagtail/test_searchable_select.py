"""Agencies and units are chosen in a searchable list in every form of the admin."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Agency, Membership
from home.models import AgencyIndexPage
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.home import factories
from tests.procedures.factories import make_section

pytestmark = pytest.mark.django_db
FORMS = {
    "/quan-tri/agencies/new/": {"parent", "unit"},
    "/quan-tri/agency_successions/new/": {"predecessor", "successor"},
    "/quan-tri/memberships/new/": {"agency"},
    "/quan-tri/alerts/new/": {"agency"},
    "/quan-tri/snippets/procedures/publicationdecision/add/": {"agency"},
}


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(is_superuser=True), "django.contrib.auth.backends.ModelBackend")
    return client


def assert_searchable(html: str, names: set[str]) -> None:
    lists = dict(re.findall(r'<select name="(\w+)"([^>]*)>', html))
    assert names <= lists.keys()
    for name in names:
        assert "data-combobox" in lists[name], name
        assert "data-text-none=" in lists[name], name
    assert "js/combobox.js" in html


@pytest.mark.parametrize("address", FORMS)
def test_registers_are_searched(admin, address):
    assert_searchable(admin.get(address).text, FORMS[address])


def test_section_of_a_new_procedure_is_searched(admin):
    make_section()
    assert_searchable(admin.get("/quan-tri/thu-tuc/tao/").text, {"section"})


FILTERS = {
    "/quan-tri/memberships/": {"agency"},
    "/quan-tri/alerts/": {"agency"},
    "/quan-tri/snippets/procedures/procedure/": {"field"},
}


@pytest.mark.parametrize("address", FILTERS)
def test_filters_of_lists_are_searched(admin, address):
    assert_searchable(admin.get(address).text, FILTERS[address])


def test_filter_works_without_the_script(admin):
    one, other = AgencyFactory(), AgencyFactory()
    for agency in (one, other):
        Membership.objects.create(
            user=UserFactory(), agency=agency, role=Membership.Role.EDITOR, valid_from="2025-07-01"
        )

    rows = admin.get("/quan-tri/memberships/", {"agency": one.pk}).context["object_list"]

    assert [row.agency for row in rows] == [one]


def test_lists_of_the_admin_have_no_plain_list_of_agencies(admin):
    """Every list of the admin that has a filter over a register."""
    for address in (*FILTERS, "/quan-tri/agencies/", "/quan-tri/users/", "/quan-tri/role_requests/"):
        html = admin.get(address, follow=True).text
        for name, attributes in re.findall(r'<select name="(\w+)"([^>]*)>', html):
            assert "data-combobox" in attributes or name in {"action", "order"}, (address, name)


def test_agency_of_a_new_site_is_searched(admin):
    factories.front_page()
    index = AgencyIndexPage.objects.get()
    html = admin.get(f"/quan-tri/pages/add/home/agencysitepage/{index.pk}/").text
    assert_searchable(html, {"agency"})


def test_list_works_without_the_script(admin):
    parent = AgencyFactory(kind=Agency.Kind.PROVINCE)
    facts = {"predecessor": AgencyFactory(parent=parent).pk, "successor": AgencyFactory(parent=parent).pk}
    answer = admin.post(
        "/quan-tri/agency_successions/new/", facts | {"date": "01/07/2025", "legal_basis": "1655/NQ"}
    )
    assert answer.status_code == 302
