"""A real Chromium on the live server: pages with and without JavaScript, axe, screenshots."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect, sync_playwright

from tests.paths import ARTIFACTS
from tests.support.services import CHROMIUM

# Only names of this machine are resolved. Routing every request through the test would also exclude foreign hosts,
# but costs a call to Python for each and disables the browser's cache of styles and fonts.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
LOCAL = {"localhost", "127.0.0.1", "", None}
WIDTHS = {"phone": 360, "tablet": 768, "desktop": 1440}
SERIOUS = {"serious", "critical"}
# The rule for target sizes (WCAG 2.2, 2.5.8: 24 px) is off in axe by default.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
# Ends a hopeless wait; tests wait for conditions, however slow the machine is.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
#: A script that returns the background of an element.
BACKGROUND = "element => getComputedStyle(element).backgroundColor"
_AXE = Axe()
_WITHOUT_SCRIPTS: WeakSet[BrowserContext] = WeakSet()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser process.

    Playwright's synchronous interface keeps an event loop in this thread, for which Django would refuse the database;
    it is allowed for as long as the browser runs.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            try:
                yield browser
            finally:
                browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Visits:
    """Open pages of one live server; `complaints` lists script errors, policy violations and foreign hosts."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser = browser
        self.base_url = base_url
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def page(
        self, *, javascript: bool = True, width: int = WIDTHS["desktop"], height: int = 900, **options: Any
    ) -> Page:
        """Open a page as a new visitor: no cookies, in Vietnamese, only this machine reachable."""
        context = self.browser.new_context(
            base_url=self.base_url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": height},
            locale=options.pop("locale", "vi-VN"),
            timezone_id="Asia/Ho_Chi_Minh",
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", self._note_foreign)
        self.contexts.append(context)
        if not javascript:
            _WITHOUT_SCRIPTS.add(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        page.on("console", lambda message: self._listen(message.type, message.text))
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def _note_foreign(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in LOCAL:
            self.complaints.append(f"foreign host: {request.url}")

    def _listen(self, kind: str, text: str) -> None:
        if kind == "error" and "Content Security Policy" in text:
            self.complaints.append(text)


def follow(target: Locator) -> None:
    """Click, and wait until the target page has loaded."""
    with target.page.expect_navigation():
        target.click()


def shoot(page: Page, name: str) -> None:
    """Save a picture of the whole page as artifacts/<name>.jpg; names may contain folders."""
    path = ARTIFACTS / f"{name}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=True, type="jpeg", quality=75)


def axe_violations(page: Page, *, impacts: set[str] = SERIOUS, rules: Sequence[str] = ()) -> list[str]:
    """Return axe's violations of these impacts, one line per rule with the first places. The page must run scripts.

    ``rules`` limits the check, for a page that was checked completely in another colour scheme.
    """
    if page.context in _WITHOUT_SCRIPTS:
        raise ValueError("axe is a script: use a page with JavaScript enabled")
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.axe_script)
    options = {**AXE_OPTIONS, "runOnly": list(rules)} if rules else AXE_OPTIONS
    found = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']} at {[node['target'] for node in rule['nodes']][:3]}"
        for rule in found
        if rule["impact"] in impacts
    ]


def assert_accessible(page: Page, *, impacts: set[str] = SERIOUS, rules: Sequence[str] = ()) -> None:
    violations = axe_violations(page, impacts=impacts, rules=rules)
    assert not violations, f"{page.url}\n" + "\n".join(violations)


def assert_fits(page: Page) -> None:
    """Assert that the page does not scroll horizontally (WCAG 1.4.10)."""
    wide, shown = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= shown, f"{page.url} is {wide} px wide in a window of {shown} px"


def enlarge_text(page: Page, percent: int) -> None:
    """Enlarge the text as a reader might (WCAG 1.4.4)."""
    page.evaluate("size => { document.documentElement.style.fontSize = size }", f"{percent}%")
