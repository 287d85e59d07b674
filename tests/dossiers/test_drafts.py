"""A draft loses nothing that was typed: errors, back and forth, two tabs, another device; and it can be erased."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from core.errors import NotAllowed
from forms_app.dossiers import services
from forms_app.dossiers.models import Attachment, Dossier, Draft
from forms_app.dossiers.selectors.procedures import consent_in_force
from forms_app.dossiers.services import retention
from forms_app.dossiers.services.drafts import LIFETIME, MOST_TYPED
from tests.accounts.factories import AgencyFactory
from tests.dossiers.factories import enter, make_draft, make_form, make_version, picture

pytestmark = pytest.mark.django_db
SCHEMA: dict[str, Any] = {
    "steps": [
        {
            "id": "house",
            "title": "Căn nhà",
            "fields": [
                {"id": "area", "type": "number", "label": "Diện tích", "options": {"decimals": 1}},
                {"id": "built", "type": "date", "label": "Ngày xây"},
                {"id": "place", "type": "address", "label": "Nơi có nhà"},
                {"id": "kinds", "type": "many_choices", "label": "Loại", "choices": [
                    {"value": "brick", "label": "Nhà gạch"}, {"value": "wood", "label": "Nhà gỗ"},
                ]},
                {"id": "rented", "type": "yes_no", "label": "Cho thuê"},
                {"id": "note", "type": "long_text", "label": "Ghi chú", "required": False},
            ],
        },
        {"id": "rest", "title": "Còn lại", "fields": [{"id": "why", "type": "short_text", "label": "Lý do"}]},
    ],
}  # fmt: skip
APPLICANT = {
    "full_name": "Nguyễn Thị Thu Đông",
    "citizen_id": "096185001234",
    "phone": "0912345678",
    "email": "",
    "address_detail": "Ấp 1",
    "on_behalf_of": "",
    "result_delivery": "counter",
}
HALF = {
    "area": "một trăm",
    "built": "31/02/2020",
    "place_detail": "",
    "kinds": ["wood"],
    "rented": "no",
    "note": "dòng một\r\ndòng <hai>",
}
HOUSE = {**HALF, "area": "100,5", "built": "1/3/2020", "place_detail": "Số 5 đường Lê Lợi"}


class Visit:
    """One browser on the form of one procedure."""

    def __init__(self, client: Client, base: str) -> None:
        self.client, self.base = client, base

    def begin(self) -> Any:
        return self.client.post(self.base)

    def get(self, step: str) -> str:
        return self.client.get(f"{self.base}buoc/{step}/").content.decode()

    def send(self, step: str, data: dict[str, Any], **more: str) -> Any:
        return self.client.post(f"{self.base}buoc/{step}/", {**data, **more})


@pytest.fixture
def visit(client: Client) -> Visit:
    form = make_form(make_version(), AgencyFactory(), schema=SCHEMA)
    found = Visit(client, f"/nop-ho-so/{form.definition.procedure.core_code}/")
    assert found.begin().status_code == 302
    assert found.send("applicant", APPLICANT).status_code == 302
    return found


def value_of(html: str, name: str) -> str:
    tag = re.search(rf'<input[^>]* name="{name}"[^>]*>', html)
    assert tag, name
    found = re.search(r'value="([^"]*)"', tag[0])
    return found[1] if found else ""


def ticked(html: str, name: str) -> list[str]:
    tags = re.findall(rf'<input[^>]* name="{name}"[^>]*>', html)
    return [re.search(r'value="([^"]*)"', tag)[1] for tag in tags if " checked" in tag]


def assert_as_left(html: str) -> None:
    assert value_of(html, "area") == "một trăm"
    assert value_of(html, "built") == "31/02/2020"
    assert ticked(html, "kinds") == ["wood"]
    assert ticked(html, "rented") == ["no"]
    assert "dòng một\ndòng &lt;hai&gt;" in html.replace("\r", "")


class TestNothingIsLost:
    def test_on_the_page_with_the_errors(self, visit: Visit) -> None:
        answer = visit.send("house", HALF)
        assert answer.status_code == 422
        assert_as_left(answer.content.decode())
        assert "“một trăm” không phải số" in answer.content.decode()

    def test_after_leaving_and_coming_back_later_without_being_judged_again(self, visit: Visit) -> None:
        visit.send("house", HALF)
        html = visit.get("house")
        assert_as_left(html)
        assert "không phải số" not in html

    def test_on_the_way_back_and_forth(self, visit: Visit) -> None:
        back = visit.send("house", HALF, goto="applicant")
        assert back.status_code == 302
        assert back["Location"].endswith("/buoc/applicant/")
        assert 'value="Nguyễn Thị Thu Đông"' in visit.get("applicant")
        forth = visit.send("applicant", APPLICANT)
        assert forth["Location"].endswith("/buoc/house/")
        assert_as_left(visit.get("house"))

    def test_a_step_that_was_put_right_forgets_the_wrong_texts(self, visit: Visit) -> None:
        visit.send("house", HALF)
        assert "house" in Draft.objects.get().typed
        assert visit.send("house", HOUSE).status_code == 302
        draft = Draft.objects.get()
        assert draft.typed == {}
        assert (draft.answers["area"], draft.answers["built"]) == ("100.5", "2020-03-01")
        assert draft.answers["kinds"] == ["wood"]
        assert draft.answers["rented"] is False

    def test_a_right_answer_made_wrong_again_cannot_be_filed_with_the_old_one(self, visit: Visit) -> None:
        visit.send("house", HOUSE)
        visit.send("rest", {"why": "Sửa chữa"})
        assert 'name="consent"' in visit.client.get(f"{visit.base}xem-lai/").content.decode()
        visit.send("house", {**HOUSE, "area": "rộng"}, goto="applicant")
        review = visit.client.get(f"{visit.base}xem-lai/").content.decode()
        assert 'name="consent"' not in review
        assert "Còn thiếu" in review or "Căn nhà" in review
        assert value_of(visit.get("house"), "area") == "rộng"

    def test_the_way_back_needs_no_answer_at_all(self, visit: Visit) -> None:
        assert visit.send("house", {}, goto="applicant").status_code == 302
        assert "Điền “" not in visit.get("house")

    @pytest.mark.parametrize("goto", ["khong-co", "../../x", "", "\x00"])
    def test_an_unknown_place_to_go_is_no_place(self, visit: Visit, goto: str) -> None:
        assert visit.send("house", HALF, goto=goto).status_code == 422
        assert visit.send("house", HOUSE, goto=goto)["Location"].endswith("/buoc/rest/")

    def test_texts_of_other_inputs_and_endless_ones_are_not_kept(self, visit: Visit) -> None:
        visit.send(
            "house", {**HALF, "note": "x" * 50_000, "evil": "x", "full_name": "khác", "built": "a\x00b"}
        )
        typed = Draft.objects.get().typed["house"]
        assert set(typed) == {"area", "built", "place_detail", "kinds", "rented", "note"}
        assert len(typed["note"][0]) == MOST_TYPED
        assert typed["built"] == ["ab"]
        assert Draft.objects.get().answers["full_name"] == "Nguyễn Thị Thu Đông"

    def test_each_save_gives_thirty_more_days(self, visit: Visit) -> None:
        later = timezone.now() + timedelta(days=20)
        with time_machine.travel(later, tick=False):
            visit.send("house", HALF)
            assert Draft.objects.get().expires_at == later + LIFETIME

    def test_after_its_day_the_draft_is_gone(self, visit: Visit) -> None:
        with time_machine.travel(timezone.now() + LIFETIME + timedelta(minutes=1), tick=False):
            assert visit.client.get(f"{visit.base}buoc/house/").status_code == 404
            late = visit.send("house", HALF)
            assert late.status_code == 409
            assert "một trăm" in late.content.decode(), "what was typed too late is given back"
            assert visit.client.get(f"{visit.base}xoa/").status_code == 404


class TestTwoTabs:
    def test_beginning_again_goes_on_with_what_was_begun(self, visit: Visit) -> None:
        visit.send("house", HALF)
        again = visit.begin()
        assert again["Location"] == f"{visit.base}tiep/"
        assert Draft.objects.count() == 1
        assert visit.client.get(again["Location"])["Location"].endswith("/buoc/house/")
        assert_as_left(visit.get("house"))

    def test_the_start_page_offers_to_go_on_and_not_to_begin(self, visit: Visit) -> None:
        page = visit.client.get(visit.base).content.decode()
        assert "Bạn đã bắt đầu" in page
        assert f'href="{visit.base}tiep/"' in page
        assert ">Bắt đầu<" not in page
        assert ">Bắt đầu<" in Client().get(visit.base).content.decode()

    def test_different_steps_in_two_tabs_are_both_kept(self, visit: Visit) -> None:
        visit.send("rest", {"why": "Sửa chữa"})  # the second tab is ahead
        visit.send("house", HOUSE)
        draft = Draft.objects.get()
        assert draft.answers["why"] == "Sửa chữa"
        assert draft.answers["area"] == "100.5"
        assert set(draft.steps_done) == {"applicant", "house", "rest"}

    def test_a_step_sent_after_filing_changes_nothing_and_leads_to_the_receipt(self, client: Client) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        enter(client, draft, token)
        page = client.get(f"/nop-ho-so/{code}/xem-lai/").content.decode()
        data = {name: value_of(page, name) for name in ("key", "consent_number")}
        filed = client.post(f"/nop-ho-so/{code}/xem-lai/", {**data, "consent": "on"})
        assert filed["Location"] == f"/nop-ho-so/{code}/da-nop/"
        late = client.post(f"/nop-ho-so/{code}/buoc/child/", {"child_name": "Khác", "born": "1/1/2020"})
        assert late["Location"] == filed["Location"]
        assert Dossier.objects.get().answers["child_name"] == "Nguyễn Văn Mới"
        again = client.post(f"/nop-ho-so/{code}/xem-lai/", {**data, "consent": "on"})
        assert again["Location"] == filed["Location"]
        assert Dossier.objects.count() == 1

    def test_after_filing_the_same_browser_can_begin_another_one(self, client: Client) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        enter(client, draft, token)
        page = client.get(f"/nop-ho-so/{code}/xem-lai/").content.decode()
        data = {name: value_of(page, name) for name in ("key", "consent_number")}
        client.post(f"/nop-ho-so/{code}/xem-lai/", {**data, "consent": "on"})
        assert client.post(f"/nop-ho-so/{code}/")["Location"].endswith("/buoc/applicant/")
        assert Draft.objects.filter(dossier=None).count() == 1


class TestErasing:
    @pytest.fixture
    def drafted(self, client: Client) -> tuple[Client, Draft, str, str]:
        draft, token = make_draft()
        base = f"/nop-ho-so/{draft.procedure_version.procedure.core_code}/"
        enter(client, draft, token)
        return client, draft, base, token

    def test_says_what_goes_and_deletes_nothing_by_itself(self, drafted: Any) -> None:
        client, draft, base, _token = drafted
        page = client.get(f"{base}xoa/").content.decode()
        assert "1 tệp bị xóa ngay" in page
        assert "btn--danger" in page
        assert Draft.objects.get() == draft

    def test_deletes_answers_files_and_the_cookie(
        self, drafted: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        client, draft, base, token = drafted
        path = draft.attachments.get().path
        assert storages["private"].exists(path)
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(f"{base}xoa/")
        assert answer["Location"] == base
        assert not Draft.objects.exists()
        assert not Attachment.objects.exists()
        assert not storages["private"].exists(path)
        assert "Đã xóa bản nháp" in client.get(base).content.decode()
        assert client.get(f"{base}buoc/child/").status_code == 404
        enter(client, draft, token)
        assert "Bản nháp không còn ở máy này" in client.get(f"{base}buoc/child/").content.decode()

    def test_a_stranger_cannot(self, drafted: Any) -> None:
        _client, draft, base, token = drafted
        for stranger in (Client(), Client()):
            assert stranger.get(f"{base}xoa/").status_code == 404
            assert stranger.post(f"{base}xoa/").status_code == 404
        with pytest.raises(NotAllowed):
            services.erase_draft(token=f"{token}x")
        assert Draft.objects.get() == draft

    def test_a_filed_dossier_is_withdrawn_and_not_erased(self, drafted: Any) -> None:
        client, draft, base, token = drafted
        services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())
        for answer in (client.get(f"{base}xoa/"), client.post(f"{base}xoa/")):
            assert answer.status_code == 409
            assert "hồ sơ không xóa theo yêu cầu" in answer.content.decode()
        with pytest.raises(NotAllowed):
            services.erase_draft(token=token)
        assert Dossier.objects.get().attachments.count() == 1

    def test_an_expired_one_goes_by_itself_with_its_half_typed_texts(self) -> None:
        draft, token = make_draft()
        services.save_step(
            token=token, step_id="child", answers={}, complete=False, typed={"born": ["hôm kia"]}
        )
        assert retention.expire_drafts(now=timezone.now() + LIFETIME - timedelta(minutes=1)) == 0
        assert retention.expire_drafts(now=timezone.now() + LIFETIME + timedelta(minutes=1)) == 1
        assert not Draft.objects.filter(pk=draft.pk).exists()


class TestFilesOfADraft:
    @pytest.fixture
    def page(self, client: Client) -> tuple[Client, str]:
        form = make_form(make_version(), AgencyFactory())
        base = f"/nop-ho-so/{form.definition.procedure.core_code}/"
        client.post(base)
        client.post(f"{base}buoc/applicant/", APPLICANT)
        return client, f"{base}buoc/child/"

    def test_a_file_stays_when_the_answers_beside_it_are_wrong(self, page: Any) -> None:
        client, address = page
        wrong = client.post(
            address, {"child_name": "", "born": "31/2/2020", "proof": picture("khai-sinh.png")}
        )
        assert wrong.status_code == 422
        assert "khai-sinh.png" in wrong.content.decode()
        right = client.post(address, {"child_name": "Nguyễn Văn Mới", "born": "1/11/2026"})
        assert right.status_code == 302
        assert Attachment.objects.count() == 1

    def test_a_refused_file_does_not_take_the_answers_with_it(self, page: Any) -> None:
        client, address = page
        bad = picture("anh.exe")
        answer = client.post(address, {"child_name": "Nguyễn Văn Mới", "born": "1/11/2026", "proof": bad})
        html = answer.content.decode()
        assert answer.status_code == 422
        assert "Không nhận được" in html
        assert value_of(html, "child_name") == "Nguyễn Văn Mới"
        assert Draft.objects.get().answers["child_name"] == "Nguyễn Văn Mới"

    def test_a_refused_file_keeps_the_person_on_the_page_even_on_the_way_back(self, page: Any) -> None:
        client, address = page
        answer = client.post(address, {"proof": picture("anh.exe"), "goto": "applicant"})
        assert answer.status_code == 422
        assert "Không nhận được" in answer.content.decode()

    @pytest.mark.parametrize("pk", ["²", "-1", "9" * 40, "x", "1 OR 1=1", ""])
    def test_removing_rubbish_removes_nothing(self, page: Any, pk: str) -> None:
        client, address = page
        client.post(address, {"proof": picture(), "upload": "proof"})
        assert client.post(address, {"remove": pk}).status_code in {200, 422}
        assert Attachment.objects.count() == 1

    def test_removing_and_sending_again_in_one_go(self, page: Any) -> None:
        client, address = page
        client.post(address, {"proof": picture("mo.png"), "upload": "proof"})
        old = Attachment.objects.get()
        client.post(address, {"remove": str(old.pk), "proof": picture("ro.png")})
        assert [item.original_name for item in Attachment.objects.all()] == ["ro.png"]

    def test_an_upload_that_breaks_off_stores_nothing(self, page: Any) -> None:
        client, address = page
        body = (
            b'--XX\r\nContent-Disposition: form-data; name="proof"; filename="anh.png"\r\n'
            b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n"
        )
        answer = client.post(address, body, content_type="multipart/form-data; boundary=XX")
        assert answer.status_code in {400, 422}
        assert not Attachment.objects.exists()
        left = [path for path in Path(storages["private"].location).rglob("*.png") if path.is_file()]
        assert not [path for path in left if path.read_bytes() == body[-8:]]
