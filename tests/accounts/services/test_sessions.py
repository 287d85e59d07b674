"""People see where they are signed in, sign out elsewhere, and are notified of sign-ins from new devices."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import KnownDevice, SignedInSession
from accounts.services import sessions
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db
LOGIN, ACCOUNT, END = "/tai-khoan/dang-nhap/", "/tai-khoan/", "/tai-khoan/phien-lam-viec/"
PASSWORD = "mat-khau-rat-dai"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"


def sign_in(client: Client | None = None, *, agent: str = FIREFOX, address: str = "203.0.113.9") -> Client:
    client = client or Client()
    client.defaults |= {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address}
    client.post(LOGIN, {"username": "lan", "password": PASSWORD})
    return client


def is_signed_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


@pytest.fixture(autouse=True)
def lan() -> Any:
    return UserFactory(username="lan")


class TestList:
    def test_shows_device_rough_network_and_times(self) -> None:
        client = sign_in()
        sign_in(agent=EDGE, address="2001:db8:1:2:3::4")
        text = client.get(ACCOUNT).text
        assert "Firefox · Windows · 203.0.113.x" in text
        assert "Edge · Linux · 2001:db8:1::" in text
        assert text.count("data-session") == 2
        assert text.count("thiết bị này") == 1

    def test_does_not_show_sessions_of_others(self, lan: Any) -> None:
        client = sign_in()
        UserFactory(username="khac")
        other = Client()
        other.post(LOGIN, {"username": "khac", "password": PASSWORD})
        assert client.get(ACCOUNT).text.count("data-session") == 1

    def test_number_of_queries_does_not_depend_on_the_rows(self, django_assert_num_queries: Any) -> None:
        client = sign_in()
        client.get(ACCOUNT)
        for _number in range(5):
            sign_in()
        with django_assert_num_queries(6):
            client.get(ACCOUNT)

    def test_time_and_key_are_updated_by_use(self, time_machine: Any) -> None:
        time_machine.move_to("2026-03-04 08:00 +0700", tick=False)
        client = sign_in()
        time_machine.shift(120)
        client.get(ACCOUNT)
        row = SignedInSession.objects.get()
        assert row.last_used_at - row.signed_in_at == dt.timedelta(seconds=120)
        assert row.session_key == client.session.session_key


class TestEnding:
    def test_one_session_ends(self) -> None:
        here, there, elsewhere = sign_in(), sign_in(), sign_in()
        here.post(END, {"session": there.session["session_row"]})
        assert [is_signed_in(client) for client in (here, there, elsewhere)] == [True, False, True]

    def test_all_others_end(self) -> None:
        here, there, elsewhere = sign_in(), sign_in(), sign_in()
        here.post(END, {"session": "others"})
        assert [is_signed_in(client) for client in (here, there, elsewhere)] == [True, False, False]
        assert SignedInSession.objects.count() == 1

    @pytest.mark.parametrize("value", ["", "abc", "0", "99999999999999999999"])
    def test_nonsense_ends_nothing(self, value: str) -> None:
        here, there = sign_in(), sign_in()
        here.post(END, {"session": value})
        assert is_signed_in(there)

    def test_nobody_ends_the_session_of_another_person(self) -> None:
        victim = sign_in()
        UserFactory(username="khac")
        other = Client()
        other.post(LOGIN, {"username": "khac", "password": PASSWORD})
        other.post(END, {"session": victim.session["session_row"]})
        assert is_signed_in(victim)

    def test_signing_out_removes_the_session_from_the_list(self) -> None:
        sign_in().post("/tai-khoan/dang-xuat/")
        assert not SignedInSession.objects.exists()

    def test_people_whose_session_is_not_listed_can_sign_out(self) -> None:
        assert Client().post("/tai-khoan/dang-xuat/").status_code == 302
        client = sign_in()
        session = client.session
        del session["session_row"]
        session.save()
        client.post("/tai-khoan/dang-xuat/")
        assert not is_signed_in(client)

    def test_all_or_none_end(self, lan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        clients = [sign_in(), sign_in()]
        delete = SessionStore.delete

        def fail_at_the_second(store: SessionStore, session_key: str | None = None) -> None:
            if (
                session_key == clients[0].session.session_key
                or store.session_key == clients[0].session.session_key
            ):
                raise RuntimeError("no connection")
            delete(store, session_key)

        monkeypatch.setattr(SessionStore, "delete", fail_at_the_second)
        with pytest.raises(RuntimeError, match="no connection"):
            sessions.end_sessions(user=lan)
        assert [is_signed_in(client) for client in clients] == [True, True]

    def test_new_password_ends_the_others_and_keeps_this_one_endable(self, lan: Any) -> None:
        here, there = sign_in(), sign_in()
        new = "con-vit-cao-canh-77"
        here.post(
            "/tai-khoan/mat-khau/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        )
        assert (is_signed_in(here), is_signed_in(there)) == (True, False)
        sessions.end_sessions(user=lan)
        assert not is_signed_in(here)


class TestNewDevice:
    @pytest.fixture(autouse=True)
    def _commit(self, django_capture_on_commit_callbacks: Any) -> Any:
        self.commit = lambda: django_capture_on_commit_callbacks(execute=True)

    def test_first_device_is_not_reported(self) -> None:
        with self.commit():
            sign_in()
        assert not mail.outbox

    def test_second_device_is_reported_once(self, lan: Any) -> None:
        with self.commit():
            sign_in()
            second = sign_in(agent=EDGE)
        (message,) = mail.outbox
        assert message.to == [lan.email]
        assert "Edge · Linux" in message.body
        with self.commit():
            second.post("/tai-khoan/dang-xuat/")
            sign_in(second, agent=EDGE)
        assert len(mail.outbox) == 1

    def test_cookie_is_out_of_reach_of_scripts_and_only_its_hash_is_kept(self) -> None:
        cookie = sign_in().cookies["device"]
        assert cookie["httponly"]
        assert KnownDevice.objects.get().token_hash != cookie.value

    def test_device_of_one_person_is_new_for_another(self) -> None:
        UserFactory(username="khac")
        client = sign_in()
        client.post("/tai-khoan/dang-xuat/")
        client.post(LOGIN, {"username": "khac", "password": PASSWORD})
        assert KnownDevice.objects.count() == 2


def test_old_rows_are_deleted(lan: Any) -> None:
    now = timezone.now()
    for hours in (7, 9):
        row = sessions.record_sign_in(user=lan, session_key="a", user_agent="", address="")
        SignedInSession.objects.filter(pk=row.pk).update(signed_in_at=now - dt.timedelta(hours=hours))
    for days in (364, 366):
        KnownDevice.objects.create(user=lan, token_hash=f"{days}", last_used_at=now - dt.timedelta(days=days))
    assert sessions.delete_expired_sessions(now=now) == 2
    assert KnownDevice.objects.get().token_hash == "364"
