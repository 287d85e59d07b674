"""An editor submits news; communications staff of the province find it on the dashboard and approve it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.models import Agency, Membership, User
from accounts.services import grant
from home.models import AgencySitePage
from tests.accounts.factories import START, AgencyFactory, UserFactory
from tests.e2e.people import button
from tests.home.factories import agency_site
from tests.support.browser import follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "mat-khau-rat-dai"
TITLE = "Sở làm việc sáng thứ bảy"


def person(username: str, agency: Agency, role: str) -> User:
    user: User = UserFactory(username=username, password=PASSWORD)
    grant(user=user, agency=agency, role=role, valid_from=START)
    return user


def sign_in(tab: Tab, username: str) -> None:
    tab.goto("/tai-khoan/dang-nhap/?next=/quan-tri/")
    tab.locator("[name=username]").fill(username)
    tab.locator("[name=password]").fill(PASSWORD)
    follow(button(tab, "Đăng nhập"))


def choose(tab: Tab, action: str) -> None:
    """Press an action in the menu beside "save draft"."""
    tab.locator("[data-w-dropdown-target=toggle]:visible").last.click()
    follow(tab.locator(f"button[name={action}]"))


def write_news(tab: Tab, site: AgencySitePage) -> None:
    tab.goto(f"/quan-tri/pages/add/home/newspage/{site.pk}/")
    tab.locator("[name=title]").fill(TITLE)
    tab.locator("[name=summary]").fill("Từ 7 giờ đến 11 giờ.")


def test_news_is_submitted_corrected_and_published(visits: Any, shoot: Callable[..., None]) -> None:
    province = AgencyFactory(kind=Agency.Kind.PROVINCE)
    site = agency_site(AgencyFactory(parent=province))
    author = person("bien-tap", site.agency, Membership.Role.EDITOR)
    approver = person("truyen-thong", province, Membership.Role.COMMUNICATION)
    editor, communication = visits.page(), visits.page()

    sign_in(editor, "bien-tap")
    write_news(editor, site)
    choose(editor, "action-submit")
    assert [message.to for message in mail.outbox] == [[approver.email]]

    sign_in(communication, "truyen-thong")
    expect(communication.get_by_role("link", name=TITLE)).to_be_visible()
    shoot(communication, "admin/approval-dashboard")
    communication.locator("td.actions-container button").first.click()
    communication.get_by_role("button", name="Yêu cầu sửa").first.click()
    communication.locator("[name=comment]").fill("Thiếu địa chỉ.")
    follow(communication.locator("form button[type=submit]", has_text="Yêu cầu sửa").last)
    assert mail.outbox[-1].to == [author.email]
    assert "Thiếu địa chỉ." in mail.outbox[-1].body

    editor.goto("/quan-tri/")
    follow(editor.get_by_role("link", name=TITLE).first)
    shoot(editor, "admin/approval-changes-requested")
    editor.locator("[name=summary]").fill("Từ 7 giờ đến 11 giờ, ở 12 Lý Bôn.")
    choose(editor, "action-submit")

    communication.goto("/quan-tri/")
    communication.locator("td.actions-container button").first.click()
    follow(communication.get_by_role("button", name="Duyệt", exact=True).first)
    reader = visits.page()
    reader.goto(f"{site.url}so-lam-viec-sang-thu-bay/")
    expect(reader.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(reader.get_by_text("12 Lý Bôn")).to_be_visible()
