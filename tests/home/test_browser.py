"""Pages and components in a browser: axe, 320 px, 200 % zoom, keyboard, without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from playwright.sync_api import expect

from portal import urls as portal_urls
from tests.home import factories, gallery
from tests.support.browser import assert_accessible, assert_fits, follow

GALLERY = Path(__file__).parent / "templates" / "gallery"
NARROWEST = 320


def show(request: HttpRequest, name: str) -> HttpResponse:
    """Render a gallery page; its templates are not in any template directory."""
    template = engines["django"].from_string((GALLERY / f"{name}.html").read_text(encoding="utf-8"))
    return HttpResponse(template.render(gallery.context(), request))


handler404, handler500 = portal_urls.handler404, portal_urls.handler500
urlpatterns = [path("gallery/<name>/", show), *portal_urls.urlpatterns]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.urls(__name__)]


@pytest.fixture
def site() -> list[str]:
    """Create a small portal and return the address of a page of each type."""
    agency = factories.agency_site()
    news = factories.news(1, agency=agency.agency, slug="bai", body=factories.body("Nội dung."))
    text = factories.information("Liên hệ", slug="lien-he", body=factories.body("Nơi hỏi."))
    factories.alert(link_page=text, link_text="Xem nơi thay thế")
    return ["/", "/co-quan/", agency.url, "/tin-tuc/", news.url, text.url, "/khong-co-trang-nay/"]


def test_public_pages_are_accessible_and_fit(visits: Any, shoot: Any, site: list[str]) -> None:
    page = visits.page(width=NARROWEST)
    for address in site:
        page.goto(address)
        assert_fits(page)
        assert_accessible(page)
        shoot(page, f"home/{address.strip('/').replace('/', '-') or 'home'}-{NARROWEST}")
    dark = visits.page(color_scheme="dark")
    for address in site:
        dark.goto(address)
        assert_accessible(dark)


@pytest.mark.parametrize("name", ["public", "form", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_components_are_accessible_and_fit(visits: Any, shoot: Any, name: str, scheme: str) -> None:
    for width in (NARROWEST, 768, 1440):
        page = visits.page(width=width, color_scheme=scheme)
        page.goto(f"/gallery/{name}/")
        assert_fits(page)
        shoot(page, f"gallery/{name}-{width}-{scheme}")
    assert_accessible(page)


def test_menu_opens_without_javascript(visits: Any, site: list[str]) -> None:
    page = visits.page(javascript=False, width=360)
    page.goto("/")
    link = page.locator("details.menu a", has_text="Tin tức")
    assert not link.is_visible()
    page.locator("details.menu summary").click()
    follow(link)
    assert page.url.endswith("/tin-tuc/")


def test_focus_is_visible_and_starts_with_the_skip_link(visits: Any, site: list[str]) -> None:
    page = visits.page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _step in range(12):
        page.keyboard.press("Tab")
        width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert width == "3px", page.evaluate("document.activeElement.outerHTML")


def test_error_summary_is_focused_and_links_to_the_field(visits: Any) -> None:
    page = visits.page()
    page.goto("/gallery/form/")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    page.get_by_role("link", name="Số căn cước").click()
    page.wait_for_function("(document.activeElement.id || location.hash.slice(1)) === 'id_citizen_id'")
    described = page.locator("#id_citizen_id").get_attribute("aria-describedby")
    assert described == "id_citizen_id_helptext id_citizen_id_error"


def test_suggestions_are_chosen_by_keyboard(visits: Any, site: list[str]) -> None:
    page = visits.page()
    answer = '{"suggestions": [{"text": "Đăng ký khai sinh", "url": "/lien-he/", "kind": "Thủ tục"}]}'
    page.route(
        "**/tim-kiem/goi-y/**", lambda route: route.fulfill(body=answer, content_type="application/json")
    )
    page.goto("/")
    box = page.get_by_role("combobox")
    box.fill("khai")  # one input event, one request
    page.get_by_role("option", name="Đăng ký khai sinh").wait_for()
    expect(box).to_have_attribute("aria-expanded", "true")
    assert_accessible(page)
    box.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.fill("khai sinh")
    page.get_by_role("option").wait_for()
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", re.compile("."))
    box.press("Enter")
    page.wait_for_url("**/lien-he/")
