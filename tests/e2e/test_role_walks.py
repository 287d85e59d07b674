"""Each role of the demo reaches its task from its dashboard by following the page, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from demo.sources import people
from tests.accounts.totp import code_at
from tests.e2e.people import button, choose
from tests.e2e.walks import Walk, rich_text
from tests.support.browser import follow

pytestmark = pytest.mark.browser
NewWalk = Callable[..., Walk]
WORK = "Việc của bạn"
SITE = "Ủy ban nhân dân xã Biển Bạch"
NEWS = "Sở Tư pháp tư vấn pháp luật lưu động ở xã Đất Mũi"


def day_from_now(days: int) -> str:
    """Return a date as people type it; a fixed one would be refused once it has passed."""
    return (timezone.localdate() + timedelta(days=days)).strftime("%d/%m/%Y")


def test_editor_writes_and_previews_news(demo_walk: NewWalk) -> None:
    walk = demo_walk("bien-tap")
    page = walk.page
    walk.sign_in("bien-tap", WORK)
    walk.task("Viết tin")
    walk.picture("tin-moi")
    page.locator("[name=title]").fill(NEWS)
    page.locator("[name=summary]").fill("Sáng thứ bảy 05/12, miễn phí.")
    page.get_by_role("button", name="Chèn khối").first.click()
    walk.picture("chon-khoi")
    page.get_by_role("option", name="Đoạn văn").click()
    rich_text(page).click()
    page.keyboard.type("Người dân mang theo căn cước và giấy tờ liên quan.")
    walk.picture("da-viet")
    page.locator("[data-side-panel-toggle=preview]").click()
    frame = page.frame_locator("#w-preview-iframe")
    expect(frame.get_by_role("heading", level=1)).to_have_text(NEWS)
    walk.picture("xem-truoc")
    walk.act("action-publish")
    walk.message(NEWS)
    walk.picture("da-dang")
    follow(page.locator(".messages").get_by_role("link", name="Xem bản đang đăng"))
    expect(page.get_by_role("heading", level=1)).to_have_text(NEWS)
    walk.picture("trang-cong-khai")


def find_in_register(walk: Walk, name: str, code: str) -> None:
    """Open the entry of the procedure ``code`` from the dashboard, by part of its name or by the code."""
    walk.task("Sửa đổi, chấm dứt thủ tục")
    walk.page.locator("main [name=q], #main [name=q]").first.fill(name)
    row = walk.page.locator("table.listing").get_by_role("link", name=code)
    expect(walk.page.locator("table.listing tbody tr")).to_have_count(1)
    walk.picture("so-thu-tuc")
    follow(row)
    expect(walk.page.get_by_role("heading", level=1)).to_contain_text(code)


def choose_decision(walk: Walk, number: str) -> None:
    chooser = walk.page.locator("[id$=decision-chooser]")
    walk.choose_in_dialog(
        chooser.get_by_role("button", name="Chọn").locator("visible=true").first, number, number
    )
    expect(chooser).to_contain_text(number)


def test_controller_amends_a_procedure(demo_walk: NewWalk) -> None:
    walk = demo_walk("kiem-soat-sua")
    page = walk.page
    walk.sign_in("kiem-soat", WORK)
    find_in_register(walk, "tinh trang hon nhan", "1.004873")
    walk.picture("muc-trong-so")
    walk.link("Sửa trang")
    walk.picture("trang-thu-tuc")
    page.locator("[name=summary]").fill("Giấy xác nhận tình trạng hôn nhân, dùng được sáu tháng.")
    page.get_by_role("tab", name="Căn cứ pháp lý").click()
    page.locator("[name=effective_from]").fill(day_from_now(0))
    walk.picture("can-cu-phap-ly")
    walk.act("action-publish")
    walk.picture("da-cong-bo")
    walk.message("phiên bản")


def test_controller_creates_a_procedure(demo_walk: NewWalk) -> None:
    walk = demo_walk("kiem-soat-tao")
    page = walk.page
    walk.sign_in("kiem-soat", WORK)
    walk.task("Tạo thủ tục")
    page.locator("[name=core_code]").fill("9.004873")
    page.locator("[name=title]").fill("Cấp bản sao giấy xác nhận của tỉnh")
    choose(page, "Mục trong danh mục", "so tu phap", "Sở Tư pháp")
    page.locator("[name=day]").fill(day_from_now(1))
    walk.picture("bieu-mau")
    choose_decision(walk, "QĐ")
    walk.act_in_form("Tạo thủ tục")
    walk.message("Đã tạo thủ tục")
    walk.picture("trang-moi")


def test_controller_abolishes_a_procedure(demo_walk: NewWalk) -> None:
    walk = demo_walk("kiem-soat-bai-bo")
    page = walk.page
    walk.sign_in("kiem-soat", WORK)
    find_in_register(walk, "1.000656", "1.000656")
    walk.link("Chấm dứt thủ tục")
    page.get_by_label("Bãi bỏ").check()
    last_day = day_from_now(31)
    page.locator("[name=day]").fill(last_day)
    choose_decision(walk, "QĐ")
    walk.picture("cham-dut")
    walk.act_in_form("Chấm dứt thủ tục")
    walk.message(last_day)
    walk.picture("da-cham-dut")
    walk.link("Xem trang")
    expect(page.locator("main")).to_contain_text(last_day)
    walk.picture("trang-cong-khai")


def test_communications_changes_the_front_page_and_the_menu(demo_walk: NewWalk) -> None:
    walk = demo_walk("truyen-thong")
    page = walk.page
    walk.sign_in("truyen-thong", WORK)
    walk.task("Trang chủ")
    walk.picture("trang-chu")
    page.locator("[name=title]").fill("Cổng Dịch vụ công tỉnh Cà Mau")
    event = page.locator("[name=life_events-0-value-title]")
    event.fill("Nuôi con nhỏ")
    walk.act("action-publish")
    walk.picture("da-dang")
    walk.dashboard()
    walk.task("Danh mục trang")
    walk.picture("danh-muc")
    follow(page.get_by_role("link", name="Thêm").locator("visible=true").first)
    page.locator("[name=label]").fill("Lịch tiếp công dân")
    page.locator("[name=path]").fill("/lien-he/")
    walk.picture("muc-moi")
    walk.act_in_form("Lưu")
    walk.picture("da-luu")
    walk.view_site()
    expect(page.get_by_text("Nuôi con nhỏ")).to_be_visible()
    expect(page.get_by_role("link", name="Lịch tiếp công dân").first).to_be_attached()
    walk.picture("trang-cong-khai")


def test_translator_publishes_an_english_page(demo_walk: NewWalk) -> None:
    walk = demo_walk("ban-dich")
    page = walk.page
    walk.sign_in("truyen-thong", WORK)
    walk.task("Trang thông tin")
    walk.picture("cac-trang")
    follow(page.locator("table.listing").get_by_role("link", name="Quyền riêng tư").first)
    walk.page_action("Dịch trang này")
    walk.picture("chon-ngon-ngu")
    page.get_by_label("Tiếng Anh").check()
    follow(page.get_by_role("button", name="Gửi").locator("visible=true").first)
    walk.picture("dich")
    for english in ("Privacy", "What the portal keeps, why, and what your rights are."):
        page.get_by_role("button", name="Dịch", exact=True).first.click()
        page.locator("textarea:visible").last.fill(english)
        page.get_by_role("button", name="Lưu", exact=True).locator("visible=true").last.click()
        expect(page.get_by_text(english).first).to_be_visible()
    walk.picture("da-dich")
    follow(page.get_by_role("button", name="Xuất bản ở Tiếng Anh"))
    walk.message("Privacy")
    walk.picture("da-dang")

    reader = demo_walk("ban-dich-nguoi-doc")
    reader.page.goto("/")
    follow(reader.page.get_by_role("link", name="English").locator("visible=true").first)
    follow(reader.page.locator("footer").get_by_role("link", name="Privacy"))
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Privacy")
    reader.picture("trang-tieng-anh")


def test_operator_opens_a_site_and_invites_a_person(demo_walk: NewWalk) -> None:
    walk = demo_walk("van-hanh")
    page = walk.page
    walk.sign_in("van-hanh", WORK)
    walk.task("Thêm trang của cơ quan")
    walk.picture("trang-moi")
    page.locator("[name=title]").fill(SITE)
    choose(page, "Cơ quan", "bien bach", SITE)
    walk.act("action-publish")
    walk.message(SITE)
    walk.picture("da-mo-trang")

    walk.dashboard()
    walk.task("Mời người mới")
    walk.picture("moi")
    page.locator("[name=username]").fill("vo-thi-moi")
    page.locator("[name=full_name]").fill("Võ Thị Mới")
    page.locator("[name=email]").fill("moi@demo.camau.example")
    follow(page.locator("form button[type=submit]:visible").last)
    walk.picture("da-moi")
    walk.message("Võ Thị Mới")

    walk.dashboard()
    walk.task("Giao vai trò")
    page.locator("[name=username]").fill("vo-thi-moi")
    choose(page, "Cơ quan", "bien bach", SITE)
    page.locator("[name=role]").select_option(label="Biên tập viên cơ quan")
    walk.picture("giao-vai-tro")
    follow(page.locator("form button[type=submit]:visible").last)
    walk.picture("da-giao")
    walk.message("Võ Thị Mới")


def test_officer_signs_in_with_an_authenticator_app(demo_walk: NewWalk) -> None:
    walk = demo_walk("tiep-nhan")
    page = walk.page
    walk.sign_in("tiep-nhan", "Việc của tôi")
    follow(page.get_by_role("link", name="Tài khoản của tôi").locator("visible=true").first)
    walk.picture("tai-khoan")
    walk.link("Xác thực hai bước")
    walk.picture("hai-buoc")
    walk.link("Thiết lập ứng dụng xác thực")
    if page.locator("[name=password]").is_visible():
        page.locator("[name=password]").fill(people()["password"])
        follow(button(page, "Xác nhận"))
    secret = page.locator("[data-secret]").inner_text()
    walk.picture("thiet-lap")
    page.get_by_label("Mã", exact=True).fill(code_at(secret))
    follow(button(page, "Hoàn thành"))
    expect(page.locator("[data-codes] li")).to_have_count(10)
    walk.picture("ma-du-phong")
    follow(button(page, "Đăng xuất"))

    walk.sign_in_again("tiep-nhan", secret)
    expect(page.get_by_role("heading", level=1)).to_have_text("Việc của tôi")
    follow(
        page.get_by_role("link", name="Hồ sơ tiếp theo")
        .or_(page.get_by_role("button", name="Hồ sơ tiếp theo"))
        .first
    )
    walk.picture("ho-so")
    expect(page.get_by_role("button", name="Tiếp nhận hồ sơ", exact=True).first).to_be_visible()


def press(page: Page, key: str, *, until: str) -> None:
    """Press ``key`` until the focus is on the element of this name."""
    for _ in range(80):
        page.keyboard.press(key)
        if (
            page.evaluate("(document.activeElement.innerText || document.activeElement.name || '').trim()")
            == until
        ):
            return
    raise AssertionError(f"the keyboard does not reach {until!r} on {page.url}")


def test_communications_adds_an_alert_with_the_keyboard_alone(demo_walk: NewWalk) -> None:
    walk = demo_walk("ban-phim")
    page = walk.page
    page.goto("/tai-khoan/dang-nhap/")
    press(page, "Tab", until="username")
    page.keyboard.type("truyen-thong")
    press(page, "Tab", until="password")
    page.keyboard.type(people()["password"])
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "Tab", until="Thêm cảnh báo")
    walk.picture("bang-viec")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    press(page, "Tab", until="title")
    page.keyboard.type("Cúp điện ở trung tâm hành chính")
    press(page, "Tab", until="text")
    page.keyboard.type("Quầy tiếp nhận mở lại lúc 13 giờ 30.")
    press(page, "Tab", until="starts_at")
    page.keyboard.type(f"{day_from_now(0)} 08:00")
    press(page, "Tab", until="ends_at")
    page.keyboard.type("01/12/2030 17:00")
    walk.picture("canh-bao")
    press(page, "Tab", until="Tạo")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    walk.message("Cúp điện ở trung tâm hành chính")
    walk.picture("da-luu")
