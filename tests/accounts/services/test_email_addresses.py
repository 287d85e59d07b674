"""One's own email address changes when the link that was sent to the new one is opened by its owner."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from accounts.models import Agency, Membership, User
from accounts.services import email_addresses
from accounts.tasks import clean_up
from core.errors import InvalidInput, NotAllowed
from core.models import OneTimeLink
from tests.accounts.admin_helpers import browser, member
from tests.accounts.factories import AgencyFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
Role = Membership.Role
EMAIL = "/tai-khoan/thu-dien-tu/"


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to("2026-03-02 09:00 +0700", tick=False)


@pytest.fixture
def lan() -> User:
    return UserFactory(username="lan", email="cu@example.vn")


@pytest.fixture
def ask(lan: User, django_capture_on_commit_callbacks: Any) -> Any:
    """Request an address as its owner, and return the link in the mail."""

    def asked(address: str = "Moi@example.vn", client: Client | None = None) -> str:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            (client or browser(lan)).post(EMAIL, {"email": address})
        found = re.search(r"https?://[^/]+(/tai-khoan/thu-dien-tu/xac-nhan/\S+)", mail.outbox[0].body)
        return found[1] if found else ""

    return asked


def address_of(user: User) -> str:
    return User.objects.get(pk=user.pk).email


class TestLink:
    def test_address_changes_when_its_owner_opens_the_link(
        self, lan: User, ask: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        link = ask()
        assert sorted(message.to[0] for message in mail.outbox) == ["cu@example.vn", "moi@example.vn"]
        assert link not in next(message.body for message in mail.outbox if message.to == ["cu@example.vn"])
        client = browser(lan)
        page = client.get(link)
        assert "moi@example.vn" in page.text
        assert "no-store" in page.headers["Cache-Control"]
        assert address_of(lan) == "cu@example.vn", "a link that is only looked at changes nothing"
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            client.post(link)
        assert address_of(lan) == "moi@example.vn"
        assert sorted(message.to[0] for message in mail.outbox) == ["cu@example.vn", "moi@example.vn"]
        actions = ModelLogEntry.objects.for_instance(lan).values_list("action", flat=True)
        assert {email_addresses.EMAIL_REQUESTED, email_addresses.EMAIL_CHANGED} <= set(actions)

    def test_it_works_once(self, lan: User, ask: Any) -> None:
        link, client = ask(), browser(lan)
        client.post(link)
        assert client.post(link).status_code == 410
        assert address_of(lan) == "moi@example.vn"

    def test_it_expires_after_a_day(self, lan: User, ask: Any, time_machine: Any) -> None:
        link = ask()
        time_machine.shift(timedelta(hours=24, minutes=1))
        client = browser(lan)
        assert client.get(link).status_code == client.post(link).status_code == 410
        assert "moi@example.vn" not in client.get(EMAIL).text
        assert address_of(lan) == "cu@example.vn"

    def test_somebody_else_who_got_it_by_a_typing_error_cannot_use_it(self, lan: User, ask: Any) -> None:
        link, stranger = ask(), UserFactory()
        assert Client().post(link).status_code == 302
        assert browser(stranger).post(link).status_code == 410
        with pytest.raises(NotAllowed):
            email_addresses.confirm_email(user=stranger, token=link.split("/")[-2])
        assert (address_of(lan), address_of(stranger)) == ("cu@example.vn", stranger.email)

    def test_forged_link_is_missing(self, lan: User) -> None:
        assert browser(lan).get(f"{EMAIL}xac-nhan/bia-dat/").status_code == 404

    def test_a_later_request_replaces_the_former(self, lan: User, ask: Any) -> None:
        first, second = ask(), ask("khac@example.vn")
        assert browser(lan).post(first).status_code == 404
        browser(lan).post(second)
        assert address_of(lan) == "khac@example.vn"

    def test_address_taken_meanwhile_is_refused(self, lan: User, ask: Any) -> None:
        link = ask()
        UserFactory(email="moi@example.vn")
        client = browser(lan)
        client.post(link)
        assert address_of(lan) == "cu@example.vn"
        assert "Tài khoản khác" in client.get(EMAIL).text

    def test_mail_that_was_not_sent_before_the_cancellation_is_not_sent(self, lan: User) -> None:
        email_addresses.request_email_change(user=lan, email="moi@example.vn")
        email_addresses.cancel_email_change(user=lan)
        from accounts.handlers import send_email_link  # noqa: PLC0415

        send_email_link({"user": lan.pk, "email": "moi@example.vn"})
        assert not mail.outbox
        assert not OneTimeLink.objects.exists()


class TestNotices:
    @pytest.fixture
    def agency(self, lan: User) -> Agency:
        agency = AgencyFactory()
        MembershipFactory(user=lan, agency=agency, role=Role.EDITOR)
        return agency

    @pytest.mark.parametrize(
        ("changed_by", "heads"), [("operator", ["truong@example.vn"]), ("head", []), ("owner", [])]
    )
    def test_heads_hear_of_a_change_by_somebody_else(
        self,
        lan: User,
        agency: Agency,
        django_capture_on_commit_callbacks: Any,
        changed_by: str,
        heads: list[str],
    ) -> None:
        head = member(agency, Role.HEAD, email="truong@example.vn")
        member(agency, Role.HEAD, email="da-nghi@example.vn", is_active=False)
        member(agency, Role.RECEIVER, email="nguoi-khac@example.vn")
        ended = MembershipFactory(
            agency=agency, role=Role.HEAD, valid_to=date(2026, 3, 1), user__email="cu-truong@example.vn"
        )
        assert ended.user.is_active
        lan.email = "moi@example.vn"
        who = {"operator": UserFactory(is_superuser=True), "head": head, "owner": lan}[changed_by]
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            email_addresses.report_email_change(user=lan, former="cu@example.vn", by=who)
        own = ["cu@example.vn", "moi@example.vn"]
        assert sorted(message.to[0] for message in mail.outbox) == [*own, *heads]

    def test_what_is_no_address_is_refused(self, lan: User) -> None:
        with pytest.raises(InvalidInput) as caught:
            email_addresses.request_email_change(user=lan, email="khong phai")
        assert caught.value.fields.keys() == {"email"}

    def test_cancelling_says_whether_there_was_a_request(self, lan: User) -> None:
        assert not email_addresses.cancel_email_change(user=lan)
        email_addresses.request_email_change(user=lan, email="moi@example.vn")
        assert email_addresses.cancel_email_change(user=lan)

    def test_request_is_all_or_nothing(self, lan: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(email_addresses, "notify", lambda *_user, **_facts: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            email_addresses.request_email_change(user=lan, email="moi@example.vn")
        lan.refresh_from_db()
        assert lan.pending_email == ""


class TestPending:
    def test_it_is_shown_and_can_be_cancelled(self, lan: User, ask: Any) -> None:
        link, client = ask(), browser(lan)
        for page in (EMAIL, "/tai-khoan/"):
            assert "moi@example.vn" in client.get(page).text
        client.post(EMAIL, {"cancel": "1"})
        assert "moi@example.vn" not in client.get("/tai-khoan/").text
        assert client.post(link).status_code == 404
        assert address_of(lan) == "cu@example.vn"
        assert ModelLogEntry.objects.for_instance(lan).filter(action=email_addresses.EMAIL_CANCELLED).exists()

    def test_expired_request_is_deleted(self, lan: User, ask: Any, time_machine: Any) -> None:
        ask()
        time_machine.shift(timedelta(hours=23))
        clean_up()
        assert User.objects.get(pk=lan.pk).pending_email
        time_machine.shift(timedelta(hours=2))
        clean_up()
        found = User.objects.get(pk=lan.pk)
        assert (found.pending_email, found.pending_email_at) == ("", None)

    def test_sixth_link_within_an_hour_is_not_sent(self, lan: User, ask: Any) -> None:
        client = browser(lan)
        for number in range(5):
            ask(f"moi-{number}@example.vn", client)
        answer = client.post(EMAIL, {"email": "moi-6@example.vn"})
        assert "data-error-summary" in answer.text
        assert User.objects.get(pk=lan.pk).pending_email == "moi-4@example.vn"

    def test_database_keeps_address_and_time_together(self, lan: User) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=lan.pk).update(pending_email="moi@example.vn")


def test_operators_change_their_own_address_no_other_way(commune: Any) -> None:
    operator = member(commune, Membership.Role.OPERATOR, email="cu@example.vn")
    data = {"username": operator.username, "full_name": operator.full_name, "is_active": "on"}
    address = reverse("wagtailusers_users:edit", args=[operator.pk])
    browser(operator).post(address, {**data, "email": "moi@example.vn"})
    assert address_of(operator) == "cu@example.vn"
