"""Page objects for a citizen and an officer, who use only what is visible on the screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.province import COMMUNE_CHOICE, PASSWORD, RECORD
from tests.support.browser import follow

Shoot = Callable[[Page, str], None]
QUERY = "giay xac nhan tinh trang hon nhan"
NAME = "Nguyễn Thị Thu Đông"


def photograph(name: str, colour: str = "white") -> dict[str, Any]:
    """Return a JPEG as a payload for a file input."""
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def button(page: Page, name: str) -> Any:
    """Return the visible button ``name``; pages with a list of files have a hidden one for the Enter key."""
    return page.get_by_role("button", name=name, exact=True).locator("visible=true").last


def choose(page: Page, label: str, typed: str, text: str) -> None:
    """Type part of a name into a long list and take the first choice."""
    field = page.get_by_role("combobox", name=label)
    field.fill(typed)
    expect(page.get_by_role("listbox").get_by_role("option").first).to_have_text(text)
    field.press("Enter")
    expect(field).to_have_value(text)


@dataclass
class Citizen:
    """Citizen on a phone. ``shoot`` saves a screenshot of each page below ``folder``."""

    page: Page
    shoot: Shoot
    folder: str
    javascript: bool = True

    def screenshot(self, name: str) -> None:
        self.shoot(self.page, f"{self.folder}/{name}")

    def find_the_procedure(self) -> None:
        self.page.goto("/")
        self.screenshot("01-trang-chu")
        self.page.locator("main [name=q]").fill(QUERY)
        follow(button(self.page, "Tìm"))
        hit = self.page.locator("main").get_by_role("link", name=RECORD["title"])
        expect(hit).to_be_visible()
        self.screenshot("02-tim-kiem")
        follow(hit)
        expect(self.page.get_by_role("heading", level=1)).to_have_text(RECORD["title"])
        self.screenshot("03-thu-tuc")

    def start_draft(self) -> None:
        follow(self.page.get_by_role("link", name="Nộp hồ sơ trực tuyến").first)
        expect(self.page.get_by_text("Khoảng 8 phút")).to_be_visible()
        self.screenshot("04-bat-dau")
        self.choose("Bạn nộp ở đâu?", "tan", COMMUNE_CHOICE)
        follow(button(self.page, "Bắt đầu"))

    def choose(self, label: str, typed: str, text: str) -> None:
        """Choose from a long list: type part of the name, or without JavaScript select it."""
        if self.javascript:
            choose(self.page, label, typed, text)
        else:
            self.page.get_by_label(label).select_option(label=text)

    def fill_in_applicant(self) -> None:
        page = self.page
        page.locator("[name=full_name]").fill(NAME)
        page.locator("[name=identity_number]").fill("096 185 001 234")
        page.locator("[name=phone]").fill("0912 345 678")
        page.locator("[name=email]").fill("dong@example.vn")
        self.choose("Xã, phường", "tan thanh", "Tân Thành (xã)")
        page.locator("[name=address_detail]").fill("Ấp 1")
        page.get_by_label("Bản điện tử").check()
        self.screenshot("05-nguoi-nop")
        self.save_and_continue("Người được xác nhận")

    def fill_in_subject(self) -> None:
        page = self.page
        page.get_by_label("Tôi là người được cấp giấy").check()
        page.locator("[name=born]").fill("5.9.1985")
        page.locator("[name=copies]").fill("2")
        self.screenshot("06-nguoi-duoc-xac-nhan")
        self.save_and_continue("Tình trạng và giấy tờ")

    def fill_in_purpose(self) -> None:
        page = self.page
        page.get_by_label("Đã ly hôn, chưa kết hôn lại").check()
        page.get_by_label("Vay vốn").check()
        page.get_by_label("Không", exact=True).check()
        page.locator("[name=proof]").set_input_files(photograph("ban-an.jpg"))
        if not self.javascript:
            follow(button(page, "Tải tệp lên"))
        expect(page.get_by_text("ban-an.jpg", exact=True)).to_be_visible()
        expect(page.get_by_label("Vay vốn")).to_be_checked()
        self.screenshot("07-giay-to")
        self.save_and_continue("Xem lại và nộp")

    def save_and_continue(self, heading: str) -> None:
        follow(button(self.page, "Lưu và tiếp tục"))
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def review_and_submit(self) -> tuple[str, str]:
        """Review the answers, consent, submit; return the code and the lookup key."""
        page = self.page
        for text in (NAME, "05/09/1985", "Vay vốn", "ban-an.jpg"):
            expect(page.get_by_text(text).first).to_be_visible()
        self.screenshot("08-xem-lai")
        page.locator("[name=consent]").check()
        follow(button(page, "Nộp hồ sơ"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Bạn đã nộp hồ sơ")
        self.screenshot("09-da-nop")
        return page.locator("[data-code]").inner_text(), page.locator("[data-lookup-key]").inner_text()

    def file(self) -> tuple[str, str]:
        """File a dossier, starting at the front page."""
        self.find_the_procedure()
        self.start_draft()
        self.fill_in_applicant()
        self.fill_in_subject()
        self.fill_in_purpose()
        return self.review_and_submit()

    def look_up(self, code: str, lookup_key: str, *, expected: str, name: str) -> None:
        """Find the dossier through the front page's menu, without an account, on any device."""
        self.page.context.clear_cookies()
        self.page.goto("/tra-cuu/")
        self.page.get_by_label("Mã hồ sơ").fill(code.lower())
        self.page.get_by_label("Mã tra cứu").fill(lookup_key.lower())
        follow(button(self.page, "Xem hồ sơ"))
        expect(self.page.locator("main")).to_contain_text(expected)
        self.screenshot(name)

    def supply(self) -> None:
        follow(self.page.get_by_role("link", name="Bổ sung ngay"))
        self.page.locator("input[type=file]").set_input_files(photograph("ban-an-ro.jpg", "beige"))
        if not self.javascript:
            follow(button(self.page, "Tải tệp lên"))
        expect(self.page.get_by_text("ban-an-ro.jpg", exact=True)).to_be_visible()
        self.screenshot("13-bo-sung")
        follow(button(self.page, "Gửi bổ sung"))
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Hồ sơ của bạn đang được giải quyết")
        self.screenshot("14-da-bo-sung")

    def download(self, link: str) -> bytes:
        """Return the content that the link ``link`` downloads."""
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name=link).click()
        return download.value.path().read_bytes()


@dataclass
class Officer:
    """Officer on a desktop screen."""

    page: Page
    shoot: Shoot
    folder: str

    def screenshot(self, name: str) -> None:
        self.shoot(self.page, f"{self.folder}/{name}")

    def sign_in(self) -> None:
        self.page.goto("/tai-khoan/dang-nhap/")
        self.page.locator("[name=username]").fill("can-bo")
        self.page.locator("[name=password]").fill(PASSWORD)
        self.screenshot("can-bo-01-dang-nhap")
        follow(button(self.page, "Đăng nhập"))
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Việc của tôi")

    def open(self, code: str) -> None:
        self.page.goto("/mot-cua/")
        self.page.locator("[name=q]").fill(code)
        with self.page.expect_navigation():
            self.page.locator("[name=q]").press("Enter")
        follow(self.page.get_by_role("link", name=code))
        expect(self.page).to_have_url(re.compile(re.escape(code)))
        expect(self.page.locator("main")).to_contain_text(NAME)

    def perform(self, action: str, *, confirmation: str) -> None:
        """Perform an action without further input and wait for its confirmation."""
        follow(button(self.page, action))
        expect(self.page.get_by_text(confirmation).first).to_be_visible()

    def hand_over(self) -> None:
        """Record the handover of the result; a page asks for confirmation before the dossier is closed."""
        follow(self.page.get_by_role("link", name="Đã trả kết quả…"))
        follow(button(self.page, "Đã trả kết quả"))
        expect(self.page.get_by_text("Đã ghi nhận việc trả kết quả.").first).to_be_visible()

    def ask_for_supplement(self, reason: str) -> None:
        follow(self.page.get_by_role("link", name="Yêu cầu bổ sung…"))
        self.page.get_by_label("Bản án hoặc quyết định ly hôn", exact=True).check()
        self.page.locator("[name=reason]").fill(reason)
        self.screenshot("can-bo-05-yeu-cau-bo-sung")
        follow(button(self.page, "Yêu cầu bổ sung"))
        expect(self.page.locator("main")).to_contain_text(reason)

    def finish(self, result: dict[str, Any]) -> None:
        follow(self.page.get_by_role("link", name="Đã có kết quả…"))
        self.page.get_by_label("Đồng ý giải quyết").check()
        self.page.locator("[name=result]").set_input_files(result)
        self.screenshot("can-bo-07-ket-qua")
        follow(button(self.page, "Đã có kết quả"))
        expect(self.page.locator("main")).to_contain_text(result["name"])
