"""The same pages in the dark, in the system's own colours and on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from forms_app.dossiers.transitions import Status
from tests.e2e.test_axe import STATIONS
from tests.support.browser import assert_accessible

pytestmark = pytest.mark.browser
DARK = (
    "home", "procedure", "search-results", "step-1-missing", "uploaded", "review", "receipt", "mine-5", "mine-3",
    "login-wrong", "desk-queue", "desk-4", "desk-supplement-missing",
)  # fmt: skip
# What another scheme can break; the rest is judged in the light (test_axe.py).
SEEN_IN_COLOURS = ("color-contrast", "link-in-text-block")
EDGE = "element => getComputedStyle(element).borderBottomColor"
GROUND = "element => getComputedStyle(element).backgroundColor"


@pytest.mark.parametrize("name", DARK)
def test_a_page_can_be_read_in_the_dark(strolls, town, shoot, name):
    page = strolls.page(color_scheme="dark")
    STATIONS[name](page, town)
    shoot(page, f"dark/{name}")
    assert page.locator("body").evaluate(GROUND) not in {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
    assert_accessible(page, rules=SEEN_IN_COLOURS)


def test_the_current_place_and_the_progress_are_seen_in_the_systems_own_colours(strolls, town, shoot):
    page = strolls.page(forced_colors="active")
    page.goto("/thu-tuc/")
    shoot(page, "forced/catalogue")
    current = page.locator(".nav [aria-current]")
    other = page.locator(".nav a:not([aria-current])").first
    assert current.evaluate(EDGE) != other.evaluate(EDGE)
    assert other.evaluate(EDGE) == page.locator("body").evaluate(GROUND), (
        "a border that keeps its place shows"
    )

    STATIONS["step-2"](page, town)
    shoot(page, "forced/step-2")
    bar = page.locator(".stepper progress")
    assert bar.evaluate("element => getComputedStyle(element).borderTopStyle") == "solid"

    town.receive(page)
    page.goto("/mot-cua/")
    shoot(page, "forced/desk")
    badge = page.locator(".badge").first
    assert badge.evaluate("element => getComputedStyle(element).borderTopStyle") == "solid"


def test_paper_has_what_the_reader_came_for_and_where_it_is_from(strolls, town, shoot):
    page = strolls.page()
    page.goto(town.province.procedure.url)
    page.emulate_media(media="print", color_scheme="light")
    shoot(page, "print/procedure")
    for gone in (".nav", ".footer", ".crumbs", "main .btn", ".card__links", "[data-print]"):
        expect(page.locator(gone).first).to_be_hidden()
    for stays in ("h1", ".brand__name", "#thoi-han", "#ho-so", "#can-cu"):
        expect(page.locator(stays).first).to_be_visible()
    expect(page.locator("[data-share] a")).to_have_text(page.url)
    assert page.locator("body").evaluate(GROUND) == "rgb(255, 255, 255)"


def test_paper_of_my_dossier_keeps_code_state_and_history(strolls, town):
    page = strolls.page()
    page.goto(town.mine(Status.SUPPLEMENT))
    page.emulate_media(media="print")
    expect(page.locator("main .code").first).to_have_text(town.dossiers[Status.SUPPLEMENT].code)
    expect(page.locator(".steps li").first).to_be_visible()
    expect(page.locator(".notice .btn")).to_be_hidden()
