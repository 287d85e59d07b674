"""Tracking: access to private pages, lookup by code and key, number of queries."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from forms_app.builder.schema import FieldSpec
from forms_app.dossiers import services
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.transitions import Action
from forms_app.dossiers.views import draft_cookies
from one_stop.services import request_supplement
from tests.accounts.factories import UserFactory
from tests.forms_app.dossiers.factories import (
    enter,
    file_dossier,
    make_draft,
    make_form,
    officer_of,
    picture,
)

pytestmark = pytest.mark.django_db


def fetch(client: Client, address: str) -> Any:
    """Request an address and read the complete response."""
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


def without_changing_parts(html: str) -> str:
    return re.sub(r'nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"', "", html)


class TestAccess:
    def addresses(self, receipt: services.FilingReceipt, token: str) -> list[str]:
        file = receipt.dossier.attachments.get()
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
    def test_wrong_token_is_the_usual_404(self, who: str) -> None:
        receipt, other = file_dossier(), file_dossier()
        client = Client()
        if who in {"user", "superuser"}:
            client.force_login(UserFactory(is_superuser=who == "superuser"))
        foreign = (
            other.token
            if who == "other citizen"
            else receipt.token[:-1] + ("y" if receipt.token.endswith("x") else "x")
        )
        nothing = client.get("/ho-so/khong-co-gi/")
        assert nothing.status_code == 404
        for address in (
            self.addresses(receipt, foreign)[-2:]
            if who == "other citizen"
            else self.addresses(receipt, foreign)
        ):
            if who == "other citizen" and address.endswith(".pdf"):
                continue  # their own dossier has this form
            answer = client.get(address)
            assert answer.status_code == 404, address
            page = answer.content.decode().replace(address, "/ho-so/khong-co-gi/")
            assert without_changing_parts(page) == without_changing_parts(nothing.content.decode())

    def test_token_opens_every_page_and_every_view_is_logged(self) -> None:
        receipt = file_dossier()
        for address in self.addresses(receipt, receipt.token):
            nothing_requested = address.endswith("/bo-sung/")
            assert fetch(Client(), address).status_code == (302 if nothing_requested else 200), address
        file = receipt.dossier.attachments.get()
        assert set(receipt.dossier.view_log.values_list("target", "actor")) == {
            (target, None) for target in ("dossier", "contents", "withdrawal", "mau-01", f"file {file.pk}")
        }

    def test_file_is_a_download_without_caching_or_sniffing(self) -> None:
        receipt = file_dossier()
        with closing(
            Client().get(f"/ho-so/{receipt.token}/tep/{receipt.dossier.attachments.get().pk}/")
        ) as answer:
            assert b"".join(answer.streaming_content).startswith(b"\x89PNG")
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert answer["Content-Type"] == "image/png"

    def test_draft_is_not_accessible_from_another_browser(self) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        other_client, owner = Client(), Client()
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
            assert other_client.get(f"/nop-ho-so/{code}/{page}").status_code == 404, page
        other_client.cookies[draft_cookies.cookie_name(code)] = token  # not signed
        assert other_client.get(f"/nop-ho-so/{code}/xem-lai/").status_code == 404
        enter(owner, draft, token)
        assert owner.get(f"/nop-ho-so/{code}/xem-lai/").status_code == 200
        assert fetch(owner, f"/nop-ho-so/{code}/tep/{file.pk}/").status_code == 200
        foreign, _token = make_draft()
        assert owner.get(f"/nop-ho-so/{code}/tep/{foreign.attachments.get().pk}/").status_code == 404

    def test_private_pages_are_never_cached(self) -> None:
        receipt = file_dossier()
        for address in (f"/ho-so/{receipt.token}/", "/tra-cuu/"):
            assert "no-store" in Client().get(address)["Cache-Control"]


class TestLookup:
    def test_unknown_code_and_wrong_key_get_the_same_answer(self) -> None:
        receipt = file_dossier()
        wrong = Client().post("/tra-cuu/", {"code": receipt.code, "lookup_key": "AAAABBBB"})
        unknown = Client().post("/tra-cuu/", {"code": "H12.99-260101-0001", "lookup_key": receipt.lookup_key})
        assert wrong.status_code == unknown.status_code == 422
        texts = [
            without_changing_parts(answer.content.decode()).replace(code, "").replace(secret, "")
            for answer, code, secret in (
                (wrong, receipt.code, "AAAABBBB"),
                (unknown, "H12.99-260101-0001", receipt.lookup_key),
            )
        ]
        assert texts[0] == texts[1]

    def test_lookup_limit_of_one_address_does_not_block_others(self) -> None:
        receipt = file_dossier()
        answers = [
            Client(REMOTE_ADDR="10.0.0.1")
            .post("/tra-cuu/", {"code": receipt.code, "lookup_key": f"AAAA{n + 22}AA"})
            .status_code
            for n in range(14)
        ]
        assert answers == [422] * 12 + [429] * 2
        right = {"code": receipt.code, "lookup_key": receipt.lookup_key}
        assert Client(REMOTE_ADDR="10.0.0.1").post("/tra-cuu/", right).status_code == 429
        assert Client(REMOTE_ADDR="10.0.1.1").post("/tra-cuu/", right).status_code == 302

    def test_lookups_from_one_address_are_limited(self) -> None:
        answers = [
            Client()
            .post("/tra-cuu/", {"code": f"H12.1-260101-{n:04d}", "lookup_key": "AAAABBBB"})
            .status_code
            for n in range(32)
        ]
        assert answers == [422] * 30 + [429] * 2


class TestQueries:
    """The number of queries does not depend on the history or the files."""

    def count(self, client: Client, address: str, django_assert_max_num_queries: Any) -> int:
        client.get(address)  # fills the caches of the process
        with django_assert_max_num_queries(20) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    def test_query_count_of_the_tracking_page_does_not_grow(self, django_assert_max_num_queries: Any) -> None:
        receipt = file_dossier()
        client, address = Client(), f"/ho-so/{receipt.token}/"
        first = self.count(client, address, django_assert_max_num_queries)
        officer = officer_of(receipt.dossier)
        for version in range(1, 6):
            services.apply_action(
                dossier_id=receipt.dossier.pk,
                expected_version=version,
                action="assign",
                actor=officer,
                assigned_to=officer,
            )
            services.store_result(dossier=receipt.dossier, upload=picture(f"ket-qua-{version}.png"))
        assert self.count(client, address, django_assert_max_num_queries) == first

    def test_query_count_of_the_review_does_not_grow(self, django_assert_max_num_queries: Any) -> None:
        draft, token = make_draft()
        code = draft.procedure_version.procedure.core_code
        client = Client()
        enter(client, draft, token)
        first = self.count(client, f"/nop-ho-so/{code}/xem-lai/", django_assert_max_num_queries)
        for _n in range(4):
            services.store_answer(draft=draft, spec=FieldSpec("proof", "file", "Giấy"), upload=picture())
        assert self.count(client, f"/nop-ho-so/{code}/xem-lai/", django_assert_max_num_queries) == first


class TestApplyingAgain:
    @pytest.mark.parametrize("action", ["decline", "accept", "withdraw"])
    def test_ended_dossier_leads_to_its_procedure(self, action: str) -> None:
        receipt = file_dossier()
        if action == "withdraw":
            services.withdraw(dossier=receipt.dossier, expected_version=1, reason="Nộp nhầm nơi")
        else:
            services.apply_action(
                dossier_id=receipt.dossier.pk, expected_version=1, action=action,
                actor=officer_of(receipt.dossier), reason="Không đúng nơi",
            )  # fmt: skip
        page = Client().get(f"/ho-so/{receipt.token}/").content.decode()
        code = receipt.dossier.procedure_version.procedure.core_code
        link = re.search(r'href="([^"]+)"[^>]*>\s*Xem thủ tục để nộp lại hồ sơ', page)
        assert bool(link) == (action != "accept")
        assert link is None or code in link[1]


def test_confirmation_before_acceptance_is_not_called_form_01() -> None:
    """Until acceptance the address of form 01 gives only a confirmation; the entries differ by their time."""
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False) as clock:
        receipt = file_dossier()
        address = f"/ho-so/{receipt.token}/"
        fetch(Client(), f"{address}giay/mau-01.pdf")
        listed = Client().get(f"{address}nguoi-xem/").content.decode()
        assert "mở giấy xác nhận đã nộp hồ sơ" in listed
        assert "Mẫu số 01" not in listed
        clock.shift(timedelta(minutes=20))
        services.apply_action(
            dossier_id=receipt.dossier.pk,
            expected_version=1,
            action="accept",
            actor=officer_of(receipt.dossier),
        )
        fetch(Client(), f"{address}giay/mau-01.pdf")
        listed = Client().get(f"{address}nguoi-xem/").content.decode()
        assert listed.count("mở giấy xác nhận đã nộp hồ sơ") == 1
        assert listed.count("mở Mẫu số 01") == 1


LINES = "1. Ảnh mờ.\r\n\r\n2. Thiếu trang 2."
SHOWN = "1. Ảnh mờ.<br>2. Thiếu trang 2."


class TestWordsOfTheAgency:
    """Citizens see the lines as the officer wrote them, under a heading that says what they are."""

    def do(self, receipt: services.FilingReceipt, action: Action, **more: Any) -> str:
        dossier = Dossier.objects.get(pk=receipt.dossier.pk)
        services.apply_action(
            dossier_id=dossier.pk, expected_version=dossier.version, action=action, actor=officer_of(dossier), **more
        )  # fmt: skip
        return Client().get(f"/ho-so/{receipt.token}/").content.decode()

    def test_reason_of_a_decline_keeps_its_line_breaks(self) -> None:
        html = self.do(file_dossier(), Action.DECLINE, reason=LINES)
        assert f"<strong>Lý do: {SHOWN}</strong>" in html
        assert html.count(SHOWN) == 2, "in the notice and in the history"

    def test_note_of_a_granted_result_is_a_message_not_a_reason(self) -> None:
        receipt = file_dossier()
        for action in (Action.ACCEPT, Action.PROCESS):
            self.do(receipt, action, reason="")
        html = self.do(receipt, Action.FINISH, reason="Mời hai bên đến ký.\nMang căn cước.")
        assert "<strong>Lời nhắn của cơ quan: Mời hai bên đến ký.<br>Mang căn cước.</strong>" in html

    def test_reason_of_a_refusal_is_a_reason(self) -> None:
        receipt = file_dossier()
        for action in (Action.ACCEPT, Action.PROCESS):
            self.do(receipt, action, reason="")
        html = self.do(receipt, Action.FINISH, reason="Thiếu điều kiện.", outcome=Dossier.Outcome.REFUSED)
        assert "<strong>Lý do: Thiếu điều kiện.</strong>" in html

    def test_reason_of_a_supplement_request_keeps_its_line_breaks(self) -> None:
        receipt = file_dossier()
        request_supplement(
            dossier_id=receipt.dossier.pk, expected_version=receipt.dossier.version,
            actor=officer_of(receipt.dossier), reason="1. Ảnh mờ.\n2. Thiếu trang 2.", supplement_due_at=None,
            items=[{"id": "other_1", "label": "Ghi chú", "kind": "text", "count": "", "note": ""}],
        )  # fmt: skip
        base = f"/ho-so/{receipt.token}/"
        assert Client().get(base).content.decode().count(SHOWN) == 2
        assert SHOWN in Client().get(f"{base}bo-sung/").content.decode()


class TestLinesOfAnswers:
    """Answers of several lines are shown as typed: three statements are three lines."""

    SCHEMA: Any = {"steps": [{"id": "s", "title": "Bước", "fields": [
        {"id": "trades", "type": "long_text", "label": "Ngành, nghề"},
        {"id": "oaths", "type": "many_choices", "label": "Cam đoan",
         "choices": [{"value": "a", "label": "Không có vợ, chồng"}, {"value": "b", "label": "Tự nguyện"}]},
    ]}]}  # fmt: skip
    ANSWERS: Any = {"trades": "1. Bán nước mía\n2. Bán cà phê\n\nKhông bán rượu", "oaths": ["a", "b"]}
    EXPECTED = ("1. Bán nước mía<br>2. Bán cà phê<br><br>Không bán rượu", "Không có vợ, chồng<br>Tự nguyện")

    def test_lines_are_shown_before_and_after_submission(self, client: Client) -> None:
        draft, token = make_draft(make_form(schema=self.SCHEMA), **self.ANSWERS)
        base = enter(client, draft, token)
        receipt = file_dossier(make_form(schema=self.SCHEMA), **self.ANSWERS)
        for address in (f"{base}xem-lai/", f"/ho-so/{receipt.token}/noi-dung/"):
            html = client.get(address).content.decode()
            for text in self.EXPECTED:
                assert text in html, address

    @pytest.mark.parametrize(("chosen", "is_shown"), [("a", False), ("b", True)])
    def test_question_that_depends_on_an_unchosen_option_is_left_out(
        self, client: Client, chosen: str, is_shown: bool
    ) -> None:
        kind = {"id": "kind", "type": "choice", "label": "Loại", "choices": [
            {"value": "a", "label": "Nhà"}, {"value": "b", "label": "Khác"},
        ]}  # fmt: skip
        which = {
            "id": "which",
            "type": "short_text",
            "label": "Ghi rõ loại",
            "options": {"required_with": "kind=b"},
        }
        schema = {"steps": [{"id": "s", "title": "Bước", "fields": [kind, which]}]}
        draft, token = make_draft(make_form(schema=schema), kind=chosen)
        html = client.get(f"{enter(client, draft, token)}xem-lai/").content.decode()
        assert ("Ghi rõ loại" in html) == is_shown
