"""A lost key is replaced by mail if the address was confirmed; the receipt has everything that is needed."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from core.outbox import deliver_due
from forms_app.dossiers import credentials, services
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.selectors.retention import retention_period
from tests.forms_app.dossiers.factories import enter, file_dossier, make_draft, officer_of

pytestmark = pytest.mark.django_db
SENT = "Kiểm tra hộp thư"


def link_in(body: str, part: str) -> str:
    found = re.search(rf"http://localhost:8000(/tra-cuu/{part}/\S+)", body)
    assert found, body
    return found[1]


def confirm(receipt: services.FilingReceipt) -> None:
    deliver_due()
    answer = Client().post(link_in(mail.outbox[-1].body, "xac-nhan-thu"))
    assert answer.status_code == 200
    mail.outbox.clear()


def ask(receipt: services.FilingReceipt, **typed: str) -> Any:
    data = {"code": receipt.code, "email": receipt.dossier.email, **typed}
    answer = Client().post("/tra-cuu/mat-ma/", data, follow=True)
    deliver_due()
    return answer


def opens(receipt: services.FilingReceipt) -> tuple[bool, bool]:
    """Return whether the link and the key of ``receipt`` open the dossier."""
    by_key = Client().post("/tra-cuu/", {"code": receipt.code, "lookup_key": receipt.lookup_key})
    return Client().get(f"/ho-so/{receipt.token}/").status_code == 200, by_key.status_code == 302


class TestByMail:
    def test_confirmed_address_gets_a_link_and_with_it_a_new_key(self) -> None:
        receipt = file_dossier()
        confirm(receipt)
        assert SENT in ask(receipt, code=receipt.code.lower()).content.decode()
        (letter,) = mail.outbox
        assert letter.to == [receipt.dossier.email]
        link = link_in(letter.body, "cap-lai")
        client = Client()
        assert client.get(link).status_code == 200
        assert opens(receipt) == (True, True), "looking at the link changes nothing"
        page = client.post(link, follow=True)
        html = page.content.decode()
        key = re.search(r"data-lookup-key>([^<]+)<", html)[1]
        token = re.search(r"/ho-so/([\w-]+)/ma-tra-cuu", html)[1]
        assert opens(receipt) == (False, False)
        assert opens(services.FilingReceipt(receipt.dossier, receipt.code, key, token)) == (True, True)
        deliver_due()
        told = mail.outbox[-1]
        assert "đã cấp mã tra cứu mới" in told.subject
        assert "qua đường dẫn gửi đến địa chỉ thư này" in told.body
        assert key not in told.body
        assert token not in told.body
        assert Dossier.objects.get().events.get(action="replace_key").data == {"by": "mail"}

    def test_link_works_once(self) -> None:
        receipt = file_dossier()
        confirm(receipt)
        ask(receipt)
        link = link_in(mail.outbox[-1].body, "cap-lai")
        assert Client().post(link).status_code == 302
        for answer in (Client().get(link), Client().post(link)):
            assert answer.status_code == 410
            assert "Đường dẫn không còn hiệu lực" in answer.content.decode()
        assert Dossier.objects.get().events.filter(action="replace_key").count() == 1

    def test_link_works_for_two_hours(self) -> None:
        receipt = file_dossier()
        confirm(receipt)
        ask(receipt)
        link = link_in(mail.outbox[-1].body, "cap-lai")
        with time_machine.travel(timezone.now() + timedelta(hours=2, seconds=1), tick=False):
            assert Client().post(link).status_code == 410
        assert opens(receipt) == (True, True)

    @pytest.mark.parametrize(
        "typed", [{"email": "khac@example.vn"}, {"code": "H12.99-260101-0001"}], ids=["address", "code"]
    )
    def test_response_does_not_reveal_whether_code_and_address_match(self, typed: dict[str, str]) -> None:
        receipt = file_dossier()
        confirm(receipt)
        assert SENT in ask(receipt, **typed).content.decode()
        assert not mail.outbox

    def test_unconfirmed_address_gets_no_link(self) -> None:
        receipt = file_dossier()
        deliver_due()
        mail.outbox.clear()
        assert SENT in ask(receipt).content.decode()
        assert not mail.outbox

    def test_second_request_sends_no_second_mail_while_the_link_is_open(self) -> None:
        receipt = file_dossier()
        confirm(receipt)
        ask(receipt)
        ask(receipt)
        assert len(mail.outbox) == 1
        with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
            ask(receipt)
        assert len(mail.outbox) == 2

    def test_requests_of_one_network_are_limited(self) -> None:
        data = {"code": "H12.1-260101-0001", "email": "a@example.vn"}
        answers = [Client().post("/tra-cuu/mat-ma/", data) for _n in range(11)]
        assert [answer.status_code for answer in answers] == [302] * 10 + [429]
        assert re.search(r"Thử lại sau \d+ phút", answers[-1].content.decode())

    def test_incomplete_request_names_what_is_missing(self) -> None:
        answer = Client().post("/tra-cuu/mat-ma/", {"code": "", "email": "không phải thư"})
        assert answer.status_code == 422
        assert "Nhập mã hồ sơ." in answer.content.decode()

    @pytest.mark.parametrize("part", ["cap-lai", "xac-nhan-thu"])
    def test_forged_link_is_a_404(self, part: str) -> None:
        for answer in (Client().get(f"/tra-cuu/{part}/x/"), Client().post(f"/tra-cuu/{part}/x/")):
            assert answer.status_code == 404

    def test_link_for_one_purpose_is_not_valid_for_the_other(self) -> None:
        file_dossier()
        deliver_due()
        link = link_in(mail.outbox[-1].body, "xac-nhan-thu").replace("xac-nhan-thu", "cap-lai")
        assert Client().post(link).status_code == 404


class TestConfirmation:
    def test_the_button_confirms_but_opening_the_link_does_not(self) -> None:
        receipt = file_dossier()
        deliver_due()
        link = link_in(mail.outbox[-1].body, "xac-nhan-thu")
        assert Client().get(link).status_code == 200
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.email_confirmed_at is None
        assert Client().post(link).status_code == 200
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.email_confirmed_at is not None
        assert Client().post(link).status_code == 410

    def test_only_the_first_mail_asks_for_confirmation(self) -> None:
        receipt = file_dossier()
        deliver_due()
        services.apply_action(
            dossier_id=receipt.dossier.pk,
            expected_version=1,
            action="accept",
            actor=officer_of(receipt.dossier),
        )
        deliver_due()
        assert ["/xac-nhan-thu/" in letter.body for letter in mail.outbox] == [True, False]


class TestKeyPage:
    def test_private_link_shows_the_key_for_an_hour_and_a_visit_never_does(self) -> None:
        receipt = file_dossier()
        for ending in ("ma-tra-cuu/", "ma-tra-cuu.pdf"):
            visit = Client().get(f"/ho-so/{credentials.visit_token(receipt.dossier)}/{ending}")
            assert visit.status_code in {302, 404}
        page = Client().get(f"/ho-so/{receipt.token}/ma-tra-cuu/")
        assert receipt.lookup_key in page.content.decode()
        assert Client().get(f"/ho-so/{receipt.token}/ma-tra-cuu.pdf").content.startswith(b"%PDF-")
        with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
            late = Client().get(f"/ho-so/{receipt.token}/ma-tra-cuu/")
            assert late["Location"] == f"/ho-so/{receipt.token}/"
            assert Client().get(f"/ho-so/{receipt.token}/ma-tra-cuu.pdf").status_code == 404


class TestReceiptOnPaper:
    def text(self, receipt: services.FilingReceipt, token: str = "") -> str:
        content = Client().get(f"/ho-so/{token or receipt.token}/giay/mau-01.pdf").content
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)

    def test_receipt_saved_within_the_hour_has_the_key(self) -> None:
        receipt = file_dossier()
        text = self.text(receipt)
        assert receipt.lookup_key in text
        assert "GIỮ KÍN" in text
        officer = officer_of(receipt.dossier)
        services.apply_action(
            dossier_id=receipt.dossier.pk, expected_version=1, action="accept", actor=officer
        )
        assert receipt.lookup_key in self.text(receipt), "accepted within the hour"

    def test_receipt_saved_later_has_the_link_until_it_is_form_01(self) -> None:
        receipt = file_dossier(now=timezone.now() - timedelta(hours=2))
        text = self.text(receipt)
        assert receipt.lookup_key not in text
        assert "GIỮ KÍN" in text
        officer = officer_of(receipt.dossier)
        services.apply_action(
            dossier_id=receipt.dossier.pk, expected_version=1, action="accept", actor=officer
        )
        assert "GIỮ KÍN" not in self.text(receipt)

    def test_receipt_of_a_visit_and_of_the_desk_has_no_slip(self) -> None:
        receipt = file_dossier()
        visit = credentials.visit_token(receipt.dossier)
        assert "GIỮ KÍN" not in self.text(receipt, visit)
        desk = Client()
        desk.force_login(officer_of(receipt.dossier))
        paper = desk.get(f"/mot-cua/ho-so/{receipt.code}/giay/mau-01.pdf").content
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
        assert receipt.lookup_key not in text
        assert "GIỮ KÍN" not in text


class TestReplaced:
    def test_browser_that_filed_does_not_see_the_key_issued_at_the_desk(self) -> None:
        draft, token = make_draft()
        client = Client()
        base = enter(client, draft, token)
        receipt = services.submit(
            token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force()
        )
        services.replace_secrets(
            dossier_id=receipt.dossier.pk, actor=officer_of(receipt.dossier), data={"by": "desk"}
        )
        page = client.get(f"{base}da-nop/").content.decode()
        assert "data-lookup-key" not in page
        assert "/ho-so/" not in page
        deliver_due()
        assert not [letter for letter in mail.outbox if "/ho-so/" in letter.body]

    def test_replacement_changes_neither_status_nor_retention(self) -> None:
        receipt = file_dossier()
        dossier = receipt.dossier
        with time_machine.travel(timezone.now() - timedelta(days=400), tick=False):
            services.withdraw(dossier=dossier, expected_version=1, reason="Nộp nhầm")
        dossier.refresh_from_db()
        before = (retention_period(dossier), dossier.status)
        services.replace_secrets(dossier_id=dossier.pk, actor=officer_of(dossier), data={"by": "desk"})
        dossier.refresh_from_db()
        assert (retention_period(dossier), dossier.status) == before

    def test_reason_given_by_the_agency_stays_on_the_page(self) -> None:
        receipt = file_dossier()
        officer = officer_of(receipt.dossier)
        services.apply_action(
            dossier_id=receipt.dossier.pk,
            expected_version=1,
            action="decline",
            actor=officer,
            reason="Sai nơi nộp",
        )
        services.replace_secrets(dossier_id=receipt.dossier.pk, actor=officer, data={"by": "desk"})
        token = services.recently_issued_secrets(Dossier.objects.get()).token
        page = Client().get(f"/ho-so/{token}/").content.decode()
        assert "Lý do: Sai nơi nộp" in page
        assert "Đã cấp lại mã tra cứu" in page
