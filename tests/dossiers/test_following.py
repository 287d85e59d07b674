"""Following: the walls, the supplement, withdrawal, and what a stranger is told."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from core import hooks
from forms_app.builder.schema import FieldSpec
from forms_app.dossiers import services
from forms_app.dossiers.models import Attachment, Dossier, FilingChannel, SupplementRequest
from forms_app.dossiers.selectors.procedures import consent_in_force
from forms_app.dossiers.services import retention
from forms_app.dossiers.transitions import Status
from forms_app.dossiers.words import CITIZEN
from tests.accounts.factories import UserFactory
from tests.dossiers.factories import (
    enter,
    file_dossier,
    make_draft,
    make_form,
    make_officer,
    make_version,
    picture,
)

pytestmark = pytest.mark.django_db
ITEMS = [
    {"id": "proof", "label": "Giấy chứng sinh", "note": "Ảnh bị mờ", "kind": "file"},
    {"id": "other_1", "label": "Số điện thoại của mẹ", "note": "", "kind": "text"},
]


def ask(dossier: Dossier) -> SupplementRequest:
    """The desk accepts, then asks for a file and a text."""
    officer = make_officer(dossier)
    for version, action in ((1, "accept"), (2, "request_supplement")):
        services.perform(
            dossier_id=dossier.pk, expected_version=version, action=action, actor=officer, reason="Ảnh bị mờ"
        )
    return SupplementRequest.objects.create(
        dossier=dossier, number=1, items=ITEMS, reason="Ảnh bị mờ", asked_at=timezone.now(),
        citizen_deadline=timezone.now() + timedelta(days=5),
    )  # fmt: skip


def fetch(client: Client, address: str) -> Any:
    """GET an address and read a download to its end, as a browser does."""
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def without_changing_parts(html: str) -> str:
    return re.sub(r'nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"', "", html)


class TestWalls:
    def addresses(self, told: services.Submitted, token: str) -> list[str]:
        file = told.dossier.attachments.get()
        base = f"/ho-so/{token}/"
        return [
            base,
            f"{base}noi-dung/",
            f"{base}bo-sung/",
            f"{base}rut/",
            f"{base}giay/mau-01.pdf",
            f"{base}tep/{file.pk}/",
        ]

    @pytest.mark.parametrize("who", ["anonymous", "user", "superuser", "other citizen"])
    def test_a_wrong_token_is_the_404_of_nothing(self, who: str) -> None:
        told, other = file_dossier(), file_dossier()
        client = Client()
        if who in {"user", "superuser"}:
            client.force_login(UserFactory(is_superuser=who == "superuser"))
        foreign = (
            other.token
            if who == "other citizen"
            else told.token[:-1] + ("y" if told.token.endswith("x") else "x")
        )
        nothing = client.get("/ho-so/khong-co-gi/")
        assert nothing.status_code == 404
        for address in (
            self.addresses(told, foreign)[-2:] if who == "other citizen" else self.addresses(told, foreign)
        ):
            if who == "other citizen" and address.endswith(".pdf"):
                continue  # their own dossier has this paper
            answer = client.get(address)
            assert answer.status_code == 404, address
            page = answer.content.decode().replace(address, "/ho-so/khong-co-gi/")
            assert without_changing_parts(page) == without_changing_parts(nothing.content.decode())

    def test_the_right_token_opens_everything_and_every_look_is_logged(self) -> None:
        told = file_dossier()
        for address in self.addresses(told, told.token):
            assert fetch(Client(), address).status_code in {200, 302}, address
        file = told.dossier.attachments.get()
        assert set(told.dossier.views.values_list("what", "actor")) == {
            ("dossier", None),
            (f"file {file.pk}", None),
        }

    def test_a_file_is_a_download_that_nobody_keeps_or_sniffs(self) -> None:
        told = file_dossier()
        with closing(Client().get(f"/ho-so/{told.token}/tep/{told.dossier.attachments.get().pk}/")) as answer:
            assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert answer["Content-Type"] == "image/png"

    def test_another_browser_sees_no_draft(self) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        stranger, owner = Client(), Client()
        file = draft.attachments.get()
        pages = [
            "buoc/applicant/",
            "buoc/child/",
            "xem-lai/",
            "da-nop/",
            "tiep/",
            f"tep/{file.pk}/",
            "tiep/khong-phai/",
        ]
        for page in pages:
            assert stranger.get(f"/nop-ho-so/{code}/{page}").status_code == 404, page
        stranger.cookies[f"draft_{code.replace('.', '_')}"] = token  # not signed
        assert stranger.get(f"/nop-ho-so/{code}/xem-lai/").status_code == 404
        enter(owner, draft, token)
        assert owner.get(f"/nop-ho-so/{code}/xem-lai/").status_code == 200
        assert fetch(owner, f"/nop-ho-so/{code}/tep/{file.pk}/").status_code == 200
        foreign, _token = make_draft()
        assert owner.get(f"/nop-ho-so/{code}/tep/{foreign.attachments.get().pk}/").status_code == 404

    def test_private_pages_are_never_cached(self) -> None:
        told = file_dossier()
        for address in (f"/ho-so/{told.token}/", "/tra-cuu/"):
            assert "no-store" in Client().get(address)["Cache-Control"]


class TestLookup:
    def test_unknown_code_and_wrong_key_get_the_same_answer(self) -> None:
        told = file_dossier()
        wrong = Client().post("/tra-cuu/", {"code": told.code, "secret": "AAAABBBB"})
        unknown = Client().post("/tra-cuu/", {"code": "H12.99-260101-0001", "secret": told.secret})
        assert wrong.status_code == unknown.status_code == 422
        texts = [
            without_changing_parts(answer.content.decode()).replace(code, "").replace(secret, "")
            for answer, code, secret in (
                (wrong, told.code, "AAAABBBB"),
                (unknown, "H12.99-260101-0001", told.secret),
            )
        ]
        assert texts[0] == texts[1]

    def test_guessing_ends_and_shuts_nobody_else_out(self) -> None:
        told = file_dossier()
        answers = [
            Client(REMOTE_ADDR="10.0.0.1")
            .post("/tra-cuu/", {"code": told.code, "secret": f"AAAA{n + 22}AA"})
            .status_code
            for n in range(14)
        ]
        assert answers == [422] * 12 + [429] * 2
        right = {"code": told.code, "secret": told.secret}
        assert Client(REMOTE_ADDR="10.0.0.1").post("/tra-cuu/", right).status_code == 429
        assert Client(REMOTE_ADDR="10.0.1.1").post("/tra-cuu/", right).status_code == 302

    def test_one_address_cannot_try_many_codes(self) -> None:
        answers = [
            Client().post("/tra-cuu/", {"code": f"H12.1-260101-{n:04d}", "secret": "AAAABBBB"}).status_code
            for n in range(32)
        ]
        assert answers == [422] * 30 + [429] * 2


class TestSupplement:
    def test_only_what_was_asked_is_asked_and_the_answer_moves_the_dossier(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        told = file_dossier()
        ask(told.dossier)
        client, base = Client(), f"/ho-so/{told.token}/"
        page = client.get(base).content.decode()
        assert "Bạn cần bổ sung 2 giấy tờ" in page
        assert "Đang tạm dừng" in page
        form = client.get(f"{base}bo-sung/").content.decode()
        assert "Số điện thoại của mẹ" in form
        assert "Họ tên của trẻ" not in form

        text_only = client.post(f"{base}bo-sung/", {"version": 3, "other_1": "0912 000 111"})
        assert text_only.status_code == 422
        assert "Chọn tệp cho “Giấy chứng sinh”." in text_only.content.decode()
        assert "0912 000 111" in text_only.content.decode()

        kept = client.post(f"{base}bo-sung/", {"version": 3, "upload": "proof", "proof": picture("ro.png")})
        assert kept.status_code == 200
        assert "ro.png" in kept.content.decode()
        sent = client.post(f"{base}bo-sung/", {"version": 3, "other_1": "0912 000 111"})
        assert sent.status_code == 302
        told.dossier.refresh_from_db()
        assert told.dossier.status == Status.PROCESSING
        request = told.dossier.supplement_requests.get()
        assert request.answers == {"other_1": "0912 000 111"}
        assert request.attachments.get().purpose == Attachment.Purpose.SUPPLEMENT
        assert client.get(f"{base}bo-sung/").status_code == 302
        assert "ro.png" in client.get(f"{base}noi-dung/").content.decode()

    def test_answering_a_dossier_that_moved_on_is_a_conflict_and_keeps_the_text(self) -> None:
        told = file_dossier()
        ask(told.dossier)
        answer = Client().post(
            f"/ho-so/{told.token}/bo-sung/", {"version": 2, "other_1": "0912 000 111", "proof": picture()}
        )
        assert answer.status_code == 422
        assert "Người khác vừa thay đổi hồ sơ này" in answer.content.decode()
        assert "0912 000 111" in answer.content.decode()
        request = told.dossier.supplement_requests.get()
        assert request.answered_at is None
        assert request.attachments.count() == 1

    def test_a_file_of_another_request_cannot_be_removed(self) -> None:
        told, other = file_dossier(), file_dossier()
        ask(told.dossier)
        foreign = other.dossier.attachments.get()
        Client().post(f"/ho-so/{told.token}/bo-sung/", {"version": 3, "remove": str(foreign.pk)})
        Client().post(
            f"/ho-so/{told.token}/bo-sung/", {"version": 3, "remove": str(told.dossier.attachments.get().pk)}
        )
        assert Attachment.objects.filter(purpose="answer").count() == 2


def test_withdrawal_asks_for_the_reason_and_ends_everything() -> None:
    told = file_dossier()
    client, address = Client(), f"/ho-so/{told.token}/rut/"
    assert client.get(address).status_code == 200
    silent = client.post(address, {"version": 1, "reason": " "})
    assert silent.status_code == 422
    assert "Viết vài lời" in silent.content.decode()
    assert client.post(address, {"version": 1, "reason": "Nộp nhầm nơi"}).status_code == 302
    told.dossier.refresh_from_db()
    assert told.dossier.status == Status.WITHDRAWN
    assert "Bạn đã rút hồ sơ này" in client.get(f"/ho-so/{told.token}/").content.decode()
    assert client.get(address).status_code == 302


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (1, "Đã nộp"), (2, "Được tiếp nhận"), (4, "Đang giải quyết"), (5, "Cần bổ sung"),
        (6, "Cần nộp phí hoặc nghĩa vụ tài chính"), (8, "Tạm dừng"), (9, "Đã có kết quả"), (10, "Đã trả kết quả"),
        (3, "Không được tiếp nhận"), (7, "Đã rút"),
    ],
)  # fmt: skip
def test_statuses_are_said_in_the_citizen_s_words(status: int, word: str) -> None:
    assert str(CITIZEN[status].name) == word


def test_every_step_is_told_by_mail_once(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        told = file_dossier()
        ask(told.dossier)
    assert [letter.subject.split(": ")[1] for letter in mail.outbox] == [
        "Đã nộp",
        "Được tiếp nhận",
        "Cần bổ sung",
    ]
    assert told.secret in mail.outbox[0].body
    assert all(told.secret not in letter.body for letter in mail.outbox[1:])
    assert "Ảnh bị mờ" in mail.outbox[2].body


def test_the_receipt_forgets_the_secret() -> None:
    draft, token = make_draft()
    told = services.submit(
        token=token, idempotency_key=draft.idempotency_key,
        consent=consent_in_force(),
    )  # fmt: skip
    client, code = Client(), draft.procedure_version.procedure.core_code
    enter(client, draft, token)
    assert told.secret in client.get(f"/nop-ho-so/{code}/da-nop/").content.decode()
    Dossier.objects.filter(pk=told.dossier.pk).update(secret_seed="")
    after = client.get(f"/nop-ho-so/{code}/da-nop/").content.decode()
    assert told.secret not in after
    assert told.code in after
    assert retention.seal() == 0


class TestChannel:
    def actions(self, procedure: Any) -> list[hooks.Action]:
        return hooks.call("procedure_actions", "vi", procedure)

    def test_the_own_form_is_offered_in_one_query(self, django_assert_num_queries: Any) -> None:
        procedure = make_form().definition.procedure
        with django_assert_num_queries(1):
            (action,) = self.actions(procedure)
        assert (action.label, action.url) == ("Nộp hồ sơ trực tuyến", f"/nop-ho-so/{procedure.core_code}/")
        assert "7 phút" in action.note

    def test_nothing_without_a_form_a_receiver_or_a_published_procedure(self) -> None:
        assert self.actions(make_version().procedure) == []
        unreceived, ended, closed = (make_form().definition.procedure for _n in range(3))
        unreceived.assignments.all().delete()
        type(ended).objects.filter(pk=ended.pk).update(status="bai_bo")
        closed.forms.update(active=False)
        for procedure in (unreceived, ended, closed):
            assert self.actions(procedure) == []
            assert Client().get(f"/nop-ho-so/{procedure.core_code}/").status_code == 404

    def test_the_switch_is_dated(self) -> None:
        procedure = make_form().definition.procedure
        today = timezone.localdate()
        url = "https://dichvucong.gov.vn/x"
        FilingChannel.objects.create(
            procedure=procedure, channel="national", url=url, valid_from=today + timedelta(days=1)
        )
        assert self.actions(procedure)[0].url.startswith("/nop-ho-so/")
        FilingChannel.objects.update(valid_from=today)
        assert self.actions(procedure)[0].url == url
        assert Client().get(f"/nop-ho-so/{procedure.core_code}/").status_code == 404
        FilingChannel.objects.update(channel="counter", url="")
        assert self.actions(procedure) == []


class TestQueries:
    """The same number of statements however long the history and the list of files."""

    def count(self, client: Client, address: str, django_assert_max_num_queries: Any) -> int:
        client.get(address)  # what is read once a process
        with django_assert_max_num_queries(20) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def test_my_dossier(self, django_assert_max_num_queries: Any) -> None:
        told = file_dossier()
        client, address = Client(), f"/ho-so/{told.token}/"
        first = self.count(client, address, django_assert_max_num_queries)
        officer = make_officer(told.dossier)
        for version in range(1, 6):
            services.perform(
                dossier_id=told.dossier.pk,
                expected_version=version,
                action="assign",
                actor=officer,
                assigned_to=officer,
            )
            services.store_result(dossier=told.dossier, upload=picture(f"ket-qua-{version}.png"))
        assert self.count(client, address, django_assert_max_num_queries) == first

    def test_review(self, django_assert_max_num_queries: Any) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        client = Client()
        enter(client, draft, token)
        first = self.count(client, f"/nop-ho-so/{code}/xem-lai/", django_assert_max_num_queries)
        for _n in range(4):
            services.store_answer(draft=draft, spec=FieldSpec("proof", "file", "Giấy"), upload=picture())
        assert self.count(client, f"/nop-ho-so/{code}/xem-lai/", django_assert_max_num_queries) == first
