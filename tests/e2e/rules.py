"""Rules of composition and wording (docs/components.md) that can be checked on any page."""

from __future__ import annotations

import re
from functools import cache

from playwright.sync_api import Page

from tests.paths import ROOT

# What the browser would show in its own language: date pickers and its own validation messages.
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
#: Texts that overlap; an open menu covers the page on purpose.
OVERLAPS = """() => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (!node.data.trim() || !parent.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true})
            || parent.closest('.visually-hidden, .skip, .menu, script, style, option, table thead, svg')) { continue; }
        const range = document.createRange();
        range.selectNodeContents(node);
        for (const box of range.getClientRects()) { texts.push([box, node.data.trim(), parent]); }
    }
    const found = [];
    texts.forEach(([one, text, parent], place) => texts.slice(place + 1).forEach(([other, next, owner]) => {
        const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        if (parent !== owner && wide > 2 && high > Math.min(one.height, other.height) / 2) {
            found.push([text.slice(0, 40), next.slice(0, 40)]);
        }
    }));
    return found.slice(0, 5);
}"""
#: Hidden until it has the focus.
SKIP_LINK_IS_ABOVE = """() => [...document.querySelectorAll('.skip:not(:focus)')]
    .every(one => one.getBoundingClientRect().bottom <= 0)"""
#: Elements that hide part of their text; the last breadcrumb is cut off on purpose, as the heading repeats it.
CUT_OFF = """() => [...document.querySelectorAll('body *')]
    .filter(one => one.checkVisibility() && ['hidden', 'clip'].includes(getComputedStyle(one).overflowX)
        && !one.closest('.visually-hidden, .crumbs, thead, svg, iframe, select, input') && one.textContent.trim()
        && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
    .map(one => one.outerHTML.slice(0, 120))"""
#: Paragraphs of at least six words with hardly more than one word per line.
ONE_WORD_LINES = """() => [...document.querySelectorAll(
        'main p, main li, main dd, main h1, main h2, main label, footer p')]
    .filter(one => one.checkVisibility() && !one.closest('.visually-hidden') && !one.querySelector('p, li, dd, input'))
    .filter(one => {
        const words = one.textContent.trim().split(/\\s+/).length;
        const range = document.createRange();
        range.selectNodeContents(one);
        const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top / 8))).size;
        return words >= 6 && lines > words * 0.7;
    })
    .map(one => [one.className, one.textContent.trim().slice(0, 60)])"""
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


def assert_readable(page: Page) -> None:
    """Assert that no texts overlap, are cut off or have hardly more than one word per line (WCAG 1.4.4).

    The skip link stays above the page until it has the focus.
    """
    assert page.evaluate(SKIP_LINK_IS_ABOVE), page.url
    assert page.evaluate(OVERLAPS) == [], page.url
    assert page.evaluate(CUT_OFF) == [], page.url
    assert page.evaluate(ONE_WORD_LINES) == [], page.url
