"""An editor creates and publishes a form; a citizen submits it on a phone without JavaScript."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Agency, Membership
from accounts.services.groups import sync_groups
from forms_app.builder.models import FormDefinition
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.e2e.people import NAME, button
from tests.e2e.province import CODE, COMMUNE_CHOICE, PASSWORD, RECORD, build
from tests.support.browser import assert_accessible, assert_fits, follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
QUESTIONS = (
    ("Một dòng chữ", "Số lượng bản sao bằng chữ"),
    ("Ngày", "Ngày cần bản sao"),
    ("Có hoặc không", "Cần gấp?"),
)


def sign_in(page: Page) -> None:
    user = UserFactory(username="kiem-soat", password=PASSWORD)
    MembershipFactory(user=user, role=Membership.Role.CONTROLLER, agency__kind=Agency.Kind.PROVINCE)
    sync_groups(user=user)
    page.goto("/tai-khoan/dang-nhap/?next=/quan-tri/forms/new/")
    page.locator("[name=username]").fill("kiem-soat")
    page.locator("[name=password]").fill(PASSWORD)
    follow(button(page, "Đăng nhập"))


def write_form(page: Page) -> None:
    """Create a step with three questions; ids are generated."""
    expect(page.get_by_role("button", name="Chèn khối")).to_be_visible()
    chooser = page.locator("[id$=procedure-chooser]")
    chooser.get_by_role("button", name="Chọn").first.click()
    page.locator(".modal").get_by_role("link", name=RECORD["title"]).click()
    expect(chooser).to_contain_text(RECORD["title"])
    page.locator("[name=title]").fill("Xin bản sao")
    page.get_by_role("button", name="Chèn khối").first.click()
    page.locator("[name=steps-0-value-title]").fill("Bản sao")
    questions = page.locator("[name=steps-0-value-fields-count]").locator("xpath=..")
    for number, (kind, label) in enumerate(QUESTIONS):
        questions.get_by_role("button", name="Chèn khối").last.click()
        page.get_by_role("option", name=kind, exact=True).click()
        page.locator(f"[name=steps-0-value-fields-{number}-value-label]").fill(label)


def preview_form(editor: Page, shoot) -> None:
    """Submit an empty step in the phone preview beside the list of versions."""
    phone = editor.frame_locator("iframe")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Người yêu cầu")
    phone.get_by_text("Tất cả các bước").click()
    phone.get_by_role("link", name="Bản sao").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Bản sao")
    phone.get_by_role("button", name="Kiểm tra và tiếp tục").last.click()
    expect(phone.locator("[data-error-summary]")).to_contain_text("Điền “Ngày cần bản sao”.")
    shoot(editor, "forms/03-thu")


def fill_in_applicant(citizen: Page) -> None:
    """Enter numbers as copied from a phone's contacts and as produced by an input method."""
    citizen.goto(f"/nop-ho-so/{CODE}/")
    citizen.get_by_label("Bạn nộp ở đâu?").select_option(label=COMMUNE_CHOICE)
    follow(button(citizen, "Bắt đầu"))
    citizen.locator("[name=full_name]").fill(NAME)
    citizen.locator("[name=identity_number]").fill("\u202d096 185 001 234\u202c")
    citizen.locator("[name=phone]").fill("０９１２ ３４５ ６７８")
    citizen.locator("[name=address_commune]").select_option(label="Tân Thành (xã)")
    citizen.locator("[name=address_detail]").fill("Ấp 1")
    citizen.get_by_label("Bản điện tử").check()
    follow(button(citizen, "Lưu và tiếp tục"))
    expect(citizen.get_by_role("heading", level=1)).to_have_text("Bản sao")


def enter_invalid_then_valid_answers(citizen: Page, shoot) -> None:
    copies, day, _urgent = (citizen.get_by_label(label) for _kind, label in QUESTIONS)
    copies.fill("hai bản")
    day.fill("32/1/2027")
    follow(button(citizen, "Lưu và tiếp tục"))
    summary = citizen.locator("[data-error-summary]")
    expect(summary).to_contain_text("“32/1/2027” không phải ngày.")
    expect(copies).to_have_value("hai bản")
    assert_fits(citizen)
    shoot(citizen, "forms/04-loi-tren-dien-thoai")
    summary.get_by_role("link").last.click()
    citizen.get_by_label("Không", exact=True).check()
    day.fill("02012027")
    follow(button(citizen, "Lưu và tiếp tục"))
    expect(citizen.locator("main")).to_contain_text("02/01/2027")


def test_form_is_created_published_and_submitted(visits, shoot):
    build()
    FormDefinition.objects.update(active=False)
    editor = visits.page(width=1280)
    sign_in(editor)
    write_form(editor)
    shoot(editor, "forms/01-soan")
    follow(button(editor, "Tạo"))
    expect(editor.get_by_role("heading", name="Xin bản sao")).to_be_visible()
    shoot(editor, "forms/02-xem-truoc")
    follow(button(editor, "Công bố thành phiên bản mới"))
    expect(editor.get_by_text("Đã công bố phiên bản 1.")).to_be_visible()
    preview_form(editor, shoot)
    trial = visits.page(width=360, storage_state=editor.context.storage_state())
    trial.goto(f"/quan-tri/bieu-mau/{FormDefinition.objects.get(active=True).pk}/thu/1/ban_sao/")
    follow(button(trial, "Kiểm tra và tiếp tục"))
    expect(trial.locator("[data-error-summary]")).to_be_focused()
    assert_accessible(trial)
    assert_fits(trial)

    citizen = visits.page(javascript=False, width=360)
    fill_in_applicant(citizen)
    enter_invalid_then_valid_answers(citizen, shoot)
    citizen.locator("[name=consent]").check()
    follow(button(citizen, "Nộp hồ sơ"))
    expect(citizen.locator("[data-code]")).to_have_text(re.compile(r"^H12\.25-\d{6}-0001$"))
