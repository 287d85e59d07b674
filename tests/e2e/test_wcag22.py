"""Criteria of WCAG 2.2 that axe cannot check. 2.4.11 is in test_keyboard.py, 2.5.8 is checked by axe on every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from forms_app.dossiers.transitions import Status
from tests.e2e.people import button
from tests.e2e.province import PASSWORD
from tests.e2e.test_axe import STATES
from tests.support.browser import Visits, follow

pytestmark = pytest.mark.browser
TOUCH_TARGET_PX = 44
# Main controls; for links within texts and lists, the 24 px of 2.5.8 are enough.
SMALL = """smallest => [...document.querySelectorAll('.btn, .shortcuts a, .menu summary, .search__box > *, main select,'
        + ' main input:not([type=hidden], [type=checkbox], [type=radio], [readonly], [type=file])')]
    .filter(one => one.checkVisibility() && !one.classList.contains('visually-hidden'))
    .filter(one => one.getBoundingClientRect().height < (one.matches('.btn--small') ? 40 : smallest))
    .map(one => one.outerHTML.slice(0, 120))"""
HELP = "footer nav a"
PAGES_WITH_HELP = (
    "home",
    "procedure",
    "search-none",
    "step-1",
    "review",
    "tracking-5",
    "lookup-wrong",
    "login",
    "not-found",
)


@pytest.mark.parametrize(
    "name", ["home", "catalogue-filtered", "procedure", "search-results", "step-1", "receipt"]
)
def test_controls_are_large_enough_for_touch(scenario_visits, scenario, name):
    page = scenario_visits.page(width=360, height=640)
    STATES[name](page, scenario)
    assert page.evaluate(SMALL, TOUCH_TARGET_PX) == []


def test_help_links_are_the_same_on_every_public_page(scenario_visits, scenario):
    """3.2.6, also while filing and on the 404 page."""
    links_by_page = {}
    for name in PAGES_WITH_HELP:
        page = scenario_visits.page()
        STATES[name](page, scenario)
        links_by_page[name] = page.locator(HELP).all_inner_texts()
    assert "Hướng dẫn" in " ".join(links_by_page["home"])
    assert all(links == links_by_page["home"] for links in links_by_page.values()), links_by_page


def test_entered_data_is_shown_again(scenario_visits, scenario):
    """3.3.7: review and steps show the answers; the code entered on the front page is kept."""
    page = scenario_visits.page()
    STATES["step-1-missing"](page, scenario)
    page.locator("[name=full_name]").fill("Nguyễn Thị Thu Đông")
    follow(button(page, "Lưu và tiếp tục"))
    page.reload()
    expect(page.locator("[name=full_name]")).to_have_value("Nguyễn Thị Thu Đông")

    code = scenario.dossiers[Status.REGISTERED].code
    page.goto("/")
    page.locator("[name=ma]").fill(code)
    follow(button(page, "Tra cứu"))
    expect(page.locator("[name=code]")).to_have_value(code)


def paste(page: Page, name: str, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.locator(f"[name={name}]").focus()
    page.keyboard.press("Control+V")


def test_sign_in_requires_no_cognitive_test(scenario_visits: Visits, scenario):
    """3.3.8: password managers recognise the fields, pasting works, and there is no puzzle."""
    page = scenario_visits.page(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/tai-khoan/dang-nhap/")
    expect(page.locator("[name=username]")).to_have_attribute("autocomplete", "username")
    expect(page.locator("[name=password]")).to_have_attribute("autocomplete", "current-password")
    assert page.locator("main form :is(input, select, textarea):visible").count() == 2
    paste(page, "username", "can-bo")
    paste(page, "password", PASSWORD)
    follow(button(page, "Đăng nhập"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Việc của tôi")


def test_lookup_key_can_be_pasted_from_the_mail(scenario_visits: Visits, scenario):
    page = scenario_visits.page(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/tra-cuu/")
    code = scenario.dossiers[Status.REGISTERED].code.lower()
    paste(page, "code", f" {code} ")
    paste(page, "lookup_key", "k44b cpax")
    expect(page.locator("[name=code]")).to_have_value(f" {code} ")
    expect(page.locator("[name=lookup_key]")).to_have_value("k44b cpax")
