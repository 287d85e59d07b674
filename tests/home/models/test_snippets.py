"""Menu items: order, language, linked pages, validation."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation
from wagtail.models import PageViewRestriction

from core.web import page_cache
from home.models import MenuItem
from home.navigation import menus
from tests.accounts.factories import UserFactory
from tests.home import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty() -> None:
    factories.front_page()
    MenuItem.objects.all().delete()


def make_item(label: str, path: str = "", **fields: Any) -> MenuItem:
    item: MenuItem = MenuItem.objects.create(label=label, path=path, **fields)
    page_cache.purge()
    return item


def labels(place: str = "main") -> list[str]:
    return [link.label for link in menus().get(place, [])]


class TestOrder:
    @pytest.mark.parametrize("order", [*itertools.permutations((10, 20, 30))])
    def test_items_are_ordered_by_position(self, order: tuple[int, ...]) -> None:
        for position in order:
            make_item(f"Mục {position}", f"/muc-{position}/", position=position)
        assert labels() == ["Mục 10", "Mục 20", "Mục 30"]

    def test_items_with_equal_position_are_ordered_by_creation(self) -> None:
        for name in ("Một", "Hai", "Ba"):
            make_item(name, "/x/", position=5)
        assert labels() == ["Một", "Hai", "Ba"]

    def test_places_have_separate_items(self) -> None:
        make_item("Trên", "/a/")
        make_item("Dưới", "/b/", place="footer")
        assert labels() == ["Trên"]
        assert labels("footer") == ["Dưới"]

    def test_no_items_give_no_menus(self, client: Client) -> None:
        assert menus() == {}
        assert client.get("/").status_code == 200


class TestPages:
    def test_item_follows_the_slug_of_its_page(self) -> None:
        page = factories.information("Liên hệ")
        make_item("Hỏi đáp", page=page)
        page.slug = "hoi-dap"
        page.save_revision().publish()
        assert menus()["main"][0].url == "/hoi-dap/"

    def test_item_of_an_unpublished_page_is_hidden(self) -> None:
        page = factories.information("Liên hệ")
        make_item("Hỏi đáp", page=page)
        page.unpublish()
        assert menus() == {}

    def test_item_is_deleted_with_its_page(self) -> None:
        page = factories.information("Liên hệ")
        make_item("Hỏi đáp", page=page)
        page.delete()
        assert not MenuItem.objects.exists()

    def test_item_of_a_password_protected_page_is_shown(self) -> None:
        """The page asks for the password; intranet pages may be in a menu."""
        page = factories.information("Nội bộ", slug="noi-bo")
        PageViewRestriction.objects.create(
            page=page, restriction_type="password", password=make_password("x")
        )
        make_item("Nội bộ", page=page)
        assert menus()["main"][0].url == "/noi-bo/"


class TestLanguages:
    def test_english_menu_has_english_labels_and_links(self) -> None:
        make_item("Tin tức", "/tin-tuc/", label_en="News")
        with translation.override("en"):
            (link,) = menus()["main"]
        assert (link.label, link.url) == ("News", "/en/tin-tuc/")

    def test_items_without_an_english_label_keep_the_vietnamese_one(self) -> None:
        make_item("Tin tức", "/tin-tuc/")
        page = factories.information("Liên hệ", slug="lien-he")
        make_item("Liên hệ", page=page)
        with translation.override("en"):
            assert [link.label for link in menus()["main"]] == ["Tin tức", "Liên hệ"]
            assert {link.url for link in menus()["main"]} == {"/en/tin-tuc/", "/en/lien-he/"}

    def test_menus_are_cached_per_language(self, django_assert_num_queries: Any) -> None:
        make_item("Tin tức", "/tin-tuc/", label_en="News")
        menus()
        with translation.override("en"):
            menus()
        with django_assert_num_queries(0):
            menus()
            with translation.override("en"):
                assert menus()["main"][0].label == "News"


class TestValidation:
    @pytest.mark.parametrize(
        "path",
        ["tin-tuc", "/tin-tuc", "https://la.example/", "//la.example/", "javascript:x", "/a b/", "/a/?q=1", "/../"],
    )  # fmt: skip
    def test_invalid_or_external_path_is_rejected(self, path: str) -> None:
        with pytest.raises(ValidationError) as caught:
            MenuItem(label="Mục", path=path).full_clean()
        assert "path" in caught.value.message_dict

    @pytest.mark.parametrize("path", ["/", "/tin-tuc/", "/thu-tuc/ma/1-001/"])
    def test_path_of_this_site_is_accepted(self, path: str) -> None:
        MenuItem(label="Mục", path=path).full_clean()

    def test_exactly_one_of_page_and_path_is_required(self) -> None:
        page = factories.information("Liên hệ")
        for item in (MenuItem(label="Mục"), MenuItem(label="Mục", path="/a/", page=page)):
            with pytest.raises(ValidationError):
                item.full_clean()
            with pytest.raises(IntegrityError), transaction.atomic():
                item.save()

    def test_unknown_place_is_rejected(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            make_item("Mục", "/a/", place="side")


class TestAdmin:
    def test_superuser_adds_an_item_that_is_shown_to_all_visitors(self, client: Client) -> None:
        client.force_login(UserFactory(is_superuser=True), "django.contrib.auth.backends.ModelBackend")
        data = {
            "place": "main",
            "position": "10",
            "label": "Công báo",
            "label_en": "",
            "page": "",
            "path": "/tim-kiem/",
        }
        assert client.post("/quan-tri/snippets/home/menuitem/add/", data).status_code == 302
        assert 'href="/tim-kiem/"' in Client().get("/").text

    def test_invalid_item_is_reported_in_the_form(self, client: Client) -> None:
        client.force_login(UserFactory(is_superuser=True), "django.contrib.auth.backends.ModelBackend")
        data = {
            "place": "main",
            "position": "10",
            "label": "Công báo",
            "label_en": "",
            "page": "",
            "path": "",
        }
        html = client.post("/quan-tri/snippets/home/menuitem/add/", data).text
        assert "không ghi cả hai" in html
        assert not MenuItem.objects.exists()


def test_query_count_does_not_grow(django_assert_num_queries: Any) -> None:
    for count in (3, 5):
        for number in range(count):
            make_item(f"Mục {number}", page=factories.information(f"Trang {count} {number}"))
        page_cache.purge()
        menus()
        page_cache.purge()
        with django_assert_num_queries(2):  # the generation and the entries with their pages
            menus()


class TestPathsOfTheMenu:
    @pytest.mark.parametrize("path", ["/khong-co-trang-nay/", "/tin-tuc/khong-co/", "/en/nothing/"])
    def test_path_that_leads_nowhere_is_refused(self, path):
        factories.front_page()
        with pytest.raises(ValidationError) as problem:
            MenuItem(label="Hỏng", path=path).full_clean()
        assert set(problem.value.message_dict) == {"path"}

    @pytest.mark.parametrize("path", ["/tin-tuc/tin/", "/tim-kiem/", "/"])
    def test_pages_and_views_are_accepted(self, path):
        factories.news(slug="tin")
        MenuItem(label="Được", path=path).full_clean()
