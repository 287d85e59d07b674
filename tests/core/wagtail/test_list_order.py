"""A click on the header of a text column sorts in Vietnamese dictionary order, in every list of the admin."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agency
from core.text import sort_key
from core.wagtail.list_order import VietnameseOrder, in_order
from home.models import Alert, MenuItem, NewsIndexPage, NewsPage
from procedures.models import PublicationDecision
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.home import factories
from tests.procedures.factories import make_decision

pytestmark = pytest.mark.django_db
#: In dictionary order; PostgreSQL's C locale puts Đ and Ă last, others put the tones first.
NAMES = [
    "12 bưu cục", "An Xuyên", "Ăn uống", "Ấp Bà", "Biển Bạch", "Cái Nước", "Cà Mau", "Cẩm Giang", "Dân", "Dần",
    "Đất", "ĐẤT MŨI", "Đầm Dơi", "Em", "Ê Đê", "Ma", "Mà", "Mả", "Mã", "Má", "Mạ", "Ô Môn", "Ơn", "Ứng Hòa", "Vĩnh Lợi",
]  # fmt: skip


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(is_superuser=True), "django.contrib.auth.backends.ModelBackend")
    return client


def shuffled() -> list[str]:
    names = list(NAMES)
    Random(7).shuffle(names)
    return names


def shown(client: Client, address: str, names: list[str]) -> list[str]:
    """Return those of ``names`` that the list shows, in its order."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    cells = re.findall(r"(?:>|\n)\s*([^<>\n]+?)\s*<", answer.text.split("<table", 1)[1])
    return list(dict.fromkeys(cell for cell in cells if cell in names))


def in_dictionary_order() -> list[str]:
    return sorted(NAMES, key=sort_key)


def test_database_agrees_with_the_sort_key():
    for name in shuffled():
        make_decision(agency_name=name)
    ordered = PublicationDecision.objects.order_by(VietnameseOrder("agency_name"))
    assert list(ordered.values_list("agency_name", flat=True)) == in_dictionary_order()


@pytest.mark.parametrize("descending", [False, True])
def test_lists_of_snippets_and_models_follow_the_header(admin, descending):
    names = shuffled()[:14]  # one page of the list
    factories.front_page()
    for name in names:
        make_decision(agency_name=name)
        factories.alert(title=name)
        MenuItem.objects.create(place=MenuItem.Place.FOOTER, label=name, path="/lien-he/")
    sign, wanted = ("-" if descending else ""), sorted(names, key=sort_key, reverse=descending)
    for address, column in (
        ("/quan-tri/snippets/procedures/publicationdecision/", "agency_name"),
        ("/quan-tri/alerts/", "title"),
        ("/quan-tri/snippets/home/menuitem/", "label"),
    ):
        assert shown(admin, f"{address}?ordering={sign}{column}", names) == wanted, address
    assert Alert.objects.count() == len(names)


def test_pages_follow_the_header(admin):
    names = shuffled()[:18]
    factories.front_page()
    index = NewsIndexPage.objects.get()
    for name in names:
        factories.published(index, NewsPage(title=name))
    assert shown(admin, f"/quan-tri/pages/{index.pk}/?ordering=title", names) == sorted(names, key=sort_key)


def test_relations_are_followed_and_other_columns_are_left_alone():
    queryset: Any = Agency.objects.all()
    assert isinstance(in_order(queryset, "-parent__name").expression, VietnameseOrder)
    for name in ("valid_from", "kind", "order_key", "slug", "missing", "parent__missing__name"):
        assert in_order(queryset, f"-{name}") == f"-{name}"


def test_rows_of_one_name_keep_their_order_between_pages(admin):
    agencies = [AgencyFactory(name="Sở Đất") for _ in range(3)]
    first, second = (
        re.findall(r"agencies/edit/(\d+)/", admin.get("/quan-tri/agencies/?ordering=name").text)
        for _ in range(2)
    )
    assert first == second
    assert len(set(first)) == len(agencies)
