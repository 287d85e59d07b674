"""Sensitive actions require a fresh password or factor: ID numbers, roles, email addresses."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, SignedInSession, User
from forms_app.dossiers.models import ViewLogEntry
from tests.accounts.admin_helpers import Role, browser, member, role_facts
from tests.accounts.factories import UserFactory
from tests.forms_app.dossiers.factories import file_dossier

pytestmark = pytest.mark.django_db
AGAIN, EMAIL = "/tai-khoan/xac-nhan-lai/", "/tai-khoan/thu-dien-tu/"
PASSWORD = "mat-khau-rat-dai"


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to("2026-03-02 09:00 +0700", tick=False)


@pytest.fixture
def lan() -> User:
    return UserFactory(username="lan", email="cu@example.vn")


def asks(answer: Any) -> bool:
    return answer.status_code == 302 and answer.headers["Location"].startswith(AGAIN)


def prove(client: Client) -> Any:
    return client.post(AGAIN, {"password": PASSWORD, "next": "/tai-khoan/"})


class TestReveal:
    def test_number_is_shown_only_after_a_fresh_proof(self, time_machine: Any) -> None:
        receipt = file_dossier()
        client = browser(member(receipt.dossier.agency, Role.RECEIVER))
        page = reverse("one_stop:dossier", args=[receipt.code])
        address = reverse("one_stop:reveal_citizen_id", args=[receipt.code])
        assert client.post(address).status_code == 200
        time_machine.shift(301)
        answer = client.post(address, headers={"referer": f"http://testserver{page}"})
        assert asks(answer)
        assert answer.headers["Location"].endswith(page.replace("/", "%2F"))
        assert ViewLogEntry.objects.filter(target="citizen_id").count() == 1
        prove(client)
        assert client.post(address).status_code == 200
        time_machine.shift(301)
        assert asks(client.post(address))

    def test_people_without_access_get_the_same_404(self, time_machine: Any) -> None:
        receipt = file_dossier()
        client = browser(UserFactory())
        time_machine.shift(301)
        assert client.post(reverse("one_stop:reveal_citizen_id", args=[receipt.code])).status_code == 404


class TestRoles:
    def test_role_is_assigned_after_a_fresh_proof_and_what_was_typed_is_restored(
        self, commune: Any, time_machine: Any, lan: User
    ) -> None:
        client = browser(member(commune))
        time_machine.shift(299)
        client.get("/tai-khoan/con-day/")
        time_machine.shift(2)
        facts = role_facts(lan, commune, Role.EDITOR)
        answer = client.post(reverse("memberships:add"), facts)
        assert asks(answer)
        assert not lan.memberships.exists()
        prove(client)
        kept = client.get("/tai-khoan/noi-dung-da-go/")
        assert 'value="lan"' in kept.text
        client.post(reverse("memberships:add"), facts)
        assert lan.memberships.get().role == Membership.Role.EDITOR


class TestSession:
    def test_proof_gives_the_session_a_new_key(self, lan: User, time_machine: Any) -> None:
        client = browser(lan)
        before = client.session.session_key
        time_machine.shift(301)
        assert client.post(AGAIN, {"password": "sai", "next": "/tai-khoan/"}).status_code == 200
        assert client.session.session_key == before
        assert prove(client).status_code == 302
        after = client.session.session_key
        assert after != before
        stolen = Client()
        stolen.cookies["sessionid"] = before
        assert stolen.get("/tai-khoan/").status_code == 302
        assert SignedInSession.objects.get(user=lan).session_key == after

    def test_sessions_are_ended_after_a_fresh_proof(self, lan: User, time_machine: Any) -> None:
        client, other = browser(lan), browser(lan)
        time_machine.shift(301)
        assert asks(client.post("/tai-khoan/phien-lam-viec/", {"session": "others"}))
        assert other.get("/tai-khoan/").status_code == 200
        prove(client)
        client.post("/tai-khoan/phien-lam-viec/", {"session": "others"})
        assert other.get("/tai-khoan/").status_code == 302


class TestOwnAddress:
    def test_borrowed_session_changes_nothing(self, lan: User, time_machine: Any) -> None:
        client = browser(lan)
        time_machine.shift(301)
        assert asks(client.post(EMAIL, {"email": "trom@example.vn"}))
        assert client.post(AGAIN, {"password": "sai", "next": EMAIL}).status_code == 200
        assert asks(client.post(EMAIL, {"email": "trom@example.vn"}))
        lan.refresh_from_db()
        assert lan.email == "cu@example.vn"

    @pytest.mark.parametrize("address", ["khong-phai-thu", "", "khac@example.vn"])
    def test_wrong_address_is_shown_again_with_a_message(self, lan: User, address: str) -> None:
        UserFactory(email="khac@example.vn")
        answer = browser(lan).post(EMAIL, {"email": address})
        assert answer.status_code == 200
        assert "data-error-summary" in answer.text
        lan.refresh_from_db()
        assert lan.email == "cu@example.vn"

    def test_operator_changes_an_address_and_the_former_one_is_notified(
        self, commune: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        officer = member(commune, Role.EDITOR, email="cu@example.vn")
        data = {"username": officer.username, "full_name": officer.full_name, "is_active": "on"}
        with django_capture_on_commit_callbacks(execute=True):
            browser(member(commune)).post(
                reverse("wagtailusers_users:edit", args=[officer.pk]), {**data, "email": "moi@example.vn"}
            )
        assert "cu@example.vn" in [message.to[0] for message in mail.outbox]


class TestWrongPasswords:
    def test_wrong_old_passwords_count_as_failed_sign_ins(self, lan: User, settings: Any) -> None:
        settings.AXES_ENABLED = True
        client = browser(lan)
        facts = {"new_password1": "con-vit-cao-canh", "new_password2": "con-vit-cao-canh"}
        answers = [
            client.post("/tai-khoan/mat-khau/", {"old_password": f"sai-{n}", **facts}).status_code
            for n in range(6)
        ]
        assert answers[:4] == [200] * 4
        assert answers[-1] == 429
        assert client.post("/tai-khoan/mat-khau/", {"old_password": PASSWORD, **facts}).status_code == 429
        lan.refresh_from_db()
        assert lan.check_password(PASSWORD)


class TestPreferencesOfTheAdmin:
    def test_page_asks_for_no_name_mail_address_or_password(self, commune: Any) -> None:
        client = browser(member(commune, Role.EDITOR))
        page = client.get("/quan-tri/account/").text
        assert "first_name" not in page
        assert 'type="password"' not in page
        assert "name_email" not in page
        assert 'href="/tai-khoan/"' in page

    def test_it_can_be_saved(self, commune: Any) -> None:
        editor = member(commune, Role.EDITOR)
        client = browser(editor)
        data = {
            "locale-preferred_language": "en", "locale-current_time_zone": "Asia/Ho_Chi_Minh", "theme-theme": "dark",
            "theme-density": "default", "theme-contrast": "system", "theme-keyboard_shortcuts": "on",
        }  # fmt: skip
        assert client.post("/quan-tri/account/", data).status_code == 302
        editor.refresh_from_db()
        assert editor.wagtail_userprofile.theme == "dark"
