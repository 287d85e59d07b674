"""Nothing typed is lost in a real browser: autosave, leaving, no connection, Back, two tabs, uploads."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, expect

from forms_app.dossiers.models import Dossier, Draft
from tests.accounts.factories import AgencyFactory
from tests.e2e.people import photograph
from tests.forms_app.dossiers.factories import file_dossier, make_form, make_version
from tests.support.browser import Visits, assert_accessible, assert_fits, follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
APPLICANT = {"full_name": "Nguyễn Thị Thử", "identity_number": "096185001234", "phone": "0912345678"}


@pytest.fixture
def base() -> str:
    form = make_form(make_version(), AgencyFactory())
    return f"/nop-ho-so/{form.definition.procedure.core_code}/"


def started(page: Page, base: str, *, shared: bool = False) -> Page:
    page.goto(base)
    if shared:
        page.get_by_label("Đây là máy dùng chung").check()
    follow(page.get_by_role("button", name="Bắt đầu"))
    return page


def fill_in_applicant(page: Page) -> None:
    for name, text in APPLICANT.items():
        page.locator(f"[name={name}]").fill(text)
    page.locator("[name=address_detail]").fill("Ấp 1")
    page.get_by_label("Bản điện tử").check()


def on_child(page: Page, base: str) -> Page:
    started(page, base)
    fill_in_applicant(page)
    follow(page.get_by_role("button", name="Lưu và tiếp tục").last)
    expect(page.locator("[name=child_name]")).to_be_visible()
    return page


def save(page: Page) -> None:
    follow(page.get_by_role("button", name="Lưu và tiếp tục").last)


class TestWithScripts:
    def test_what_is_typed_is_saved_automatically(self, visits: Visits, base: str) -> None:
        page = on_child(visits.page(), base)
        page.locator("[name=child_name]").fill("Nguyễn Văn Mới")
        page.locator("[name=born]").fill("31/02/2020")
        expect(page.locator("[data-saved-at]")).to_have_text(re.compile(r"Đã lưu lúc \d\d:\d\d\."))
        page.wait_for_function(
            "() => performance.getEntriesByType('resource').some(e => e.initiatorType === 'fetch')"
        )
        page.wait_for_timeout(500)
        page.goto("/")  # no confirmation: everything is saved
        page.goto(f"{base}buoc/child/")
        expect(page.locator("[name=child_name]")).to_have_value("Nguyễn Văn Mới")
        expect(page.locator("[name=born]")).to_have_value("31/02/2020")

    def test_leaving_before_saving_asks_for_confirmation(self, visits: Visits, base: str) -> None:
        page = on_child(visits.page(), base)
        asked: list[str] = []

        def stay(dialog: Dialog) -> None:
            asked.append(dialog.type)
            dialog.dismiss()

        page.on("dialog", stay)
        page.context.set_offline(True)
        page.locator("[name=child_name]").press_sequentially("An")
        expect(page.locator("[data-unsaved-status]")).to_contain_text("Mất kết nối")
        page.evaluate("setTimeout(() => { location.href = '/' }, 0)")
        page.wait_for_timeout(1000)
        assert asked == ["beforeunload"]
        page.context.set_offline(False)
        expect(page.locator("[data-unsaved-status]")).to_have_text("")
        page.wait_for_timeout(500)
        assert Draft.objects.get().answers["child_name"] == "An"

    def test_submitting_without_a_connection_keeps_the_page(self, visits: Visits, base: str) -> None:
        page = on_child(visits.page(), base)
        page.locator("[name=child_name]").fill("Nguyễn Văn Mới")
        page.context.set_offline(True)
        page.get_by_role("button", name="Lưu và tiếp tục").last.click()
        expect(page.locator("[data-unsaved-status]")).to_contain_text("Mất kết nối")
        expect(page.locator("[name=child_name]")).to_have_value("Nguyễn Văn Mới")
        page.context.set_offline(False)
        expect(page.locator("[data-unsaved-status]")).to_have_text("")

    def test_submitting_while_the_server_does_not_respond_keeps_the_page(
        self, visits: Visits, base: str
    ) -> None:
        page = on_child(visits.page(), base)
        page.route("**/buoc/**", lambda route: route.abort())
        page.locator("[name=child_name]").fill("Nguyễn Văn Mới")
        expect(page.locator("[data-unsaved-status]")).to_contain_text("Mất kết nối")
        page.locator(".stepper summary").click()
        page.locator(".stepper a").first.click()
        expect(page.locator("[data-unsaved-status]")).to_contain_text("Chưa gửi được")
        page.get_by_role("button", name="Lưu và tiếp tục").last.click()
        expect(page.locator("[data-unsaved-status]")).to_contain_text("Chưa gửi được")
        expect(page.locator("[name=child_name]")).to_have_value("Nguyễn Văn Mới")
        page.unroute("**/buoc/**")
        expect(page.locator("[data-unsaved-status]")).to_have_text(
            "", timeout=30_000
        )  # retried automatically
        assert Draft.objects.get().answers["child_name"] == "Nguyễn Văn Mới"
        save(page)  # not the step of the link that had no effect
        expect(page).to_have_url(re.compile("buoc/child/"))

    def test_failing_server_keeps_the_page_too(self, visits: Visits, base: str) -> None:
        page = on_child(visits.page(), base)
        page.route("**/buoc/**", lambda route: route.fulfill(status=502, body="Bad Gateway"))
        page.locator("[name=child_name]").fill("Nguyễn Văn Mới")
        page.get_by_role("button", name="Lưu và tiếp tục").last.click()
        expect(page.locator("[data-unsaved-status]")).to_contain_text("Chưa gửi được")
        expect(page.locator("[name=child_name]")).to_have_value("Nguyễn Văn Mới")

    def test_withdrawal_keeps_its_reason(self, visits: Visits) -> None:
        token = file_dossier().token
        page = visits.page()
        page.goto(f"/ho-so/{token}/rut/")
        page.locator("[name=reason]").fill("Nộp nhầm nơi")
        page.route("**/*", lambda route: route.abort())
        page.get_by_role("button", name="Rút hồ sơ").click()
        expect(page.locator("[data-unsaved-status]")).to_contain_text("Chưa gửi được")
        expect(page.locator("[name=reason]")).to_have_value("Nộp nhầm nơi")
        page.unroute("**/*")
        follow(page.get_by_role("button", name="Rút hồ sơ"))
        assert Dossier.objects.get().get_status_display() == "Công dân yêu cầu rút hồ sơ"

    def test_withdrawal_keeps_its_reason_while_a_gateway_responds(self, visits: Visits) -> None:
        """The gateway serves static files itself, so they are available while the application is down."""
        page = visits.page()
        page.goto(f"/ho-so/{file_dossier().token}/rut/")
        page.locator("[name=reason]").fill("Nộp nhầm nơi")
        page.route(
            lambda url: "/static/" not in url, lambda route: route.fulfill(status=502, body="Bad Gateway")
        )
        page.get_by_role("button", name="Rút hồ sơ").click()
        expect(page.locator("[data-unsaved-status]")).to_contain_text("Chưa gửi được")
        expect(page.locator("[name=reason]")).to_have_value("Nộp nhầm nơi")

    def test_upload_and_removal_keep_the_focus_and_are_announced(
        self, visits: Visits, base: str, shoot: Any
    ) -> None:
        page = on_child(visits.page(width=360), base)
        page.locator("[name=proof]").set_input_files(photograph("giay.jpg"))
        expect(page.get_by_text("giay.jpg").first).to_be_visible()
        expect(page.locator("[data-announce]")).to_have_text("Đã tải lên: giay.jpg")
        expect(page.locator("[name=proof]")).to_be_focused()
        assert_accessible(page)
        assert_fits(page)
        shoot(page, "filing/uploaded")
        page.get_by_role("button", name="Xóa giay.jpg").click()
        expect(page.locator("[data-announce]")).to_have_text("Đã xóa tệp.")
        expect(page.locator("[name=proof]")).to_be_focused()
        expect(page.get_by_role("button", name="Xóa giay.jpg")).to_have_count(0)

    def test_refused_file_is_announced_with_its_reason(self, visits: Visits, base: str) -> None:
        page = on_child(visits.page(), base)
        page.locator("[name=proof]").set_input_files(
            {"name": "anh.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
        )
        expect(page.locator("[data-announce]")).to_contain_text("Cổng không nhận loại tệp")
        expect(page.locator("[name=proof]")).to_be_focused()
        assert page.locator(".field__error").count() == 1

    def test_upload_without_a_connection_is_reported_and_sent_later(self, visits: Visits, base: str) -> None:
        page = on_child(visits.page(), base)
        page.context.set_offline(True)
        page.locator("[name=proof]").set_input_files(photograph("giay.jpg"))
        expect(page.locator("[data-upload-failed]")).to_contain_text("Mất kết nối, tệp chưa gửi được.")
        page.context.set_offline(False)
        expect(page.get_by_role("button", name="Xóa giay.jpg")).to_be_visible()

    def test_back_button_after_an_error_shows_the_page(self, visits: Visits, base: str) -> None:
        go_back_over_an_error(visits.page(), base)

    def test_second_tab_reports_the_first(self, visits: Visits, base: str, shoot: Any) -> None:
        save_in_two_tabs(visits.page(), base, lambda page: shoot(page, "filing/two-tabs"))


class TestWithoutScripts:
    def test_back_button_after_an_error_shows_the_page(self, visits: Visits, base: str) -> None:
        go_back_over_an_error(visits.page(javascript=False), base)

    def test_second_tab_reports_the_first(self, visits: Visits, base: str) -> None:
        save_in_two_tabs(visits.page(javascript=False), base, lambda _page: None)

    def test_after_a_lost_cookie_the_typed_text_is_kept(self, visits: Visits, base: str, shoot: Any) -> None:
        page = on_child(visits.page(javascript=False, width=360), base)
        page.locator("[name=child_name]").fill("Nguyễn Văn Mới")
        page.locator("[name=born]").fill("31/02/2020")
        kept = [one for one in page.context.cookies() if one["name"] == "csrftoken"]
        page.context.clear_cookies()
        page.context.add_cookies(kept)
        save(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Không có bản nháp trên máy này")
        shoot(page, "filing/lost-cookie")
        assert_fits(page)
        follow(page.get_by_role("button", name="Bắt đầu lại với nội dung này"))
        expect(page.locator("[name=child_name]")).to_have_value("Nguyễn Văn Mới")
        expect(page.locator("[name=born]")).to_have_value("31/02/2020")

    def test_losing_all_cookies_has_the_same_result(self, visits: Visits, base: str, shoot: Any) -> None:
        page = on_child(visits.page(javascript=False), base)
        page.locator("[name=child_name]").fill("Nguyễn Văn Mới")
        page.context.clear_cookies()
        save(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Trình duyệt không gửi cookie của cổng")
        shoot(page, "filing/csrf")
        follow(page.get_by_role("button", name="Gửi lại"))
        expect(page.get_by_text("Nguyễn Văn Mới")).to_be_visible()
        follow(page.get_by_role("button", name="Bắt đầu lại với nội dung này"))
        expect(page.locator("[name=child_name]")).to_have_value("Nguyễn Văn Mới")

    def test_nothing_remains_on_a_shared_computer(self, visits: Visits, base: str, shoot: Any) -> None:
        page = started(visits.page(javascript=False), base, shared=True)
        follow(page.get_by_role("link", name="Rời máy này"))
        shoot(page, "filing/leave")
        follow(page.get_by_role("button", name="Xóa khỏi máy này"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Máy này không còn giữ thông tin của bạn")
        page.goto(base)
        expect(page.get_by_role("button", name="Bắt đầu")).to_be_visible()


def go_back_over_an_error(page: Page, base: str) -> None:
    on_child(page, base)
    page.locator("[name=child_name]").fill("Nguyễn Văn Mới")
    page.locator("[name=born]").fill("31/02/2020")
    save(page)
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("[name=born]").fill("01/11/2026")
    page.locator("[name=proof]").set_input_files(photograph("giay.jpg"))
    save(page)
    page.wait_for_url(re.compile("xem-lai|kiem-tra"))
    page.go_back()
    expect(page.locator("[name=child_name]")).to_have_value("Nguyễn Văn Mới")


def save_in_two_tabs(page: Page, base: str, look: Any) -> None:
    on_child(page, base)
    other = page.context.new_page()
    other.goto(f"{base}buoc/child/")
    page.locator("[name=child_name]").fill("Tên ở thẻ một")
    page.locator("[name=born]").fill("31/02/2020")
    save(page)
    other.locator("[name=child_name]").fill("Tên ở thẻ hai")
    save(other)
    expect(other.get_by_role("alert").first).to_contain_text(
        "Bước này vừa được lưu ở thẻ trình duyệt hoặc cửa sổ khác"
    )
    expect(other.locator("[name=child_name]")).to_have_value("Tên ở thẻ hai")
    look(other)
    save(other)
    assert Draft.objects.get().answers["child_name"] == "Tên ở thẻ hai"
