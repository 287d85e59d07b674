"""Text at 200 % and windows at 400 %: public pages keep their words apart, whole and in readable lines (WCAG 1.4.4)."""

from __future__ import annotations

import pytest

from tests.e2e.test_axe import STATES
from tests.support.browser import assert_fits, enlarge_text

pytestmark = pytest.mark.browser
PUBLIC = [name for name in STATES if not name.startswith(("desk-", "password"))]

#: Texts that lie on one another; an open menu lies over the page on purpose.
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
#: Elements that hide a part of their text; the last crumb is cut off on purpose, as the heading repeats it.
CUT_OFF = """() => [...document.querySelectorAll('body *')]
    .filter(one => one.checkVisibility() && ['hidden', 'clip'].includes(getComputedStyle(one).overflowX)
        && !one.closest('.visually-hidden, .crumbs, thead, svg, iframe, select, input') && one.textContent.trim()
        && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
    .map(one => one.outerHTML.slice(0, 120))"""
#: Paragraphs of at least six words with hardly more than one word a line.
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


@pytest.mark.parametrize("name", PUBLIC)
def test_enlarged_text_stays_readable(scenario_visits, scenario, name):
    """At 400 % of everything (320 px), and at 200 % of the text in a window of 1280 px."""
    page = scenario_visits.page(width=320)
    STATES[name](page, scenario)
    for width, percent in ((320, 100), (1280, 200)):
        page.set_viewport_size({"width": width, "height": 900})
        enlarge_text(page, percent)
        assert_fits(page)
        assert page.evaluate(OVERLAPS) == [], (name, width)
        assert page.evaluate(CUT_OFF) == [], (name, width)
        assert page.evaluate(ONE_WORD_LINES) == [], (name, width)
