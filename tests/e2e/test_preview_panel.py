"""The preview panel of the page editor shows every type of page and reports a failing content check."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect
from wagtail.models import Page, get_page_models

from home.models import AgencyIndexPage, NewsIndexPage, PortalImage
from procedures.models import ProcedureCataloguePage
from tests.accounts.factories import UserFactory
from tests.forms_app.dossiers.factories import picture
from tests.home import factories
from tests.procedures.factories import make_page, make_section

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning"),
]
Shoot = Callable[..., None]


def sign_in(tab: Tab, base_url: str) -> None:
    client = Client()
    client.force_login(UserFactory(is_superuser=True), "django.contrib.auth.backends.ModelBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    tab.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base_url}])


def faulty_body() -> str:
    """Return a text with an image whose alternative text is a file name."""
    image = PortalImage.objects.create(title="Ảnh", alt_text="IMG_0042.jpg", file=picture())
    return json.dumps([{"type": "image", "value": {"image": image.pk, "caption": ""}}])


def pages() -> list[tuple[Page, str]]:
    """Return a page of every type and what its checks report: a file name as alternative text, or no summary."""
    site, text, news = (
        make(body=faulty_body()) for make in (factories.agency_site, factories.information, factories.news)
    )
    procedure = make_page(make_section())
    without_summary = [
        factories.front_page(),
        AgencyIndexPage.objects.get(),
        NewsIndexPage.objects.get(),
        ProcedureCataloguePage.objects.get(),
        procedure.get_parent().specific,
        procedure,
    ]
    AgencyIndexPage.objects.update(summary="")
    return [
        *((page, "Lời tả hình chưa đúng cách") for page in (site, text, news)),
        *((page, "Chưa có mô tả trang") for page in without_summary),
    ]


def test_panel_shows_every_type_of_page_and_reports_a_failing_check(visits: Any, shoot: Shoot) -> None:
    made = pages()
    assert {type(page) for page, _fault in made} == set(get_page_models()) - {Page}
    tab = visits.page(width=1600)
    sign_in(tab, visits.base_url)
    for page, fault in made:
        tab.goto(f"/quan-tri/pages/{page.pk}/edit/")
        tab.locator("[data-side-panel-toggle=preview]").click()
        expect(tab.frame_locator("#w-preview-iframe").locator("h1")).to_have_text(re.compile("."))
        if page is made[0][0]:
            shoot(tab, "admin/preview")
        tab.locator("[data-side-panel-toggle=checks]").click()
        reported = tab.locator("[data-side-panel=checks] [data-content-checker-name]")
        expect(reported.filter(has_text=fault), str(type(page))).to_have_count(1)
        tab.wait_for_load_state(
            "networkidle"
        )  # a request cut off by the next page would count as a script error
    shoot(tab, "admin/checks")


@pytest.mark.parametrize("width", [360, 1024])
def test_button_that_collapses_all_panels_covers_nothing(visits: Any, width: int) -> None:
    page = make_page(make_section())
    tab = visits.page(width=width)
    sign_in(tab, visits.base_url)
    tab.goto(f"/quan-tri/pages/{page.pk}/edit/")
    title = tab.locator("#id_title")
    expect(title).to_be_visible()
    tab.wait_for_load_state("networkidle")
    button = tab.locator(".w-minimap__collapse-all--floating").bounding_box()
    for other in (title, *tab.locator(".w-tabs__list [role=tab]").all()):
        assert not _overlap(button, other.bounding_box())


def _overlap(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return False
    wide = one["x"] < other["x"] + other["width"] and other["x"] < one["x"] + one["width"]
    high = one["y"] < other["y"] + other["height"] and other["y"] < one["y"] + one["height"]
    return wide and high
