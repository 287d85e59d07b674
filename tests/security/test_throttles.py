"""Rate limits cannot be evaded through headers, notation or addresses, and do not block other people."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import pytest
from django.core import mail
from django.test import Client, RequestFactory

from accounts.models import Membership
from accounts.services import grant
from core.web.throttle import Throttle, client_network
from forms_app.dossiers.models import Attachment, Draft
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.forms_app.dossiers.factories import file_dossier, make_form, picture
from tests.home.factories import front_page

pytestmark = pytest.mark.django_db
LOGIN, LOOKUP, RESET = "/tai-khoan/dang-nhap/", "/tra-cuu/", "/quan-tri/password_reset/"
PASSWORD = "mat-khau-rat-dai"
FORGED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_CLIENT_IP", "HTTP_TRUE_CLIENT_IP")


def statuses(count: int, address: str, data: dict[str, str], **headers: str) -> list[int]:
    return [Client().post(address, data, **headers).status_code for _try in range(count)]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_clients_are_counted_by_network(address: str, network: str) -> None:
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == network


class TestLookup:
    def guess(self, number: int, **headers: Any) -> int:
        data = {"code": f"H12.1-260101-{number:04d}", "lookup_key": "AAAABBBB"}
        return Client().post(LOOKUP, data, **headers).status_code

    @pytest.mark.parametrize("header", FORGED)
    def test_forged_headers_give_no_new_attempts(self, header: str) -> None:
        assert [self.guess(n, **{header: f"10.0.0.{n}"}) for n in range(31)][-1] == 429

    def test_addresses_of_one_ipv6_network_share_a_limit(self) -> None:
        assert [self.guess(n, REMOTE_ADDR=f"2001:db8::{n:x}") for n in range(31)][-1] == 429

    def test_notations_of_a_code_share_a_limit(self) -> None:
        receipt = file_dossier()
        notations = (receipt.code, receipt.code.lower(), f" {receipt.code} ", receipt.code.replace("-", "–"))
        codes = [
            statuses(1, LOOKUP, {"code": notations[n % 4], "lookup_key": "AAAABBBB"})[0] for n in range(13)
        ]
        assert codes == [422] * 12 + [429]

    def test_lookup_limit_of_one_address_does_not_block_others(self) -> None:
        receipt = file_dossier()
        for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3"):
            wrong = {"code": receipt.code, "lookup_key": "AAAABBBB"}
            assert statuses(13, LOOKUP, wrong, REMOTE_ADDR=address)[-1] == 429
        right = {"code": receipt.code, "lookup_key": receipt.lookup_key}
        assert statuses(1, LOOKUP, right, REMOTE_ADDR="10.0.1.1") == [302]

    def test_wrong_key_and_unknown_code_get_the_same_response(self) -> None:
        receipt = file_dossier()
        answers = [
            Client().post(LOOKUP, {"code": code, "lookup_key": "AAAABBBB"}).content.decode().replace(code, "")
            for code in (receipt.code, "H12.99-260101-9999")
        ]
        assert answers[0].count("csrf") == answers[1].count("csrf")
        assert abs(len(answers[0]) - len(answers[1])) < 3


class TestSignIn:
    @pytest.fixture(autouse=True)
    def _with_axes(self, settings: Any) -> None:
        settings.AXES_ENABLED = True

    @pytest.mark.parametrize("name", ["can-bo", " can-bo ", "ｃan-bo", "can-bo\u200b"])
    def test_notations_of_a_username_share_a_limit(self, name: str) -> None:
        UserFactory(username="can-bo")
        statuses(8, LOGIN, {"username": "can-bo", "password": "sai"})
        client = Client()
        client.post(LOGIN, {"username": name, "password": PASSWORD})
        assert "_auth_user_id" not in client.session

    def test_one_password_tried_on_many_users_is_blocked(self) -> None:
        UserFactory(username="that")
        codes = [statuses(1, LOGIN, {"username": f"ten-{n}", "password": PASSWORD})[0] for n in range(60)]
        assert set(codes) == {200}
        assert statuses(1, LOGIN, {"username": "that", "password": PASSWORD}) == [429]
        assert statuses(1, LOGIN, {"username": "that", "password": PASSWORD}, REMOTE_ADDR="10.0.0.9") == [302]

    def test_successful_sign_ins_are_not_counted(self) -> None:
        UserFactory(username="that")
        assert set(statuses(70, LOGIN, {"username": "that", "password": PASSWORD})) == {302}

    @pytest.mark.parametrize("address", ["/quan-tri/login/", "/_util/login/", "/en/_util/login/"])
    def test_wagtail_login_addresses_redirect_to_the_sign_in_page(self, address: str) -> None:
        assert "dang-nhap" in Client().get(address).headers["Location"]
        assert "dang-nhap" in Client().post(address, {"username": "a", "password": "b"}).headers["Location"]


class TestReset:
    def test_password_reset_mails_to_one_recipient_are_limited(self) -> None:
        UserFactory(email="can-bo@example.vn")
        statuses(6, RESET, {"email": "can-bo@example.vn"}, REMOTE_ADDR="10.0.0.1")
        assert len(mail.outbox) == 3

    def test_nobody_can_block_another_persons_password_reset(self) -> None:
        UserFactory(email="can-bo@example.vn")
        for number in range(8):
            statuses(1, RESET, {"email": "can-bo@example.vn"}, REMOTE_ADDR=f"10.0.0.{number}")
        mail.outbox.clear()
        statuses(1, RESET, {"email": "can-bo@example.vn"}, REMOTE_ADDR="10.0.1.1")
        assert len(mail.outbox) == 1

    def test_password_reset_response_does_not_reveal_accounts(self) -> None:
        UserFactory(email="can-bo@example.vn")
        existing, unknown = (
            Client().post(RESET, {"email": one}) for one in ("can-bo@example.vn", "x@example.vn")
        )
        assert (existing.status_code, existing.headers["Location"]) == (
            unknown.status_code,
            unknown.headers["Location"],
        )

    def test_reset_link_ignores_the_host_header(self, settings: Any) -> None:
        settings.WAGTAILADMIN_BASE_URL = "https://cong.example.vn"
        UserFactory(email="can-bo@example.vn")
        Client().post(RESET, {"email": "can-bo@example.vn"}, headers={"host": "evil.example"})
        assert "https://cong.example.vn/quan-tri/password_reset/" in mail.outbox[0].body
        assert "evil.example" not in mail.outbox[0].body + mail.outbox[0].subject


class TestFiling:
    def test_drafts_are_limited_per_client(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(
            "forms_app.dossiers.views.throttles.DRAFTS", Throttle("t.begun", limit=3, seconds=3600)
        )
        core_code = make_form().definition.procedure.core_code
        codes = statuses(5, f"/nop-ho-so/{core_code}/", {})
        assert codes == [302] * 3 + [429] * 2
        assert Draft.objects.count() == 3

    def test_uploads_are_limited_per_client(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(
            "forms_app.dossiers.views.throttles.UPLOADS", Throttle("t.up", limit=2, seconds=3600)
        )
        core_code = make_form().definition.procedure.core_code
        codes = []
        for _draft in range(3):
            client = Client()
            client.post(f"/nop-ho-so/{core_code}/")
            data = {"proof": picture(), "upload": "1"}
            answer = client.post(f"/nop-ho-so/{core_code}/buoc/child/", data, follow=True)
            codes.append("field--bad" in answer.content.decode())
        assert codes == [False, False, True]
        assert Attachment.objects.count() == 2


def stays_on_site(location: str) -> bool:
    """Return True if ``location`` is on this site for a browser, which reads a backslash as a slash."""
    read = "".join(location.replace("\\", "/").split())
    return urljoin("https://cong.vn/tai-khoan/dang-nhap/", read).startswith("https://cong.vn/")


class TestNextAddress:
    EVIL = (
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "\t//evil.example",
        "/\t/evil.example",
        "%2f%2fevil.example",
        "//evil.example/mot-cua/",
        "https://localhost@evil.example/",
        "//localhost:80@evil.example",
    )

    @pytest.mark.parametrize("next_address", EVIL)
    def test_next_address_on_another_site_is_ignored(self, next_address: str) -> None:
        front_page()
        UserFactory(username="a")
        answer = Client().post(LOGIN, {"username": "a", "password": PASSWORD, "next": next_address})
        assert stays_on_site(answer.headers["Location"])
        client = Client()
        client.force_login(UserFactory(is_superuser=True))
        assert stays_on_site(client.get(LOGIN, {"next": next_address}).headers["Location"])
        assert stays_on_site(client.post("/tai-khoan/dang-xuat/", {"next": next_address}).headers["Location"])

    def test_desk_officer_opening_the_admin_is_redirected_to_the_desk(self) -> None:
        officer = UserFactory()
        grant(user=officer, agency=AgencyFactory(), role=Membership.Role.RECEIVER)
        client = Client()
        client.force_login(officer)
        answer = client.get("/quan-tri/", follow=True)
        assert len(answer.redirect_chain) < 4
        assert answer.request["PATH_INFO"] == "/mot-cua/"


class TestSession:
    def test_session_key_changes_at_sign_in(self) -> None:
        UserFactory(username="a")
        client = Client()
        session = client.session
        session["planted"] = 1
        session.save()
        before = session.session_key
        client.post(LOGIN, {"username": "a", "password": PASSWORD})
        assert client.session.session_key != before
        other = Client()
        other.cookies["sessionid"] = str(before)
        assert other.get("/tai-khoan/mat-khau/").status_code == 302

    def test_planted_session_key_is_not_used(self) -> None:
        UserFactory(username="a")
        client = Client()
        client.cookies["sessionid"] = "planted0000000000000000000000000"
        client.post(LOGIN, {"username": "a", "password": PASSWORD})
        assert client.cookies["sessionid"].value != "planted0000000000000000000000000"

    def test_sign_out_and_password_change_end_sessions(self) -> None:
        user = UserFactory(username="a")
        here, there = Client(), Client()
        for client in (here, there):
            client.post(LOGIN, {"username": "a", "password": PASSWORD})
        old_key = here.cookies["sessionid"].value
        user.set_password("con-vit-cao-canh")
        user.save()
        assert there.get("/tai-khoan/mat-khau/").status_code == 302
        here.post("/tai-khoan/dang-xuat/")
        again = Client()
        again.cookies["sessionid"] = old_key
        assert again.get("/tai-khoan/mat-khau/").status_code == 302

    @pytest.mark.parametrize(
        "address",
        [
            LOGIN,
            LOOKUP,
            RESET,
            "/tai-khoan/dang-xuat/",
            "/nop-ho-so/1.000001/",
            "/ho-so/x/rut/",
            "/mot-cua/ho-so/x/viec/accept/",
        ],
    )
    def test_forms_require_a_csrf_token_and_origin(self, address: str) -> None:
        client = Client(enforce_csrf_checks=True)
        assert client.post(address, {"a": "1"}).status_code == 403
        assert client.post(address, {"a": "1"}, headers={"origin": "https://evil.example"}).status_code == 403
