"""The rules of composition and voice (docs/components.md) that a machine can see on any page."""

from __future__ import annotations

import re
from functools import cache

from playwright.sync_api import Page

from tests.paths import ROOT

# What the browser would say in its own language: pickers of dates and the bubbles of its own checking.
NATIVE = """[
    ...document.querySelectorAll('input[type=date], input[type=time], input[type=datetime-local], input[type=color]'),
    ...[...document.forms].filter(form => !form.noValidate && form.querySelector('[required]')),
    ...[...document.querySelectorAll('input[type=file]')].filter(input => !input.closest('.filepick')),
].map(element => element.outerHTML.slice(0, 120))"""
BROKEN_CODES = """[...document.querySelectorAll('.code')]
    .filter(code => code.checkVisibility() && code.tagName !== 'INPUT' && code.getClientRects().length > 1)
    .map(code => code.textContent)"""
PRIMARY = """[...document.querySelectorAll('.btn:not(.btn--quiet, .btn--danger)')]
    .filter(button => button.checkVisibility() && !button.classList.contains('visually-hidden'))
    .map(button => button.textContent.trim())"""
LANGUAGES = re.compile(r"\bEnglish\b")


@cache
def english_texts() -> frozenset[str]:
    """Return the source texts of the catalogue that Vietnamese people read in other words."""
    pairs = re.findall(
        r'^msgid "(.+)"\nmsgstr "(.+)"$',
        (ROOT / "locale" / "vi" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8"),
        flags=re.MULTILINE,
    )
    return frozenset(
        source for source, told in pairs if " " in source and "%" not in source and source != told
    )


def assert_speaks_vietnamese(page: Page) -> None:
    """No text of ours stands untranslated, and no widget speaks the language of the browser."""
    text = LANGUAGES.sub("", page.locator("body").inner_text())
    assert not [source for source in english_texts() if source in text], page.url
    assert page.evaluate(NATIVE) == [], page.url


def assert_composed(page: Page) -> None:
    """At most one primary button, whole codes, one heading of the page."""
    primary = page.evaluate(PRIMARY)
    assert len(primary) <= 1, f"{page.url}: {primary}"
    assert page.evaluate(BROKEN_CODES) == [], page.url
    assert page.locator("h1").count() == 1, page.url
