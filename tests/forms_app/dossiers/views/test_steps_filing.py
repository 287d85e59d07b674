"""Submission without JavaScript, and the receipt page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier, Draft
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.services import retention
from tests.accounts.factories import AgencyFactory
from tests.forms_app.dossiers.factories import (
    at,
    enter,
    make_draft,
    make_form,
    make_version,
    officer_of,
    picture,
)

pytestmark = pytest.mark.django_db

APPLICANT = {
    "full_name": "Nguyễn Thị Thu Đông",
    "identity_number": "096 185 001 234",
    "phone": "+84 912 345 678",
    "email": "dong@example.vn",
    "address_detail": "Ấp 1, xã Tân Thành",
    "on_behalf_of": "",
    "result_delivery": "electronic",
}


@pytest.fixture
def base() -> str:
    form = make_form(make_version(), AgencyFactory(code="H12.46.18"))
    return f"/nop-ho-so/{form.definition.procedure.core_code}/"


def field(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no hidden field {name}"
    return found[1]


def go_to_review(client: Client, base: str) -> str:
    """Start, answer both steps, and return the HTML of the review."""
    started = client.post(base)
    assert started.status_code == 302
    first = client.post(started["Location"], APPLICANT)
    assert first.status_code == 302, first.content.decode()
    child = {"child_name": "Nguyễn Văn Mới", "born": "1.11.2026", "proof": picture("giay-chung-sinh.png")}
    second = client.post(first["Location"], child)
    assert second.status_code == 302, second.content.decode()
    assert second["Location"] == f"{base}xem-lai/"
    return client.get(second["Location"]).content.decode()


def test_citizen_submits_and_tracks_a_dossier(
    client: Client, base: str, django_capture_on_commit_callbacks
) -> None:
    review = go_to_review(client, base)
    assert "Nguyễn Thị Thu Đông" in review
    assert "01/11/2026" in review
    assert "giay-chung-sinh.png" in review
    data = {"key": field(review, "key"), "consent_number": field(review, "consent_number"), "consent": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        filed = client.post(f"{base}xem-lai/", data)
    assert filed.status_code == 302
    receipt = client.get(filed["Location"]).content.decode()
    dossier = Dossier.objects.get()
    assert re.fullmatch(r"H12\.46\.18-\d{6}-0001", dossier.code)
    assert dossier.code in receipt
    secret = re.search(r"data-lookup-key>([^<]+)<", receipt)[1]
    link = re.search(r"/ho-so/[^/\"]+/", receipt)[0]

    mine = client.get(link).content.decode()
    assert "Đã nộp" in mine
    assert dossier.code in mine
    paper = client.get(re.search(r'href="([^"]+\.pdf)"', mine)[1])
    assert paper.content.startswith(b"%PDF-")

    found = Client().post(
        "/tra-cuu/", {"code": dossier.code.lower(), "lookup_key": f"{secret[:4]} {secret[4:].lower()}"}
    )
    assert found.status_code == 302
    assert Client().get(found["Location"]).status_code == 200

    (letter,) = mail.outbox
    assert letter.to == ["dong@example.vn"]
    assert dossier.code in letter.subject
    assert secret in letter.body
    assert link in letter.body


def test_answers_are_kept_after_an_error(client: Client, base: str) -> None:
    step = client.post(base)["Location"]
    html = client.post(step, {**APPLICANT, "identity_number": "09618500123"}, follow=True).content.decode()
    assert "Số căn cước phải có đủ 12 chữ số. Bạn đã nhập 11." in html
    assert 'value="09618500123"' in html
    assert 'value="Nguyễn Thị Thu Đông"' in html
    assert Draft.objects.get().answers["full_name"] == "Nguyễn Thị Thu Đông"


@pytest.mark.parametrize(("minutes", "shown"), [(59, True), (61, False)])
def test_receipt_shows_lookup_key_and_private_link_for_one_hour(minutes: int, shown: bool) -> None:
    """Even if the clean-up has not wiped the seed yet."""
    with time_machine.travel(at("2026-11-23 09:00"), tick=False) as clock:
        draft, token = make_draft()
        receipt = services.submit(
            token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force()
        )
        address = f"{enter(client := Client(), draft, token)}da-nop/"
        clock.shift(timedelta(minutes=minutes))
        page = client.get(address).content.decode()
    assert Dossier.objects.get().secret_seed
    assert receipt.code in page
    assert [receipt.lookup_key in page, receipt.token in page] == [shown, shown]


def test_receipt_has_no_lookup_key_after_the_seed_is_wiped() -> None:
    draft, token = make_draft()
    receipt = services.submit(
        token=token, idempotency_key=draft.idempotency_key,
        consent=consent_in_force(),
    )  # fmt: skip
    client, code = Client(), draft.procedure_version.procedure.core_code
    enter(client, draft, token)
    assert receipt.lookup_key in client.get(f"/nop-ho-so/{code}/da-nop/").content.decode()
    Dossier.objects.filter(pk=receipt.dossier.pk).update(secret_seed="")
    after = client.get(f"/nop-ho-so/{code}/da-nop/").content.decode()
    assert receipt.lookup_key not in after
    assert receipt.code in after
    assert retention.wipe_secret_seeds() == 0


class TestReceiptLater:
    """The receipt page reflects the dossier as long as it stays in the browser that filed it."""

    @pytest.fixture
    def filed(self) -> tuple[Client, str, services.FilingReceipt]:
        draft, token = make_draft(email="thu@example.vn")
        receipt = services.submit(
            token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force()
        )
        client = Client()
        return client, f"{enter(client, draft, token)}da-nop/", receipt

    def test_withdrawn_dossier_is_not_called_submitted(self, filed: Any) -> None:
        client, address, receipt = filed
        assert "Cơ quan kiểm tra hồ sơ" in client.get(address).content.decode()
        services.withdraw(dossier=receipt.dossier, expected_version=1, reason="Nộp nhầm nơi")
        page = client.get(address).content.decode()
        assert "Bạn đã rút hồ sơ này" in page
        assert "Bạn đã nộp hồ sơ" not in page
        assert "Cơ quan kiểm tra hồ sơ" not in page

    def test_replaced_key_is_shown_as_no_longer_valid(self, filed: Any) -> None:
        client, address, receipt = filed
        services.replace_secrets(dossier_id=receipt.dossier.pk, actor=officer_of(receipt.dossier), data={})
        page = client.get(address).content.decode()
        assert "đã được cấp mã tra cứu mới" in page
        assert "Mã tra cứu có trên biên nhận" not in page

    @pytest.mark.parametrize("email", ["thu@example.vn", ""])
    def test_email_is_mentioned_only_if_one_was_given(self, filed: Any, email: str) -> None:
        client, address, receipt = filed
        Dossier.objects.filter(pk=receipt.dossier.pk).update(secret_seed="", email=email)
        page = client.get(address).content.decode()
        assert "Mã tra cứu có trên biên nhận" in page
        assert ("và trong thư điện tử" in page) == bool(email)


def test_language_in_which_a_dossier_is_submitted_is_kept_for_its_mails(client: Client) -> None:
    draft, token = make_draft()
    address = f"/en{enter(client, draft, token)}xem-lai/"
    review = client.get(address).content.decode()
    data = {"key": field(review, "key"), "consent_number": field(review, "consent_number"), "consent": "on"}
    assert client.post(address, data).status_code == 302
    assert Dossier.objects.get().language == "en"
