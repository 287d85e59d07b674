"""The menus that editors keep: what shows, in which order, in which language, and what is refused."""

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

from core import pagecache
from home.models import MenuItem
from home.selectors import menus
from tests.accounts.factories import UserFactory
from tests.home import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty() -> None:
    factories.front_page()
    MenuItem.objects.all().delete()


def entry(label: str, path: str = "", **fields: Any) -> MenuItem:
    item: MenuItem = MenuItem.objects.create(label=label, path=path, **fields)
    pagecache.purge()
    return item


def labels(place: str = "main") -> list[str]:
    return [link.label for link in menus().get(place, [])]


class TestOrder:
    @pytest.mark.parametrize("order", [*itertools.permutations((10, 20, 30))])
    def test_follows_the_position_and_not_the_making(self, order: tuple[int, ...]) -> None:
        for position in order:
            entry(f"Mục {position}", f"/muc-{position}/", position=position)
        assert labels() == ["Mục 10", "Mục 20", "Mục 30"]

    def test_of_one_position_is_the_making(self) -> None:
        for name in ("Một", "Hai", "Ba"):
            entry(name, "/x/", position=5)
        assert labels() == ["Một", "Hai", "Ba"]

    def test_places_do_not_mix(self) -> None:
        entry("Trên", "/a/")
        entry("Dưới", "/b/", place="footer")
        assert labels() == ["Trên"]
        assert labels("footer") == ["Dưới"]

    def test_nothing_is_nothing(self, client: Client) -> None:
        assert menus() == {}
        assert client.get("/").status_code == 200


class TestPages:
    def test_follow_their_page_wherever_it_goes(self) -> None:
        page = factories.information("Liên hệ")
        entry("Hỏi đáp", page=page)
        page.slug = "hoi-dap"
        page.save_revision().publish()
        assert menus()["main"][0].url == "/hoi-dap/"

    def test_that_are_taken_down_are_left_out(self) -> None:
        page = factories.information("Liên hệ")
        entry("Hỏi đáp", page=page)
        page.unpublish()
        assert menus() == {}

    def test_that_are_deleted_take_the_entry_along(self) -> None:
        page = factories.information("Liên hệ")
        entry("Hỏi đáp", page=page)
        page.delete()
        assert not MenuItem.objects.exists()

    def test_behind_a_password_are_told(self) -> None:
        """The address asks for the password: an intranet page may stand in a menu."""
        page = factories.information("Nội bộ", slug="noi-bo")
        PageViewRestriction.objects.create(
            page=page, restriction_type="password", password=make_password("x")
        )
        entry("Nội bộ", page=page)
        assert menus()["main"][0].url == "/noi-bo/"


class TestLanguages:
    def test_an_english_reader_reads_english_and_stays_there(self) -> None:
        entry("Tin tức", "/tin-tuc/", label_en="News")
        with translation.override("en"):
            (link,) = menus()["main"]
        assert (link.label, link.url) == ("News", "/en/tin-tuc/")

    def test_what_has_no_english_words_keeps_its_own(self) -> None:
        entry("Tin tức", "/tin-tuc/")
        page = factories.information("Liên hệ", slug="lien-he")
        entry("Liên hệ", page=page)
        with translation.override("en"):
            assert [link.label for link in menus()["main"]] == ["Tin tức", "Liên hệ"]
            assert {link.url for link in menus()["main"]} == {"/en/tin-tuc/", "/en/lien-he/"}

    def test_each_language_is_remembered_for_itself(self, django_assert_num_queries: Any) -> None:
        entry("Tin tức", "/tin-tuc/", label_en="News")
        menus()
        with translation.override("en"):
            menus()
        with django_assert_num_queries(0):
            menus()
            with translation.override("en"):
                assert menus()["main"][0].label == "News"


class TestRefused:
    @pytest.mark.parametrize(
        "path",
        ["tin-tuc", "/tin-tuc", "https://la.example/", "//la.example/", "javascript:x", "/a b/", "/a/?q=1", "/../"],
    )  # fmt: skip
    def test_a_path_that_leaves_this_site_or_is_none(self, path: str) -> None:
        with pytest.raises(ValidationError) as caught:
            MenuItem(label="Mục", path=path).full_clean()
        assert "path" in caught.value.message_dict

    @pytest.mark.parametrize("path", ["/", "/tin-tuc/", "/thu-tuc/ma/1-001/", "/cơ-quan/"])
    def test_but_not_a_path_of_this_site(self, path: str) -> None:
        MenuItem(label="Mục", path=path).full_clean()

    def test_both_a_page_and_a_path_or_neither(self) -> None:
        page = factories.information("Liên hệ")
        for item in (MenuItem(label="Mục"), MenuItem(label="Mục", path="/a/", page=page)):
            with pytest.raises(ValidationError):
                item.full_clean()
            with pytest.raises(IntegrityError), transaction.atomic():
                item.save()

    def test_a_place_that_nobody_shows(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            entry("Mục", "/a/", place="side")


class TestAdmin:
    def test_a_superuser_keeps_them_and_everybody_sees_it(self, client: Client) -> None:
        client.force_login(UserFactory(is_superuser=True), "django.contrib.auth.backends.ModelBackend")
        sent = {
            "place": "main",
            "position": "10",
            "label": "Công báo",
            "label_en": "",
            "page": "",
            "path": "/cong-bao/",
        }
        assert client.post("/quan-tri/snippets/home/menuitem/add/", sent).status_code == 302
        assert 'href="/cong-bao/"' in Client().get("/").text

    def test_a_mistake_is_said_in_the_form(self, client: Client) -> None:
        client.force_login(UserFactory(is_superuser=True), "django.contrib.auth.backends.ModelBackend")
        sent = {
            "place": "main",
            "position": "10",
            "label": "Công báo",
            "label_en": "",
            "page": "",
            "path": "",
        }
        html = client.post("/quan-tri/snippets/home/menuitem/add/", sent).text
        assert "không ghi cả hai" in html
        assert not MenuItem.objects.exists()


def test_statements_do_not_grow(django_assert_num_queries: Any) -> None:
    for count in (3, 5):
        for number in range(count):
            entry(f"Mục {number}", page=factories.information(f"Trang {count} {number}"))
        pagecache.purge()
        menus()
        pagecache.purge()
        with django_assert_num_queries(2):  # the epoch, the entries with their pages
            menus()
