"""Start, hand over and erase a draft."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from django.utils import timezone

from core.errors import NotAllowed
from forms_app.dossiers import credentials, services
from forms_app.dossiers.models import Attachment, Dossier, Draft
from forms_app.dossiers.rules import consent_in_force
from forms_app.dossiers.services import retention
from forms_app.dossiers.services.drafts import LIFETIME
from tests.forms_app.dossiers.factories import enter, make_draft, make_form, picture

pytestmark = pytest.mark.django_db
TAKEN_OVER = "Bản nháp không còn ở máy này"
EXPIRED = "Đường dẫn này không còn dùng được"
SECRET = "Phạm Văn Người Nhận"


class Sender:
    """Client that starts a draft and reads the handover link from a step page."""

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
        """Take over the draft in another client."""
        other, link = Client(), self.link()
        answer = other.post(link)
        assert answer["Location"] == f"{self.base}tiep/"
        return other


@pytest.fixture
def sender() -> Sender:
    return Sender()


class TestTakeOver:
    def test_takeover_brings_answers_invalid_texts_and_files(self, sender: Sender) -> None:
        sender.client.post(sender.step, {"child_name": "Bé Na", "born": "hôm kia"})
        other = sender.hand_over()
        page = other.get(other.get(f"{sender.base}tiep/")["Location"]).content.decode()
        for kept in ("Bé Na", "hôm kia", "anh.png"):
            assert kept in page

    def test_opening_the_link_does_not_take_over_the_draft(self, sender: Sender) -> None:
        """Messengers request links to show a preview."""
        link = sender.link()
        for _time in range(3):
            page = Client().get(link).content.decode()
            assert "Làm tiếp ở đây" in page
        assert sender.client.get(sender.step).status_code == 200
        assert Client().head(link).status_code == 200
        assert sender.draft.token_hash == Draft.objects.get().token_hash

    def test_answers_are_not_shown_before_taking_over(self, sender: Sender) -> None:
        page = Client().get(sender.link()).content.decode()
        for answer in ("Nguyễn Thị Thử", "096185001234", "Nguyễn Văn Mới", "0912345678"):
            assert answer not in page

    def test_handover_works_without_javascript(self, sender: Sender) -> None:
        page = Client().get(sender.link()).content.decode().split("<main")[1].split("</main>")[0]
        assert re.search(r'<form method="post"', page)
        assert "<script" not in page

    def test_sender_cannot_read_the_draft_after_the_handover(self, sender: Sender) -> None:
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
            page = answer.content.decode()
            assert SECRET not in page, path
            assert "cua-toi.png" not in page, path
        assert sender.client.get(link).status_code == 410
        assert sender.client.post(link).status_code == 410

    def test_sender_cannot_change_the_draft_after_the_handover(self, sender: Sender) -> None:
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

    def test_draft_can_be_handed_back_and_on(self, sender: Sender) -> None:
        current = sender.hand_over()
        for _turn in range(3):
            page = current.get(sender.step).content.decode()
            link = re.search(r'value="http://testserver(/nop-ho-so/[^"]+/tiep/[^"]+)"', page)[1]
            next_client = Client()
            assert next_client.post(link).status_code == 302
            assert TAKEN_OVER in current.get(sender.step).content.decode()
            current = next_client
        assert Draft.objects.count() == 1

    def test_draft_is_submitted_by_the_device_that_took_it_over(self, sender: Sender) -> None:
        other = sender.hand_over()
        review = other.get(f"{sender.base}xem-lai/").content.decode()
        form = {
            name: re.search(rf'name="{name}" value="([^"]*)"', review)[1]
            for name in ("key", "consent_number")
        }
        answer = other.post(f"{sender.base}xem-lai/", {**form, "consent": "on"})
        assert answer["Location"] == f"{sender.base}da-nop/"
        assert "data-lookup-key" in other.get(answer["Location"]).content.decode()
        assert "data-lookup-key" not in sender.client.get(answer["Location"]).content.decode()

    def test_own_link_on_the_same_device_resumes_the_draft(self, sender: Sender) -> None:
        link = sender.link()
        for answer in (sender.client.get(link), sender.client.post(link)):
            assert answer["Location"] == f"{sender.base}tiep/"
        assert Draft.objects.get().token_hash == sender.draft.token_hash


class TestInputIsKept:
    def test_texts_submitted_after_the_handover_are_shown_for_copying(self, sender: Sender) -> None:
        sender.hand_over()
        typed = {"child_name": "Bé <Na>", "born": "31/2/2020", "next": "1", "csrfmiddlewaretoken": "geheim"}
        answer = sender.client.post(sender.step, typed)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert TAKEN_OVER in page
        assert "Bé &lt;Na&gt;" in page
        assert "31/2/2020" in page
        assert "geheim" not in page
        assert "Họ tên của trẻ" in page, "each text stands under its question"
        assert "Các tệp" not in page

    def test_choices_are_not_shown_for_copying(self) -> None:
        schema = {"steps": [{"id": "child", "title": "Trẻ", "fields": [
            {"id": "sex", "type": "choice", "label": "Giới tính", "choices": [{"value": "nu_gioi", "label": "Nữ"}]},
            {"id": "place", "type": "address", "label": "Nơi sinh"},
            {"id": "note", "type": "long_text", "label": "Ghi chú"},
        ]}]}  # fmt: skip
        client = Client()
        form = make_form(schema=schema)
        base = f"/nop-ho-so/{form.definition.procedure.core_code}/"
        client.post(base)
        services.take_over(link=credentials.handover_token(Draft.objects.get().token_hash))
        typed = {"sex": "nu_gioi", "place_province": "96", "place_detail": "Ấp Cái Nai", "note": "một\nhai"}
        page = client.post(f"{base}buoc/child/", typed).content.decode()
        for word in ("Nơi sinh", "Ấp Cái Nai", "Ghi chú", "một<br>hai"):
            assert word in page
        for word in (">nu_gioi<", "Giới tính", ">96<"):
            assert word not in page

    def test_conflict_page_says_that_files_were_not_saved(self, sender: Sender) -> None:
        sender.hand_over()
        page = sender.client.post(sender.step, {"proof": picture()}).content.decode()
        assert "Các tệp bạn vừa chọn cũng chưa được lưu." in page

    def test_taking_over_does_not_replace_a_draft_of_the_same_browser(self, sender: Sender) -> None:
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

    def test_submitted_draft_of_the_browser_does_not_prevent_taking_over(self, sender: Sender) -> None:
        other = Client()
        own, token = make_draft(sender.draft.form_version)
        enter(other, own, token)
        services.submit(token=token, idempotency_key=own.idempotency_key, consent=consent_in_force())
        assert other.post(sender.link()).status_code == 302


class TestLink:
    def test_link_expires_after_a_week_with_an_explanation(self, sender: Sender) -> None:
        link, now = sender.link(), timezone.now()
        sender.draft.refresh_from_db()
        Draft.objects.update(expires_at=now + LIFETIME)
        with time_machine.travel(now + timedelta(days=7, minutes=1), tick=False):
            for answer in (Client().get(link), Client().post(link)):
                assert answer.status_code == 410
                assert EXPIRED in answer.content.decode()
        with time_machine.travel(now + timedelta(days=6, hours=23), tick=False):
            assert Client().get(link).status_code == 200

    @pytest.mark.parametrize("link", ["x", "~", "a~b~c", "~" * 300, "0" * 64])
    def test_forged_link_is_a_404(self, sender: Sender, link: str) -> None:
        for method in ("get", "post"):
            answer = getattr(Client(), method)(f"{sender.base}tiep/{link}/")
            assert answer.status_code == 404

    def test_hash_and_token_are_not_valid_links(self, sender: Sender) -> None:
        _draft, token = make_draft()
        for word in (token, sender.draft.token_hash, credentials.visit_token(Dossier(pk=1))):
            assert Client().get(f"{sender.base}tiep/{word}/").status_code == 404

    def test_link_is_valid_only_for_its_procedure(self, sender: Sender) -> None:
        foreign, _token = make_draft()
        code = foreign.procedure_version.procedure.core_code
        link = credentials.handover_token(sender.draft.token_hash)
        assert Client().post(f"/nop-ho-so/{code}/tiep/{link}/").status_code == 410
        assert Draft.objects.get(pk=sender.draft.pk).token_hash == sender.draft.token_hash

    def test_submitted_draft_is_not_handed_over(self, sender: Sender) -> None:
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

    def test_erased_or_expired_draft_is_not_handed_over(self, sender: Sender) -> None:
        link = sender.link()
        Draft.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert Client().post(link).status_code == 410
        Draft.objects.all().delete()
        assert Client().post(link).status_code == 410

    def test_browser_without_a_cookie_learns_nothing_of_the_handover(self, sender: Sender) -> None:
        sender.hand_over()
        answer = Client().post(sender.step, {"child_name": "x"})
        assert answer.status_code == 409
        assert TAKEN_OVER not in answer.content.decode()

    def test_link_signed_with_a_former_secret_key_still_works(self, sender: Sender, settings: Any) -> None:
        link, old = sender.link(), settings.SECRET_KEY
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [old]
        assert Client().post(link).status_code == 302
        settings.SECRET_KEY_FALLBACKS = []
        assert Client().post(link).status_code == 404


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_of_many_parallel_takeovers_succeeds() -> None:
    draft, _token = make_draft()
    link, outcomes = credentials.handover_token(draft.token_hash), []
    gate = threading.Barrier(6)

    def take() -> None:
        gate.wait(timeout=120)
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
        thread.join(timeout=120)
    (token,) = filter(None, outcomes)
    assert len(outcomes) == 6
    assert Draft.objects.get().token_hash == credentials.token_hash(token)


class TestErase:
    @pytest.fixture
    def draft_case(self, client: Client) -> tuple[Client, Draft, str, str]:
        draft, token = make_draft()
        base = f"/nop-ho-so/{draft.procedure_version.procedure.core_code}/"
        enter(client, draft, token)
        return client, draft, base, token

    def test_erase_page_lists_what_is_deleted_and_deletes_nothing(self, draft_case: Any) -> None:
        client, draft, base, _token = draft_case
        page = client.get(f"{base}xoa/").content.decode()
        assert "1 tệp bị xóa ngay" in page
        assert "btn--danger" in page
        assert Draft.objects.get() == draft

    def test_erasing_deletes_answers_files_and_cookie(
        self, draft_case: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        client, draft, base, token = draft_case
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

    def test_another_browser_cannot_erase_the_draft(self, draft_case: Any) -> None:
        _client, draft, base, token = draft_case
        for other_client in (Client(), Client()):
            assert other_client.get(f"{base}xoa/").status_code == 404
            assert other_client.post(f"{base}xoa/").status_code == 409
        with pytest.raises(NotAllowed):
            services.erase_draft(token=f"{token}x")
        assert Draft.objects.get() == draft

    def test_submitted_draft_cannot_be_erased(self, draft_case: Any) -> None:
        client, draft, base, token = draft_case
        services.submit(token=token, idempotency_key=draft.idempotency_key, consent=consent_in_force())
        for answer in (client.get(f"{base}xoa/"), client.post(f"{base}xoa/")):
            assert answer.status_code == 409
            assert "hồ sơ không xóa theo yêu cầu" in answer.content.decode()
        with pytest.raises(NotAllowed):
            services.erase_draft(token=token)
        assert Dossier.objects.get().attachments.count() == 1

    def test_expired_draft_is_deleted_with_its_typed_texts(self) -> None:
        draft, token = make_draft()
        services.save_step(
            token=token, step_id="child", answers={}, complete=False, typed={"born": ["hôm kia"]}
        )
        assert retention.delete_expired_drafts(now=timezone.now() + LIFETIME - timedelta(minutes=1)) == 0
        assert retention.delete_expired_drafts(now=timezone.now() + LIFETIME + timedelta(minutes=1)) == 1
        assert not Draft.objects.filter(pk=draft.pk).exists()
