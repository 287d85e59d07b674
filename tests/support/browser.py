"""A real Chromium on the live server: pages with and without JavaScript, axe, screenshots."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.paths import ARTIFACTS
from tests.support.services import CHROMIUM

# No name but this machine's is resolved. Routing every request through the test would close foreign hosts as well, but
# costs a trip to Python for each, and the browser's memory of styles and fonts.
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
# What WCAG 2.2 adds (2.5.8: 24 px to the finger, or room around) is off in axe unless asked for.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
PATIENCE_MS = 15_000
_AXE = Axe()
_WITHOUT_SCRIPTS: WeakSet[BrowserContext] = WeakSet()


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser process.

    Playwright's synchronous interface keeps an event loop in this thread, which Django takes for a reason to refuse
    the database; the permission lasts exactly as long as the browser.
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
    """Opens pages on one live server; afterwards `complaints` says what the browser objected to."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser = browser
        self.base_url = base_url
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def page(
        self, *, javascript: bool = True, width: int = WIDTHS["desktop"], height: int = 900, **options: Any
    ) -> Page:
        """A page of a new person: no cookies, Vietnamese, nothing reachable but this machine."""
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


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page as artifacts/<name>.jpg, quicker than a PNG; names may have folders."""
    path = ARTIFACTS / f"{name}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=True, type="jpeg", quality=75)


def axe_violations(page: Page, *, impacts: set[str] = SERIOUS, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds of these impacts, one line per rule with the first places. The page must run scripts.

    ``rules`` judges by these alone, where the same page was judged by all of them before and only its look is another.
    """
    if page.context in _WITHOUT_SCRIPTS:
        raise ValueError("axe is itself a script: judge the page that has JavaScript on")
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
    """No page may scroll sideways (WCAG 1.4.10)."""
    wide, shown = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= shown, f"{page.url} is {wide} px wide in a window of {shown} px"


def enlarge_text(page: Page, percent: int) -> None:
    """Let the reader's own letters be this large (WCAG 1.4.4)."""
    page.evaluate("size => { document.documentElement.style.fontSize = size }", f"{percent}%")
