"""Filing without a mouse: only keys are pressed, and one always sees where one is."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from forms_app.dossiers.transitions import Status
from tests.e2e.people import NAME, QUERY, button, photograph
from tests.e2e.province import COMMUNE, RECORD
from tests.e2e.town import FILING

pytestmark = pytest.mark.browser
FARTHEST = 80
SEEN = """element => {
    const ring = element.closest('.search__box, .filepick') || element;
    return [element, ring].some(one => {
        const style = getComputedStyle(one);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    });
}"""
# WCAG 2.4.11: some of what has the focus is in the window and nothing lies over all of it.
UNCOVERED = """element => {
    const ring = element.closest('.filepick') || element;
    return [...ring.getClientRects()].some(box => {
        const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
        return bottom > top && [0.5, 0.1, 0.9].some(share => {
            const at = document.elementFromPoint(box.left + box.width * share, (top + bottom) / 2);
            return at && (ring.contains(at) || at.contains(ring));
        });
    });
}"""
ACTIVE = "document.activeElement === document.body ? '' : document.activeElement.outerHTML.slice(0, 160)"


@dataclass
class Keyboard:
    """A person at ``page`` who has no mouse."""

    page: Page

    def to(self, target: Locator) -> Keyboard:
        """Press Tab until ``target`` has the focus, and see that it has."""
        for _press in range(FARTHEST):
            if target.evaluate("element => element === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        expect(target).to_be_focused()
        assert target.evaluate(SEEN), f"no visible focus on {target}"
        return self

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def write(self, name: str, text: str) -> None:
        self.to(self.page.locator(f"main [name={name}]"))
        self.page.keyboard.type(text)

    def pick(self, name: str, label: str) -> None:
        """Go down a list until an entry is chosen."""
        field = self.page.locator(f"[name={name}]")
        self.to(field)
        for _press in field.locator("option").all():
            if field.locator("option:checked").inner_text() == label:
                break
            self.press("ArrowDown")
        expect(field.locator("option:checked")).to_have_text(label)

    def tick(self, label: str) -> None:
        self.to(self.page.get_by_label(label, exact=True)).press("Space")
        expect(self.page.get_by_label(label, exact=True)).to_be_checked()

    def attach(self, name: str) -> None:
        with self.page.expect_file_chooser() as asked:
            self.to(self.page.locator(f"[name={name}]")).press("Enter")
        asked.value.set_files(photograph("ban-an.jpg"))
        expect(self.page.get_by_text("ban-an.jpg")).to_be_visible()

    def go_on(self, heading: str) -> None:
        self.to(button(self.page, "Lưu và tiếp tục")).press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)


def test_a_citizen_files_with_the_keyboard_alone(strolls):
    page = strolls.page()
    keys = Keyboard(page)
    page.goto("/")
    keys.write("q", QUERY)
    keys.press("Enter")
    keys.to(page.locator("main").get_by_role("link", name=RECORD["title"])).press("Enter")
    keys.to(page.get_by_role("link", name="Nộp hồ sơ trực tuyến").first).press("Enter")
    keys.pick("agency", COMMUNE)
    keys.to(button(page, "Bắt đầu")).press("Enter")

    keys.write("full_name", NAME)
    keys.write("citizen_id", "096185001234")
    keys.write("phone", "0912345678")
    keys.pick("address_commune", "Xã Tân Thành")
    keys.tick("Bản điện tử")
    keys.go_on("Người được xác nhận")

    keys.tick("Tôi là người được cấp giấy")
    keys.write("born", "05/09/1985")
    keys.write("copies", "2")
    keys.go_on("Tình trạng và giấy tờ")

    keys.tick("Chưa đăng ký kết hôn với ai")
    keys.tick("Vay vốn")
    keys.tick("Có")
    keys.attach("proof")
    keys.go_on("Xem lại và nộp")

    keys.to(page.locator("[name=consent]")).press("Space")
    keys.to(button(page, "Nộp hồ sơ")).press("Enter")
    expect(page.locator("[data-code]")).to_have_text(re.compile(r"^H12\.25-\d{6}-\d{4}$"))


def test_an_error_takes_the_focus_and_leads_to_its_field(strolls):
    page = strolls.page()
    keys = Keyboard(page)
    page.goto("/tra-cuu/")
    keys.to(button(page, "Xem hồ sơ")).press("Enter")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    keys.to(page.locator("[data-error-summary] a").first).press("Enter")
    expect(page.get_by_label("Mã hồ sơ")).to_be_focused()


def test_the_first_key_offers_to_skip_the_menu(strolls):
    page = strolls.page()
    page.goto("/thu-tuc/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


WALKS = {
    "home": "/",
    "procedure": RECORD["title"],
    "search": "/tim-kiem/?q=ho+tich",
    "lookup": "/tra-cuu/",
    "filing": FILING,
    "agency": "/co-quan/ubnd-xa-31825/",
}


def walk(page: Page) -> list[str]:
    """Press Tab until the page is left; return what had the focus, having seen each."""
    passed: list[str] = []
    for _press in range(FARTHEST):
        page.keyboard.press("Tab")
        standing = page.evaluate(ACTIVE)
        if not standing or (passed and standing == passed[0]):
            break
        assert page.evaluate(f"({SEEN})(document.activeElement)"), f"no visible focus: {standing}"
        assert page.evaluate(f"({UNCOVERED})(document.activeElement)"), f"focus is covered: {standing}"
        passed.append(standing)
    return passed


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", WALKS)
def test_one_always_sees_where_one_is(strolls, town, name, width):
    page = strolls.page(width=width, height=600)
    page.goto(town.province.procedure.url if name == "procedure" else WALKS[name])
    passed = walk(page)
    assert "skip" in passed[0]
    assert len(passed) > 5


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("place", ["", "?muc=tat-ca", "dossier", "act"])
def test_one_always_sees_where_one_is_at_the_desk(strolls, town, place, width):
    page = strolls.page(width=width, height=600)
    town.receive(page)
    addresses = {
        "dossier": town.desk(Status.PROCESSING),
        "act": town.desk(Status.PROCESSING, "viec/request_supplement/"),
    }
    page.goto(addresses.get(place, f"/mot-cua/{place}"))
    assert len(walk(page)) > 6


def test_j_and_k_walk_the_queue_below_its_sticky_head(strolls, town):
    page = strolls.page(height=420)
    town.receive(page)
    page.goto("/mot-cua/?muc=tat-ca")
    links = page.locator("[data-desk-list] tbody a")
    for key, row in [("j", 0), *(("j", row) for row in range(1, links.count())), ("k", links.count() - 2)]:
        page.keyboard.press(key)
        expect(links.nth(row)).to_be_focused()
        assert links.nth(row).evaluate(SEEN)
        assert links.nth(row).evaluate(UNCOVERED)
    for _press in range(links.count()):
        page.keyboard.press("k")
        assert page.evaluate(f"({UNCOVERED})(document.activeElement)")
    page.keyboard.press("/")
    expect(page.locator("[name=q]")).to_be_focused()
