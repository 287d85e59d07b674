"""A list in the admin is filtered by an agency that is searched for, and stays filtered after the list is refreshed."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import Membership
from accounts.services import grant
from tests.accounts.factories import START, AgencyFactory, UserFactory
from tests.e2e.people import button
from tests.support.browser import assert_accessible, follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "mat-khau-rat-dai"


def test_roles_are_filtered_by_an_agency_typed_without_diacritics(visits: Any) -> None:
    UserFactory(username="quan-tri", password=PASSWORD, is_superuser=True)
    for name, person in (("Sở Tài chính", "Trần Thị Một"), ("UBND phường Đất Mới", "Lê Văn Hai")):
        user = UserFactory(full_name=person)
        grant(user=user, agency=AgencyFactory(name=name), role=Membership.Role.EDITOR, valid_from=START)
    page = visits.page()
    page.goto("/tai-khoan/dang-nhap/?next=/quan-tri/memberships/")
    page.locator("[name=username]").fill("quan-tri")
    page.locator("[name=password]").fill(PASSWORD)
    follow(button(page, "Đăng nhập"))
    rows = page.locator("#listing-results table")

    def choose(typed: str) -> None:
        agency = page.get_by_role("combobox", name="cơ quan")
        if not agency.is_visible():
            page.get_by_role("button", name="Hiện bộ lọc").click()
            page.locator("[aria-controls=drilldown-id_agency]:visible").first.click()
        agency.fill(typed)
        expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
        assert_accessible(page)
        agency.press("Enter")

    choose("dat moi")
    expect(rows).not_to_contain_text("Trần Thị Một")
    expect(rows).to_contain_text("Lê Văn Hai")
    choose("tai ch")
    expect(rows).not_to_contain_text("Lê Văn Hai")
    page.keyboard.press("Escape")
    expect(page.locator(".w-pill")).to_contain_text(
        "Sở Tài chính"
    )  # the previous filter tag is replaced after the rows
    page.locator(".w-pill__remove").click()  # Wagtail then renders the filters again
    expect(rows).to_contain_text("Lê Văn Hai")
    choose("dat moi")
    expect(rows).not_to_contain_text("Trần Thị Một")
