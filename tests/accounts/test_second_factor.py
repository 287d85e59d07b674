"""The second factor: who needs it, setting it up, signing in with it, losing it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.views import LoginView
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.models import ModelLogEntry

from accounts.models import Membership, User
from tests.accounts.admin_helpers import browser, member
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory
from tests.accounts.totp import code_at

pytestmark = pytest.mark.django_db
Role = Membership.Role
PASSWORD = "mat-khau-rat-dai"
LOGIN, CODE = "/tai-khoan/dang-nhap/", "/tai-khoan/xac-thuc-hai-buoc/nhap-ma/"
INDEX, APP = "/tai-khoan/xac-thuc-hai-buoc/", "/tai-khoan/xac-thuc-hai-buoc/ung-dung/"
KEYS, CODES = f"{INDEX}khoa/them/", f"{INDEX}ma-du-phong/"
AGAIN = "/tai-khoan/xac-nhan-lai/"
DESK = "/mot-cua/"


@pytest.fixture(autouse=True)
def _required(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    # A request of the test client is part of the test's transaction, which is never committed.
    monkeypatch.setattr(transaction, "on_commit", lambda call, **_options: call())


@pytest.fixture
def officer() -> User:
    return member(AgencyFactory(), Role.RECEIVER, username="can-bo")


def sign_in(user: User, **data: str) -> tuple[Client, Any]:
    client = Client()
    return client, client.post(LOGIN, {"username": user.username, "password": PASSWORD, **data})


def enrol(user: User) -> tuple[str, list[str]]:
    """Set up an app as ``user`` in a separate session; return its secret and the recovery codes."""
    client, _answer = sign_in(user)
    secret = client.get(APP).context["form"].secret
    codes = client.post(APP, {"code": code_at(secret)}, follow=True)
    return secret, re.findall(r'class="code">(\d{8})<', codes.text)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


class TestRequirement:
    @pytest.mark.parametrize(
        "role", [Role.RECEIVER, Role.HANDLER, Role.HEAD, Role.RETURNER, Role.INSPECTOR, Role.OPERATOR]
    )
    def test_reading_and_administering_roles_see_nothing_but_the_setup(self, role: str) -> None:
        client, _answer = sign_in(member(AgencyFactory(), role))
        for address in (
            DESK,
            "/quan-tri/",
            "/",
            "/thu-tuc/",
            "/tai-khoan/mat-khau/",
            CODES,
            "/quan-tri/account/",
        ):
            assert client.get(address).headers.get("Location") == INDEX, address
            assert client.post(address).headers.get("Location") == INDEX, address
        assert client.get(INDEX).status_code == 200

    def test_superusers_need_one(self) -> None:
        client, _answer = sign_in(UserFactory(is_superuser=True))
        assert client.get("/quan-tri/").headers["Location"] == INDEX

    @pytest.mark.parametrize("role", [Role.EDITOR, Role.CONTROLLER, Role.COMMUNICATION])
    def test_editors_do_not_need_one(self, role: str) -> None:
        client, _answer = sign_in(member(AgencyFactory(), role))
        assert client.get("/quan-tri/").status_code == 200

    def test_setting_switches_it_off(self, officer: User, settings: Any) -> None:
        settings.SECOND_FACTOR_REQUIRED = False
        client, _answer = sign_in(officer)
        assert client.get(DESK).status_code == 200

    def test_person_can_leave_instead(self, officer: User) -> None:
        client, _answer = sign_in(officer)
        client.post("/tai-khoan/dang-xuat/")
        assert not signed_in(client)

    def test_a_used_factor_costs_no_further_query(
        self, officer: User, django_assert_num_queries: Any
    ) -> None:
        secret, _codes = enrol(officer)
        client, _answer = sign_in(officer)
        client.post(CODE, {"code": code_at(secret, steps=1)})
        with django_assert_num_queries(2):  # session and user
            client.get("/tai-khoan/con-day/")


class TestSettingUp:
    def test_app_is_set_up_with_a_code_and_opens_the_desk(self, officer: User) -> None:
        client, _answer = sign_in(officer)
        page = client.get(APP)
        assert 'src="data:image/svg+xml;base64,' in page.text
        assert page.headers["Cache-Control"].count("no-store")
        done = client.post(APP, {"code": code_at(page.context["form"].secret)}, follow=True)
        assert done.request["PATH_INFO"] == CODES
        assert len(re.findall(r'class="code">\d{8}<', done.text)) == 10
        assert client.get(DESK).status_code == 200

    def test_code_that_set_up_the_app_cannot_be_used_to_sign_in(self, officer: User) -> None:
        client, _answer = sign_in(officer)
        code = code_at(client.get(APP).context["form"].secret)
        assert client.post(APP, {"code": code}).status_code == 302
        other, _answer = sign_in(officer)
        other.post(CODE, {"code": code})
        assert not signed_in(other)

    def test_wrong_code_sets_up_nothing(self, officer: User) -> None:
        client, _answer = sign_in(officer)
        secret = client.get(APP).context["form"].secret
        answer = client.post(APP, {"code": code_at(secret, steps=9)})
        assert "Mã không đúng" in answer.text
        assert answer.context["form"].secret == secret
        assert not Authenticator.objects.exists()

    def test_change_is_reported_by_mail(self, officer: User) -> None:
        enrol(officer)
        assert [message.to for message in mail.outbox] == [[officer.email]]

    def test_old_session_must_prove_itself_before_a_change(self, officer: User, time_machine: Any) -> None:
        time_machine.move_to("2026-03-04 08:00 +0700", tick=False)
        client, _answer = sign_in(officer)
        time_machine.shift(301)
        assert client.get(APP).headers["Location"].startswith(AGAIN)
        assert client.post(AGAIN, {"password": "sai", "next": APP}).status_code == 200
        assert client.get(APP).status_code == 302
        assert client.post(AGAIN, {"password": PASSWORD, "next": APP}).headers["Location"] == APP
        assert client.get(APP).status_code == 200

    def test_it_ends_the_other_sessions(self, officer: User) -> None:
        thief, _answer = sign_in(officer)
        enrol(officer)
        assert thief.get(INDEX).headers["Location"].startswith(LOGIN)

    def test_secrets_are_encrypted_in_the_database(self, officer: User) -> None:
        secret, codes = enrol(officer)
        stored = "".join(str(row.data) for row in Authenticator.objects.all())
        assert secret not in stored
        assert not any(code in stored for code in codes)

    def test_last_factor_cannot_be_removed_by_those_who_need_it(self, officer: User) -> None:
        secret, _codes = enrol(officer)
        client, _answer = sign_in(officer)
        client.post(CODE, {"code": code_at(secret, steps=1)})
        client.post(f"{APP}go/")
        assert Authenticator.objects.filter(type="totp").exists()

    def test_others_may_remove_it(self) -> None:
        editor = member(AgencyFactory(), Role.EDITOR)
        secret, _codes = enrol(editor)
        client, _answer = sign_in(editor)
        client.post(CODE, {"code": code_at(secret, steps=1)})
        client.post(f"{APP}go/")
        assert not Authenticator.objects.exists()
        MembershipFactory(user=editor, role=Role.RECEIVER)
        assert client.get(DESK).headers["Location"] == INDEX, "the factor given before no longer counts"


class TestSigningIn:
    def test_password_alone_signs_nobody_in(self, officer: User) -> None:
        enrol(officer)
        client, answer = sign_in(officer)
        assert answer.headers["Location"] == CODE
        assert not signed_in(client)
        assert client.get(DESK).headers["Location"].startswith(LOGIN)

    def test_code_leads_where_the_person_wanted_to_go(self, officer: User) -> None:
        secret, _codes = enrol(officer)
        client, _answer = sign_in(officer, next="/mot-cua/?trang=2")
        answer = client.post(CODE, {"code": code_at(secret, steps=1)})
        assert answer.headers["Location"] == "/mot-cua/?trang=2"
        assert client.get(DESK).status_code == 200

    def test_code_works_once(self, officer: User) -> None:
        secret, _codes = enrol(officer)
        code = code_at(secret, steps=1)
        sign_in(officer)[0].post(CODE, {"code": code})
        client, _answer = sign_in(officer)
        client.post(CODE, {"code": code})
        assert not signed_in(client)

    def test_recovery_code_works_once(self, officer: User) -> None:
        _secret, codes = enrol(officer)
        client, _answer = sign_in(officer)
        client.post(CODE, {"code": codes[0]})
        assert signed_in(client)
        client, _answer = sign_in(officer)
        client.post(CODE, {"code": codes[0]})
        assert not signed_in(client)

    def test_five_wrong_codes_lock_the_right_one_out_for_a_while(
        self, officer: User, time_machine: Any
    ) -> None:
        secret, _codes = enrol(officer)
        client, _answer = sign_in(officer)
        for step in range(5):
            assert client.post(CODE, {"code": code_at(secret, steps=10 + step)}).status_code == 200
        answer = client.post(CODE, {"code": code_at(secret, steps=1)})
        assert "15 phút" in answer.text
        assert not signed_in(client)

    def test_chosen_factor_is_asked_for_although_none_is_required(self, officer: User, settings: Any) -> None:
        settings.SECOND_FACTOR_REQUIRED = False
        enrol(officer)
        client, answer = sign_in(officer)
        assert answer.headers["Location"] == CODE
        assert not signed_in(client)

    def test_session_that_knows_only_the_password_must_give_the_factor(self, officer: User) -> None:
        """Someone who has only the password must not be able to add a key."""
        secret, _codes = enrol(officer)
        thief = browser(officer)
        for address in (KEYS, APP, INDEX, CODES, AGAIN, DESK):
            assert thief.get(address).headers["Location"].startswith(f"{AGAIN}ma/"), address
        thief.post(f"{AGAIN}ma/", {"code": code_at(secret, steps=1), "next": DESK})
        assert thief.get(DESK).status_code == 200

    def test_no_other_view_signs_people_in(self) -> None:
        def views(patterns: list[Any]) -> Any:
            for item in patterns:
                if isinstance(item, URLResolver):
                    yield from views(item.url_patterns)
                elif isinstance(item, URLPattern):
                    yield getattr(item.callback, "view_class", None)

        found = {view for view in views(get_resolver().url_patterns) if view and issubclass(view, LoginView)}
        assert {view.__module__ for view in found} == {
            "accounts.views", "wagtail.admin.views.account", "django.contrib.auth.views",
        }  # fmt: skip
        for address in ("/quan-tri/login/", "/_util/login/"):  # the others are never reached
            assert (
                Client().post(f"{address}?next=/quan-tri/").headers["Location"] == f"{LOGIN}?next=/quan-tri/"
            )


class TestLosingIt:
    def test_command_removes_it_logs_it_and_notifies_people(self, officer: User) -> None:
        enrol(officer)
        mail.outbox.clear()
        root = UserFactory(is_superuser=True)
        call_command("reset_second_factor", officer.username, reason="Giám đốc xác nhận qua điện thoại")
        assert not Authenticator.objects.exists()
        assert {message.to[0] for message in mail.outbox} == {officer.email, root.email}
        entry = ModelLogEntry.objects.for_instance(officer).get(action="accounts.factor_reset")
        assert entry.data == {"reason": "Giám đốc xác nhận qua điện thoại"}

    def test_command_opens_a_closed_account_if_asked(self, officer: User) -> None:
        User.objects.filter(pk=officer.pk).update(is_active=False)
        call_command("reset_second_factor", officer.username, reason="a")
        assert not User.objects.get(pk=officer.pk).is_active
        call_command("reset_second_factor", officer.username, reason="a", reopen=True)
        assert User.objects.get(pk=officer.pk).is_active

    def test_unknown_account_is_an_error(self) -> None:
        with pytest.raises(CommandError):
            call_command("reset_second_factor", "khong-co", reason="a")
