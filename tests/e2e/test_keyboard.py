"""Use by keyboard alone; the focused element is always visible."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from forms_app.dossiers.transitions import Status
from tests.e2e.people import NAME, QUERY, button, photograph
from tests.e2e.province import COMMUNE_CHOICE, RECORD
from tests.e2e.scenario import FILING

pytestmark = pytest.mark.browser
MAX_TABS = 80
HAS_VISIBLE_FOCUS = """element => {
    const ring = element.closest('.search__box, .file-picker') || element;
    return [element, ring].some(one => {
        const style = getComputedStyle(one);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
    });
}"""
# WCAG 2.4.11: part of the focused element is in the window, and nothing covers it completely.
UNCOVERED = """element => {
    const ring = element.closest('.file-picker') || element;
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
    """Keyboard input on ``page``."""

    page: Page

    def to(self, target: Locator) -> Keyboard:
        """Press Tab until ``target`` has the focus and assert that the focus is visible."""
        for _press in range(MAX_TABS):
            if target.evaluate("element => element === document.activeElement"):
                break
            self.page.keyboard.press("Tab")
        expect(target).to_be_focused()
        assert target.evaluate(HAS_VISIBLE_FOCUS), f"no visible focus on {target}"
        return self

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def write(self, name: str, text: str) -> None:
        self.to(self.page.locator(f"main [name={name}]"))
        self.page.keyboard.type(text)

    def pick(self, label: str, typed: str, text: str) -> None:
        """Type part of a name into a long list, without diacritics, and take the first choice."""
        field = self.page.get_by_role("combobox", name=label)
        self.to(field)
        self.page.keyboard.type(typed)
        expect(self.page.get_by_role("listbox").get_by_role("option").first).to_have_text(text)
        self.press("Enter")
        expect(field).to_have_value(text)

    def tick(self, label: str) -> None:
        self.to(self.page.get_by_label(label, exact=True)).press("Space")
        expect(self.page.get_by_label(label, exact=True)).to_be_checked()

    def attach(self, name: str) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.to(self.page.locator(f"[name={name}]")).press("Enter")
        chooser.value.set_files(photograph("ban-an.jpg"))
        expect(self.page.get_by_text("ban-an.jpg", exact=True)).to_be_visible()

    def save_and_continue(self, heading: str) -> None:
        self.to(button(self.page, "Lưu và tiếp tục")).press("Enter")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)


def test_dossier_is_submitted_by_keyboard_alone(scenario_visits):
    page = scenario_visits.page()
    keys = Keyboard(page)
    page.goto("/")
    keys.write("q", QUERY)
    keys.press("Enter")
    keys.to(page.locator("main").get_by_role("link", name=RECORD["title"])).press("Enter")
    keys.to(page.get_by_role("link", name="Nộp hồ sơ trực tuyến").first).press("Enter")
    keys.pick("Bạn nộp ở đâu?", "tan", COMMUNE_CHOICE)
    keys.to(button(page, "Bắt đầu")).press("Enter")

    keys.write("full_name", NAME)
    keys.write("identity_number", "096185001234")
    keys.write("phone", "0912345678")
    keys.pick("Xã, phường", "tan thanh", "Tân Thành (xã)")
    keys.tick("Bản điện tử")
    keys.save_and_continue("Người được xác nhận")

    keys.tick("Tôi là người được cấp giấy")
    keys.write("born", "05/09/1985")
    keys.write("copies", "2")
    keys.save_and_continue("Tình trạng và giấy tờ")

    keys.tick("Chưa đăng ký kết hôn với ai")
    keys.tick("Vay vốn")
    keys.tick("Có")
    keys.attach("proof")
    keys.save_and_continue("Xem lại và nộp")

    keys.to(page.locator("[name=consent]")).press("Space")
    keys.to(button(page, "Nộp hồ sơ")).press("Enter")
    expect(page.locator("[data-code]")).to_have_text(re.compile(r"^H12\.25-\d{6}-\d{4}$"))


def test_error_summary_is_focused_and_links_to_the_field(scenario_visits):
    page = scenario_visits.page()
    keys = Keyboard(page)
    page.goto("/tra-cuu/")
    keys.to(button(page, "Xem hồ sơ")).press("Enter")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    keys.to(page.locator("[data-error-summary] a").first).press("Enter")
    expect(page.get_by_label("Mã hồ sơ")).to_be_focused()


def test_skip_link_is_first_and_moves_the_focus_to_main(scenario_visits):
    page = scenario_visits.page()
    page.goto("/thu-tuc/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


PATHS = {
    "home": "/",
    "procedure": RECORD["title"],
    "search": "/tim-kiem/?q=ho+tich",
    "search-elsewhere": "/tim-kiem/?q=ly+hon",
    "search-suggested": "/tim-kiem/?q=hon+thu",
    "lookup": "/tra-cuu/",
    "filing": FILING,
    "agency": "/co-quan/ubnd-xa-31825/",
}


def tab_through(page: Page) -> list[str]:
    """Press Tab until the focus leaves the page; return the focused elements and assert that each is visible."""
    focused: list[str] = []
    for _press in range(MAX_TABS):
        page.keyboard.press("Tab")
        active = page.evaluate(ACTIVE)
        if not active or (focused and active == focused[0]):
            break
        assert page.evaluate(f"({HAS_VISIBLE_FOCUS})(document.activeElement)"), f"no visible focus: {active}"
        assert page.evaluate(f"({UNCOVERED})(document.activeElement)"), f"focus is covered: {active}"
        focused.append(active)
    return focused


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", PATHS)
def test_focus_is_visible_on_public_pages(scenario_visits, scenario, name, width):
    page = scenario_visits.page(width=width, height=600)
    page.goto(scenario.province.procedure.url if name == "procedure" else PATHS[name])
    focused = tab_through(page)
    assert "skip" in focused[0]
    assert len(focused) > 5


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("page_name", ["", "?muc=tat-ca", "dossier", "act"])
def test_focus_is_visible_at_the_desk(scenario_visits, scenario, page_name, width):
    page = scenario_visits.page(width=width, height=600)
    scenario.sign_in_officer(page)
    addresses = {
        "dossier": scenario.desk(Status.PROCESSING),
        "act": scenario.desk(Status.PROCESSING, "viec/request_supplement/"),
    }
    page.goto(addresses.get(page_name, f"/mot-cua/{page_name}"))
    assert len(tab_through(page)) > 6


def test_j_and_k_move_through_the_queue_below_its_sticky_header(scenario_visits, scenario):
    page = scenario_visits.page(height=420)
    scenario.sign_in_officer(page)
    page.goto("/mot-cua/?muc=tat-ca")
    links = page.locator("[data-desk-list] tbody a")
    for key, row in [("j", 0), *(("j", row) for row in range(1, links.count())), ("k", links.count() - 2)]:
        page.keyboard.press(key)
        expect(links.nth(row)).to_be_focused()
        assert links.nth(row).evaluate(HAS_VISIBLE_FOCUS)
        assert links.nth(row).evaluate(UNCOVERED)
    for _press in range(links.count()):
        page.keyboard.press("k")
        assert page.evaluate(f"({UNCOVERED})(document.activeElement)")
    page.keyboard.press("/")
    expect(page.locator("[name=q]")).to_be_focused()
