"""What may stand where in the tree of the portal, and what its pages are called."""

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
OURS = (
    HomePage, AgencyIndexPage, AgencySitePage, NewsIndexPage, NewsPage, InformationPage, ProcedureCataloguePage,
    ProcedureSectionPage, ProcedurePage,
)  # fmt: skip
MAY_STAND_BELOW = {
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


@pytest.mark.parametrize(("parent", "child"), [*itertools.product(OURS, OURS)])
def test_a_page_stands_only_where_it_belongs(parent: type[Page], child: type[Page]) -> None:
    assert (child in parent.allowed_subpage_models()) is (child in MAY_STAND_BELOW[parent])
    assert (parent in child.allowed_parent_page_models()) is (child in MAY_STAND_BELOW[parent])


def test_front_pages_stand_at_the_root() -> None:
    root = Page.get_first_root_node()
    # The catalogue does not know the floor above it, so it cannot name the front page as its parent.
    assert {model for model in OURS if model.can_create_at(root)} == {HomePage, ProcedureCataloguePage}


def test_no_plain_page_is_made_anywhere() -> None:
    home = factories.front_page()
    assert not Page.can_create_at(home)
    assert all(Page not in model.creatable_subpage_models() for model in OURS)


@pytest.mark.parametrize("kind", [AgencyIndexPage, NewsIndexPage])
def test_a_list_exists_once(kind: type[Page]) -> None:
    home = factories.front_page()
    assert not kind.can_create_at(home)
    kind.objects.get().delete()
    assert kind.can_create_at(HomePage.objects.get())


class TestAddresses:
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
    def test_are_made_of_the_title(self, title: str, slug: str) -> None:
        assert factories.information(title).slug == slug

    def test_differ_where_titles_are_alike(self) -> None:
        made = [factories.information("Liên hệ").slug for _ in range(3)]
        assert len(set(made)) == 3
        assert all(slug.startswith("lien-he") for slug in made)

    def test_that_are_typed_and_taken_are_refused(self) -> None:
        factories.information("Liên hệ", slug="lien-he")
        page = InformationPage(title="Khác", slug="lien-he", locale=Locale.get_default())
        with pytest.raises(ValidationError) as caught:
            factories.front_page().add_child(instance=page)
        assert "slug" in caught.value.message_dict

    @pytest.mark.parametrize("title", ["", "   ", "\u200b\u200b"])
    def test_a_page_without_a_title_is_refused(self, title: str) -> None:
        page = InformationPage(title=title, locale=Locale.get_default())
        with pytest.raises(ValidationError) as caught:
            factories.front_page().add_child(instance=page)
        assert "title" in caught.value.message_dict

    def test_what_is_pasted_decomposed_is_kept_composed(self) -> None:
        assert factories.information("Ho\u0302\u0323 ti\u0323ch").title == "Hộ tịch"


class TestWhoSpeaks:
    def test_news_of_the_province_name_whom_they_say(self) -> None:
        agency = AgencyFactory()
        assert factories.news(1, agency=agency).agency == agency
        assert factories.news(2).agency is None

    def test_news_below_a_site_never_speak_for_another(self) -> None:
        site, other = factories.agency_site(), AgencyFactory()
        page = factories.published(site, NewsPage(title="Tin", agency=other))
        page.agency = other
        page.save_revision().publish()
        page.refresh_from_db()
        assert page.agency == site.agency

    def test_news_that_move_speak_for_the_site_they_move_to(self) -> None:
        here, there = factories.agency_site(), factories.agency_site()
        page = factories.published(here, NewsPage(title="Tin"))
        page.move(AgencySitePage.objects.get(pk=there.pk), "last-child")
        page.refresh_from_db()
        assert page.agency == there.agency

    def test_news_that_move_to_the_list_of_all_keep_their_agency(self) -> None:
        site = factories.agency_site()
        page = factories.published(site, NewsPage(title="Tin"))
        page.move(NewsIndexPage.objects.get(), "last-child")
        page.refresh_from_db()
        assert page.agency == site.agency

    def test_a_copy_speaks_for_the_site_it_is_put_on(self) -> None:
        here, there = factories.agency_site(), factories.agency_site()
        page = factories.published(here, NewsPage(title="Tin"))
        copy: Any = page.copy(to=AgencySitePage.objects.get(pk=there.pk), update_attrs={"slug": "ban-sao"})
        assert NewsPage.objects.get(pk=copy.pk).agency == there.agency
