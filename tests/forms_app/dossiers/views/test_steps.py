"""Drafts keep all input: after errors, when going back, in two tabs."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from core import encryption
from forms_app.dossiers.models import Attachment, Dossier, Draft
from forms_app.dossiers.services.drafts import LIFETIME, MAX_TYPED_LENGTH
from tests.accounts.factories import AgencyFactory
from tests.core.foreign_files.test_process import scans
from tests.forms_app.dossiers.factories import (
    enter,
    file_dossier,
    make_draft,
    make_form,
    make_version,
    picture,
)

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
    "identity_number": "096185001234",
    "phone": "0912345678",
    "email": "",
    "address_detail": "Ấp 1",
    "on_behalf_of": "",
    "result_delivery": "counter",
}
INCOMPLETE = {
    "area": "một trăm",
    "built": "31/02/2020",
    "place_detail": "",
    "kinds": ["wood"],
    "rented": "no",
    "note": "dòng một\r\ndòng <hai>",
}
HOUSE = {**INCOMPLETE, "area": "100,5", "built": "1/3/2020", "place_detail": "Số 5 đường Lê Lợi"}


class Visit:
    """A client that fills in the form of a procedure."""

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


@pytest.mark.parametrize(("values", "error"), [
    ({"on_behalf_of": "x"}, "“x”"), ({"identity_number": "09618500123a"}, "“09618500123a”"),
])  # fmt: skip
def test_error_quotes_what_was_typed(visit: Visit, values: dict[str, str], error: str) -> None:
    sent = visit.send("applicant", {**APPLICANT, **values}, next="1")
    assert error in visit.client.get(sent["Location"]).content.decode()


@pytest.mark.parametrize("step", [APPLICANT, {**APPLICANT, "phone": "12"}])
def test_stolen_encrypted_value_is_shown_as_it_was_typed(visit: Visit, step: dict[str, Any]) -> None:
    stolen = encryption.encrypt("096185009999")
    visit.send("applicant", {**step, "on_behalf_of": stolen})
    shown = visit.get("applicant")
    assert "096185009999" not in shown
    assert stolen[:60] in shown


def value_of(html: str, name: str) -> str:
    tag = re.search(rf'<input[^>]* name="{name}"[^>]*>', html)
    assert tag, name
    found = re.search(r'value="([^"]*)"', tag[0])
    return found[1] if found else ""


def checked_values(html: str, name: str) -> list[str]:
    tags = re.findall(rf'<input[^>]* name="{name}"[^>]*>', html)
    return [re.search(r'value="([^"]*)"', tag)[1] for tag in tags if " checked" in tag]


def assert_input_kept(html: str) -> None:
    assert value_of(html, "area") == "một trăm"
    assert value_of(html, "built") == "31/02/2020"
    assert checked_values(html, "kinds") == ["wood"]
    assert checked_values(html, "rented") == ["no"]
    assert "dòng một\ndòng &lt;hai&gt;" in html.replace("\r", "")


class TestInputIsKept:
    def test_page_with_errors_shows_everything_typed(self, visit: Visit) -> None:
        answer = visit.send("house", INCOMPLETE)
        assert answer["Location"] == f"{visit.base}buoc/house/?kiem-tra=het"
        page = visit.client.get(answer["Location"]).content.decode()
        assert_input_kept(page)
        assert "“một trăm” không phải số" in page

    def test_typed_texts_are_shown_again_later_without_errors(self, visit: Visit) -> None:
        visit.send("house", INCOMPLETE)
        html = visit.get("house")
        assert_input_kept(html)
        assert "không phải số" not in html

    def test_going_back_and_forth_keeps_everything_typed(self, visit: Visit) -> None:
        back = visit.send("house", INCOMPLETE, goto="applicant")
        assert back.status_code == 302
        assert back["Location"].endswith("/buoc/applicant/")
        assert 'value="Nguyễn Thị Thu Đông"' in visit.get("applicant")
        forth = visit.send("applicant", APPLICANT)
        assert forth["Location"].endswith("/buoc/house/")
        assert_input_kept(visit.get("house"))

    def test_corrected_step_discards_the_invalid_texts(self, visit: Visit) -> None:
        visit.send("house", INCOMPLETE)
        assert "house" in Draft.objects.get().typed
        assert visit.send("house", HOUSE).status_code == 302
        draft = Draft.objects.get()
        assert draft.typed == {}
        assert (draft.answers["area"], draft.answers["built"]) == ("100.5", "2020-03-01")
        assert draft.answers["kinds"] == ["wood"]
        assert draft.answers["rented"] is False

    def test_invalid_change_of_a_valid_answer_prevents_submission(self, visit: Visit) -> None:
        visit.send("house", HOUSE)
        visit.send("rest", {"why": "Sửa chữa"})
        assert 'name="consent"' in visit.client.get(f"{visit.base}xem-lai/").content.decode()
        visit.send("house", {**HOUSE, "area": "rộng"}, goto="applicant")
        review = visit.client.get(f"{visit.base}xem-lai/").content.decode()
        assert 'name="consent"' not in review
        assert "Còn thiếu" in review
        assert "Căn nhà" in review
        assert value_of(visit.get("house"), "area") == "rộng"

    def test_going_back_needs_no_answers(self, visit: Visit) -> None:
        assert visit.send("house", {}, goto="applicant").status_code == 302
        assert "Điền “" not in visit.get("house")

    @pytest.mark.parametrize("goto", ["khong-co", "../../x", "", "\x00"])
    def test_unknown_goto_is_ignored(self, visit: Visit, goto: str) -> None:
        assert visit.send("house", INCOMPLETE, goto=goto)["Location"].endswith("?kiem-tra=het")
        assert visit.send("house", HOUSE, goto=goto)["Location"].endswith("/buoc/rest/")

    def test_texts_of_other_inputs_and_overlong_texts_are_not_stored(self, visit: Visit) -> None:
        visit.send(
            "house", {**INCOMPLETE, "note": "x" * 50_000, "evil": "x", "full_name": "khác", "built": "a\x00b"}
        )
        typed = Draft.objects.get().typed["house"]
        assert set(typed) == {"area", "built", "place_detail", "kinds", "rented", "note"}
        assert len(typed["note"][0]) == MAX_TYPED_LENGTH
        assert typed["built"] == ["ab"]
        assert Draft.objects.get().answers["full_name"] == "Nguyễn Thị Thu Đông"

    def test_each_save_gives_thirty_more_days(self, visit: Visit) -> None:
        later = timezone.now() + timedelta(days=20)
        with time_machine.travel(later, tick=False):
            visit.send("house", INCOMPLETE)
            assert Draft.objects.get().expires_at == later + LIFETIME

    def test_expired_draft_is_not_found(self, visit: Visit) -> None:
        with time_machine.travel(timezone.now() + LIFETIME + timedelta(minutes=1), tick=False):
            assert visit.client.get(f"{visit.base}buoc/house/").status_code == 404
            late = visit.send("house", INCOMPLETE)
            assert late.status_code == 409
            assert "một trăm" in late.content.decode(), "late input is shown again"
            assert visit.client.get(f"{visit.base}xoa/").status_code == 404


class TestTwoTabs:
    def test_starting_again_continues_the_existing_draft(self, visit: Visit) -> None:
        visit.send("house", INCOMPLETE)
        again = visit.begin()
        assert again["Location"] == f"{visit.base}tiep/"
        assert Draft.objects.count() == 1
        assert visit.client.get(again["Location"])["Location"].endswith("/buoc/house/")
        assert_input_kept(visit.get("house"))

    def test_start_page_offers_to_continue_an_existing_draft(self, visit: Visit) -> None:
        page = visit.client.get(visit.base).content.decode()
        assert "Bạn đã bắt đầu" in page
        assert f'href="{visit.base}tiep/"' in page
        assert ">Bắt đầu<" not in page
        assert ">Bắt đầu<" in Client().get(visit.base).content.decode()

    def test_different_steps_in_two_tabs_are_both_kept(self, visit: Visit) -> None:
        visit.send("rest", {"why": "Sửa chữa"})  # from the second tab
        visit.send("house", HOUSE)
        draft = Draft.objects.get()
        assert draft.answers["why"] == "Sửa chữa"
        assert draft.answers["area"] == "100.5"
        assert set(draft.steps_done) == {"applicant", "house", "rest"}

    def test_step_sent_after_submission_changes_nothing_and_redirects_to_the_receipt(
        self, client: Client
    ) -> None:
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

    def test_same_browser_can_start_another_draft_after_submission(self, client: Client) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        enter(client, draft, token)
        page = client.get(f"/nop-ho-so/{code}/xem-lai/").content.decode()
        data = {name: value_of(page, name) for name in ("key", "consent_number")}
        client.post(f"/nop-ho-so/{code}/xem-lai/", {**data, "consent": "on"})
        assert client.post(f"/nop-ho-so/{code}/")["Location"].endswith("/buoc/applicant/")
        assert Draft.objects.filter(dossier=None).count() == 1


class TestFiles:
    @pytest.fixture
    def page(self, client: Client) -> tuple[Client, str]:
        form = make_form(make_version(), AgencyFactory())
        base = f"/nop-ho-so/{form.definition.procedure.core_code}/"
        client.post(base)
        client.post(f"{base}buoc/applicant/", APPLICANT)
        return client, f"{base}buoc/child/"

    def test_file_is_stored_although_other_answers_are_invalid(self, page: Any) -> None:
        client, address = page
        wrong = client.post(
            address, {"child_name": "", "born": "31/2/2020", "proof": picture("khai-sinh.png")}, follow=True
        )
        assert wrong.redirect_chain == [(f"{address}?kiem-tra=het", 302)]
        assert "khai-sinh.png" in wrong.content.decode()
        right = client.post(address, {"child_name": "Nguyễn Văn Mới", "born": "1/11/2026"})
        assert right.status_code == 302
        assert Attachment.objects.count() == 1

    def test_rejected_file_keeps_the_other_answers(self, page: Any) -> None:
        client, address = page
        bad = picture("anh.exe")
        data = {"child_name": "Nguyễn Văn Mới", "born": "1/11/2026", "proof": bad}
        html = client.post(address, data, follow=True).content.decode()
        assert "Cổng không nhận loại tệp" in html
        assert "Chọn tệp cho" not in html, "one message for one file"
        assert value_of(html, "child_name") == "Nguyễn Văn Mới"
        assert Draft.objects.get().answers["child_name"] == "Nguyễn Văn Mới"

    def test_same_file_under_another_name_is_not_lost_without_a_word(self, page: Any) -> None:
        client, address = page
        content, said = picture("to khai.png").read(), "“ban-sao.png” có nội dung giống hệt “to khai.png”"

        def send(*names: str) -> str:
            files = [SimpleUploadedFile(name, content) for name in names]
            return client.post(address, {"proof": files, "upload": "proof"}, follow=True).content.decode()

        assert said in send("to khai.png", "ban-sao.png")
        assert Attachment.objects.count() == 1
        assert "giống hệt" not in send("to khai.png"), "a page that is sent again repeats the same file"

    def test_rejected_file_keeps_the_page_even_when_going_back(self, page: Any) -> None:
        client, address = page
        answer = client.post(address, {"proof": picture("anh.exe"), "goto": "applicant"}, follow=True)
        assert answer.redirect_chain[0][0].startswith(address)
        assert "Cổng không nhận loại tệp" in answer.content.decode()

    @pytest.mark.usefixtures("inspecting_process")
    def test_file_made_to_exhaust_its_reader_is_refused_and_the_rest_kept(self, page: Any) -> None:
        client, address = page
        bomb = SimpleUploadedFile("anh.jpg", scans(400), "image/jpeg")
        data = {"child_name": "Nguyễn Văn Mới", "born": "1/11/2026", "proof": bomb}
        html = client.post(address, data, follow=True).content.decode()
        assert "quá phức tạp" in html
        assert value_of(html, "child_name") == "Nguyễn Văn Mới"
        assert not Attachment.objects.exists()

    @pytest.mark.parametrize("pk", ["²", "-1", "9" * 40, "x", "1 OR 1=1", ""])
    def test_malformed_id_removes_no_file(self, page: Any, pk: str) -> None:
        client, address = page
        client.post(address, {"proof": picture(), "upload": "proof"})
        assert client.post(address, {"remove": pk}).status_code == 302
        assert Attachment.objects.count() == 1

    def test_file_of_another_draft_or_dossier_cannot_be_removed(self, page: Any) -> None:
        client, address = page
        others = [make_draft()[0].attachments.get(), file_dossier().dossier.attachments.get()]
        for other in others:
            assert client.post(address, {"remove": str(other.pk)}).status_code == 302
        assert list(Attachment.objects.order_by("pk")) == others

    def test_file_can_be_replaced_in_one_request(self, page: Any) -> None:
        client, address = page
        client.post(address, {"proof": picture("mo.png"), "upload": "proof"})
        old = Attachment.objects.get()
        client.post(address, {"remove": str(old.pk), "proof": picture("ro.png")})
        assert [item.original_name for item in Attachment.objects.all()] == ["ro.png"]

    def test_interrupted_upload_stores_nothing(self, page: Any) -> None:
        client, address = page
        body = (
            b'--XX\r\nContent-Disposition: form-data; name="proof"; filename="anh.png"\r\n'
            b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n"
        )
        answer = client.post(address, body, content_type="multipart/form-data; boundary=XX")
        assert answer.status_code == 302
        assert not Attachment.objects.exists()
        left = [path for path in Path(storages["private"].location).rglob("*.png") if path.is_file()]
        assert not [path for path in left if path.read_bytes() == body[-8:]]
