"""Numbers, dates, pagination, menus and the language switch."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from core import display
from core.wagtail.languages import OriginalText
from core.web.context_processors import NavLink

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
        "number_vn",
        "filesize_vn",
    ],
)
def test_none_is_shown_as_an_empty_string(name: str) -> None:
    assert render(f"{{{{ value|{name} }}}}", value=None) == ""


def test_numbers_in_english() -> None:
    with translation.override("en"):
        assert display.money_text(1_507_500) == "1,507,500\xa0đ"
        assert display.percent_text(98.64) == "98.6%"


def test_percent_in_vietnamese() -> None:
    with translation.override("vi"):
        assert display.percent_text(Decimal("98.64")) == "98,6%"


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
        assert display.due_text(due, NOON) == text
        assert display.due_tone(due, NOON) == tone


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

    def test_current_page_is_not_a_link(self) -> None:
        html = self.show(7, "/tin-tuc/?page=7")
        assert '<span aria-current="page">7</span>' in html
        assert "page=7" not in html

    def test_last_page_has_no_next(self) -> None:
        assert 'rel="next"' not in self.show(23, "/tin-tuc/?page=23")


class TestMenu:
    SOURCE = (
        "{% menu 'main' as links %}"
        "{% for link in links %}{{ link.label }}{% if link.current %}*{% endif %} {% endfor %}"
    )
    MENUS = {"main": [NavLink("Home", "/"), NavLink("News", "/tin-tuc/"), NavLink("Archive", "/tin-tuc/cu/")]}

    @pytest.mark.parametrize(
        ("path", "shown"),
        [
            ("/", "Home* News Archive "),
            ("/tin-tuc/bai/", "Home News* Archive "),
            ("/tin-tuc/cu/bai/", "Home News Archive* "),
            ("/khac/", "Home News Archive "),
        ],
    )
    def test_the_longest_matching_address_is_current(self, path: str, shown: str) -> None:
        assert render(self.SOURCE, path, menus=self.MENUS) == shown

    def test_menu_path_names_the_current_entry(self) -> None:
        inside = "{% with menu_path='/tin-tuc/' %}" + self.SOURCE + "{% endwith %}"
        assert render(inside, "/khac/", menus=self.MENUS) == "Home News* Archive "

    def test_a_page_without_menus_shows_none(self) -> None:
        assert render(self.SOURCE) == ""

    def test_the_english_front_page_does_not_contain_every_english_page(self) -> None:
        menus = {"main": [NavLink("Home", "/en/"), NavLink("News", "/en/tin-tuc/")]}
        assert render(self.SOURCE, "/en/tin-tuc/", menus=menus) == "Home News* "
        assert render(self.SOURCE, "/en/khac/", menus=menus) == "Home News "


def test_page_address_is_the_requested_address_without_query() -> None:
    assert render("{% page_address %}", "/tin-tuc/bai/?page=2&utm=x") == "http://testserver/tin-tuc/bai/"


class TestLanguageUrl:
    def test_prefix_is_added(self) -> None:
        with translation.override("vi"):
            assert render("{% language_url 'en' %}", "/tin-tuc/") == "/en/tin-tuc/"

    def test_known_address_wins(self) -> None:
        assert render("{% language_url 'en' %}", translation_urls={"en": "/en/news/"}) == "/en/news/"


@pytest.mark.parametrize(("label", "html"), [
    (OriginalText("Giấy <A>"), "Choose “<span lang=\"vi\">Giấy &lt;A&gt;</span>” &amp; go"),
    ("Giấy <A>", "Choose “Giấy &lt;A&gt;” &amp; go"),
])  # fmt: skip
def test_language_of_a_quoted_question_is_marked(label: str, html: str) -> None:
    shown = render("{% load ui_tags %}{{ text|marking:label }}", text="Choose “Giấy <A>” & go", label=label)
    assert shown == html
