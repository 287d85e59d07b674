"""Accounts by invitation: the owner sets the password through a one-time link, nobody else."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from accounts.models import User
from accounts.services.invitations import PASSWORD_SET, accept, invite
from core.errors import InvalidInput, NotAllowed
from core.models import OutboxMessage
from tests.accounts.admin_helpers import Role, browser, member, superuser_client
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db
NEW = "con-vit-cao-canh-77"
LOGIN = "/tai-khoan/dang-nhap/"


@pytest.fixture(autouse=True)
def commit(django_capture_on_commit_callbacks: Any) -> Any:
    return lambda: django_capture_on_commit_callbacks(execute=True)


def last_link() -> str:
    found = re.search(r"https?://[^/]+(/tai-khoan/loi-moi/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def set_password(link: str, password: str = NEW) -> Any:
    return Client().post(link, {"new_password1": password, "new_password2": password})


def facts(**fields: Any) -> dict[str, Any]:
    return {"username": "moi", "full_name": "Võ Thị Mới", "email": "moi@example.vn", **fields}


class TestInviting:
    def test_operator_invites_and_the_person_sets_a_password(self, commune, commit):
        with commit():
            browser(member(commune)).post(reverse("wagtailusers_users:add"), facts())
        created = User.objects.get(username="moi")
        assert not created.has_usable_password()
        assert mail.outbox[-1].to == ["moi@example.vn"]
        link = last_link()
        page = Client().get(link)
        assert "moi" in page.text
        assert page.headers["Cache-Control"].count("no-store")
        assert set_password(link).headers["Location"] == LOGIN
        client = Client()
        client.post(LOGIN, {"username": "moi", "password": NEW})
        assert "_auth_user_id" in client.session

    def test_nobody_can_set_the_password_of_another_person(self, commune, commit):
        passwords = {"password1": NEW, "password2": NEW}
        with commit():
            superuser_client().post(reverse("wagtailusers_users:add"), facts(**passwords))
            officer = member(commune, Role.EDITOR)
            for client in (superuser_client(), browser(member(commune))):
                address = reverse("wagtailusers_users:edit", args=[officer.pk])
                assert 'type="password"' not in client.get(address).text
                client.post(address, facts(username=officer.username, is_active="on", **passwords))
        assert not User.objects.get(username="moi").has_usable_password()
        assert User.objects.get(pk=officer.pk).check_password("mat-khau-rat-dai")

    def test_account_needs_a_mail_address(self, commune):
        answer = browser(member(commune)).post(reverse("wagtailusers_users:add"), facts(email=""))
        assert answer.status_code == 200
        assert not User.objects.filter(username="moi").exists()

    def test_link_is_not_stored_in_a_queue(self, commune, commit):
        with commit():
            browser(member(commune)).post(reverse("wagtailusers_users:add"), facts())
        token = last_link().rstrip("/").rsplit("/", 1)[1]
        assert not any(token in str(row.payload) for row in OutboxMessage.objects.all())


class TestLink:
    @pytest.fixture
    def lan(self, time_machine: Any) -> User:
        time_machine.move_to("2026-03-02 09:00 +0700", tick=False)
        return UserFactory(username="lan", last_login=None)

    @pytest.fixture
    def link(self, lan: User, commit: Any) -> str:
        with commit():
            invite(user=lan, by=UserFactory(is_superuser=True))
        return last_link()

    def test_works_once(self, link, lan):
        set_password(link)
        assert set_password(link, "mot-mat-khau-khac-2026").status_code == 410
        lan.refresh_from_db()
        assert lan.check_password(NEW)

    def test_opening_the_link_does_not_spend_it(self, link):
        for _time in range(3):
            assert Client().get(link).status_code == 200

    @pytest.mark.parametrize(("hours", "status"), [(71, 302), (73, 410)])
    def test_expires_after_three_days(self, link, time_machine, hours, status):
        time_machine.shift(dt.timedelta(hours=hours))
        assert set_password(link).status_code == status

    def test_new_one_replaces_it(self, link, lan, commit, time_machine):
        time_machine.shift(1)
        with commit():
            invite(user=lan, by=UserFactory(is_superuser=True))
        assert set_password(link).status_code == 404
        assert set_password(last_link()).status_code == 302

    def test_weak_password_is_refused_with_a_message(self, link, lan):
        answer = set_password(link, "12345")
        assert answer.status_code == 200
        assert "data-error-summary" in answer.text
        lan.refresh_from_db()
        assert lan.check_password("mat-khau-rat-dai")

    def test_closed_account_cannot_set_a_password(self, link, lan):
        User.objects.filter(pk=lan.pk).update(is_active=False)
        assert set_password(link).status_code == 410
        with pytest.raises(NotAllowed):
            accept(token=link.split("/")[-2], password=NEW)

    def test_setting_the_password_is_logged(self, link, lan):
        set_password(link)
        assert ModelLogEntry.objects.for_instance(lan).filter(action=PASSWORD_SET, user=lan).exists()

    def test_forged_link_is_not_found(self, lan):
        assert set_password("/tai-khoan/loi-moi/abc/").status_code == 404


class TestAgain:
    def test_operator_sends_it_again(self, commune, commit):
        officer = member(commune, Role.EDITOR)
        address = reverse("accounts_invite_again", args=[officer.pk])
        operator = browser(member(commune))
        assert address in operator.get(reverse("wagtailusers_users:edit", args=[officer.pk])).text
        with commit():
            operator.post(address)
        assert mail.outbox[-1].to == [officer.email]

    def test_operator_of_another_agency_may_not(self, commune, other):
        officer = member(commune, Role.EDITOR)
        address = reverse("accounts_invite_again", args=[officer.pk])
        assert browser(member(other)).post(address).status_code == 404
        with pytest.raises(NotAllowed):
            invite(user=officer, by=member(other))

    def test_needs_a_fresh_proof(self, commune, time_machine):
        time_machine.move_to("2026-03-02 09:00 +0700", tick=False)
        officer = member(commune, Role.EDITOR)
        operator = browser(member(commune))
        time_machine.shift(299)
        operator.get("/tai-khoan/con-day/")
        time_machine.shift(2)
        answer = operator.post(reverse("accounts_invite_again", args=[officer.pk]))
        assert answer.headers["Location"].startswith("/tai-khoan/xac-nhan-lai/")

    @pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}])
    def test_closed_account_or_one_without_address_is_an_error(self, fields):
        with pytest.raises(InvalidInput):
            invite(user=UserFactory(**fields), by=UserFactory(is_superuser=True))
