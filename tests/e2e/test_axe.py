"""Every public template and every state of it at 320 and 1280 px: axe, the rules of composition, large letters."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from forms_app.dossiers.services import take_over
from forms_app.dossiers.transitions import Status
from tests.e2e.people import button, photograph
from tests.e2e.province import COMMUNE
from tests.e2e.rules import assert_composed, assert_speaks_vietnamese
from tests.e2e.town import FILING, Town
from tests.support.browser import SERIOUS, assert_accessible, assert_fits, enlarge_text

pytestmark = pytest.mark.browser
Opener = Callable[[Page, Town], object]
S = Status
NOTABLE = SERIOUS | {"moderate"}
PLACES = {
    "home": "/",
    "catalogue": "/thu-tuc/",
    "section": "/thu-tuc/so-tu-phap/",
    "unknown-code": "/thu-tuc/ma/9.999999/",
    "search-empty": "/tim-kiem/",
    "search-results": "/tim-kiem/?q=giay+xac+nhan+tinh+trang+hon+nhan",
    "search-none": "/tim-kiem/?q=zzzz+qqqq",
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
    return lambda page, _town: page.goto(path)


def pressed(opener: Opener, name: str) -> Opener:
    """Open, then press a button: mostly to see what is missing."""

    def then(page: Page, town: Town) -> None:
        opener(page, town)
        button(page, name).click()

    return then


def begun(step: str = "") -> Opener:
    """A draft that was just begun, or one of which everything is answered, at ``step``."""

    def begin(page: Page, town: Town) -> None:
        if step:
            town.resume(page)
            page.goto(f"{FILING}{step}/")
        else:
            page.goto(FILING)
            page.get_by_label("Bạn nộp ở đâu?").select_option(label=COMMUNE)
            button(page, "Bắt đầu").click()

    return begin


def filed(page: Page, town: Town) -> None:
    town.resume(page)
    page.locator("[name=consent]").check()
    button(page, "Nộp hồ sơ").click()


def handed_over(page: Page, town: Town) -> None:
    page.goto(town.handover())


def handed_over_to_who_has_one(page: Page, town: Town) -> None:
    town.resume(page)
    page.goto(town.handover())


def used_link(page: Page, town: Town) -> None:
    """A link that somebody else was quicker to use."""
    link = town.handover()
    take_over(link=link.rstrip("/").rsplit("/", 1)[1])
    page.goto(link)


def draft_elsewhere(page: Page, town: Town) -> None:
    """What is typed on a page whose draft went to another device meanwhile."""
    begun("buoc/purpose")(page, town)
    page.get_by_text("Làm tiếp trên máy khác").click()
    link = page.locator("input[readonly]").first.input_value()
    take_over(link=link.rstrip("/").rsplit("/", 1)[1])
    button(page, "Lưu và tiếp tục").click()


def erase_filed(page: Page, town: Town) -> None:
    filed(page, town)
    page.goto(f"{FILING}xoa/")


def wrong_secret(page: Page, town: Town) -> None:
    page.goto(f"/tra-cuu/?ma={town.dossiers[S.REGISTERED].code}")
    page.locator("[name=secret]").fill("ABCD2345")
    button(page, "Xem hồ sơ").click()


def wrong_password(page: Page, _town: Town) -> None:
    page.goto("/tai-khoan/dang-nhap/")
    page.locator("[name=username]").fill("can-bo")
    page.locator("[name=password]").fill("khong-phai")
    button(page, "Đăng nhập").click()


def mine(status: Status, rest: str = "") -> Opener:
    return lambda page, town: page.goto(town.mine(status, rest))


def at_desk(status: Status | None = None, rest: str = "") -> Opener:
    """The queue (with a query in ``rest``) or a dossier, as the officer sees it."""

    def come(page: Page, town: Town) -> None:
        town.receive(page)
        page.goto(town.desk(status, rest) if status else f"/mot-cua/{rest}")

    return come


def upload(name: str) -> Opener:
    """Send a file: a picture, which is refused when its name says something else."""

    def send(page: Page, town: Town) -> None:
        begun("buoc/purpose")(page, town)
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.locator("[name=proof]").set_input_files(photograph(name))
        page.locator(".file, .field__error").first.wait_for()

    return send


def unfolded(opener: Opener, summary: str) -> Opener:
    """Open, then unfold what a narrow screen folds."""

    def then(page: Page, town: Town) -> None:
        opener(page, town)
        page.locator(summary).first.click()

    return then


def without_cookies(page: Page, _town: Town) -> None:
    page.goto("/tai-khoan/dang-nhap/")
    page.context.clear_cookies()
    button(page, "Đăng nhập").click()


def signed_in(path: str) -> Opener:
    def come(page: Page, town: Town) -> None:
        town.receive(page)
        page.goto(path)

    return come


def conflict(page: Page, town: Town) -> None:
    """Somebody else was faster: the version that the form carries is no longer the dossier's."""
    at_desk(S.REGISTERED, "viec/refuse/")(page, town)
    page.locator("[name=version]").evaluate("field => { field.value = '99' }")
    page.locator("[name=reason]").fill("Thiếu giấy tờ.")
    button(page, "Từ chối").click()


STATIONS: dict[str, Opener] = {
    **{name: at(path) for name, path in PLACES.items()},
    "procedure": lambda page, town: page.goto(town.province.procedure.url),
    "lookup-missing": pressed(at("/tra-cuu/"), "Xem hồ sơ"),
    "lookup-wrong": wrong_secret,
    "login-wrong": wrong_password,
    "filing-start-missing": pressed(at(FILING), "Bắt đầu"),
    "step-1": begun(),
    "step-1-missing": pressed(begun(), "Lưu và tiếp tục"),
    "step-2": begun("buoc/subject"),
    "step-3": begun("buoc/purpose"),
    "review": begun("xem-lai"),
    "review-missing": pressed(begun("xem-lai"), "Nộp hồ sơ"),
    "receipt": filed,
    "erase": begun("xoa"),
    "erase-filed": erase_filed,
    "handover": handed_over,
    "handover-other-draft": handed_over_to_who_has_one,
    "handover-over": used_link,
    "draft-elsewhere": draft_elsewhere,
    "keeping": mine(S.PROCESSING, "luu-giu/"),
    "keeping-closed": mine(S.RETURNED, "luu-giu/"),
    **{f"mine-{status:d}": mine(status) for status in Status},
    "mine-contents": mine(S.ACCEPTED, "noi-dung/"),
    "supplement": mine(S.SUPPLEMENT, "bo-sung/"),
    "supplement-missing": pressed(mine(S.SUPPLEMENT, "bo-sung/"), "Gửi bổ sung"),
    "withdraw": mine(S.REGISTERED, "rut/"),
    "withdraw-missing": pressed(mine(S.REGISTERED, "rut/"), "Rút hồ sơ"),
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
    "desk-stranger": at_desk(rest="ho-so/H12.99-000000-0000/"),
    "desk-conflict": conflict,
    "desk-empty-list": at_desk(rest="?muc=qua-han"),
    "desk-search": at_desk(rest="?q=thu+dong"),
    "desk-search-none": at_desk(rest="?q=zzzz"),
    "desk-refuse-missing": pressed(at_desk(S.REGISTERED, "viec/refuse/"), "Từ chối"),
    "desk-supplement": at_desk(S.PROCESSING, "viec/request_supplement/"),
    "desk-supplement-missing": pressed(at_desk(S.PROCESSING, "viec/request_supplement/"), "Yêu cầu bổ sung"),
    "desk-finish": at_desk(S.PROCESSING, "viec/finish/"),
}


@pytest.mark.parametrize("name", STATIONS)
def test_a_page_can_be_used_by_everybody(strolls, town, shoot, name):
    page = strolls.page(width=320)
    STATIONS[name](page, town)
    shoot(page, f"pages/{name}-320")
    assert_fits(page)
    assert_accessible(page, impacts=NOTABLE)
    assert_composed(page)
    assert_speaks_vietnamese(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    shoot(page, f"pages/{name}-1280")
    assert_accessible(page, impacts=NOTABLE)
    enlarge_text(page, 200)
    assert_fits(page)
