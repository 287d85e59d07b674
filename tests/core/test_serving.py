from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import RequestFactory
from wagtail.models import Locale, Page, PageViewRestriction, Site

from core import serving

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


def test_a_page_known_is_found_in_one_small_statement_however_deep(page, django_assert_num_queries):
    for depth in range(3):
        page = page.add_child(instance=Page(title=f"Sâu {depth}", slug=f"sau-{depth}", locale=page.locale))
    path = "so/trang/sau-0/sau-1/sau-2/"
    serving.find_public_page(request(), path)
    with django_assert_num_queries(1):
        found = serving.find_public_page(request(), path)
        assert found.locale.language_code == "vi"
    assert found.pk == page.pk


def test_the_root_page_is_found(site):
    assert serving.find_public_page(request(), "").pk == site.root_page_id


@pytest.mark.parametrize("path", ["khong-co/", "trang/", "so/trang/khong-co/"])
def test_nothing_is_left_to_wagtail(page, path):
    assert serving.find_public_page(request(), path) is None


def test_a_draft_is_left_to_wagtail(page):
    page.unpublish()
    assert serving.find_public_page(request(), "so/trang/") is None


def test_a_restriction_above_sends_the_request_to_wagtail(page):
    restriction = PageViewRestriction.objects.create(
        page=page.get_parent(), restriction_type=PageViewRestriction.LOGIN
    )
    assert serving.find_public_page(request(), "so/trang/") is None
    response = serving.serve(request("/so/trang/"), "so/trang/")
    assert response.status_code == 302
    assert not hasattr(response, "page_cache_seconds")
    restriction.delete()
    assert serving.find_public_page(request(), "so/trang/").pk == page.pk


def test_a_public_page_may_be_cached_and_a_type_may_say_no(page, monkeypatch):
    response = serving.serve(request("/so/trang/"), "so/trang/")
    assert response.page_cache_seconds == serving.DEFAULT_CACHE_SECONDS
    monkeypatch.setattr(Page, "cache_seconds", 0, raising=False)
    assert not hasattr(serving.serve(request("/so/trang/"), "so/trang/"), "page_cache_seconds")


def test_a_page_of_another_site_is_not_served_here(page):
    other = Page.get_first_root_node().add_child(instance=Page(title="Khác", slug="khac", locale=page.locale))
    Site.objects.create(hostname="khac.example.vn", root_page=other)
    cache.clear()
    assert serving.find_public_page(request(headers={"host": "khac.example.vn"}), "so/trang/") is None
    assert serving.find_public_page(request(headers={"host": "khac.example.vn"}), "").pk == other.pk


def test_the_site_is_asked_for_once_in_half_a_minute(site, django_assert_num_queries):
    serving.site_of(request())
    with django_assert_num_queries(0):
        assert serving.site_of(request()).pk == site.pk


def test_what_one_request_hangs_on_a_page_is_not_seen_by_the_next(page):
    first = serving.find_public_page(request(), "so/trang/")
    first.title = "Đổi trong một yêu cầu"
    first.locale = None
    second = serving.find_public_page(request(), "so/trang/")
    assert (second.title, second.locale.language_code) == ("Trang", "vi")


def test_a_page_taken_down_behind_the_back_of_the_signals_is_gone_at_once(page):
    assert serving.find_public_page(request(), "so/trang/") is not None
    Page.objects.filter(pk=page.pk).update(live=False)
    assert serving.find_public_page(request(), "so/trang/") is None


def test_made_up_addresses_are_not_remembered(page, django_assert_num_queries):
    serving.find_public_page(request(), "so/khong-co/")
    with django_assert_num_queries(1):
        assert serving.find_public_page(request(), "so/khong-co/") is None
