"""The desk and the file input in Chromium: keyboard shortcuts work, and nothing needs JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import Agency, User
from forms_app.dossiers.models import Dossier
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import make_form, make_version, picture
from tests.one_stop.factories import make_desk_form, make_dossier, make_officer
from tests.support.browser import Visits, assert_accessible, assert_fits, follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def agency() -> Agency:
    return AgencyFactory(name="UBND phường Tân Thành", code="H12.46.18")


@pytest.fixture
def dossiers(agency: Agency) -> list[Dossier]:
    form = make_desk_form(agency)
    return [make_dossier(form=form, full_name=f"Nguyễn Văn {n}") for n in range(3)]


def open_desk(page: Page, officer: User, address: str) -> Page:
    client = Client()
    client.force_login(officer)
    name = settings.SESSION_COOKIE_NAME
    page.goto("/")
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": page.url}])
    page.goto(address)
    return page


def test_keyboard_shortcuts_of_the_queue(
    visits: Visits, agency: Agency, dossiers: list[Dossier], shoot: Any
) -> None:
    officer = make_officer(agency, name="Trần Thị Hạnh")
    page = open_desk(visits.page(width=1280), officer, "/mot-cua/")
    rows = page.locator("[data-desk-list] tbody tr")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    hints = page.locator(".key-hints")
    for key in ("J", "K", "Enter", "X", "N", "/", "?"):
        expect(hints.locator("kbd", has_text=key).first).to_be_visible()

    for key in "jjk":
        page.keyboard.press(key)
    expect(rows.nth(0)).to_have_class("is-current")
    expect(rows.nth(0).locator("a")).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("Đã chọn: 2")
    assert_accessible(page)
    shoot(page, "desk/chosen")
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("Đã chọn: 1")

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("Đã chọn: 1")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()

    page.keyboard.press("/")
    expect(page.locator("main input[type=search]")).to_be_focused()
    page.keyboard.type("jxn?")
    expect(page.locator("main input[type=search]")).to_have_value("jxn?")
    page.keyboard.press("Tab")

    follow(page.get_by_role("button", name="Nhận về mình"))
    expect(page.get_by_text("Bạn đã nhận 1 hồ sơ về mình.")).to_be_visible()
    assert Dossier.objects.get(assigned_to=officer) == dossiers[0]

    page.keyboard.press("j")
    expect(rows.nth(0).locator("a")).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nguyễn Văn 0")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nguyễn Văn 1")


def test_queue_works_without_javascript_on_a_phone(
    visits: Visits, agency: Agency, dossiers: list[Dossier]
) -> None:
    other = make_dossier(
        form=make_form(make_version(title="Cấp bản sao trích lục"), agency), full_name="Lê Văn Bảy"
    )
    officer = make_officer(agency)
    page = open_desk(visits.page(javascript=False, width=360), officer, "/mot-cua/")
    assert_fits(page)
    page.locator("select[name='thu-tuc']").select_option(label="Cấp bản sao trích lục")
    follow(page.get_by_role("button", name="Lọc"))
    expect(page.locator("[data-desk-list] tbody tr")).to_have_count(1)
    page.get_by_role("checkbox", name=f"Chọn {other.code}").check()
    follow(page.get_by_role("button", name="Nhận về mình"))
    expect(page.get_by_text("Bạn đã nhận 1 hồ sơ về mình.")).to_be_visible()
    follow(page.get_by_role("link", name="Hồ sơ tiếp theo"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lê Văn Bảy")
    follow(page.get_by_role("button", name="Tiếp nhận hồ sơ"))
    follow(page.get_by_role("link", name="Hồ sơ tiếp theo"))
    expect(page.get_by_text("Không còn hồ sơ nào trong mục “Chờ tiếp nhận”.")).to_be_visible()
    assert "thu-tuc=" in page.url, "the list is still the narrowed one"
    assert_fits(page)


def test_keyboard_shortcuts_can_be_turned_off(
    visits: Visits, agency: Agency, dossiers: list[Dossier]
) -> None:
    """WCAG 2.1.4: single-letter shortcuts can be turned off, and are ignored while typing."""
    page = open_desk(visits.page(width=1280), make_officer(agency), "/mot-cua/")
    hints = page.locator(".key-hints__list")
    expect(hints).to_be_visible()
    page.get_by_role("button", name="Phím tắt của Một cửa").click()
    page.get_by_role("button", name="Tắt phím tắt").press("Enter")
    expect(page.get_by_text("Phím tắt đang tắt trên máy này.")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(hints).to_be_hidden()
    for key in "jx?n/":
        page.keyboard.press(key)
    expect(page.locator(".is-current")).to_have_count(0)
    expect(page.locator("#keys")).to_be_hidden()
    page.goto(f"/mot-cua/ho-so/{dossiers[0].code}/")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nguyễn Văn 0")
    page.get_by_role("button", name="Phím tắt của Một cửa").click()
    page.get_by_role("button", name="Bật phím tắt").click()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nguyễn Văn 1")


@pytest.mark.parametrize("width", [360, 768, 1024, 1440])
def test_queue_fits_every_screen_width(
    visits: Visits, agency: Agency, dossiers: list[Dossier], shoot: Any, width: int
) -> None:
    page = open_desk(visits.page(width=width), make_officer(agency), "/mot-cua/")
    assert_fits(page)
    list_box = page.locator("[data-desk-list]").bounding_box()
    for badge in page.locator("[data-desk-list] .badge").all():
        badge_box = badge.bounding_box()
        assert badge_box["x"] >= list_box["x"]
        assert badge_box["x"] + badge_box["width"] <= list_box["x"] + list_box["width"] + 1, (
            "due dates are never cut off"
        )
    shoot(page, f"desk/queue-{width}")


def test_keyboard_shortcuts_work_without_local_storage(
    visits: Visits, agency: Agency, dossiers: list[Dossier]
) -> None:
    page = visits.page(width=1280)
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no'); } })"
    )
    open_desk(page, make_officer(agency), "/mot-cua/")
    page.keyboard.press("j")
    expect(page.locator(".is-current")).to_have_count(1)


@pytest.mark.parametrize("javascript", [True, False], ids=["with-javascript", "without-javascript"])
def test_file_input_is_vietnamese_in_an_english_browser(
    visits: Visits, agency: Agency, shoot: Any, javascript: bool
) -> None:
    form = make_form(make_version(), agency)
    page = visits.page(javascript=javascript, width=360, locale="en-US")
    base = f"/nop-ho-so/{form.definition.procedure.core_code}/"
    page.goto(base)
    follow(page.get_by_role("button", name="Bắt đầu"))
    page.goto(f"{base}buoc/child/")
    picker, field = page.locator(".file-picker"), page.locator("input[type=file]")
    expect(picker.get_by_text("Chọn tệp", exact=True)).to_be_visible()
    expect(picker.get_by_text("Chưa chọn tệp")).to_be_visible()
    field.focus()
    expect(field).to_be_focused()
    page.locator("[name=child_name]").fill("Nguyễn Văn Mới")

    upload = picture("giấy chứng sinh.png")
    field.set_input_files({"name": upload.name, "mimeType": "image/png", "buffer": upload.read()})
    if javascript:
        expect(page.locator(".file__name")).to_have_text("giấy chứng sinh.png")
        expect(picker.get_by_text("Thêm tệp")).to_be_visible()
    else:
        expect(picker.get_by_text("Chưa chọn tệp")).to_be_hidden()
        assert field.evaluate("e => getComputedStyle(e).opacity") == "1", "the name of the file is seen"
        follow(page.get_by_role("button", name="Tải tệp lên"))
        expect(page.locator(".file__name")).to_have_text("giấy chứng sinh.png")
    shoot(page, f"filing/file-{'js' if javascript else 'nojs'}")
    expect(page.locator("[name=child_name]")).to_have_value("Nguyễn Văn Mới")

    page.locator("[name=born]").fill("31/02/2020")
    follow(page.get_by_role("button", name="Quay lại"))
    expect(page.locator("[name=full_name]")).to_be_visible()
    page.goto(f"{base}buoc/child/")
    expect(page.locator("[name=born]")).to_have_value("31/02/2020")
    expect(page.locator(".file__name")).to_have_text("giấy chứng sinh.png")
    assert_fits(page)
