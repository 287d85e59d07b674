"""Dates in the admin are validated by the server; the picker does not change what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from tests.accounts.factories import AgencyFactory
from tests.e2e.test_approval import person, sign_in, write_news
from tests.home.factories import agency_site

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_nonexistent_day_stays_as_typed_and_is_refused(visits: Any) -> None:
    site = agency_site(AgencyFactory())
    person("bien-tap", site.agency, Membership.Role.EDITOR)
    page = visits.page()
    sign_in(page, "bien-tap")
    write_news(page, site)
    day = page.locator("[name=date]")
    picker = page.locator(".xdsoft_datetimepicker:visible")
    for typed in ("31/11/2026", "15/13/2026", "2026-12-15", "mai"):
        day.click()
        expect(picker).to_have_count(1)  # it opens a moment after the field receives the focus
        day.fill(typed)
        day.press("Tab")
        expect(picker).to_have_count(0)
        expect(day).to_have_value(typed)
    page.locator("[data-w-dropdown-target=toggle]:visible").last.click()
    page.locator("button[name=action-publish]").click()
    expect(page.locator("#panel-child-content-date-errors, .error-message").first).to_be_visible()
    expect(day).to_have_value("mai")
