"""Walks through the demo: sign in with one of its accounts, then reach everything by following the page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from re import Pattern
from typing import Any

from playwright.sync_api import Locator, Page, expect

from demo.sources import people
from tests.accounts.totp import code_at
from tests.e2e.people import button
from tests.support.browser import follow, shoot

WIDTHS = {"1280": 1280, "360": 360}
HEIGHT = 900


@dataclass
class Walk:
    """A person of the demo in their own browser. Each step saves a picture at two widths."""

    page: Page
    name: str
    steps: int = field(default=0)

    def picture(self, step: str) -> None:
        """Save the page as it is, at 1280 and 360 pixels, without reloading it."""
        self.steps += 1
        for label, width in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.page.wait_for_timeout(150)
            shoot(self.page, f"walks/{self.name}/{self.steps:02d}-{step}-{label}")
        self.page.set_viewport_size({"width": WIDTHS["1280"], "height": HEIGHT})

    def sign_in(self, username: str, dashboard: str | Pattern[str]) -> None:
        """Sign in at the only address that is typed, and arrive at the user's dashboard."""
        self.page.goto("/tai-khoan/dang-nhap/")
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(people()["password"])
        follow(button(self.page, "Đăng nhập"))
        expect(self.page.locator("h1, h2").get_by_text(dashboard).first).to_be_visible()
        self.picture("bang-viec")

    def sign_in_again(self, username: str, secret: str) -> None:
        """Sign in with the password and an app code of the period after the one used at setup."""
        self.page.goto("/tai-khoan/dang-nhap/")
        self.page.locator("[name=username]").fill(username)
        self.page.locator("[name=password]").fill(people()["password"])
        follow(button(self.page, "Đăng nhập"))
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Bước hai của đăng nhập")
        self.picture("buoc-hai")
        self.page.get_by_label("Mã", exact=True).fill(code_at(secret, steps=1))
        with self.page.expect_navigation():
            self.page.get_by_label("Mã", exact=True).press("Enter")

    def link(self, name: str | Pattern[str], *, inside: str = "main, #main, body") -> None:
        """Follow the first visible link of this name."""
        follow(self.page.locator(inside).last.get_by_role("link", name=name).locator("visible=true").first)

    def task(self, name: str) -> None:
        """Follow a link of "Your work" on the dashboard."""
        follow(self.page.locator(".work").get_by_role("link", name=name, exact=True).first)

    def dashboard(self) -> None:
        """Return to the dashboard of the admin through the logo."""
        follow(self.page.get_by_role("link", name="Trang tổng quan"))

    def act(self, name: str) -> None:
        """Press an action of the editor, opening the menu beside "save draft" if it is in there."""
        action = self.page.locator(f"footer [name={name}], footer button[value={name}]")
        if not action.first.is_visible():
            self.page.locator("footer [data-w-dropdown-target=toggle]:visible").last.click()
        follow(action.locator("visible=true").first)

    def act_in_form(self, name: str) -> None:
        """Submit the form of the page with its button."""
        follow(self.page.locator("form").get_by_role("button", name=name).locator("visible=true").last)

    def view_site(self) -> None:
        """Go to the public front page through the link on the dashboard."""
        self.dashboard()
        follow(self.page.get_by_role("link", name="Xem cổng công khai"))

    def message(self, text: str | Pattern[str]) -> None:
        """Wait for a message of the admin."""
        expect(self.page.locator(".messages").get_by_text(text).first).to_be_visible()

    def page_action(self, name: str) -> None:
        """Choose an action from the menu "…" in the header of a page."""
        self.page.locator("header [data-w-dropdown-target=toggle]:visible").first.click()
        follow(self.page.get_by_role("link", name=name).locator("visible=true").first)

    def choose_in_dialog(self, opener: Locator, search: str, choice: str | Pattern[str]) -> None:
        """Open a chooser, search in its dialog, and choose a row."""
        opener.click()
        dialog = self.page.locator(".modal-content, [role=dialog]").locator("visible=true").last
        dialog.locator("[name=q]").fill(search)
        row = dialog.get_by_role("link", name=choice).first
        expect(row).to_be_visible()
        row.click()
        expect(dialog).to_be_hidden()


def text_of(value: str) -> Pattern[str]:
    """Return a pattern for a text that may be wrapped."""
    return re.compile(re.escape(value))


def rich_text(page: Page, number: int = 0) -> Any:
    """Return the editable area of a rich text."""
    return page.locator("[contenteditable=true]:visible").nth(number)
