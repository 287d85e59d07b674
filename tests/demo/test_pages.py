"""Pages of the demo: existing pages and the changes of editors are kept."""

from __future__ import annotations

import pytest
from wagtail.models import Page

from demo import sources
from demo.organisation import load_agencies
from demo.pages import (
    ensure_page,
    items,
    load_alerts,
    load_front,
    load_information,
    load_news,
    load_sites,
    paragraph,
    section,
)
from home.models import Alert, InformationPage, MenuItem, NewsIndexPage, NewsPage
from home.services import start_site

DANGEROUS = '<script>alert("x")</script> & Cô Sương'


@pytest.mark.parametrize("tag", ["ol", "ul"])
def test_list_keeps_its_order_and_escapes_markup(tag):
    html = items(["một", DANGEROUS], tag)
    assert html.startswith(f"<{tag}><li>một</li><li>&lt;script&gt;")
    assert html.endswith(f"</{tag}>")
    assert "<script>" not in html


def test_no_texts_give_an_empty_list():
    assert items([], "ul") == "<ul></ul>"


def test_paragraph_escapes_markup():
    kind, text = paragraph(DANGEROUS)
    assert kind == "paragraph"
    assert "<script>" not in text.source
    assert "&amp; Cô Sương" in text.source


def test_section_is_a_heading_followed_by_paragraphs():
    blocks = section("Theo luật nào", ["Một.", "Hai."])
    assert [kind for kind, _value in blocks] == ["heading", "paragraph", "paragraph"]
    assert blocks[0][1] == "Theo luật nào"


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def home(self):
        return start_site()

    def page(self, home, slug="gioi-thieu-thu", **fields):
        return ensure_page(
            home, InformationPage, slug, title="Giới thiệu", summary="Vài lời.", body=[], **fields
        )

    def test_page_is_published_with_a_revision(self, home):
        page = self.page(home)
        assert page.live
        assert page.latest_revision is not None
        assert Page.objects.child_of(home).filter(slug="gioi-thieu-thu").exists()

    def test_changes_by_editors_are_kept(self, home):
        first = self.page(home).specific
        first.title = "Tên biên tập viên đặt"
        first.save_revision().publish()
        assert self.page(home).title == "Tên biên tập viên đặt"
        assert Page.objects.child_of(home).filter(slug="gioi-thieu-thu").count() == 1

    def test_unpublished_page_is_not_published_again(self, home):
        self.page(home).specific.unpublish()
        assert not self.page(home).live

    def test_life_events_are_added_to_the_front_page_once(self, home):
        front = load_front()
        expected = [event["title"] for event in sources.read_file("life_events")]
        assert [block.value["title"] for block in front.life_events] == expected
        revisions = front.revisions.count()
        assert load_front().revisions.count() == revisions

    def test_information_pages_are_in_the_footer_in_both_languages(self, home):
        load_information(home)
        load_information(home)
        footer = MenuItem.objects.filter(place=MenuItem.Place.FOOTER)
        assert [item.label for item in footer.order_by("position")] == [
            row["title"] for row in sources.read_file("pages")
        ]
        assert all(item.label_en for item in footer)

    @pytest.mark.parametrize("row", sources.read_file("pages"), ids=lambda row: row["slug"])
    def test_page_shows_all_its_texts(self, home, client, row):
        load_information(home)
        page = client.get(f"/{row['slug']}/").content.decode()
        for part in row["sections"]:
            assert part["heading"] in page
            assert part["paragraphs"][0][:30] in page
        for question in row.get("faq", []):
            assert question["q"] in page

    def test_news_belong_to_their_agencies_and_are_listed_newest_first(self, home, client):
        agencies = load_agencies()
        load_news(home, agencies)
        load_news(home, agencies)
        rows = sources.read_file("news")
        assert NewsPage.objects.count() == len(rows)
        assert set(NewsPage.objects.values_list("slug", "agency__slug")) == {
            (row["slug"], row["agency"]) for row in rows
        }
        index = NewsIndexPage.objects.child_of(home).get()
        first = client.get(index.get_url()).content.decode()
        newest = sorted(rows, key=lambda row: row["date"], reverse=True)[0]
        assert newest["title"] in first

    def test_alerts_are_created_once_with_an_end(self, home):
        agencies = load_agencies()
        load_information(home)
        load_alerts(home, agencies)
        load_alerts(home, agencies)
        assert Alert.objects.count() == len(sources.read_file("alerts"))
        assert all(alert.ends_at > alert.starts_at for alert in Alert.objects.all())
        assert all(alert.link_page for alert in Alert.objects.all())

    def test_sites_are_created_for_agencies_with_a_full_site(self, home):
        agencies = load_agencies()
        load_sites(home, agencies)
        load_sites(home, agencies)
        expected = {row["slug"] for row in sources.read_file("agencies") if row["full_site"]}
        assert set(Page.objects.filter(slug__in=expected).values_list("slug", flat=True)) == expected
