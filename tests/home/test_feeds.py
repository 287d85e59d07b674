"""Atom feeds: valid, in both languages, limited to public content, cached."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date
from typing import Any

import pytest
from django.test import Client

from home.models import NewsPage
from procedures.services.versions import publish
from tests.home.factories import body, front_page, published
from tests.procedures.factories import make_decision, make_page, make_section

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


def read(client: Client, path: str) -> ET.Element:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("application/atom+xml")
    return ET.fromstring(answer.content)


def check(feed: ET.Element, path: str) -> list[ET.Element]:
    """Assert what RFC 4287 requires of a feed and its entries; return the entries."""
    assert feed.tag == f"{ATOM}feed"
    for part in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{part}"), part
    links = {link.get("rel", "alternate"): link.get("href", "") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"http://testserver{path}"
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in entries]
    assert len(set(ids)) == len(ids)
    for entry, own in zip(entries, ids, strict=True):
        assert own.startswith("http")
        assert all(entry.findtext(f"{ATOM}{part}") for part in ("title", "updated", "summary"))
        assert (entry.find(f"{ATOM}link").get("href") or "").startswith("http://testserver/")  # type: ignore[union-attr]
    return entries


@pytest.fixture
def news() -> NewsPage:
    front = front_page()
    index = front.get_children().get(slug="tin-tuc").specific
    for number in (1, 2):
        page = published(
            index,
            NewsPage(
                title=f"Tin {number}", slug=f"tin-{number}", date=date(2026, 11, number), summary="Tóm tắt"
            ),
        )
    hidden = published(index, NewsPage(title="Tin gỡ", slug="tin-go", summary="x"))
    hidden.unpublish()
    return page


def test_news_is_listed_newest_first(news: NewsPage, client: Client) -> None:
    entries = check(read(client, "/nguon-tin/tin-tuc.atom"), "/nguon-tin/tin-tuc.atom")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Tin 2", "Tin 1"]


def test_english_feed_is_in_english(news: NewsPage, client: Client) -> None:
    feed = read(client, "/en/nguon-tin/tin-tuc.atom")
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert feed.findtext(f"{ATOM}title") == "News"
    entries = check(feed, "/en/nguon-tin/tin-tuc.atom")
    assert (entries[0].find(f"{ATOM}link").get("href") or "").startswith("http://testserver/en/")  # type: ignore[union-attr]


def test_every_version_of_a_public_procedure_is_an_entry(client: Client) -> None:
    front_page()
    page = make_page(make_section(), title="ĐĂNG KÝ KẾT HÔN")
    publish(page=page, decision=make_decision(number="1/QĐ-UBND"), valid_from=date(2026, 1, 1))
    page.requirements = "Đủ tuổi"
    publish(page=page, decision=make_decision(number="2/QĐ-UBND"), valid_from=date(2026, 6, 1))
    draft = make_page(page.get_parent().specific, title="Thủ tục ẩn")
    publish(page=draft, decision=make_decision(), valid_from=date(2026, 1, 1))
    draft.refresh_from_db()
    draft.unpublish()
    entries = check(read(client, "/nguon-tin/thu-tuc.atom"), "/nguon-tin/thu-tuc.atom")
    found = [(entry.findtext(f"{ATOM}title"), entry.findtext(f"{ATOM}summary")) for entry in entries]
    assert [title for title, _summary in found] == ["Đăng ký kết hôn"] * 2
    assert "Sửa đổi" in (found[0][1] or "")
    assert "2/QĐ-UBND" in (found[0][1] or "")
    assert "01/01/2026" in (found[1][1] or "")


def test_feeds_need_few_queries_however_much_they_list(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    front_page()
    section = make_section()
    costs = []
    for number in (2, 5):
        for _ in range(number):
            publish(page=make_page(section), decision=make_decision(), valid_from=date(2026, 1, 1))
        client.get("/nguon-tin/thu-tuc.atom")
        with django_assert_max_num_queries(30) as asked:
            client.get("/nguon-tin/thu-tuc.atom")
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_feeds_are_linked_and_empty_ones_are_valid(client: Client) -> None:
    front_page()
    page = client.get("/").content.decode()
    assert '<link rel="alternate" type="application/atom+xml" href="/nguon-tin/tin-tuc.atom"' in page
    assert 'href="/nguon-tin/thu-tuc.atom"' in page
    assert check(read(client, "/nguon-tin/thu-tuc.atom"), "/nguon-tin/thu-tuc.atom") == []


def test_icons_exist_and_favicon_is_served(client: Client) -> None:
    front_page()
    page = client.get("/").content.decode()
    assert 'rel="apple-touch-icon"' in page
    assert 'sizes="any" type="image/svg+xml"' in page
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert answer["Location"].endswith("favicon.ico")


def test_every_kind_of_page_describes_itself(client: Client) -> None:
    """The description is the page's own text, even without a summary, and no two pages share one."""
    front = front_page()
    index = front.get_children().get(slug="tin-tuc").specific
    published(
        index, NewsPage(title="Tiếp dân", slug="tiep-dan", body=body("Ủy ban nhân dân tiếp dân vào thứ Hai."))
    )
    section = make_section(introduction="Thủ tục do Sở nhận.")
    found = {}
    for path in ("/", "/tin-tuc/", "/tin-tuc/tiep-dan/", "/co-quan/", "/thu-tuc/", section.url, "/tra-cuu/"):
        text = client.get(path).content.decode()
        start = text.index('<meta name="description" content="') + 34
        found[path] = text[start : text.index('"', start)]
    assert all(found.values()), found
    assert len(set(found.values())) == len(found), found
    assert "tiếp dân vào thứ Hai" in found["/tin-tuc/tiep-dan/"]
    assert found[section.url] == "Thủ tục do Sở nhận."
