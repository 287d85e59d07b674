"""Every public template in every state at 320 and 1280 px: axe, rules of composition, enlarged text, dark mode.

Each state is opened once, since opening it takes longer than all its checks.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from forms_app.dossiers.services import take_over
from forms_app.dossiers.transitions import Status
from tests.e2e.people import button, choose, photograph
from tests.e2e.province import COMMUNE_CHOICE
from tests.e2e.rules import assert_composed, assert_readable, assert_vietnamese
from tests.e2e.scenario import FILING, Scenario
from tests.support.browser import BACKGROUND, SERIOUS, assert_accessible, assert_fits, enlarge_text, follow

pytestmark = pytest.mark.browser
Opener = Callable[[Page, Scenario], object]
S = Status
NOTABLE = SERIOUS | {"moderate"}
PATHS = {
    "home": "/",
    "catalogue": "/thu-tuc/",
    "section": "/thu-tuc/so-tu-phap/",
    "unknown-code": "/thu-tuc/ma/9.999999/",
    "search-empty": "/tim-kiem/",
    "search-results": "/tim-kiem/?q=giay+xac+nhan+tinh+trang+hon+nhan",
    "search-none": "/tim-kiem/?q=zzzz+qqqq",
    "search-elsewhere": "/tim-kiem/?q=ly+hon",
    "search-suggested": "/tim-kiem/?q=hon+thu",
    "search-offices": "/tim-kiem/noi-khac/",
    "search-narrowed": "/tim-kiem/?q=nop+ho+so&loai=procedure",
    "catalogue-filtered": "/thu-tuc/?cap=cap_xa",
    "catalogue-nothing-fits": "/thu-tuc/?cap=cap_tinh",
    "not-found": "/khong-co-trang-nay/",
    "news-index": "/tin-tuc/",
    "news": "/tin-tuc/nop-ho-so-ho-tich/",
    "agencies": "/co-quan/",
    "agency": "/co-quan/ubnd-xa-31825/",
    "information": "/huong-dan/",
    "lookup": "/tra-cuu/",
    "login": "/tai-khoan/dang-nhap/",
    "filing-start": FILING,
}


def at(path: str) -> Opener:
    return lambda page, _scenario: page.goto(path)


def pressed(opener: Opener, name: str) -> Opener:
    """Open a page, then press a button, mostly to show missing input."""

    def then(page: Page, scenario: Scenario) -> None:
        opener(page, scenario)
        follow(button(page, name))

    return then


def draft_at(step: str = "") -> Opener:
    """Open ``step`` of a complete draft, or of a new draft without a step."""

    def begin(page: Page, scenario: Scenario) -> None:
        if step:
            scenario.take_over_draft(page)
            page.goto(f"{FILING}{step}/")
        else:
            page.goto(FILING)
            choose(page, "Bạn nộp ở đâu?", "tan", COMMUNE_CHOICE)
            follow(button(page, "Bắt đầu"))

    return begin


def filed(page: Page, scenario: Scenario) -> None:
    scenario.take_over_draft(page)
    page.locator("[name=consent]").check()
    follow(button(page, "Nộp hồ sơ"))


def handed_over(page: Page, scenario: Scenario) -> None:
    page.goto(scenario.handover())


def handed_over_to_browser_with_draft(page: Page, scenario: Scenario) -> None:
    scenario.take_over_draft(page)
    page.goto(scenario.handover())


def used_link(page: Page, scenario: Scenario) -> None:
    """Open a handover link that has already been used."""
    link = scenario.handover()
    take_over(link=link.rstrip("/").rsplit("/", 1)[1])
    page.goto(link)


def draft_taken_over(page: Page, scenario: Scenario) -> None:
    """Submit a step whose draft has been taken over by another device."""
    draft_at("buoc/purpose")(page, scenario)
    page.get_by_text("Làm tiếp trên máy khác").click()
    link = page.locator("input[readonly]").first.input_value()
    take_over(link=link.rstrip("/").rsplit("/", 1)[1])
    follow(button(page, "Lưu và tiếp tục"))


def erase_filed(page: Page, scenario: Scenario) -> None:
    filed(page, scenario)
    page.goto(f"{FILING}xoa/")


def wrong_lookup_key(page: Page, scenario: Scenario) -> None:
    page.goto(f"/tra-cuu/?ma={scenario.dossiers[S.REGISTERED].code}")
    page.locator("[name=lookup_key]").fill("ABCD2345")
    follow(button(page, "Xem hồ sơ"))


def wrong_password(page: Page, _scenario: Scenario) -> None:
    page.goto("/tai-khoan/dang-nhap/")
    page.locator("[name=username]").fill("can-bo")
    page.locator("[name=password]").fill("khong-phai")
    follow(button(page, "Đăng nhập"))


def tracking(status: Status, rest: str = "") -> Opener:
    return lambda page, scenario: page.goto(scenario.tracking(status, rest))


def at_desk(status: Status | None = None, rest: str = "") -> Opener:
    """Open the queue (with a query in ``rest``) or a dossier as an officer."""

    def open_page(page: Page, scenario: Scenario) -> None:
        scenario.sign_in_officer(page)
        page.goto(scenario.desk(status, rest) if status else f"/mot-cua/{rest}")

    return open_page


def upload(name: str) -> Opener:
    """Upload an image, which is rejected if its extension is of another type."""

    def send(page: Page, scenario: Scenario) -> None:
        draft_at("buoc/purpose")(page, scenario)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator("[name=proof]").set_input_files(photograph(name))
        page.locator(".file, .field__error").first.wait_for()

    return send


def unfolded(opener: Opener, summary: str) -> Opener:
    """Open a page, then expand what is collapsed on a narrow screen."""

    def then(page: Page, scenario: Scenario) -> None:
        opener(page, scenario)
        page.locator(summary).first.click()

    return then


def without_cookies(page: Page, _scenario: Scenario) -> None:
    page.goto("/tai-khoan/dang-nhap/")
    page.context.clear_cookies()
    follow(button(page, "Đăng nhập"))


def signed_in(path: str) -> Opener:
    def open_page(page: Page, scenario: Scenario) -> None:
        scenario.sign_in_officer(page)
        page.goto(path)

    return open_page


def conflict(page: Page, scenario: Scenario) -> None:
    """Submit an outdated version of the dossier."""
    at_desk(S.REGISTERED, "viec/decline/")(page, scenario)
    page.locator("[name=version]").evaluate("field => { field.value = '99' }")
    page.locator("[name=reason]").fill("Thiếu giấy tờ.")
    follow(button(page, "Từ chối"))


STATES: dict[str, Opener] = {
    **{name: at(path) for name, path in PATHS.items()},
    "procedure": lambda page, scenario: page.goto(scenario.province.procedure.url),
    "lookup-missing": pressed(at("/tra-cuu/"), "Xem hồ sơ"),
    "lookup-wrong": wrong_lookup_key,
    "login-wrong": wrong_password,
    "filing-start-missing": pressed(at(FILING), "Bắt đầu"),
    "step-1": draft_at(),
    "step-1-missing": pressed(draft_at(), "Lưu và tiếp tục"),
    "step-2": draft_at("buoc/subject"),
    "step-3": draft_at("buoc/purpose"),
    "review": draft_at("xem-lai"),
    "review-missing": pressed(draft_at("xem-lai"), "Nộp hồ sơ"),
    "receipt": filed,
    "erase": draft_at("xoa"),
    "erase-filed": erase_filed,
    "handover": handed_over,
    "handover-other-draft": handed_over_to_browser_with_draft,
    "handover-expired": used_link,
    "draft-conflict": draft_taken_over,
    "retention": tracking(S.PROCESSING, "luu-giu/"),
    "retention-closed": tracking(S.RETURNED, "luu-giu/"),
    **{f"tracking-{status:d}": tracking(status) for status in Status},
    "tracking-contents": tracking(S.ACCEPTED, "noi-dung/"),
    "supplement": tracking(S.SUPPLEMENT, "bo-sung/"),
    "supplement-missing": pressed(tracking(S.SUPPLEMENT, "bo-sung/"), "Gửi bổ sung"),
    "withdraw": tracking(S.REGISTERED, "rut/"),
    "withdraw-missing": pressed(tracking(S.REGISTERED, "rut/"), "Rút hồ sơ"),
    "uploaded": upload("ban-an-va-quyet-dinh-ly-hon-mat-truoc-va-mat-sau.jpg"),
    "upload-refused": upload("khong-phai-anh.pdf"),
    "menu-open": unfolded(at("/"), "details.menu summary"),
    "choices-open": unfolded(at("/tim-kiem/?q=nop+ho+so"), ".facets summary"),
    "csrf": without_cookies,
    "password": signed_in("/tai-khoan/mat-khau/"),
    "desk-queue": at_desk(),
    "desk-queue-narrowed": at_desk(rest="?muc=moi&tiep-nhan=hom-nay"),
    **{f"desk-{status:d}": at_desk(status) for status in Status},
    "desk-menu-open": unfolded(at_desk(), "details.menu summary"),
    "desk-unknown": at_desk(rest="ho-so/H12.99-000000-0000/"),
    "desk-conflict": conflict,
    "desk-empty-list": at_desk(rest="?muc=qua-han"),
    "desk-search": at_desk(rest="?q=thu+dong"),
    "desk-search-none": at_desk(rest="?q=zzzz"),
    "desk-refuse-missing": pressed(at_desk(S.REGISTERED, "viec/decline/"), "Từ chối"),
    "desk-supplement": at_desk(S.PROCESSING, "viec/request_supplement/"),
    "desk-supplement-missing": pressed(at_desk(S.PROCESSING, "viec/request_supplement/"), "Yêu cầu bổ sung"),
    "desk-finish": at_desk(S.PROCESSING, "viec/finish/"),
}


#: Public pages: 320 px is also a window of 1280 px at 400 %.
PUBLIC = {name for name in STATES if not name.startswith(("desk-", "password"))}
#: Checked in dark mode too: together they contain all components.
DARK = {
    "home", "procedure", "search-results", "step-1-missing", "uploaded", "review", "receipt", "tracking-5",
    "tracking-3", "login-wrong", "desk-queue", "desk-4", "desk-supplement-missing",
}  # fmt: skip
# What another colour scheme can break; the rest is checked in light mode.
COLOUR_RULES = ("color-contrast", "link-in-text-block")


@pytest.mark.parametrize("name", STATES)
def test_page_is_accessible_composed_vietnamese_and_readable(scenario_visits, scenario, shoot, name):
    page = scenario_visits.page(width=320)
    STATES[name](page, scenario)
    shoot(page, f"pages/{name}-320")
    assert_fits(page)
    assert_accessible(page, impacts=NOTABLE)
    assert_composed(page)
    assert_vietnamese(page)
    if name in PUBLIC:
        assert_readable(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    shoot(page, f"pages/{name}-1280")
    assert_accessible(page, impacts=NOTABLE)
    if name in DARK:
        page.emulate_media(color_scheme="dark")
        shoot(page, f"dark/{name}")
        assert page.locator("body").evaluate(BACKGROUND) not in {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}
        assert_accessible(page, rules=COLOUR_RULES)
        page.emulate_media(color_scheme="light")
    enlarge_text(page, 200)
    assert_fits(page)
    if name in PUBLIC:
        assert_readable(page)
        page.set_viewport_size({"width": 360, "height": 800})
        assert_fits(page)
        assert_readable(page)
