"""Rules of composition and wording (docs/components.md) that can be checked on any page."""

from __future__ import annotations

import re
from functools import cache

from playwright.sync_api import Page

from tests.paths import ROOT

# What the browser would say in its own language: pickers of dates and the bubbles of its own checking.
NATIVE_WIDGETS = """[
    ...document.querySelectorAll('input[type=date], input[type=time], input[type=datetime-local], input[type=color]'),
    ...[...document.forms].filter(form => !form.noValidate && form.querySelector('[required]')),
    ...[...document.querySelectorAll('input[type=file]')].filter(input => !input.closest('.file-picker')),
].map(element => element.outerHTML.slice(0, 120))"""
BROKEN_CODES = """[...document.querySelectorAll('.code')]
    .filter(code => code.checkVisibility() && code.tagName !== 'INPUT' && code.getClientRects().length > 1)
    .map(code => code.textContent)"""
PRIMARY_BUTTONS = """[...document.querySelectorAll('.btn:not(.btn--quiet, .btn--danger)')]
    .filter(button => button.checkVisibility() && !button.classList.contains('visually-hidden'))
    .map(button => button.textContent.trim())"""
LANGUAGES = re.compile(r"\bEnglish\b")


@cache
def english_texts() -> frozenset[str]:
    """Return the English source texts that have a different Vietnamese translation."""
    pairs = re.findall(
        r'^msgid "(.+)"\nmsgstr "(.+)"$',
        (ROOT / "locale" / "vi" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    return frozenset(
        source for source, text in pairs if " " in source and "%" not in source and source != text
    )


def assert_vietnamese(page: Page) -> None:
    """Assert that no text is untranslated and no widget uses the language of the browser."""
    text = LANGUAGES.sub("", page.locator("body").inner_text())
    assert not [source for source in english_texts() if source in text], page.url
    assert page.evaluate(NATIVE_WIDGETS) == [], page.url


def assert_composed(page: Page) -> None:
    """Assert that there is at most one primary button, one main heading, and no code broken across lines."""
    primary = page.evaluate(PRIMARY_BUTTONS)
    assert len(primary) <= 1, f"{page.url}: {primary}"
    assert page.evaluate(BROKEN_CODES) == [], page.url
    assert page.locator("h1").count() == 1, page.url
