"""An operator invites a person, who sets a password and signs in; the head confirms the role, and the desk opens."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import expect

from accounts.models import Agency, Membership
from accounts.services import grant
from tests.accounts.factories import START, AgencyFactory, UserFactory
from tests.e2e.people import button, choose
from tests.e2e.test_approval import sign_in
from tests.support.browser import assert_accessible, follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Role = Membership.Role
NEW = "thuyen-ra-khoi-luc-binh-minh"


def test_person_is_invited_and_confirmed(visits: Any, shoot: Callable[..., None]) -> None:
    agency: Agency = AgencyFactory(name="UBND xã Thử")
    for username, role in (("van-hanh", Role.OPERATOR), ("lanh-dao", Role.HEAD)):
        grant(user=UserFactory(username=username), agency=agency, role=role, valid_from=START)
    operator, person, head = visits.page(), visits.page(javascript=False), visits.page(javascript=False)

    sign_in(operator, "van-hanh")
    operator.goto("/quan-tri/users/new/")
    operator.locator("[name=username]").fill("vo-thi-moi")
    operator.locator("[name=full_name]").fill("Võ Thị Mới")
    operator.locator("[name=email]").fill("moi@example.vn")
    shoot(operator, "moi/tai-khoan")
    follow(operator.locator("form button[type=submit]:visible").last)
    (invitation,) = [message for message in mail.outbox if message.to == ["moi@example.vn"]]

    operator.goto("/quan-tri/memberships/new/")
    operator.locator("[name=username]").fill("vo-thi-moi")
    choose(operator, "Cơ quan", "xa thu", agency.name)
    operator.locator("[name=role]").select_option(value=Role.RECEIVER)
    follow(operator.locator("form button[type=submit]:visible").last)
    expect(operator.locator("body")).to_contain_text("người vận hành khác xác nhận")

    link = re.search(r"https?://[^/]+(/tai-khoan/loi-moi/\S+)", str(invitation.body))
    assert link
    person.goto(link[1])
    shoot(person, "moi/dat-mat-khau")
    person.locator("[name=new_password1]").fill(NEW)
    person.locator("[name=new_password2]").fill(NEW)
    follow(button(person, "Đặt mật khẩu"))
    person.locator("[name=username]").fill("vo-thi-moi")
    person.locator("[name=password]").fill(NEW)
    follow(button(person, "Đăng nhập"))
    person.goto("/mot-cua/")
    expect(person.get_by_role("heading", level=1)).not_to_have_text("Việc của tôi")

    head.goto("/tai-khoan/dang-nhap/?next=/tai-khoan/yeu-cau-vai-tro/")
    head.locator("[name=username]").fill("lanh-dao")
    head.locator("[name=password]").fill("mat-khau-rat-dai")
    follow(button(head, "Đăng nhập"))
    shoot(head, "moi/xac-nhan")
    follow(button(head, "Xác nhận"))

    person.goto("/mot-cua/")
    expect(person.locator("main")).to_contain_text("Việc của tôi")
    browser_of_head = visits.page()
    browser_of_head.goto("/tai-khoan/dang-nhap/?next=/tai-khoan/")
    browser_of_head.locator("[name=username]").fill("lanh-dao")
    browser_of_head.locator("[name=password]").fill("mat-khau-rat-dai")
    follow(button(browser_of_head, "Đăng nhập"))
    assert_accessible(browser_of_head)
