"""The portal's own pages and every component in a real browser: axe, 320 px, 200 % zoom, keyboard, without scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from portal import urls as portal_urls
from tests.home import factories, gallery
from tests.support.browser import assert_accessible, assert_fits

GALLERY = Path(__file__).parent / "templates" / "gallery"
NARROWEST = 320


def show(request: HttpRequest, name: str) -> HttpResponse:
    """One page of the gallery; its templates are not installed anywhere."""
    template = engines["django"].from_string((GALLERY / f"{name}.html").read_text(encoding="utf-8"))
    return HttpResponse(template.render(gallery.context(), request))


handler404, handler500 = portal_urls.handler404, portal_urls.handler500
urlpatterns = [path("gallery/<name>/", show), *portal_urls.urlpatterns]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.urls(__name__)]


@pytest.fixture
def site() -> list[str]:
    """A small portal; the addresses of one page of each type."""
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


def test_menu_opens_without_scripts(visits: Any, site: list[str]) -> None:
    page = visits.page(javascript=False, width=360)
    page.goto("/")
    link = page.locator("details.menu a", has_text="Tin tức")
    assert not link.is_visible()
    page.locator("details.menu summary").click()
    link.click()
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


def test_error_summary_takes_the_focus_and_leads_to_the_field(visits: Any) -> None:
    page = visits.page()
    page.goto("/gallery/form/")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    page.get_by_role("link", name="Số căn cước").click()
    assert page.evaluate("document.activeElement.id || location.hash.slice(1)") == "id_citizen_id"
    described = page.locator("#id_citizen_id").get_attribute("aria-describedby")
    assert described == "id_citizen_id_helptext id_citizen_id_error"


def test_suggestions_by_keyboard(visits: Any, site: list[str]) -> None:
    page = visits.page()
    answer = '{"suggestions": [{"text": "Đăng ký khai sinh", "url": "/lien-he/", "kind": "Thủ tục"}]}'
    page.route(
        "**/tim-kiem/goi-y/**", lambda route: route.fulfill(body=answer, content_type="application/json")
    )
    page.goto("/")
    box = page.get_by_role("combobox")
    box.press_sequentially("khai")
    page.get_by_role("option", name="Đăng ký khai sinh").wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert_accessible(page)
    box.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"
    box.press_sequentially(" sinh")
    page.get_by_role("option").wait_for()
    box.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant")
    box.press("Enter")
    page.wait_for_url("**/lien-he/")
