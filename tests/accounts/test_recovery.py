"""Password reset: links, recipients, expiry, single use."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import User
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db
RESET, LOGIN = "/quan-tri/password_reset/", "/tai-khoan/dang-nhap/"
NEW = "con-vit-cao-canh-2026"


@pytest.fixture
def officer(time_machine) -> User:
    time_machine.move_to("2026-03-02 09:00 +0700", tick=False)
    return UserFactory(username="can-bo", email="can-bo@example.vn")


def link_for(address: str) -> str:
    Client().post(RESET, {"email": address})
    found = re.search(r"https?://[^/]+(/quan-tri/password_reset/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def reset_password(link: str, password: str = NEW, client: Client | None = None):
    """Follow a reset link and post the new password; return the last response."""
    client = client or Client()
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else link
    return client.post(address, {"new_password1": password, "new_password2": password})


def can_sign_in(password: str, username: str = "can-bo") -> bool:
    client = Client()
    client.post(LOGIN, {"username": username, "password": password})
    return "_auth_user_id" in client.session


def test_link_sets_a_new_password(officer):
    assert reset_password(link_for("can-bo@example.vn")).status_code == 302
    assert can_sign_in(NEW)
    assert not can_sign_in("mat-khau-rat-dai")


def test_link_works_once(officer):
    link = link_for("can-bo@example.vn")
    reset_password(link)
    reset_password(link, "mot-mat-khau-khac-2026")
    assert can_sign_in(NEW)
    assert not can_sign_in("mot-mat-khau-khac-2026")


def test_reset_does_not_sign_in(officer):
    client = Client()
    reset_password(link_for("can-bo@example.vn"), client=client)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("hours", "valid"), [(1, True), (1.9, True), (2.1, False)])
def test_link_expires_after_two_hours(officer, time_machine, hours, valid):
    link = link_for("can-bo@example.vn")
    time_machine.shift(hours * 3600)
    reset_password(link)
    assert User.objects.get(pk=officer.pk).check_password(NEW) is valid


def test_password_change_invalidates_the_link(officer):
    link = link_for("can-bo@example.vn")
    officer.set_password("doi-bang-tay-roi-2026")
    officer.save()
    reset_password(link)
    assert not can_sign_in(NEW)


def test_mail_address_change_invalidates_the_link(officer):
    """Readers of the old mailbox must not get access."""
    link = link_for("can-bo@example.vn")
    User.objects.filter(pk=officer.pk).update(email="moi@example.vn")
    reset_password(link)
    assert not can_sign_in(NEW)


def test_token_is_valid_for_its_user_only(officer):
    other = UserFactory(username="khac", email="khac@example.vn")
    mine, theirs = link_for("can-bo@example.vn"), link_for("khac@example.vn")
    uid, token = mine.rstrip("/").split("/")[-2], theirs.rstrip("/").split("/")[-1]
    reset_password(theirs.replace(theirs.rstrip("/").split("/")[-2], uid))
    assert token
    assert not can_sign_in(NEW)
    assert not User.objects.get(pk=other.pk).check_password(NEW)


def test_tampered_link_is_invalid(officer):
    link = link_for("can-bo@example.vn")
    assert reset_password(link[:-4] + "xxx/").status_code == 200
    assert not can_sign_in(NEW)


@pytest.mark.parametrize("state", ["closed", "no password", "no address", "unknown"])
def test_no_mail_is_sent_to_users_who_cannot_sign_in(officer, state):
    if state == "closed":
        User.objects.filter(pk=officer.pk).update(is_active=False)
    elif state == "no password":
        officer.set_unusable_password()
        officer.save()
    elif state == "no address":
        User.objects.filter(pk=officer.pk).update(email="")
    address = "la@example.vn" if state == "unknown" else "can-bo@example.vn"
    assert Client().post(RESET, {"email": address}).status_code == 302
    assert mail.outbox == []


def test_mail_address_is_case_insensitive(officer):
    Client().post(RESET, {"email": "CAN-BO@Example.vn"})
    assert [message.to for message in mail.outbox] == [["can-bo@example.vn"]]


def test_users_sharing_an_address_each_get_a_link(officer):
    UserFactory(username="chung", email="can-bo@example.vn")
    Client().post(RESET, {"email": "can-bo@example.vn"})
    assert len(mail.outbox) == 2
    assert len({message.body for message in mail.outbox}) == 2


@pytest.mark.parametrize("password", ["ngan", "12345678901234", "can-bo", "password1234"])
def test_weak_password_is_rejected(officer, password):
    assert reset_password(link_for("can-bo@example.vn"), password).status_code == 200
    assert can_sign_in("mat-khau-rat-dai")


def test_mail_and_pages_are_vietnamese(officer):
    link = link_for("can-bo@example.vn")
    assert "mật khẩu" in (mail.outbox[-1].subject + mail.outbox[-1].body).lower()
    client = Client()
    for address in (RESET, link):
        html = client.get(address, follow=True).text
        assert "mật khẩu" in html
        assert "password</" not in html.lower()


def test_reset_ends_open_sessions(officer):
    client = Client()
    client.post(LOGIN, {"username": "can-bo", "password": "mat-khau-rat-dai"})
    assert client.get("/tai-khoan/mat-khau/").status_code == 200
    reset_password(link_for("can-bo@example.vn"))
    assert client.get("/tai-khoan/mat-khau/").status_code == 302


def test_sign_in_page_links_to_the_reset_and_back():
    html = Client().get(LOGIN).text
    assert f'<a href="{RESET}">Quên mật khẩu?</a>' in html
    assert Client().get(RESET).status_code == 200
    done = Client().get("/quan-tri/password_reset/complete/").text
    assert "/quan-tri/login/" in done
    assert Client().get("/quan-tri/login/", follow=True).redirect_chain[-1][0] == LOGIN
