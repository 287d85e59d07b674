"""A forgotten password: what the mail opens, for whom, how long and how often."""

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


def use(link: str, password: str = NEW, client: Client | None = None):
    """Open a link as a browser does and send the new password; return the last answer."""
    client = client or Client()
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0] if form.redirect_chain else link
    return client.post(address, {"new_password1": password, "new_password2": password})


def opens(password: str, username: str = "can-bo") -> bool:
    client = Client()
    client.post(LOGIN, {"username": username, "password": password})
    return "_auth_user_id" in client.session


def test_the_link_sets_a_new_password_and_the_old_one_is_gone(officer):
    assert use(link_for("can-bo@example.vn")).status_code == 302
    assert opens(NEW)
    assert not opens("mat-khau-rat-dai")


def test_it_opens_once(officer):
    link = link_for("can-bo@example.vn")
    use(link)
    use(link, "mot-mat-khau-khac-2026")
    assert opens(NEW)
    assert not opens("mot-mat-khau-khac-2026")


def test_it_signs_nobody_in(officer):
    client = Client()
    use(link_for("can-bo@example.vn"), client=client)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("hours", "open_"), [(1, True), (71, True), (73, False)])
def test_it_ends_after_three_days(officer, time_machine, hours, open_):
    link = link_for("can-bo@example.vn")
    time_machine.shift(hours * 3600)
    use(link)
    assert User.objects.get(pk=officer.pk).check_password(NEW) is open_


def test_an_older_link_ends_when_the_password_changes(officer):
    link = link_for("can-bo@example.vn")
    officer.set_password("doi-bang-tay-roi-2026")
    officer.save()
    use(link)
    assert not opens(NEW)


def test_an_older_link_ends_when_the_address_changes(officer):
    """Whoever reads the old mailbox has no way in any more."""
    link = link_for("can-bo@example.vn")
    User.objects.filter(pk=officer.pk).update(email="moi@example.vn")
    use(link)
    assert not opens(NEW)


def test_a_link_is_for_one_person(officer):
    other = UserFactory(username="khac", email="khac@example.vn")
    mine, theirs = link_for("can-bo@example.vn"), link_for("khac@example.vn")
    uid, token = mine.rstrip("/").split("/")[-2], theirs.rstrip("/").split("/")[-1]
    use(theirs.replace(theirs.rstrip("/").split("/")[-2], uid))
    assert token
    assert not opens(NEW)
    assert not User.objects.get(pk=other.pk).check_password(NEW)


def test_changing_it_in_between_makes_the_link_useless(officer):
    link = link_for("can-bo@example.vn")
    for position in (0, len(link) // 2):
        assert use(link[:-4] + "xxx/").status_code in {200, 404}, position
    assert not opens(NEW)


@pytest.mark.parametrize("state", ["closed", "no password", "no address", "nobody"])
def test_no_mail_goes_to_who_cannot_sign_in(officer, state):
    if state == "closed":
        User.objects.filter(pk=officer.pk).update(is_active=False)
    elif state == "no password":
        officer.set_unusable_password()
        officer.save()
    elif state == "no address":
        User.objects.filter(pk=officer.pk).update(email="")
    address = "la@example.vn" if state == "nobody" else "can-bo@example.vn"
    assert Client().post(RESET, {"email": address}).status_code == 302
    assert mail.outbox == []


def test_an_address_written_in_capitals_is_the_same(officer):
    Client().post(RESET, {"email": "CAN-BO@Example.vn"})
    assert [message.to for message in mail.outbox] == [["can-bo@example.vn"]]


def test_two_people_of_one_address_each_get_their_link(officer):
    UserFactory(username="chung", email="can-bo@example.vn")
    Client().post(RESET, {"email": "can-bo@example.vn"})
    assert len(mail.outbox) == 2
    assert len({message.body for message in mail.outbox}) == 2


@pytest.mark.parametrize("password", ["ngan", "12345678901234", "can-bo", "password1234"])
def test_a_poor_password_is_refused(officer, password):
    assert use(link_for("can-bo@example.vn"), password).status_code == 200
    assert opens("mat-khau-rat-dai")


def test_the_mail_and_the_pages_are_vietnamese(officer):
    link = link_for("can-bo@example.vn")
    assert "mật khẩu" in (mail.outbox[-1].subject + mail.outbox[-1].body).lower()
    client = Client()
    for address in (RESET, link):
        html = client.get(address, follow=True).text
        assert "mật khẩu" in html
        assert "password</" not in html.lower()


def test_a_session_that_is_open_ends_with_the_new_password(officer):
    client = Client()
    client.post(LOGIN, {"username": "can-bo", "password": "mat-khau-rat-dai"})
    assert client.get("/tai-khoan/mat-khau/").status_code == 200
    use(link_for("can-bo@example.vn"))
    assert client.get("/tai-khoan/mat-khau/").status_code == 302


def test_the_door_leads_there_and_back():
    html = Client().get(LOGIN).text
    assert f'<a href="{RESET}">Quên mật khẩu?</a>' in html
    assert Client().get(RESET).status_code == 200
    done = Client().get("/quan-tri/password_reset/complete/").text
    assert "/quan-tri/login/" in done
    assert Client().get("/quan-tri/login/", follow=True).redirect_chain[-1][0] == LOGIN
