"""A running import shows its progress, announces it, and ends with its result."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from playwright.sync_api import expect

from accounts.models import Agency, Membership
from accounts.services import grant
from core import outbox
from procedures.imports import rows
from procedures.imports.jobs import apply_next_portion, start_import
from procedures.imports.uploads import preview_upload
from procedures.models import ImportUpload
from tests.accounts.factories import START, AgencyFactory, UserFactory
from tests.e2e.people import button
from tests.support.browser import assert_accessible, follow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "mat-khau-rat-dai"
RECORDS = [{"core_code": f"1.{number:06d}", "title": f"Thủ tục {number}"} for number in range(1, 6)]


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> ImportUpload:
    """An import of five rows, which are applied one by one when the test asks for it."""
    monkeypatch.setattr(rows, "PORTION", 1)
    monkeypatch.setattr(outbox, "notify_relay", lambda *_args: None)
    user = UserFactory(username="kiem-soat", password=PASSWORD)
    grant(
        user=user,
        agency=AgencyFactory(kind=Agency.Kind.PROVINCE),
        role=Membership.Role.CONTROLLER,
        valid_from=START,
    )
    file = ContentFile(json.dumps(RECORDS).encode(), name="tthc.json")
    upload = preview_upload(file=file, name="tthc.json", by=user)
    start_import(upload_id=upload.pk, by=user)
    apply_portions(upload, 1)
    return upload


def apply_portions(upload: ImportUpload, *portions: int) -> None:
    for portion in portions:
        with transaction.atomic():
            apply_next_portion(upload_id=upload.pk, run=1, portion=portion)


def opened(page: Any, upload: ImportUpload) -> Any:
    page.goto(f"/tai-khoan/dang-nhap/?next=/quan-tri/nhap-thu-tuc/{upload.pk}/")
    page.locator("[name=username]").fill("kiem-soat")
    page.locator("[name=password]").fill(PASSWORD)
    follow(button(page, "Đăng nhập"))
    return page


def test_progress_is_shown_announced_and_ends_in_the_result(visits: Any, running: ImportUpload) -> None:
    page = opened(visits.page(), running)
    region = page.locator("[data-import-progress]")
    expect(region.locator("[data-import-text]")).to_have_text("Đã xử lý 1 trên 5 dòng.")
    assert_accessible(page)

    apply_portions(running, 2)

    expect(region.locator("[data-import-text]")).to_have_text("Đã xử lý 2 trên 5 dòng.", timeout=15_000)
    expect(region.get_by_role("status")).to_have_text("Đã xử lý 2 trên 5 dòng.")
    expect(region.get_by_role("progressbar")).to_have_js_property("value", 2)
    apply_portions(running, 3, 4, 5)
    result = page.get_by_role("heading", name="Kết quả")
    expect(result).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Đã nhập 5 thủ tục mới")).to_be_visible()
    assert_accessible(page)


def test_cancelling_by_keyboard_keeps_what_was_applied(visits: Any, running: ImportUpload) -> None:
    page = opened(visits.page(), running)
    page.get_by_role("button", name="Hủy nhập").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("Đã nhập 1 thủ tục mới")).to_be_visible()
    expect(page.get_by_role("button", name="Hoàn tác 1 dòng")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_preview_fits_the_window(visits: Any, running: ImportUpload, width: int) -> None:
    ImportUpload.objects.filter(pk=running.pk).update(name="Danh_sach_thu_tuc_hanh_chinh_cap_xa_2026.csv")
    page = opened(visits.page(width=width), running)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    column = page.locator(".nice-padding").first.bounding_box()
    field = page.locator("#id_q").bounding_box()
    assert field["x"] + field["width"] <= column["x"] + column["width"]
    assert_accessible(page)
