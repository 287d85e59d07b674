from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import RequestFactory
from wagtail.models import Locale, Page, PageViewRestriction, Site

from core.wagtail import page_serving as serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    vi, _made = Locale.objects.get_or_create(language_code="vi")
    root = Page.get_first_root_node().add_child(instance=Page(title="Cổng", slug="cong", locale=vi))
    Site.objects.all().delete()
    site = Site.objects.create(hostname="testserver", root_page=root, is_default_site=True)
    cache.clear()
    return site


@pytest.fixture
def page(site):
    section = site.root_page.add_child(instance=Page(title="Sở", slug="so", locale=site.root_page.locale))
    return section.add_child(instance=Page(title="Trang", slug="trang", locale=section.locale))


def request(path="/", **extra):
    request = RequestFactory().get(path, **extra)
    request.user = AnonymousUser()
    return request


def test_a_cached_page_takes_one_query_at_any_depth(page, django_assert_num_queries):
    for depth in range(3):
        page = page.add_child(instance=Page(title=f"Sâu {depth}", slug=f"sau-{depth}", locale=page.locale))
    path = "so/trang/sau-0/sau-1/sau-2/"
    serving.find_page(request(), path)
    with django_assert_num_queries(1):
        found = serving.find_page(request(), path).page
        assert found.locale.language_code == "vi"
    assert found.pk == page.pk


def test_the_root_page_is_found(site):
    assert serving.find_page(request(), "").page.pk == site.root_page_id


@pytest.mark.parametrize("path", ["khong-co/", "trang/", "so/trang/khong-co/"])
def test_a_missing_page_is_left_to_wagtail(page, path):
    assert serving.find_page(request(), path).page is None


def test_a_draft_is_left_to_wagtail(page):
    page.unpublish()
    assert serving.find_page(request(), "so/trang/").page is None


def test_a_restriction_above_sends_the_request_to_wagtail(page):
    restriction = PageViewRestriction.objects.create(
        page=page.get_parent(), restriction_type=PageViewRestriction.LOGIN
    )
    assert serving.find_page(request(), "so/trang/").page is None
    response = serving.serve(request("/so/trang/"), "so/trang/")
    assert response.status_code == 302
    assert not hasattr(response, "page_cache_seconds")
    restriction.delete()
    assert serving.find_page(request(), "so/trang/").page.pk == page.pk


def test_public_pages_are_cached_unless_their_type_opts_out(page, monkeypatch):
    response = serving.serve(request("/so/trang/"), "so/trang/")
    assert response.page_cache_seconds == serving.DEFAULT_CACHE_SECONDS
    monkeypatch.setattr(Page, "cache_seconds", 0, raising=False)
    assert not hasattr(serving.serve(request("/so/trang/"), "so/trang/"), "page_cache_seconds")


def test_a_page_of_another_site_is_not_served_here(page):
    other = Page.get_first_root_node().add_child(instance=Page(title="Khác", slug="khac", locale=page.locale))
    Site.objects.create(hostname="khac.example.vn", root_page=other)
    cache.clear()
    assert serving.find_page(request(headers={"host": "khac.example.vn"}), "so/trang/").page is None
    assert serving.find_page(request(headers={"host": "khac.example.vn"}), "").page.pk == other.pk


def test_the_site_is_queried_once(site, django_assert_num_queries):
    serving.site_of(request())
    with django_assert_num_queries(0):
        assert serving.site_of(request()).pk == site.pk


def test_attributes_set_by_one_request_do_not_leak_into_the_next(page):
    first = serving.find_page(request(), "so/trang/").page
    first.title = "Đổi trong một yêu cầu"
    first.locale = None
    second = serving.find_page(request(), "so/trang/").page
    assert (second.title, second.locale.language_code) == ("Trang", "vi")


def test_a_page_unpublished_without_signals_is_gone_at_once(page):
    assert serving.find_page(request(), "so/trang/").page is not None
    Page.objects.filter(pk=page.pk).update(live=False)
    assert serving.find_page(request(), "so/trang/").page is None


def test_unknown_addresses_are_not_cached(page, django_assert_num_queries):
    serving.find_page(request(), "so/khong-co/")
    with django_assert_num_queries(1):
        assert serving.find_page(request(), "so/khong-co/").page is None
