"""A draft handed over by its link: it moves to who opens it, once; what they add is not readable where it came from."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.errors import NotAllowed
from forms_app.dossiers import access, services
from forms_app.dossiers.models import Draft
from forms_app.dossiers.selectors.procedures import consent_in_force
from forms_app.dossiers.services.drafts import LIFETIME
from tests.dossiers.factories import enter, make_draft, make_form, picture

pytestmark = pytest.mark.django_db
GONE = "Bản nháp không còn ở máy này"
OVER = "Đường dẫn này không còn dùng được"
SECRET = "Phạm Văn Người Nhận"


class Sender:
    """The browser that begins: on the page of one step it finds the link."""

    def __init__(self) -> None:
        self.client = Client()
        self.draft, token = make_draft()
        self.base = enter(self.client, self.draft, token)

    @property
    def step(self) -> str:
        return f"{self.base}buoc/child/"

    def link(self) -> str:
        page = self.client.get(self.step).content.decode()
        return re.search(r'value="http://testserver(/nop-ho-so/[^"]+/tiep/[^"]+)"', page)[1]

    def hand_over(self) -> Client:
        """Somebody else opens the link and presses the button."""
        other, link = Client(), self.link()
        answer = other.post(link)
        assert answer["Location"] == f"{self.base}tiep/"
        return other


@pytest.fixture
def sender() -> Sender:
    return Sender()


class TestTaking:
    def test_what_was_filled_in_comes_along_typed_rubbish_and_files_too(self, sender: Sender) -> None:
        sender.client.post(sender.step, {"child_name": "Bé Na", "born": "hôm kia"})
        other = sender.hand_over()
        page = other.get(other.get(f"{sender.base}tiep/")["Location"]).content.decode()
        for kept in ("Bé Na", "hôm kia", "anh.png"):
            assert kept in page

    def test_opening_the_link_moves_nothing(self, sender: Sender) -> None:
        """A messenger reads links to show a picture of them."""
        link = sender.link()
        for _time in range(3):
            page = Client().get(link).content.decode()
            assert "Làm tiếp ở đây" in page
        assert sender.client.get(sender.step).status_code == 200
        assert Client().head(link).status_code == 200
        assert sender.draft.token_hash == Draft.objects.get().token_hash

    def test_nothing_of_the_answers_is_shown_before(self, sender: Sender) -> None:
        page = Client().get(sender.link()).content.decode()
        for answer in ("Nguyễn Thị Thử", "096185001234", "Nguyễn Văn Mới", "0912345678"):
            assert answer not in page

    def test_it_needs_no_script(self, sender: Sender) -> None:
        page = Client().get(sender.link()).content.decode().split("<main")[1].split("</main>")[0]
        assert re.search(r'<form method="post"', page)
        assert "<script" not in page

    def test_the_sender_reads_nothing_that_was_added(self, sender: Sender) -> None:
        link = sender.link()
        other = sender.hand_over()
        other.post(sender.step, {"child_name": SECRET, "born": "1/11/2026", "proof": picture("cua-toi.png")})
        assert Draft.objects.get().answers["child_name"] == SECRET
        file = Draft.objects.get().attachments.last()
        for path in (
            "",
            "tiep/",
            "buoc/applicant/",
            "buoc/child/",
            "xem-lai/",
            "da-nop/",
            "xoa/",
            f"tep/{file.pk}/",
        ):
            answer = sender.client.get(f"{sender.base}{path}")
            told = answer.content.decode()
            assert SECRET not in told, path
            assert "cua-toi.png" not in told, path
        assert sender.client.get(link).status_code == 410
        assert sender.client.post(link).status_code == 410

    def test_the_sender_changes_nothing_either(self, sender: Sender) -> None:
        review = sender.client.get(f"{sender.base}xem-lai/").content.decode()
        form = {
            name: re.search(rf'name="{name}" value="([^"]*)"', review)[1]
            for name in ("key", "consent_number")
        }
        other = sender.hand_over()
        before = Draft.objects.values().get()
        sent = [
            (sender.step, {"child_name": "Khác", "born": "1/1/2020"}),
            (sender.step, {"proof": picture(), "upload": "proof"}),
            (f"{sender.base}xem-lai/", {**form, "consent": "on"}),
            (f"{sender.base}xoa/", {}),
        ]
        for address, data in sent:
            assert sender.client.post(address, data).status_code == 409, address
        assert Draft.objects.values().get() == before
        assert Draft.objects.get().attachments.count() == 1
        assert other.get(sender.step).status_code == 200

    def test_it_can_be_handed_back_and_on(self, sender: Sender) -> None:
        holder = sender.hand_over()
        for _turn in range(3):
            page = holder.get(sender.step).content.decode()
            link = re.search(r'value="http://testserver(/nop-ho-so/[^"]+/tiep/[^"]+)"', page)[1]
            following = Client()
            assert following.post(link).status_code == 302
            assert GONE in holder.get(sender.step).content.decode()
            holder = following
        assert Draft.objects.count() == 1

    def test_who_took_it_files_it(self, sender: Sender) -> None:
        other = sender.hand_over()
        review = other.get(f"{sender.base}xem-lai/").content.decode()
        form = {
            name: re.search(rf'name="{name}" value="([^"]*)"', review)[1]
            for name in ("key", "consent_number")
        }
        answer = other.post(f"{sender.base}xem-lai/", {**form, "consent": "on"})
        assert answer["Location"] == f"{sender.base}da-nop/"
        assert "data-secret" in other.get(answer["Location"]).content.decode()
        assert "data-secret" not in sender.client.get(answer["Location"]).content.decode()

    def test_the_own_link_on_the_own_device_is_only_a_way_back(self, sender: Sender) -> None:
        link = sender.link()
        for answer in (sender.client.get(link), sender.client.post(link)):
            assert answer["Location"] == f"{sender.base}tiep/"
        assert Draft.objects.get().token_hash == sender.draft.token_hash


class TestNothingTypedIsLost:
    def test_what_the_sender_still_had_on_the_page_is_given_back(self, sender: Sender) -> None:
        sender.hand_over()
        typed = {"child_name": "Bé <Na>", "born": "31/2/2020", "next": "1", "csrfmiddlewaretoken": "geheim"}
        answer = sender.client.post(sender.step, typed)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert GONE in page
        assert "Bé &lt;Na&gt;" in page
        assert "31/2/2020" in page
        assert "geheim" not in page
        assert "Họ tên của trẻ" in page, "each text stands under its question"
        assert "Các tệp" not in page

    def test_what_was_only_ticked_is_not_shown_as_code_words(self) -> None:
        schema = {"steps": [{"id": "child", "title": "Trẻ", "fields": [
            {"id": "sex", "type": "choice", "label": "Giới tính", "choices": [{"value": "nu_gioi", "label": "Nữ"}]},
            {"id": "place", "type": "address", "label": "Nơi sinh"},
            {"id": "note", "type": "long_text", "label": "Ghi chú"},
        ]}]}  # fmt: skip
        client = Client()
        form = make_form(schema=schema)
        base = f"/nop-ho-so/{form.definition.procedure.core_code}/"
        client.post(base)
        services.take_over(link=access.handover_link(Draft.objects.get().token_hash))
        typed = {"sex": "nu_gioi", "place_province": "96", "place_detail": "Ấp Cái Nai", "note": "một\nhai"}
        page = client.post(f"{base}buoc/child/", typed).content.decode()
        for word in ("Nơi sinh", "Ấp Cái Nai", "Ghi chú", "một<br>hai"):
            assert word in page
        for word in ("nu_gioi", "Giới tính", ">96<"):
            assert word not in page

    def test_files_are_said_to_be_lost(self, sender: Sender) -> None:
        sender.hand_over()
        page = sender.client.post(sender.step, {"proof": picture()}).content.decode()
        assert "Các tệp bạn vừa chọn cũng chưa được lưu." in page

    def test_a_draft_of_the_receiver_s_own_is_not_pushed_out(self, sender: Sender) -> None:
        other = Client()
        own, token = make_draft(sender.draft.form_version, child_name="Của riêng tôi")
        enter(other, own, token)
        link = sender.link()
        page = other.get(link).content.decode()
        assert "Máy này đang có một bản nháp khác" in page
        assert other.post(link).status_code == 409
        assert "Của riêng tôi" in other.get(sender.step).content.decode()
        assert sender.client.get(sender.step).status_code == 200
        other.post(f"{sender.base}xoa/")
        assert other.post(link).status_code == 302, "the link was good all the time"

    def test_a_filed_one_of_the_receiver_is_no_hindrance(self, sender: Sender) -> None:
        other = Client()
        own, token = make_draft(sender.draft.form_version)
        enter(other, own, token)
        services.submit(token=token, idempotency_key=own.idempotency_key, consent=consent_in_force())
        assert other.post(sender.link()).status_code == 302


class TestLink:
    def test_it_is_good_for_a_week_and_says_so_afterwards(self, sender: Sender) -> None:
        link, now = sender.link(), timezone.now()
        sender.draft.refresh_from_db()
        Draft.objects.update(expires_at=now + LIFETIME)
        with time_machine.travel(now + timedelta(days=7, minutes=1), tick=False):
            for answer in (Client().get(link), Client().post(link)):
                assert answer.status_code == 410
                assert OVER in answer.content.decode()
        with time_machine.travel(now + timedelta(days=6, hours=23), tick=False):
            assert Client().get(link).status_code == 200

    @pytest.mark.parametrize("link", ["x", "~", "a~b~c", "~" * 300, "0" * 64])
    def test_what_the_portal_never_made_does_not_exist(self, sender: Sender, link: str) -> None:
        for method in ("get", "post"):
            answer = getattr(Client(), method)(f"{sender.base}tiep/{link}/")
            assert answer.status_code == 404

    def test_neither_hash_nor_token_opens_anything(self, sender: Sender) -> None:
        _draft, token = make_draft()
        for word in (token, sender.draft.token_hash, access.visit_token(1)):
            assert Client().get(f"{sender.base}tiep/{word}/").status_code == 404

    def test_a_link_belongs_to_its_procedure(self, sender: Sender) -> None:
        foreign, _token = make_draft()
        code = foreign.procedure_version.procedure.core_code
        link = access.handover_link(sender.draft.token_hash)
        assert Client().post(f"/nop-ho-so/{code}/tiep/{link}/").status_code == 410
        assert Draft.objects.get(pk=sender.draft.pk).token_hash == sender.draft.token_hash

    def test_a_filed_draft_hands_no_receipt_over(self, sender: Sender) -> None:
        link = sender.link()
        review = sender.client.get(f"{sender.base}xem-lai/").content.decode()
        form = {
            name: re.search(rf'name="{name}" value="([^"]*)"', review)[1]
            for name in ("key", "consent_number")
        }
        sender.client.post(f"{sender.base}xem-lai/", {**form, "consent": "on"})
        other = Client()
        assert other.post(link).status_code == 410
        assert other.get(f"{sender.base}da-nop/").status_code == 404

    def test_an_erased_or_expired_draft_is_not_handed_over(self, sender: Sender) -> None:
        link = sender.link()
        Draft.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert Client().post(link).status_code == 410
        Draft.objects.all().delete()
        assert Client().post(link).status_code == 410

    def test_a_stranger_without_a_cookie_gets_the_404_of_nothing(self, sender: Sender) -> None:
        sender.hand_over()
        answer = Client().post(sender.step, {"child_name": "x"})
        assert answer.status_code == 404
        assert GONE not in answer.content.decode()

    def test_the_secret_key_of_before_still_opens_it(self, sender: Sender, settings: Any) -> None:
        link, old = sender.link(), settings.SECRET_KEY
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [old]
        assert Client().post(link).status_code == 302
        settings.SECRET_KEY_FALLBACKS = []
        assert Client().post(link).status_code == 404


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_who_open_it_at_once_one_gets_it() -> None:
    draft, _token = make_draft()
    link, outcomes = access.handover_link(draft.token_hash), []
    gate = threading.Barrier(6)

    def take() -> None:
        gate.wait(timeout=30)
        try:
            outcomes.append(services.take_over(link=link))
        except NotAllowed:
            outcomes.append("")
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    (token,) = filter(None, outcomes)
    assert len(outcomes) == 6
    assert Draft.objects.get().token_hash == access.token_hash(token)
