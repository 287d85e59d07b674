"""A citizen and an officer as they sit before a browser; each knows only what the screen says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.province import COMMUNE, PASSWORD, RECORD

expect.set_options(timeout=15_000)
Shoot = Callable[[Page, str], None]
QUERY = "giay xac nhan tinh trang hon nhan"
NAME = "Nguyễn Thị Thu Đông"


def photograph(name: str, colour: str = "white") -> dict[str, Any]:
    """A picture as a phone would send it, ready for a file input."""
    out = BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": out.getvalue()}


def button(page: Page, name: str) -> Any:
    """The visible button ``name``; pages with a list of files carry a hidden twin for the Enter key."""
    return page.get_by_role("button", name=name, exact=True).locator("visible=true").last


@dataclass
class Citizen:
    """Files from a phone. ``shoot`` keeps a picture of each station below ``folder``."""

    page: Page
    shoot: Shoot
    folder: str
    javascript: bool = True

    def keep(self, station: str) -> None:
        self.shoot(self.page, f"{self.folder}/{station}")

    def find_the_procedure(self) -> None:
        self.page.goto("/")
        self.keep("01-trang-chu")
        self.page.locator("main [name=q]").fill(QUERY)
        button(self.page, "Tìm").click()
        hit = self.page.locator("main").get_by_role("link", name=RECORD["title"])
        expect(hit).to_be_visible()
        self.keep("02-tim-kiem")
        hit.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(RECORD["title"])
        self.keep("03-thu-tuc")

    def begin(self) -> None:
        self.page.get_by_role("link", name="Nộp hồ sơ trực tuyến").first.click()
        expect(self.page.get_by_text("Khoảng 8 phút")).to_be_visible()
        self.keep("04-bat-dau")
        self.page.get_by_label("Bạn nộp ở đâu?").select_option(label=COMMUNE)
        button(self.page, "Bắt đầu").click()

    def answer_who_applies(self) -> None:
        page = self.page
        page.locator("[name=full_name]").fill(NAME)
        page.locator("[name=citizen_id]").fill("096 185 001 234")
        page.locator("[name=phone]").fill("0912 345 678")
        page.locator("[name=email]").fill("dong@example.vn")
        page.locator("[name=address_commune]").select_option(label="Xã Tân Thành")
        page.locator("[name=address_detail]").fill("Ấp 1")
        page.get_by_label("Bản điện tử").check()
        self.keep("05-nguoi-nop")
        self.go_on("Người được xác nhận")

    def answer_who_is_meant(self) -> None:
        page = self.page
        page.get_by_label("Tôi là người được cấp giấy").check()
        page.locator("[name=born]").fill("5.9.1985")
        page.locator("[name=copies]").fill("2")
        self.keep("06-nguoi-duoc-xac-nhan")
        self.go_on("Tình trạng và giấy tờ")

    def answer_what_for(self) -> None:
        page = self.page
        page.get_by_label("Đã ly hôn, chưa kết hôn lại").check()
        page.get_by_label("Vay vốn").check()
        page.get_by_label("Không", exact=True).check()
        page.locator("[name=proof]").set_input_files(photograph("ban-an.jpg"))
        if not self.javascript:
            button(page, "Tải tệp lên").click()
        expect(page.get_by_text("ban-an.jpg")).to_be_visible()
        expect(page.get_by_label("Vay vốn")).to_be_checked()
        self.keep("07-giay-to")
        self.go_on("Xem lại và nộp")

    def go_on(self, heading: str) -> None:
        button(self.page, "Lưu và tiếp tục").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)

    def review_and_file(self) -> tuple[str, str]:
        """Read everything once more, consent, file; return the code and the second secret."""
        page = self.page
        for said in (NAME, "05/09/1985", "Vay vốn", "ban-an.jpg"):
            expect(page.get_by_text(said).first).to_be_visible()
        self.keep("08-xem-lai")
        page.locator("[name=consent]").check()
        button(page, "Nộp hồ sơ").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Bạn đã nộp hồ sơ")
        self.keep("09-da-nop")
        return page.locator("[data-code]").inner_text(), page.locator("[data-secret]").inner_text()

    def file(self) -> tuple[str, str]:
        """Go the whole way from the front page."""
        self.find_the_procedure()
        self.begin()
        self.answer_who_applies()
        self.answer_who_is_meant()
        self.answer_what_for()
        return self.review_and_file()

    def look_up(self, code: str, secret: str, *, says: str, station: str) -> None:
        """Find the dossier from the front page's menu without an account, on any device."""
        self.page.context.clear_cookies()
        self.page.goto("/tra-cuu/")
        self.page.get_by_label("Mã hồ sơ").fill(code.lower())
        self.page.get_by_label("Mã tra cứu").fill(secret.lower())
        button(self.page, "Xem hồ sơ").click()
        expect(self.page.locator("main")).to_contain_text(says)
        self.keep(station)

    def supply(self) -> None:
        self.page.get_by_role("link", name="Bổ sung ngay").click()
        self.page.locator("input[type=file]").set_input_files(photograph("ban-an-ro.jpg", "beige"))
        if not self.javascript:
            button(self.page, "Tải tệp lên").click()
        expect(self.page.get_by_text("ban-an-ro.jpg")).to_be_visible()
        self.keep("13-bo-sung")
        button(self.page, "Gửi bổ sung").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Hồ sơ của bạn đang được giải quyết")
        self.keep("14-da-bo-sung")

    def download(self, link: str) -> bytes:
        """What a link called ``link`` brings."""
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=link).click()
        return coming.value.path().read_bytes()


@dataclass
class Officer:
    """Works at a desktop screen."""

    page: Page
    shoot: Shoot
    folder: str

    def keep(self, station: str) -> None:
        self.shoot(self.page, f"{self.folder}/{station}")

    def sign_in(self) -> None:
        self.page.goto("/tai-khoan/dang-nhap/")
        self.page.locator("[name=username]").fill("can-bo")
        self.page.locator("[name=password]").fill(PASSWORD)
        self.keep("can-bo-01-dang-nhap")
        button(self.page, "Đăng nhập").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Việc của tôi")

    def open(self, code: str) -> None:
        self.page.goto("/mot-cua/")
        self.page.locator("[name=q]").fill(code)
        self.page.locator("[name=q]").press("Enter")
        self.page.get_by_role("link", name=code).click()
        expect(self.page.locator("main")).to_contain_text(NAME)

    def press(self, act: str, *, then: str) -> None:
        """Do an act that needs no words; the desk confirms it."""
        button(self.page, act).click()
        expect(self.page.get_by_text(then).first).to_be_visible()

    def ask_for_supplement(self, reason: str) -> None:
        self.page.get_by_role("link", name="Yêu cầu bổ sung…").click()
        self.page.get_by_label("Bản án hoặc quyết định ly hôn", exact=True).check()
        self.page.locator("[name=reason]").fill(reason)
        self.keep("can-bo-05-yeu-cau-bo-sung")
        button(self.page, "Yêu cầu bổ sung").click()
        expect(self.page.locator("main")).to_contain_text(reason)

    def finish(self, result: dict[str, Any]) -> None:
        self.page.get_by_role("link", name="Đã có kết quả…").click()
        self.page.locator("[name=result]").set_input_files(result)
        self.keep("can-bo-07-ket-qua")
        button(self.page, "Đã có kết quả").click()
        expect(self.page.locator("main")).to_contain_text(result["name"])
