"""An expired visit asks for the key again and keeps what was typed; a late supplement gets a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from forms_app.dossiers import codes, credentials, services
from forms_app.dossiers.forms import supplement_step
from forms_app.dossiers.models import Dossier, SupplementRequest
from tests.forms_app.dossiers.factories import (
    SUPPLEMENT_ITEMS,
    at,
    file_dossier,
    officer_of,
    picture,
    request_supplement,
)

pytestmark = pytest.mark.django_db
NOW = at("2026-11-23 09:00")
TEXT = 'Số điện thoại "mới"\r\n0912 <000> 111'


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def hidden(html: str) -> dict[str, str]:
    form = html[html.index('action="/tra-cuu/"') :]
    form = form[: form.index("</form>")]
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        if name != "csrfmiddlewaretoken"
    }


class TestExpiredVisit:
    def test_supplement_typed_before_is_restored_after_entering_the_key(self, clock: Any) -> None:
        receipt = file_dossier()
        request_supplement(receipt.dossier)
        visit = credentials.visit_token(receipt.dossier)
        clock.shift(timedelta(hours=3))
        client = Client()
        data = {"version": "3", "other_1": TEXT, "proof": picture(), "send": "1"}
        answer = client.post(f"/ho-so/{visit}/bo-sung/", data)
        html = answer.content.decode()
        assert answer.status_code == 403
        assert "Nhập lại mã tra cứu" in html
        assert "Tệp phải chọn lại" in html
        assert f'value="{receipt.code}"' in html
        sent = hidden(html)
        wrong = client.post("/tra-cuu/", {**sent, "code": receipt.code, "lookup_key": "AAAABBBB"})
        assert wrong.status_code == 422
        assert hidden(wrong.content.decode()) == sent, "a wrong key loses nothing"
        right = client.post("/tra-cuu/", {**sent, "code": receipt.code, "lookup_key": receipt.lookup_key})
        assert right["Location"].endswith("/bo-sung/")
        assert "0912 &lt;000&gt; 111" in client.get(right["Location"]).content.decode()

    def test_reason_of_a_withdrawal_is_restored_after_entering_the_key(self, clock: Any) -> None:
        receipt = file_dossier()
        visit = credentials.visit_token(receipt.dossier)
        clock.shift(timedelta(hours=3))
        client = Client()
        page = client.post(f"/ho-so/{visit}/rut/", {"version": "1", "reason": "Nộp nhầm nơi"})
        sent = hidden(page.content.decode())
        answer = client.post("/tra-cuu/", {**sent, "code": receipt.code, "lookup_key": receipt.lookup_key})
        html = answer.content.decode()
        assert "Nộp nhầm nơi" in html
        action = re.search(r'action="(/ho-so/v\.[^"]+/rut/)"', html)[1]
        assert client.post(action, {"version": "1", "reason": "Nộp nhầm nơi"}).status_code == 302

    def test_page_of_an_expired_visit_asks_for_the_key(self, clock: Any) -> None:
        receipt = file_dossier()
        visit = credentials.visit_token(receipt.dossier)
        clock.shift(timedelta(hours=3))
        for page in ("", "noi-dung/", "rut/", "du-lieu.json", "ma-tra-cuu/"):
            answer = Client().get(f"/ho-so/{visit}/{page}")
            assert answer.status_code == 403, page
            assert "Nhập lại mã tra cứu" in answer.content.decode()
            assert receipt.dossier.applicant_name not in answer.content.decode()

    def test_forged_visit_is_the_usual_404(self, clock: Any) -> None:
        receipt = file_dossier()
        visit = credentials.visit_token(receipt.dossier)
        clock.shift(timedelta(hours=3))
        assert Client().get(f"/ho-so/{visit[:-1]}/").status_code == 404


class TestReplacedKey:
    """A visit that someone else began with the lost key ends when the key is replaced."""

    def test_no_page_opens_and_nothing_changes(self) -> None:
        receipt = file_dossier()
        visit = credentials.visit_token(receipt.dossier)
        assert Client().get(f"/ho-so/{visit}/").status_code == 200
        officer = officer_of(receipt.dossier)
        services.replace_secrets(dossier_id=receipt.dossier.pk, actor=officer, data={"by": "desk"})
        for page in ("", "noi-dung/", "rut/", "bo-sung/", "du-lieu.json", "ma-tra-cuu/", "giay/mau-01.pdf"):
            answer = Client().get(f"/ho-so/{visit}/{page}")
            assert answer.status_code == 403, page
            assert "Nhập mã tra cứu mới" in answer.content.decode()
        answer = Client().post(f"/ho-so/{visit}/rut/", {"version": "2", "reason": "Không phải tôi"})
        assert answer.status_code == 403
        assert "Không phải tôi" in answer.content.decode(), "kept for whoever has the new key"
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.status != "withdrawn"

    def test_former_private_link_explains_itself_and_keeps_what_was_typed(self) -> None:
        receipt = file_dossier()
        request_supplement(receipt.dossier)
        officer = officer_of(receipt.dossier)
        services.replace_secrets(dossier_id=receipt.dossier.pk, actor=officer, data={"by": "desk"})
        for page in ("", "noi-dung/", "rut/", "bo-sung/", "du-lieu.json", "giay/mau-01.pdf"):
            answer = Client().get(f"/ho-so/{receipt.token}/{page}")
            assert answer.status_code == 403, page
            assert "Nhập mã tra cứu mới" in answer.text
            assert receipt.dossier.applicant_name not in answer.text
        client = Client()
        page = client.post(f"/ho-so/{receipt.token}/bo-sung/", {"other_1": "0912 345 678"})
        assert page.status_code == 403
        dossier = Dossier.objects.get()
        sent = dict(re.findall(r'name="((?:kept\.)?[\w.]+)"[^>]* value="([^"]*)"', page.text))
        key = services.recently_issued_secrets(dossier).lookup_key
        client.post("/tra-cuu/", sent | {"code": receipt.code, "lookup_key": key})
        assert dossier.supplement_requests.get().typed["other_1"] == "0912 345 678"

    def test_each_former_link_is_known_and_an_invented_one_is_the_usual_404(self) -> None:
        receipt = file_dossier()
        officer, links = officer_of(receipt.dossier), [receipt.token]
        for _time in range(2):
            services.replace_secrets(dossier_id=receipt.dossier.pk, actor=officer, data={"by": "desk"})
            links.append(services.recently_issued_secrets(Dossier.objects.get()).token)
        assert [Client().get(f"/ho-so/{link}/").status_code for link in links] == [403, 403, 200]
        assert Client().get(f"/ho-so/{credentials.new_token()}/").status_code == 404

    def test_rotation_of_secrets_does_not_end_visits(self, settings: Any) -> None:
        receipt = file_dossier()
        visit = credentials.visit_token(receipt.dossier)
        Dossier.objects.update(secret_seed="")
        settings.LOOKUP_SECRETS = {"next": "n" * 60, **settings.LOOKUP_SECRETS}
        Client().post("/tra-cuu/", {"code": receipt.code, "lookup_key": receipt.lookup_key})
        receipt.dossier.refresh_from_db()
        assert receipt.dossier.secret_id == "next"
        assert Client().get(f"/ho-so/{visit}/").status_code == 200


class TestSupplement:
    def test_typed_texts_are_kept_for_another_browser(self) -> None:
        receipt = file_dossier()
        request_supplement(receipt.dossier)
        address = f"/ho-so/{receipt.token}/bo-sung/"
        answer = Client().post(address, {"other_1": TEXT, "autosave": "1"})
        assert re.fullmatch(r"\d\d:\d\d", answer.json()["time"])
        page = Client().get(address).content.decode()
        assert "0912 &lt;000&gt; 111" in page
        assert "field--bad" not in page

    def test_second_answer_gets_the_message_that_it_came_too_late(self) -> None:
        receipt = file_dossier()
        request_supplement(receipt.dossier)
        address = f"/ho-so/{receipt.token}/bo-sung/"
        client = Client()
        client.post(address, {"version": "3", "other_1": "Mẹ", "proof": picture()})
        late = client.post(address, {"version": "3", "other_1": "Cha"})
        assert late.status_code == 409
        assert "Bạn đã gửi bổ sung trước đó" in late.content.decode()
        assert "Cha" in late.content.decode()
        same = client.post(address, {"version": "3", "other_1": "Mẹ"})
        assert same["Location"] == f"/ho-so/{receipt.token}/"

    def test_sent_supplement_is_confirmed_on_the_page(self) -> None:
        receipt = file_dossier()
        request_supplement(receipt.dossier)
        client = Client()
        data = {"version": "3", "other_1": "Mẹ", "proof": picture()}
        page = client.post(f"/ho-so/{receipt.token}/bo-sung/", data, follow=True).content.decode()
        assert "Cơ quan đã nhận nội dung bổ sung của bạn." in page
        request = receipt.dossier.supplement_requests.get()
        assert (request.typed, request.answers) == ({}, {"other_1": "Mẹ"})

    def test_dossier_not_accepted_yet_says_that_the_supplement_was_sent(self) -> None:
        receipt = file_dossier()
        officer = officer_of(receipt.dossier)
        services.apply_action(
            dossier_id=receipt.dossier.pk,
            expected_version=1,
            action="request_supplement",
            actor=officer,
            reason="Thiếu",
        )
        SupplementRequest.objects.create(
            dossier=receipt.dossier,
            number=1,
            items=SUPPLEMENT_ITEMS[1:],
            reason="Thiếu",
            requested_at=timezone.now(),
        )
        data = {"version": "2", "other_1": "Mẹ"}
        page = Client().post(f"/ho-so/{receipt.token}/bo-sung/", data, follow=True).content.decode()
        assert "Bạn đã gửi bổ sung" in page
        assert "Bạn đã nộp hồ sơ" not in page

    def test_document_of_the_form_accepts_the_file_types_of_the_form(self) -> None:
        receipt = file_dossier()
        request_supplement(receipt.dossier)
        schema = receipt.dossier.form_version.schema
        for step in schema["steps"]:
            for field in step["fields"]:
                if field["id"] == "proof":
                    field["options"] = {"extensions": ["pdf"]}
        request = receipt.dossier.supplement_requests.get()
        request.dossier.form_version.schema = schema
        assert supplement_step(request).fields[0].options == {
            "extensions": ["pdf"], "replaced_by": "proof-missing",
        }  # fmt: skip


def test_lookup_beyond_the_limit_states_the_waiting_time() -> None:
    with time_machine.travel(timezone.now(), tick=False):
        answers = [
            Client().post("/tra-cuu/", {"code": "H12.1-260101-0001", "lookup_key": "AAAABBBB"})
            for _n in range(13)
        ]
    assert answers[-1].status_code == 429
    assert re.search(r"Thử lại sau \d+ phút", answers[-1].content.decode())
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600


@pytest.mark.parametrize(
    "typed", ["h12.44 261130 0006", "H12.44 – 261130 – 0006", "H12.44-261130-0006 ", "H12 .44-261130-0006"]
)
def test_code_may_be_typed_with_spaces_instead_of_dashes(typed: str) -> None:
    assert codes.normalise(typed) == "H12.44-261130-0006"
