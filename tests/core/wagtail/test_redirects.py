"""Redirects lead neither to the requested address itself nor to a page that is not live."""

from __future__ import annotations

import pytest
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect

from tests.home import factories

pytestmark = pytest.mark.django_db


def rename(page, slug):
    page.slug = slug
    page.save_revision().publish()


@pytest.fixture
def news(django_capture_on_commit_callbacks):
    """News that moved from the address `a` to `b` and back."""
    page = factories.news(slug="a")
    with django_capture_on_commit_callbacks(execute=True):
        rename(page, "b")
        rename(page, "a")
    return page


def redirect(old, **target):
    return Redirect.objects.create(old_path=Redirect.normalise_path(old), **target)


def test_old_address_leads_to_the_page(client, news):
    response = client.get("/tin-tuc/b/?x=1")
    assert (response.status_code, response.url) == (301, "/tin-tuc/a/")


def test_unpublished_page_is_a_404_everywhere(client, news):
    news.unpublish()
    assert client.get("/tin-tuc/a/").status_code == 404
    assert client.get("/tin-tuc/b/").status_code == 404


def test_redirect_works_again_with_the_page(client, news):
    news.unpublish()
    news.save_revision().publish()
    assert client.get("/tin-tuc/b/").status_code == 301


@pytest.mark.parametrize("target", ["/cu/", "/cu/?x=1", "http://testserver/cu/"])
def test_redirect_to_itself_is_a_404(client, target):
    factories.front_page()
    redirect("/cu/", redirect_link=target)
    assert client.get("/cu/").status_code == 404


def test_loop_of_redirects_is_a_404(client):
    factories.front_page()
    for old, new in (("/mot/", "/hai/"), ("/hai/", "/ba/"), ("/ba/", "/mot/")):
        redirect(old, redirect_link=new)
    assert client.get("/mot/").status_code == 404


def test_chain_that_ends_at_a_page_is_followed(client, news):
    redirect("/mot/", redirect_link="/hai/")
    redirect("/hai/", redirect_page=news, is_permanent=False)
    assert client.get("/mot/", follow=True).redirect_chain == [("/hai/", 301), ("/tin-tuc/a/", 302)]


def test_chain_that_ends_at_a_page_that_is_not_live_is_a_404(client, news):
    news.unpublish()
    redirect("/mot/", redirect_link="/hai/")
    redirect("/hai/", redirect_page=news)
    assert client.get("/mot/").status_code == 404


def test_redirect_to_another_site_is_followed(client):
    factories.front_page()
    redirect("/cu/", redirect_link="https://dichvucong.example.vn/cu/")
    assert client.get("/cu/").url == "https://dichvucong.example.vn/cu/"


def test_redirect_with_a_query_goes_first(client, news):
    redirect("/cu/?x=1", redirect_link="/tin-tuc/a/")
    redirect("/cu/", redirect_link="/co-quan/")
    assert client.get("/cu/?x=1").url == "/tin-tuc/a/"
    assert client.get("/cu/?x=2").url == "/co-quan/"


def test_address_without_a_redirect_is_a_404(client):
    factories.front_page()
    assert client.get("/khong-co/").status_code == 404


class TestForm:
    """A redirect from an address that has a page would never work."""

    @pytest.mark.parametrize("old", ["/tin-tuc/a/", "/tin-tuc/a", "/tin-tuc/a/?x=1", "/tim-kiem/"])
    def test_an_address_with_a_page_is_refused(self, admin_client, old):
        factories.news(slug="a")
        facts = {"old_path": old, "is_permanent": "on", "redirect_link": "https://example.org/"}
        response = admin_client.post(reverse("wagtailredirects:add"), facts)
        assert "Địa chỉ này đang có trang" in response.text
        assert not Redirect.objects.exists()

    @pytest.mark.parametrize("old", ["/tin-tuc/cu/", "/thu-tuc/9.999999/"])
    def test_other_addresses_are_accepted(self, admin_client, old):
        factories.news(slug="a")
        facts = {"old_path": old, "is_permanent": "on", "redirect_link": "https://example.org/"}
        admin_client.post(reverse("wagtailredirects:add"), facts)
        assert Redirect.objects.count() == 1

    @pytest.mark.parametrize(
        "target",
        ["http://localhost/khong-co/", "https://localhost:8000/tin-tuc/khong-co", "ftp://localhost/x"],
    )
    def test_a_target_on_this_site_that_leads_nowhere_is_refused(self, admin_client, target):
        factories.news(slug="a")
        facts = {"old_path": "/cu/", "is_permanent": "on", "redirect_link": target}
        response = admin_client.post(reverse("wagtailredirects:add"), facts)
        assert response.status_code == 200
        assert "Không có trang ở địa chỉ này" in response.text
        assert target in response.text, "what was typed is kept"
        assert not Redirect.objects.exists()

    @pytest.mark.parametrize(
        "target",
        [
            *("http://localhost/tin-tuc/a/", "http://localhost/tin-tuc/a?x=1#y", "http://localhost"),
            *("http://localhost/tim-kiem/?q=x", "https://example.org/x", "http://localhost/da-doi/"),
        ],
    )
    def test_other_targets_are_accepted(self, admin_client, target):
        redirect("/da-doi/", redirect_page=factories.news(slug="a"))
        facts = {"old_path": "/cu/", "is_permanent": "on", "redirect_link": target}
        admin_client.post(reverse("wagtailredirects:add"), facts)
        assert Redirect.objects.get(old_path="/cu").redirect_link == target
