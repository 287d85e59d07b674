"""Page tree rules: allowed parents, slugs, and the agency of news pages."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from wagtail.models import Locale, Page

from home.models import AgencyIndexPage, AgencySitePage, HomePage, InformationPage, NewsIndexPage, NewsPage
from procedures.models import ProcedureCataloguePage, ProcedurePage, ProcedureSectionPage
from tests.accounts.factories import AgencyFactory
from tests.home import factories

pytestmark = pytest.mark.django_db
PAGE_TYPES = (
    HomePage, AgencyIndexPage, AgencySitePage, NewsIndexPage, NewsPage, InformationPage, ProcedureCataloguePage,
    ProcedureSectionPage, ProcedurePage,
)  # fmt: skip
ALLOWED_CHILDREN = {
    HomePage: {AgencyIndexPage, NewsIndexPage, InformationPage, ProcedureCataloguePage},
    AgencyIndexPage: {AgencySitePage},
    AgencySitePage: {InformationPage, NewsPage},
    NewsIndexPage: {NewsPage},
    NewsPage: set(),
    InformationPage: {InformationPage},
    ProcedureCataloguePage: {ProcedureSectionPage},
    ProcedureSectionPage: {ProcedurePage},
    ProcedurePage: set(),
}  # fmt: skip


@pytest.mark.parametrize(("parent", "child"), [*itertools.product(PAGE_TYPES, PAGE_TYPES)])
def test_page_types_allow_only_listed_children(parent: type[Page], child: type[Page]) -> None:
    assert (child in parent.allowed_subpage_models()) is (child in ALLOWED_CHILDREN[parent])
    assert (parent in child.allowed_parent_page_models()) is (child in ALLOWED_CHILDREN[parent])


def test_front_pages_can_be_created_at_the_root() -> None:
    root = Page.get_first_root_node()
    # procedures is a layer below home, so the catalogue page cannot name the front page as its parent.
    assert {model for model in PAGE_TYPES if model.can_create_at(root)} == {HomePage, ProcedureCataloguePage}


def test_plain_wagtail_pages_cannot_be_created() -> None:
    home = factories.front_page()
    assert not Page.can_create_at(home)
    assert all(Page not in model.creatable_subpage_models() for model in PAGE_TYPES)


@pytest.mark.parametrize("kind", [AgencyIndexPage, NewsIndexPage])
def test_index_page_can_be_created_once(kind: type[Page]) -> None:
    home = factories.front_page()
    assert not kind.can_create_at(home)
    kind.objects.get().delete()
    assert kind.can_create_at(HomePage.objects.get())


class TestSlugs:
    @pytest.mark.parametrize(
        ("title", "slug"),
        [
            ("Đăng ký hộ tịch", "dang-ky-ho-tich"),
            ("Lịch cắt điện 12/3: Năm Căn", "lich-cat-dien-12-3-nam-can"),
            ("  Nước   sạch ", "nuoc-sach"),
            ("Ủy ban nhân dân xã Đất Mũi", "uy-ban-nhan-dan-xa-dat-mui"),
            ("ĐƯỜNG THUỶ", "duong-thuy"),
        ],
    )
    def test_slug_is_generated_from_the_title(self, title: str, slug: str) -> None:
        assert factories.information(title).slug == slug

    def test_pages_with_the_same_title_get_distinct_slugs(self) -> None:
        slugs = [factories.information("Liên hệ").slug for _ in range(3)]
        assert len(set(slugs)) == 3
        assert all(slug.startswith("lien-he") for slug in slugs)

    def test_entered_slug_must_be_unique(self) -> None:
        factories.information("Liên hệ", slug="lien-he")
        page = InformationPage(title="Khác", slug="lien-he", locale=Locale.get_default())
        with pytest.raises(ValidationError) as caught:
            factories.front_page().add_child(instance=page)
        assert "slug" in caught.value.message_dict

    @pytest.mark.parametrize("title", ["", "   ", "\u200b\u200b"])
    def test_title_is_required(self, title: str) -> None:
        page = InformationPage(title=title, locale=Locale.get_default())
        with pytest.raises(ValidationError) as caught:
            factories.front_page().add_child(instance=page)
        assert "title" in caught.value.message_dict

    def test_title_is_stored_composed(self) -> None:
        assert factories.information("Ho\u0302\u0323 ti\u0323ch").title == "Hộ tịch"


class TestAgencyOfNews:
    def test_provincial_news_may_name_an_agency(self) -> None:
        agency = AgencyFactory()
        assert factories.news(1, agency=agency).agency == agency
        assert factories.news(2).agency is None

    def test_news_below_a_site_keeps_the_agency_of_the_site(self) -> None:
        site, other = factories.agency_site(), AgencyFactory()
        page = factories.published(site, NewsPage(title="Tin", agency=other))
        page.agency = other
        page.save_revision().publish()
        page.refresh_from_db()
        assert page.agency == site.agency

    def test_moved_news_gets_the_agency_of_the_new_site(self) -> None:
        here, there = factories.agency_site(), factories.agency_site()
        page = factories.published(here, NewsPage(title="Tin"))
        page.move(AgencySitePage.objects.get(pk=there.pk), "last-child")
        page.refresh_from_db()
        assert page.agency == there.agency

    def test_news_moved_to_the_provincial_list_keeps_its_agency(self) -> None:
        site = factories.agency_site()
        page = factories.published(site, NewsPage(title="Tin"))
        page.move(NewsIndexPage.objects.get(), "last-child")
        page.refresh_from_db()
        assert page.agency == site.agency

    def test_copied_news_gets_the_agency_of_the_target_site(self) -> None:
        here, there = factories.agency_site(), factories.agency_site()
        page = factories.published(here, NewsPage(title="Tin"))
        copy: Any = page.copy(to=AgencySitePage.objects.get(pk=there.pk), update_attrs={"slug": "ban-sao"})
        assert NewsPage.objects.get(pk=copy.pk).agency == there.agency
