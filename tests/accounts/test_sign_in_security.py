"""Sign-in reveals no accounts, limits guessing, and invalidates old sessions."""

from __future__ import annotations

import re

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts import views
from core.web.throttle import Throttle
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db
LOGIN, PASSWORD = "/tai-khoan/dang-nhap/", "/tai-khoan/mat-khau/"
SECRET, NEW = "mat-khau-rat-dai", "con-vit-cao-canh"


def sign_in(client, username, password=SECRET, **headers):
    return client.post(LOGIN, {"username": username, "password": password}, **headers)


def signed_in(client) -> bool:
    return client.get(PASSWORD).status_code == 200


def visible_page(response) -> str:
    """Return the page without values that differ in every response."""
    text = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", response.text)
    return re.sub(r'value="[^"]*"', "", text)


class TestEnumeration:
    """Responses do not reveal which accounts exist."""

    @pytest.fixture
    def users(self):
        UserFactory(username="co")
        UserFactory(username="dong", is_active=False)
        UserFactory(username="chua-dat", password=make_password(None))

    @pytest.mark.parametrize(
        ("username", "password"),
        [
            ("khong-co", SECRET),
            ("dong", SECRET),
            ("dong", "sai"),
            ("chua-dat", ""),
            ("CO", SECRET),
            ("chua-dat", "!"),
        ],
    )
    def test_all_failures_have_the_same_response(self, users, username, password):
        wrong = sign_in(Client(), "co", "sai")
        other = sign_in(Client(), username, password or "sai")
        assert other.status_code == wrong.status_code == 200
        assert visible_page(other) == visible_page(wrong)
        assert other.cookies.keys() == wrong.cookies.keys()

    def test_password_is_hashed_for_unknown_users_too(self, users, monkeypatch):
        """Otherwise the response time would reveal accounts."""
        hashed = []
        from django.contrib.auth.hashers import MD5PasswordHasher  # noqa: PLC0415

        encode = MD5PasswordHasher.encode
        monkeypatch.setattr(
            MD5PasswordHasher, "encode", lambda self, *args: hashed.append(1) or encode(self, *args)
        )
        for username in ("co", "khong-co", "dong"):
            hashed.clear()
            sign_in(Client(), username, "sai")
            assert len(hashed) == 1, username

    def test_lockout_is_the_same_for_unknown_users(self, users, settings):
        settings.AXES_ENABLED, settings.AXES_FAILURE_LIMIT = True, 3
        answers = {name: [sign_in(Client(), name, "sai") for _ in range(4)] for name in ("co", "khong-co")}
        assert [answer.status_code for answer in answers["co"]] == [200, 200, 429, 429]
        assert [answer.status_code for answer in answers["khong-co"]] == [200, 200, 429, 429]
        assert visible_page(answers["co"][-1]) == visible_page(answers["khong-co"][-1])

    def test_account_addresses_redirect_anonymous_users_to_sign_in(self, client):
        for address in ("/quan-tri/users/", "/quan-tri/users/edit/1/", "/quan-tri/users/edit/999999/"):
            assert client.get(address).headers["Location"].startswith(LOGIN)


class TestGuessing:
    @pytest.fixture(autouse=True)
    def _locks(self, settings):
        settings.AXES_ENABLED, settings.AXES_FAILURE_LIMIT = True, 3

    def test_success_resets_the_failure_count(self, client):
        UserFactory(username="lan")
        for _ in range(3):
            assert sign_in(Client(), "lan", "sai").status_code == 200
            assert sign_in(Client(), "lan", "sai").status_code == 200
            assert sign_in(Client(), "lan").status_code == 302

    def test_forwarded_header_is_ignored_without_trusted_proxies(self, client, settings):
        settings.TRUSTED_PROXIES = 0
        UserFactory(username="lan")
        codes = [
            sign_in(client, "lan", "sai", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}").status_code
            for number in range(4)
        ]
        assert codes == [200, 200, 429, 429]

    def test_spoofed_entries_of_the_forwarded_header_are_ignored(self, client, settings):
        settings.TRUSTED_PROXIES = 1
        UserFactory(username="lan")
        codes = [
            sign_in(client, "lan", "sai", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}, 203.0.113.9").status_code
            for number in range(4)
        ]
        assert codes == [200, 200, 429, 429]

    @pytest.mark.parametrize("address", ["", "unix:", "x" * 50])
    def test_failures_without_a_client_address_are_counted(self, client, address):
        UserFactory(username="lan")
        codes = [sign_in(client, "lan", "sai", REMOTE_ADDR=address).status_code for _ in range(4)]
        assert codes == [200, 200, 429, 429]
        assert AccessAttempt.objects.get().ip_address == "0.0.0.0"

    @pytest.mark.parametrize("name", ["\x00lan", "l" * 5000, "lan\u202e", "<script>", "' OR 1=1 --", ""])
    def test_malformed_username_fails_without_an_error(self, client, name):
        assert sign_in(client, name, "sai").status_code in {200, 400}

    def test_page_views_and_successful_sign_ins_are_not_counted(self, client, monkeypatch):
        monkeypatch.setattr(views, "SIGN_IN_FAILURES", Throttle("test.sign_in", limit=1, seconds=600))
        UserFactory(username="lan")
        assert [client.get(LOGIN).status_code for _ in range(4)] == [200] * 4
        assert [sign_in(Client(), "lan").status_code for _ in range(4)] == [302] * 4

    def test_passwords_are_neither_stored_nor_logged(self, client, caplog):
        UserFactory(username="lan")
        sign_in(client, "lan", "mot-mat-khau-sai")
        attempt = AccessAttempt.objects.get()
        assert "mot-mat-khau-sai" not in f"{attempt.get_data} {attempt.post_data} {attempt.path_info}"
        assert "mot-mat-khau-sai" not in caplog.text


class TestSessions:
    def test_session_key_changes_at_sign_in(self, client):
        UserFactory(username="lan")
        session = client.session
        session["planted"] = "yes"
        session.save()
        before = session.session_key
        sign_in(client, "lan")
        assert client.session.session_key != before
        assert not Client(headers={"cookie": f"sessionid={before}"}).session.get("_auth_user_id")

    def test_session_is_invalid_after_sign_out(self, client):
        UserFactory(username="lan")
        sign_in(client, "lan")
        key = client.session.session_key
        client.post("/tai-khoan/dang-xuat/")
        again = Client()
        again.cookies["sessionid"] = key
        assert not signed_in(again)

    def test_next_user_of_the_browser_gets_a_new_session(self, client):
        UserFactory(username="lan")
        UserFactory(username="hoa")
        sign_in(client, "lan")
        session = client.session
        session["draft"] = "của Lan"
        session.save()
        client.post("/tai-khoan/dang-xuat/")
        sign_in(client, "hoa")
        assert "draft" not in client.session

    def test_password_change_ends_other_sessions_only(self):
        UserFactory(username="lan")
        here, elsewhere = Client(), Client()
        sign_in(here, "lan")
        sign_in(elsewhere, "lan")
        before = here.session.session_key
        here.post(PASSWORD, {"old_password": SECRET, "new_password1": NEW, "new_password2": NEW})
        assert signed_in(here)
        assert here.session.session_key != before
        assert not signed_in(elsewhere)
        assert sign_in(Client(), "lan").status_code == 200
        assert sign_in(Client(), "lan", NEW).status_code == 302

    def test_deactivation_ends_sessions_at_once(self, client):
        user = UserFactory(username="lan")
        sign_in(client, "lan")
        assert signed_in(client)
        type(user).objects.filter(pk=user.pk).update(is_active=False)
        assert not signed_in(client)

    def test_session_cookie_is_httponly(self, client):
        UserFactory(username="lan")
        cookie = sign_in(client, "lan").cookies["sessionid"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["max-age"] == 8 * 60 * 60

    @pytest.mark.parametrize(
        ("one", "two"),
        [
            (NEW, "khac-voi-cai-kia"),
            ("123456789012", "123456789012"),
            ("nguyen-thi-lan", "nguyen-thi-lan"),
            ("", ""),
        ],
    )
    def test_weak_password_is_rejected(self, client, one, two):
        user = UserFactory(username="nguyen-thi-lan")
        client.force_login(user)
        response = client.post(PASSWORD, {"old_password": SECRET, "new_password1": one, "new_password2": two})
        assert response.status_code == 200
        user.refresh_from_db()
        assert user.check_password(SECRET)
