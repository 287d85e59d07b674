"""Agencies and units are chosen in a list to search in, in every form of the admin."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Agency
from home.models import AgencyIndexPage
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.home import factories

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
