"""Limits that no header, spelling or second address gets round, and that shut out nobody else."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import pytest
from django.core import mail
from django.test import Client, RequestFactory

from accounts.models import Membership
from accounts.services import grant
from core.throttle import Throttle, client_network
from forms_app.dossiers.models import Attachment, Draft
from tests.accounts.factories import AgencyFactory, UserFactory
from tests.dossiers.factories import file_dossier, make_form, picture
from tests.home.factories import front_page

pytestmark = pytest.mark.django_db
LOGIN, LOOKUP, RESET = "/tai-khoan/dang-nhap/", "/tra-cuu/", "/quan-tri/password_reset/"
RIGHT = "mat-khau-rat-dai"
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
def test_a_person_is_their_network(address: str, network: str) -> None:
    assert client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == network


class TestLookup:
    def guess(self, number: int, **headers: Any) -> int:
        data = {"code": f"H12.1-260101-{number:04d}", "secret": "AAAABBBB"}
        return Client().post(LOOKUP, data, **headers).status_code

    @pytest.mark.parametrize("header", FORGED)
    def test_no_header_gives_new_tries(self, header: str) -> None:
        assert [self.guess(n, **{header: f"10.0.0.{n}"}) for n in range(31)][-1] == 429

    def test_neither_do_the_addresses_of_one_line(self) -> None:
        assert [self.guess(n, REMOTE_ADDR=f"2001:db8::{n:x}") for n in range(31)][-1] == 429

    def test_a_code_written_differently_is_the_same_code(self) -> None:
        told = file_dossier()
        spellings = (told.code, told.code.lower(), f" {told.code} ", told.code.replace("-", "–"))
        codes = [statuses(1, LOOKUP, {"code": spellings[n % 4], "secret": "AAAABBBB"})[0] for n in range(13)]
        assert codes == [422] * 12 + [429]

    def test_a_stranger_shuts_nobody_out(self) -> None:
        told = file_dossier()
        for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3"):
            wrong = {"code": told.code, "secret": "AAAABBBB"}
            assert statuses(13, LOOKUP, wrong, REMOTE_ADDR=address)[-1] == 429
        right = {"code": told.code, "secret": told.secret}
        assert statuses(1, LOOKUP, right, REMOTE_ADDR="10.0.1.1") == [302]

    def test_the_answer_to_a_wrong_key_and_to_no_dossier_is_the_same(self) -> None:
        told = file_dossier()
        answers = [
            Client().post(LOOKUP, {"code": code, "secret": "AAAABBBB"}).content.decode().replace(code, "")
            for code in (told.code, "H12.99-260101-9999")
        ]
        assert answers[0].count("csrf") == answers[1].count("csrf")
        assert abs(len(answers[0]) - len(answers[1])) < 3


class TestSignIn:
    @pytest.fixture(autouse=True)
    def _with_axes(self, settings: Any) -> None:
        settings.AXES_ENABLED = True

    @pytest.mark.parametrize("name", ["can-bo", " can-bo ", "ｃan-bo", "can-bo\u200b"])
    def test_another_spelling_of_the_name_gives_no_new_tries(self, name: str) -> None:
        UserFactory(username="can-bo")
        statuses(8, LOGIN, {"username": "can-bo", "password": "sai"})
        client = Client()
        client.post(LOGIN, {"username": name, "password": RIGHT})
        assert "_auth_user_id" not in client.session

    def test_one_password_on_many_names_ends(self) -> None:
        UserFactory(username="that")
        codes = [statuses(1, LOGIN, {"username": f"ten-{n}", "password": RIGHT})[0] for n in range(60)]
        assert set(codes) == {200}
        assert statuses(1, LOGIN, {"username": "that", "password": RIGHT}) == [429]
        assert statuses(1, LOGIN, {"username": "that", "password": RIGHT}, REMOTE_ADDR="10.0.0.9") == [302]

    def test_signing_in_rightly_costs_no_tries(self) -> None:
        UserFactory(username="that")
        assert set(statuses(70, LOGIN, {"username": "that", "password": RIGHT})) == {302}

    @pytest.mark.parametrize("door", ["/quan-tri/login/", "/_util/login/", "/en/_util/login/"])
    def test_there_is_no_second_door(self, door: str) -> None:
        assert "dang-nhap" in Client().get(door).headers["Location"]
        assert "dang-nhap" in Client().post(door, {"username": "a", "password": "b"}).headers["Location"]


class TestReset:
    def test_nobody_is_buried_in_mails(self) -> None:
        UserFactory(email="can-bo@example.vn")
        for number in range(6):
            statuses(1, RESET, {"email": "can-bo@example.vn"}, REMOTE_ADDR=f"10.0.0.{number}")
        assert len(mail.outbox) == 3

    def test_the_answer_tells_nobody_who_has_an_account(self) -> None:
        UserFactory(email="can-bo@example.vn")
        known, unknown = (
            Client().post(RESET, {"email": one}) for one in ("can-bo@example.vn", "x@example.vn")
        )
        assert (known.status_code, known.headers["Location"]) == (
            unknown.status_code,
            unknown.headers["Location"],
        )

    def test_the_link_leads_to_the_portal_whatever_the_host_says(self, settings: Any) -> None:
        settings.WAGTAILADMIN_BASE_URL = "https://cong.example.vn"
        UserFactory(email="can-bo@example.vn")
        Client().post(RESET, {"email": "can-bo@example.vn"}, headers={"host": "evil.example"})
        assert "https://cong.example.vn/quan-tri/password_reset/" in mail.outbox[0].body
        assert "evil.example" not in mail.outbox[0].body + mail.outbox[0].subject


class TestFiling:
    def test_drafts_are_not_begun_without_end(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(
            "forms_app.dossiers.views.limits.BEGUN", Throttle("t.begun", limit=3, seconds=3600)
        )
        core_code = make_form().definition.procedure.core_code
        codes = statuses(5, f"/nop-ho-so/{core_code}/", {})
        assert codes == [302] * 3 + [429] * 2
        assert Draft.objects.count() == 3

    def test_nor_files_sent(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(
            "forms_app.dossiers.views.limits.UPLOADED", Throttle("t.up", limit=2, seconds=3600)
        )
        core_code = make_form().definition.procedure.core_code
        codes = []
        for _draft in range(3):
            client = Client()
            client.post(f"/nop-ho-so/{core_code}/")
            data = {"proof": picture(), "upload": "1"}
            codes.append(client.post(f"/nop-ho-so/{core_code}/buoc/child/", data).status_code)
        assert codes == [200, 200, 422]
        assert Attachment.objects.count() == 2


def stays(location: str) -> bool:
    """Say whether a browser that follows ``location`` is still here; browsers read a backslash as a slash."""
    read = "".join(location.replace("\\", "/").split())
    return urljoin("https://cong.vn/tai-khoan/dang-nhap/", read).startswith("https://cong.vn/")


class TestWayBack:
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

    @pytest.mark.parametrize("wanted", EVIL)
    def test_nobody_is_sent_away(self, wanted: str) -> None:
        front_page()
        UserFactory(username="a")
        answer = Client().post(LOGIN, {"username": "a", "password": RIGHT, "next": wanted})
        assert stays(answer.headers["Location"])
        client = Client()
        client.force_login(UserFactory(is_superuser=True))
        assert stays(client.get(LOGIN, {"next": wanted}).headers["Location"])
        assert stays(client.post("/tai-khoan/dang-xuat/", {"next": wanted}).headers["Location"])

    def test_an_officer_at_the_door_of_the_admin_does_not_go_in_circles(self) -> None:
        officer = UserFactory()
        grant(user=officer, agency=AgencyFactory(), role=Membership.Role.RECEPTION)
        client = Client()
        client.force_login(officer)
        answer = client.get("/quan-tri/", follow=True)
        assert len(answer.redirect_chain) < 4
        assert answer.request["PATH_INFO"] == "/mot-cua/"


class TestSession:
    def test_the_session_of_a_stranger_is_never_that_of_an_officer(self) -> None:
        UserFactory(username="a")
        client = Client()
        session = client.session
        session["planted"] = 1
        session.save()
        before = session.session_key
        client.post(LOGIN, {"username": "a", "password": RIGHT})
        assert client.session.session_key != before
        other = Client()
        other.cookies["sessionid"] = str(before)
        assert other.get("/tai-khoan/mat-khau/").status_code == 302

    def test_a_planted_key_is_not_taken_over(self) -> None:
        UserFactory(username="a")
        client = Client()
        client.cookies["sessionid"] = "planted0000000000000000000000000"
        client.post(LOGIN, {"username": "a", "password": RIGHT})
        assert client.cookies["sessionid"].value != "planted0000000000000000000000000"

    def test_signing_out_and_a_new_password_end_it_everywhere(self) -> None:
        user = UserFactory(username="a")
        here, there = Client(), Client()
        for client in (here, there):
            client.post(LOGIN, {"username": "a", "password": RIGHT})
        kept = here.cookies["sessionid"].value
        user.set_password("con-vit-cao-canh")
        user.save()
        assert there.get("/tai-khoan/mat-khau/").status_code == 302
        here.post("/tai-khoan/dang-xuat/")
        again = Client()
        again.cookies["sessionid"] = kept
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
    def test_no_form_is_taken_from_a_foreign_page(self, address: str) -> None:
        client = Client(enforce_csrf_checks=True)
        assert client.post(address, {"a": "1"}).status_code == 403
        assert client.post(address, {"a": "1"}, headers={"origin": "https://evil.example"}).status_code == 403
