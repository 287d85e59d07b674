"""An officer sets up two-step verification, signs out, and signs in with it: by app without JavaScript, and by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from accounts.models import Membership
from accounts.services import grant
from tests.accounts.factories import START, AgencyFactory, UserFactory
from tests.accounts.totp import code_at
from tests.e2e.people import button
from tests.support.browser import assert_accessible, follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "mat-khau-rat-dai"


@pytest.fixture(autouse=True)
def _officer(settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    user = UserFactory(username="can-bo", password=PASSWORD)
    grant(user=user, agency=AgencyFactory(), role=Membership.Role.RECEIVER, valid_from=START)


def give_password(tab: Tab) -> None:
    tab.goto("/tai-khoan/dang-nhap/")
    tab.locator("[name=username]").fill("can-bo")
    tab.locator("[name=password]").fill(PASSWORD)
    follow(button(tab, "Đăng nhập"))


def sign_out(tab: Tab) -> None:
    follow(button(tab, "Đăng xuất"))


@pytest.mark.parametrize("javascript", [True, False])
def test_officer_signs_in_with_an_app(visits: Any, shoot: Callable[..., None], javascript: bool) -> None:
    tab = visits.page(javascript=javascript)
    give_password(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Xác thực hai bước")
    follow(tab.get_by_role("link", name="Thiết lập ứng dụng xác thực"))
    secret = tab.locator("[data-secret]").inner_text()
    shoot(tab, f"hai-buoc/thiet-lap-{javascript}")
    if javascript:
        assert_accessible(tab)
    tab.get_by_label("Mã", exact=True).fill(code_at(secret))
    follow(button(tab, "Hoàn thành"))
    expect(tab.locator("[data-codes] li")).to_have_count(10)
    sign_out(tab)

    give_password(tab)
    expect(tab.get_by_role("heading", level=1)).to_have_text("Bước hai của đăng nhập")
    if javascript:
        expect(tab.get_by_label("Mã", exact=True)).to_be_focused()
        assert_accessible(tab)
    tab.get_by_label("Mã", exact=True).fill(code_at(secret, steps=1))
    tab.get_by_label("Mã", exact=True).press("Enter")
    tab.wait_for_url("**/mot-cua/")


def test_officer_signs_in_with_a_security_key(visits: Any, shoot: Callable[..., None]) -> None:
    tab = visits.page()
    devtools = tab.context.new_cdp_session(tab)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "usb", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    give_password(tab)
    follow(tab.get_by_role("link", name="Thêm khóa bảo mật"))
    assert_accessible(tab)
    tab.get_by_label("Tên khóa").fill("Khóa USB")
    follow(button(tab, "Thêm khóa"))
    expect(tab.locator("[data-codes] li")).to_have_count(10)
    sign_out(tab)

    give_password(tab)
    shoot(tab, "hai-buoc/khoa")
    follow(button(tab, "Dùng khóa bảo mật"))
    tab.wait_for_url("**/mot-cua/")
