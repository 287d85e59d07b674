"""Pages with forced colours and in print; test_axe.py checks them in dark mode."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from forms_app.dossiers.transitions import Status
from tests.e2e.test_axe import STATES
from tests.support.browser import BACKGROUND

pytestmark = pytest.mark.browser
EDGE = "element => getComputedStyle(element).borderBottomColor"


def test_current_page_and_progress_are_visible_with_forced_colours(scenario_visits, scenario, shoot):
    page = scenario_visits.page(forced_colors="active")
    page.goto("/thu-tuc/")
    shoot(page, "forced/catalogue")
    current = page.locator(".nav [aria-current]")
    other = page.locator(".nav a:not([aria-current])").first
    assert current.evaluate(EDGE) != other.evaluate(EDGE)
    assert other.evaluate(EDGE) == page.locator("body").evaluate(BACKGROUND), (
        "a border that keeps its place shows"
    )

    STATES["step-2"](page, scenario)
    shoot(page, "forced/step-2")
    bar = page.locator(".stepper progress")
    assert bar.evaluate("element => getComputedStyle(element).borderTopStyle") == "solid"

    scenario.sign_in_officer(page)
    page.goto("/mot-cua/")
    shoot(page, "forced/desk")
    badge = page.locator(".badge").first
    assert badge.evaluate("element => getComputedStyle(element).borderTopStyle") == "solid"


def test_printed_procedure_contains_only_content_and_source(scenario_visits, scenario, shoot):
    page = scenario_visits.page()
    page.goto(scenario.province.procedure.url)
    page.emulate_media(media="print", color_scheme="light")
    shoot(page, "print/procedure")
    for hidden in (".nav", ".footer", ".crumbs", "main .btn", ".card__links", "[data-print]"):
        expect(page.locator(hidden).first).to_be_hidden()
    for visible in ("h1", ".brand__name", "#thoi-han", "#ho-so", "#can-cu"):
        expect(page.locator(visible).first).to_be_visible()
    expect(page.locator("[data-share] a")).to_have_text(page.url)
    assert page.locator("body").evaluate(BACKGROUND) == "rgb(255, 255, 255)"


def test_printed_tracking_page_contains_code_status_and_history(scenario_visits, scenario):
    page = scenario_visits.page()
    page.goto(scenario.tracking(Status.SUPPLEMENT))
    page.emulate_media(media="print")
    expect(page.locator("main .code").first).to_have_text(scenario.dossiers[Status.SUPPLEMENT].code)
    expect(page.locator(".steps li").first).to_be_visible()
    expect(page.locator(".notice .btn")).to_be_hidden()
