"""Numbers, dates and limits as people read them; paging, menus, the language switch."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from core import display, hooks
from core.templatetags.ui_tags import account_links

UTC = dt.UTC
NOON = dt.datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 12:00 in the province


def render(source: str, path: str = "/", **context: Any) -> str:
    request = RequestFactory().get(path)
    return Template("{% load ui_tags %}" + source).render(Context({"request": request, **context}))


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        ("{{ value|date_vn }}", dt.date(2026, 11, 27), "27/11/2026"),
        (
            "{{ value|date_vn }}",
            dt.datetime(2026, 11, 26, 18, 0, tzinfo=UTC),
            "27/11/2026",
        ),
        ("{{ value|time_vn }}", dt.datetime(2026, 11, 27, 10, 0, tzinfo=UTC), "17:00"),
        ("{{ value|time_vn }}", dt.time(7, 5), "07:05"),
        (
            "{{ value|datetime_vn }}",
            dt.datetime(2026, 11, 27, 10, 0, tzinfo=UTC),
            "27/11/2026 17:00",
        ),
        ("{{ value|money }}", 7500, "7.500\xa0đ"),
        ("{{ value|money }}", Decimal(0), "0\xa0đ"),
        ("{{ value|number_vn }}", 1234567, "1.234.567"),
        ("{{ value|filesize_vn }}", 24_100, "24\xa0kB"),
        ("{{ value|filesize_vn }}", 12, "1\xa0kB"),
        ("{{ value|filesize_vn }}", 1_200_000, "1,2\xa0MB"),
    ],
)
def test_values_in_vietnamese(source: str, value: Any, text: str) -> None:
    with translation.override("vi"):
        assert render(source, value=value) == text


@pytest.mark.parametrize(
    "name",
    [
        "date_vn",
        "time_vn",
        "datetime_vn",
        "money",
        "number_vn",
        "filesize_vn",
        "due_phrase",
    ],
)
def test_nothing_is_shown_for_nothing(name: str) -> None:
    assert render(f"{{{{ value|{name} }}}}", value=None) == ""


def test_numbers_in_english() -> None:
    with translation.override("en"):
        assert display.money_text(1_507_500) == "1,507,500\xa0đ"
        assert display.percent_text(98.64) == "98.6\xa0%"


def test_percent_in_vietnamese() -> None:
    with translation.override("vi"):
        assert display.percent_text(Decimal("98.64")) == "98,6\xa0%"


@pytest.mark.parametrize(
    ("due", "text", "tone"),
    [
        (dt.datetime(2026, 11, 23, 10, 0, tzinfo=UTC), "Hôm nay 17:00", "wait"),
        (dt.datetime(2026, 11, 23, 4, 30, tzinfo=UTC), "Quá hạn từ 11:30", "bad"),
        (dt.datetime(2026, 11, 22, 10, 0, tzinfo=UTC), "Quá hạn 1 ngày", "bad"),
        (dt.datetime(2026, 11, 24, 0, 30, tzinfo=UTC), "Còn 1 ngày", "done"),
        (dt.datetime(2026, 11, 23, 17, 30, tzinfo=UTC), "Còn 1 ngày", "done"),
        (dt.datetime(2026, 12, 5, 10, 0, tzinfo=UTC), "Còn 12 ngày", "done"),
    ],
)
def test_time_left_in_words(due: dt.datetime, text: str, tone: str) -> None:
    with translation.override("vi"), time_machine.travel(NOON, tick=False):
        assert render("{{ due|due_phrase }}", due=due) == text
        assert display.due_tone(due, NOON) == tone
        badge = render("{% due_badge due %}", due=due)
    assert text in badge
    assert f"badge--{tone}" in badge


def test_status_is_escaped() -> None:
    assert "&lt;b&gt;" in render("{% status_badge label 'done' %}", label="<b>")


class TestPagination:
    def show(self, number: int, path: str, total: int = 230, **extra: Any) -> str:
        page = Paginator(range(total), 10).page(number)
        return render("{% pagination page %}", path, page=page, **extra)

    def test_one_page_shows_nothing(self) -> None:
        assert self.show(1, "/tin-tuc/", total=10).strip() == ""

    def test_rest_of_the_query_is_kept_and_escaped(self) -> None:
        html = self.show(3, "/tim-kiem/?q=khai+sinh&kind=news&page=3")
        assert 'href="/tim-kiem/?q=khai+sinh&amp;kind=news&amp;page=4" rel="next"' in html
        assert 'href="/tim-kiem/?q=khai+sinh&amp;kind=news&amp;page=2" rel="prev"' in html

    def test_first_page_has_no_number(self) -> None:
        assert 'href="/tin-tuc/" rel="prev"' in self.show(2, "/tin-tuc/?page=2")

    def test_current_page_is_no_link(self) -> None:
        html = self.show(7, "/tin-tuc/?page=7")
        assert '<span aria-current="page">7</span>' in html
        assert "page=7" not in html

    def test_last_page_has_no_next(self) -> None:
        assert 'rel="next"' not in self.show(23, "/tin-tuc/?page=23")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty register of hooks for one test."""
    monkeypatch.setattr(hooks, "_answers", {})


@pytest.mark.usefixtures("answers")
class TestMenu:
    SOURCE = (
        "{% menu 'main' as links %}"
        "{% for link in links %}{{ link.label }}{% if link.current %}*{% endif %} {% endfor %}"
    )

    def fill(self) -> None:
        @hooks.register("menus")
        def links() -> dict[str, list[hooks.NavLink]]:
            given = [("Home", "/"), ("News", "/tin-tuc/"), ("Archive", "/tin-tuc/cu/")]
            return {"main": [hooks.NavLink(*link) for link in given], "footer": []}

    @pytest.mark.parametrize(
        ("path", "shown"),
        [
            ("/", "Home* News Archive "),
            ("/tin-tuc/bai/", "Home News* Archive "),
            ("/tin-tuc/cu/bai/", "Home News Archive* "),
            ("/khac/", "Home News Archive "),
        ],
    )
    def test_current_place_is_the_longest_match(self, path: str, shown: str) -> None:
        self.fill()
        assert render(self.SOURCE, path) == shown

    def test_a_page_may_say_under_which_entry_it_stands(self) -> None:
        self.fill()
        inside = "{% with menu_path='/tin-tuc/' %}" + self.SOURCE + "{% endwith %}"
        assert render(inside, "/khac/") == "Home News* Archive "

    def test_without_answers_it_is_empty(self) -> None:
        assert render(self.SOURCE) == ""

    def test_english_home_is_not_the_place_of_every_english_page(self) -> None:
        @hooks.register("menus")
        def links() -> dict[str, list[hooks.NavLink]]:
            return {"main": [hooks.NavLink("Home", "/en/"), hooks.NavLink("News", "/en/tin-tuc/")]}

        assert render(self.SOURCE, "/en/tin-tuc/") == "Home News* "
        assert render(self.SOURCE, "/en/khac/") == "Home News "


@pytest.mark.usefixtures("answers")
class TestAccountLinks:
    def links(self, user: Any) -> dict[str, Any]:
        request = RequestFactory().get("/")
        request.user = user
        return account_links(Context({"request": request}))

    def test_stranger_gets_links_but_no_sign_out(self) -> None:
        hooks.register("account_links")(lambda user: [hooks.NavLink("Sign in", "/in/")])
        hooks.register("sign_out_url")(lambda: "/out/")
        hooks.register("still_here_url")(lambda: "/here/")
        answer = self.links(AnonymousUser())
        assert [link.label for link in answer["links"]] == ["Sign in"]
        assert answer["logout_url"] == answer["still_here_url"] == ""

    def test_who_is_signed_in_gets_the_way_out_and_the_address_for_typing(self) -> None:
        assert self.links(SimpleNamespace(is_authenticated=True)) == {
            "links": [],
            "logout_url": "",
            "still_here_url": "",
        }
        hooks.register("sign_out_url")(lambda: "/out/")
        hooks.register("still_here_url")(lambda: "/here/")
        answer = self.links(SimpleNamespace(is_authenticated=True))
        assert (answer["logout_url"], answer["still_here_url"]) == ("/out/", "/here/")

    def test_the_wide_and_the_narrow_head_ask_once(self) -> None:
        asked: list[Any] = []
        hooks.register("account_links")(lambda user: asked.append(user) or [])
        request = HttpRequest()
        request.user = AnonymousUser()
        for _head in range(2):
            account_links(Context({"request": request}))
        assert len(asked) == 1

    def test_request_without_user_is_served(self) -> None:
        assert account_links(Context({"request": HttpRequest()})) == {
            "links": [],
            "logout_url": "",
            "still_here_url": "",
        }


def test_the_address_to_share_is_the_one_the_reader_came_by() -> None:
    assert render("{% page_address %}", "/tin-tuc/bai/?page=2&utm=x") == "http://testserver/tin-tuc/bai/"


class TestLanguageUrl:
    def test_prefix_is_added(self) -> None:
        with translation.override("vi"):
            assert render("{% language_url 'en' %}", "/tin-tuc/") == "/en/tin-tuc/"

    def test_known_address_wins(self) -> None:
        assert render("{% language_url 'en' %}", translation_urls={"en": "/en/news/"}) == "/en/news/"
