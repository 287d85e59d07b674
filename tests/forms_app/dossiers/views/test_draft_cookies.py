"""The cookie lasts as long as the draft; without it no input is lost; another tab is noticed."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from core.errors import Conflict
from forms_app.dossiers import services
from forms_app.dossiers.models import Draft
from forms_app.dossiers.services.drafts import LIFETIME
from forms_app.dossiers.views import draft_cookies
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import enter, make_draft, make_form, make_version, picture

pytestmark = pytest.mark.django_db
LOST = "Không có bản nháp trên máy này"
SCHEMA: dict[str, Any] = {
    "steps": [
        {"id": "house", "title": "Căn nhà", "fields": [
            {"id": "area", "type": "number", "label": "Diện tích"},
            {"id": "built", "type": "date", "label": "Ngày xây"},
            {"id": "kinds", "type": "many_choices", "label": "Loại", "choices": [
                {"value": "brick", "label": "Nhà gạch"}, {"value": "wood", "label": "Nhà gỗ"},
            ]},
            {"id": "note", "type": "long_text", "label": "Ghi chú", "required": False},
        ]},
    ],
}  # fmt: skip
TYPED = {
    "area": "một trăm",
    "built": "31/02/2020",
    "kinds": ["wood", "brick"],
    "note": 'dòng một\r\n<hai> & "ba"',
}


def page_ids(html: str) -> dict[str, str]:
    return {name: re.search(rf'name="{name}" value="([^"]*)"', html)[1] for name in ("page_id", "based_on")}


def hidden(html: str) -> dict[str, list[str]]:
    """Return the hidden inputs of the form that starts a new draft."""
    form = re.search(r'<form method="post" action="/nop-ho-so/.*?</form>', html, re.DOTALL)[0]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    return found


@pytest.fixture
def base() -> str:
    form = make_form(make_version(), AgencyFactory(), AgencyFactory(), schema=SCHEMA)
    return f"/nop-ho-so/{form.definition.procedure.core_code}/"


def started(client: Client, base: str, **data: str) -> str:
    """Start a draft and return the address of the first own step."""
    agency = client.get(base).context["offer"].agencies.first()
    assert client.post(base, {"agency": agency.pk, **data}).status_code == 302
    return f"{base}buoc/house/"


def cookie(client: Client, base: str) -> Any:
    return client.cookies[draft_cookies.cookie_name(base.split("/")[2])]


class TestCookie:
    def test_each_save_prolongs_the_cookie_with_the_draft(self, client: Client, base: str) -> None:
        step = started(client, base)
        cookie(client, base)["max-age"] = 5
        client.post(step, TYPED)
        assert cookie(client, base)["max-age"] == int(LIFETIME.total_seconds())

    def test_draft_saved_on_day_25_still_exists_on_day_50(self, client: Client, base: str) -> None:
        step, start = started(client, base), timezone.now()
        with time_machine.travel(start + timedelta(days=25), tick=False):
            client.post(step, {**TYPED, "autosave": "1"})
        with time_machine.travel(start + timedelta(days=50), tick=False):
            assert "một trăm" in client.get(step).content.decode()

    def test_cookie_has_the_host_prefix_with_https(self, base: str, settings: Any) -> None:
        settings.SESSION_COOKIE_SECURE = True
        client = Client()
        step = started(client, base)
        found = cookie(client, base)
        assert found.key.startswith("__Host-draft_")
        assert (found["secure"], found["path"], found["domain"], found["httponly"]) == (True, "/", "", True)
        assert client.get(step).status_code == 200
        client.post(f"{base}xoa/")
        gone = cookie(client, base)
        assert (gone.value, gone["secure"]) == ("", True)

    def test_cookie_planted_without_the_prefix_is_not_read(self, settings: Any) -> None:
        draft, token = make_draft()
        planted = Client()
        path = enter(planted, draft, token)
        settings.SESSION_COOKIE_SECURE = True
        assert planted.get(f"{path}buoc/child/").status_code == 404


class TestLostCookie:
    def test_page_without_a_draft_explains_and_offers_to_start(self, base: str) -> None:
        for page in ("buoc/house/", "xem-lai/", "da-nop/", "tiep/"):
            answer = Client().get(f"{base}{page}")
            assert answer.status_code == 404
            assert LOST in answer.content.decode()
            assert f'href="{base}"' in answer.content.decode()

    def test_procedure_that_cannot_be_filed_here_is_the_usual_404(self) -> None:
        answer = Client().get("/nop-ho-so/9.999999/buoc/house/")
        assert answer.status_code == 404
        assert LOST not in answer.content.decode()

    def test_typed_step_is_continued_in_a_new_draft(self, base: str) -> None:
        client = Client()
        answer = client.post(f"{base}buoc/house/", {**TYPED, "proof": picture(), "evil": "x"})
        assert answer.status_code == 409
        kept = hidden(answer.content.decode())
        assert kept["kinds"] == ["wood", "brick"]
        assert "evil" not in kept
        choose = client.post(base, kept)
        assert "Nội dung bạn nhập được giữ" in choose.content.decode()
        assert "chỗ cần sửa" not in choose.content.decode()  # the agency has not been asked for yet
        assert "chỗ cần sửa" in client.post(base, {**kept, "agency": ""}).content.decode()
        assert not Draft.objects.exists()
        agency = choose.context["offer"].agencies.first()
        begun = client.post(base, {**hidden_of_start(choose), "agency": agency.pk})
        assert begun["Location"] == f"{base}buoc/house/"
        page = client.get(begun["Location"]).content.decode()
        assert "Nội dung bạn đã nhập được khôi phục ở bước này" in page
        assert "một trăm" in page
        assert "31/02/2020" in page
        assert page.count(" checked") == 2
        assert "dòng một" in page
        assert Draft.objects.get().steps_done == []

    def test_typed_step_does_not_replace_one_of_an_open_draft(self, client: Client, base: str) -> None:
        step = started(client, base)
        lost = client.post(step, {**TYPED, **page_ids(client.get(step).content.decode())})
        assert lost.status_code == 302
        kept = {"restored_step": "house", "area": "7", "note": "mới"}
        answer = client.post(base, kept)
        assert answer.status_code == 409
        assert "Bước này vừa được lưu ở thẻ trình duyệt hoặc cửa sổ khác" in answer.content.decode()
        assert Draft.objects.get().typed["house"]["area"] == ["một trăm"]


def hidden_of_start(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in answer.context["kept"]:
        found.setdefault(name, []).append(value)
    return found


class TestTwoTabsOnOneStep:
    def test_later_tab_gets_a_message_and_keeps_what_was_typed(self, client: Client, base: str) -> None:
        step = started(client, base)
        first, second = (page_ids(client.get(step).content.decode()) for _tab in range(2))
        assert client.post(step, {**TYPED, "area": "10", **first}).status_code == 302
        answer = client.post(step, {**TYPED, "area": "20", **second})
        html = answer.content.decode()
        assert answer.status_code == 409
        assert "Bước này vừa được lưu ở thẻ trình duyệt hoặc cửa sổ khác" in html
        assert 'value="20"' in html
        assert Draft.objects.get().answers["area"] == "10"
        assert client.post(step, {**TYPED, "area": "20", **page_ids(html)}).status_code == 302
        assert Draft.objects.get().answers["area"] == "20"

    def test_one_page_may_save_repeatedly(self, client: Client, base: str) -> None:
        step = started(client, base)
        ids = page_ids(client.get(step).content.decode())
        for area in ("1", "2", "3"):
            assert client.post(step, {**TYPED, "area": area, "autosave": "1", **ids}).status_code == 200
        assert client.post(step, {**TYPED, "area": "4", **ids}).status_code == 302
        assert Draft.objects.get().answers["area"] == "4"

    def test_page_loaded_after_a_save_causes_no_conflict(self, client: Client, base: str) -> None:
        step = started(client, base)
        for area in ("1", "2"):
            ids = page_ids(client.get(step).content.decode())
            assert client.post(step, {**TYPED, "area": area, **ids}).status_code == 302

    def test_autosave_of_the_slower_tab_is_refused_with_the_reason(self, client: Client, base: str) -> None:
        step = started(client, base)
        first, second = (page_ids(client.get(step).content.decode()) for _tab in range(2))
        client.post(step, {**TYPED, "autosave": "1", **first})
        answer = client.post(step, {**TYPED, "area": "5", "autosave": "1", **second})
        assert answer.status_code == 409
        assert "thẻ trình duyệt hoặc cửa sổ khác" in answer.json()["message"]

    def test_service_refuses_a_page_that_is_out_of_date(self) -> None:
        _draft, token = make_draft()
        services.save_step(
            token=token, step_id="child", answers={}, complete=False, page=services.PageIds("a", "")
        )
        with pytest.raises(Conflict):
            services.save_step(
                token=token, step_id="child", answers={}, complete=False, page=services.PageIds("b", "")
            )
        services.save_step(
            token=token, step_id="child", answers={}, complete=False, page=services.PageIds("c", "a")
        )


class TestAutosave:
    def test_autosave_keeps_the_texts_without_completing_the_step(self, client: Client, base: str) -> None:
        step = started(client, base)
        answer = client.post(step, {"area": "12", "built": "1/3/2020", "kinds": ["wood"], "autosave": "1"})
        assert re.fullmatch(r"\d\d:\d\d", answer.json()["time"])
        draft = Draft.objects.get()
        assert draft.answers["area"] == "12"
        assert draft.steps_done == []
        assert client.get(f"{base}tiep/")["Location"] == f"{base}buoc/applicant/"


class TestReturnToReview:
    def test_change_from_the_review_returns_to_it(self, client: Client) -> None:
        draft, token = make_draft()
        base = enter(client, draft, token)
        link = f"{base}buoc/applicant/?return=xem-lai"
        assert f'href="{link}"' in client.get(f"{base}xem-lai/").content.decode()
        page = client.get(link).content.decode()
        assert "Lưu và trở về trang xem lại" in page
        data = {
            "full_name": "Nguyễn Thị Khác", "identity_number": "096185001234", "phone": "0912345678",
            "address_detail": "Ấp 2", "result_delivery": "counter", "return": "xem-lai",
        }  # fmt: skip
        wrong = client.post(link, {**data, "phone": "1"})
        assert wrong["Location"] == f"{base}buoc/applicant/?kiem-tra=het&return=xem-lai"
        assert "Lưu và trở về trang xem lại" in client.get(wrong["Location"]).content.decode()
        assert client.post(link, data)["Location"] == f"{base}xem-lai/"

    def test_missing_consent_leads_back_to_the_review_with_its_error(self, client: Client) -> None:
        draft, token = make_draft()
        base = enter(client, draft, token)
        answer = client.post(f"{base}xem-lai/", {"key": draft.idempotency_key, "consent_number": "1"})
        assert answer["Location"] == f"{base}xem-lai/?kiem-tra=het"
        page = client.get(answer["Location"]).content.decode()
        assert "Chưa đánh dấu đồng ý" in page or "đồng ý" in page
        assert 'role="alert"' in page
        assert 'role="alert"' not in client.get(f"{base}xem-lai/").content.decode()


class TestSharedDevice:
    def test_draft_on_a_shared_computer_ends_with_the_browser(self, client: Client, base: str) -> None:
        step = started(client, base, shared="on")
        assert cookie(client, base)["max-age"] == ""
        client.post(step, TYPED)
        assert cookie(client, base)["max-age"] == ""
        assert f"{base}roi-may/" in client.get(step).content.decode()

    def test_leaving_removes_the_draft_here_and_its_link_opens_it_elsewhere(
        self, client: Client, base: str
    ) -> None:
        step = started(client, base, shared="on")
        client.post(step, TYPED)
        page = client.get(f"{base}roi-may/").content.decode()
        link = re.search(r"http://testserver(/nop-ho-so/[\w./]+/tiep/[\w~:-]+/)", page)[1]
        answer = client.post(f"{base}roi-may/")
        assert answer["Clear-Site-Data"] == '"cache", "storage"'
        assert "Máy này không còn giữ thông tin của bạn" in client.get(answer["Location"]).content.decode()
        assert client.get(step).status_code == 404
        elsewhere = Client()
        assert elsewhere.post(link).status_code == 302
        assert "một trăm" in elsewhere.get(step).content.decode()
        assert cookie(elsewhere, base)["max-age"] == int(LIFETIME.total_seconds())

    def test_receipt_is_removed_from_the_device(self, client: Client) -> None:
        draft, token = make_draft()
        base = enter(client, draft, token)
        page = client.get(f"{base}xem-lai/").content.decode()
        data = {
            name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("key", "consent_number")
        }
        client.post(f"{base}xem-lai/", {**data, "consent": "on"})
        receipt = client.get(f"{base}da-nop/").content.decode()
        assert "data-lookup-key" in receipt
        assert f"{base}roi-may/" in receipt
        client.post(f"{base}roi-may/")
        assert client.get(f"{base}da-nop/").status_code == 404

    @pytest.mark.parametrize(("shared", "shown"), [(True, False), (False, True)])
    def test_receipt_on_a_shared_device_hides_the_key_after_fifteen_minutes(
        self, client: Client, shared: bool, shown: bool
    ) -> None:
        draft, token = make_draft()
        base = enter(client, draft, token)
        page = client.get(f"{base}xem-lai/").content.decode()
        data = {
            name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("key", "consent_number")
        }
        client.post(f"{base}xem-lai/", {**data, "consent": "on"})
        Draft.objects.update(on_shared_device=shared)
        limit = "15 phút" if shared else "1 giờ"
        assert f"chỉ hiện trong {limit}" in client.get(f"{base}da-nop/").content.decode()
        with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
            assert ("data-lookup-key" in client.get(f"{base}da-nop/").content.decode()) is shown
