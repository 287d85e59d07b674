"""What WCAG 2.2 adds and axe cannot see. 2.4.11 is walked in test_keyboard.py, 2.5.8 judged by axe on every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from forms_app.dossiers.transitions import Status
from tests.e2e.people import button
from tests.e2e.province import PASSWORD
from tests.e2e.test_axe import STATIONS
from tests.support.browser import Visits

pytestmark = pytest.mark.browser
FINGER_PX = 44
# Controls by which one goes on; links inside of a text or a list keep the 24 px of 2.5.8.
SMALL = """smallest => [...document.querySelectorAll('.btn, .ways a, .menu summary, .search__box > *, main select, '
        + 'main input:not([type=hidden], [type=checkbox], [type=radio], [readonly], [type=file])')]
    .filter(one => one.checkVisibility() && !one.classList.contains('visually-hidden'))
    .filter(one => one.getBoundingClientRect().height < (one.matches('.btn--small') ? 40 : smallest))
    .map(one => one.outerHTML.slice(0, 120))"""
HELP = "footer nav a"
HELPED = (
    "home",
    "procedure",
    "search-none",
    "step-1",
    "review",
    "mine-5",
    "lookup-wrong",
    "login",
    "not-found",
)


@pytest.mark.parametrize(
    "name", ["home", "catalogue-filtered", "procedure", "search-results", "step-1", "receipt"]
)
def test_what_one_goes_on_with_is_made_for_a_finger(strolls, town, name):
    page = strolls.page(width=360, height=640)
    STATIONS[name](page, town)
    assert page.evaluate(SMALL, FINGER_PX) == []


def test_help_stands_at_the_same_place_on_every_public_page(strolls, town):
    """3.2.6: also while one files, and where a page is missing."""
    seen = {}
    for name in HELPED:
        page = strolls.page()
        STATIONS[name](page, town)
        seen[name] = page.locator(HELP).all_inner_texts()
    assert "Hướng dẫn" in " ".join(seen["home"])
    assert all(links == seen["home"] for links in seen.values()), seen


def test_what_is_told_once_stands_there_when_one_comes_back(strolls, town):
    """3.3.7: the review and the steps show what was given; the code goes along from the front page."""
    page = strolls.page()
    STATIONS["step-1-missing"](page, town)
    page.locator("[name=full_name]").fill("Nguyễn Thị Thu Đông")
    button(page, "Lưu và tiếp tục").click()
    page.reload()
    expect(page.locator("[name=full_name]")).to_have_value("Nguyễn Thị Thu Đông")

    code = town.dossiers[Status.REGISTERED].code
    page.goto("/")
    page.locator("[name=ma]").fill(code)
    button(page, "Tra cứu").click()
    expect(page.locator("[name=code]")).to_have_value(code)


def paste(page: Page, name: str, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.locator(f"[name={name}]").focus()
    page.keyboard.press("Control+V")


def test_nothing_has_to_be_remembered_or_solved_to_sign_in(strolls: Visits, town):
    """3.3.8: a password manager knows the fields, pasting works, and no riddle is asked."""
    page = strolls.page(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/tai-khoan/dang-nhap/")
    expect(page.locator("[name=username]")).to_have_attribute("autocomplete", "username")
    expect(page.locator("[name=password]")).to_have_attribute("autocomplete", "current-password")
    assert page.locator("main form :is(input, select, textarea):visible").count() == 2
    paste(page, "username", "can-bo")
    paste(page, "password", PASSWORD)
    button(page, "Đăng nhập").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Việc của tôi")


def test_the_lookup_key_can_be_pasted_as_the_mail_shows_it(strolls: Visits, town):
    page = strolls.page(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/tra-cuu/")
    code = town.dossiers[Status.REGISTERED].code.lower()
    paste(page, "code", f" {code} ")
    paste(page, "secret", "k44b cpax")
    expect(page.locator("[name=code]")).to_have_value(f" {code} ")
    expect(page.locator("[name=secret]")).to_have_value("k44b cpax")
