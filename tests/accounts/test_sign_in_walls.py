"""The door tells a stranger nothing, tires out who guesses, and leaves no old key behind."""

from __future__ import annotations

import re

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.views import sign_in as module
from core.throttle import Throttle
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db
LOGIN, PASSWORD = "/tai-khoan/dang-nhap/", "/tai-khoan/mat-khau/"
SECRET, NEW = "mat-khau-rat-dai", "con-vit-cao-canh"


def sign_in(client, username, password=SECRET, **headers):
    return client.post(LOGIN, {"username": username, "password": password}, **headers)


def signed_in(client) -> bool:
    return client.get(PASSWORD).status_code == 200


def said(response) -> str:
    """What a person sees, without what differs each time."""
    text = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", response.text)
    return re.sub(r'value="[^"]*"', "", text)


class TestEnumeration:
    """Whoever asks learns nothing about who has an account."""

    @pytest.fixture
    def people(self):
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
    def test_every_failure_looks_like_a_wrong_password(self, people, username, password):
        wrong = sign_in(Client(), "co", "sai")
        other = sign_in(Client(), username, password or "sai")
        assert other.status_code == wrong.status_code == 200
        assert said(other) == said(wrong)
        assert other.cookies.keys() == wrong.cookies.keys()

    def test_an_unknown_name_costs_the_work_of_a_known_one(self, people, monkeypatch):
        """Timing: the password is hashed whether the account is there or not."""
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

    def test_the_lock_is_the_same_for_a_name_that_nobody_has(self, people, settings):
        settings.AXES_ENABLED, settings.AXES_FAILURE_LIMIT = True, 3
        answers = {name: [sign_in(Client(), name, "sai") for _ in range(4)] for name in ("co", "khong-co")}
        assert [answer.status_code for answer in answers["co"]] == [200, 200, 429, 429]
        assert [answer.status_code for answer in answers["khong-co"]] == [200, 200, 429, 429]
        assert said(answers["co"][-1]) == said(answers["khong-co"][-1])

    def test_the_address_of_the_account_page_tells_a_stranger_nothing(self, client):
        for address in ("/quan-tri/users/", "/quan-tri/users/edit/1/", "/quan-tri/users/edit/999999/"):
            assert client.get(address).headers["Location"].startswith(LOGIN)


class TestGuessing:
    @pytest.fixture(autouse=True)
    def _locks(self, settings):
        settings.AXES_ENABLED, settings.AXES_FAILURE_LIMIT = True, 3

    def test_success_forgets_the_failures_before(self, client):
        UserFactory(username="lan")
        for _ in range(3):
            assert sign_in(Client(), "lan", "sai").status_code == 200
            assert sign_in(Client(), "lan", "sai").status_code == 200
            assert sign_in(Client(), "lan").status_code == 302

    def test_a_header_that_anybody_can_write_changes_nobody_s_address(self, client, settings):
        settings.TRUSTED_PROXIES = 0
        UserFactory(username="lan")
        codes = [
            sign_in(client, "lan", "sai", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}").status_code
            for number in range(4)
        ]
        assert codes == [200, 200, 429, 429]

    def test_entries_made_up_before_the_proxy_s_own_change_nothing(self, client, settings):
        settings.TRUSTED_PROXIES = 1
        UserFactory(username="lan")
        codes = [
            sign_in(client, "lan", "sai", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}, 203.0.113.9").status_code
            for number in range(4)
        ]
        assert codes == [200, 200, 429, 429]

    @pytest.mark.parametrize("address", ["", "unix:", "x" * 50])
    def test_a_connection_without_an_address_is_counted_and_breaks_nothing(self, client, address):
        UserFactory(username="lan")
        codes = [sign_in(client, "lan", "sai", REMOTE_ADDR=address).status_code for _ in range(4)]
        assert codes == [200, 200, 429, 429]
        assert AccessAttempt.objects.get().ip_address == "0.0.0.0"

    @pytest.mark.parametrize("name", ["\x00lan", "l" * 5000, "lan\u202e", "<script>", "' OR 1=1 --", ""])
    def test_a_strange_name_is_a_wrong_one(self, client, name):
        assert sign_in(client, name, "sai").status_code in {200, 400}

    def test_reading_the_page_and_getting_in_are_no_failures(self, client, monkeypatch):
        monkeypatch.setattr(module, "FAILURES", Throttle("test.sign_in", limit=1, seconds=600))
        UserFactory(username="lan")
        assert [client.get(LOGIN).status_code for _ in range(4)] == [200] * 4
        assert [sign_in(Client(), "lan").status_code for _ in range(4)] == [302] * 4

    def test_no_password_is_kept_anywhere(self, client, caplog):
        UserFactory(username="lan")
        sign_in(client, "lan", "mot-mat-khau-sai")
        attempt = AccessAttempt.objects.get()
        assert "mot-mat-khau-sai" not in f"{attempt.get_data} {attempt.post_data} {attempt.path_info}"
        assert "mot-mat-khau-sai" not in caplog.text


class TestSessions:
    def test_a_session_planted_before_signing_in_is_not_the_one_after(self, client):
        UserFactory(username="lan")
        session = client.session
        session["planted"] = "yes"
        session.save()
        before = session.session_key
        sign_in(client, "lan")
        assert client.session.session_key != before
        assert not Client(headers={"cookie": f"sessionid={before}"}).session.get("_auth_user_id")

    def test_signing_out_leaves_nothing(self, client):
        UserFactory(username="lan")
        sign_in(client, "lan")
        key = client.session.session_key
        client.post("/tai-khoan/dang-xuat/")
        again = Client()
        again.cookies["sessionid"] = key
        assert not signed_in(again)

    def test_another_person_on_the_same_machine_finds_nothing(self, client):
        UserFactory(username="lan")
        UserFactory(username="hoa")
        sign_in(client, "lan")
        session = client.session
        session["draft"] = "của Lan"
        session.save()
        client.post("/tai-khoan/dang-xuat/")
        sign_in(client, "hoa")
        assert "draft" not in client.session

    def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(self):
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

    def test_closing_an_account_ends_its_sessions_at_once(self, client):
        user = UserFactory(username="lan")
        sign_in(client, "lan")
        assert signed_in(client)
        type(user).objects.filter(pk=user.pk).update(is_active=False)
        assert not signed_in(client)

    def test_the_cookie_is_out_of_reach_of_scripts(self, client):
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
    def test_a_poor_password_is_refused_and_the_old_one_stays(self, client, one, two):
        user = UserFactory(username="nguyen-thi-lan")
        client.force_login(user)
        response = client.post(PASSWORD, {"old_password": SECRET, "new_password1": one, "new_password2": two})
        assert response.status_code == 200
        user.refresh_from_db()
        assert user.check_password(SECRET)
