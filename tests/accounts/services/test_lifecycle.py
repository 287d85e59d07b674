"""Unused accounts are closed and reopened by the operating team; old sign-in logs are deleted."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from accounts import tasks
from accounts.models import Membership, User
from accounts.services import lifecycle
from core.errors import NotAllowed
from tests.accounts.admin_helpers import browser, member
from tests.accounts.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 30, 3, tzinfo=dt.UTC)


def days_ago(number: float) -> dt.datetime:
    return NOW - dt.timedelta(days=number)


def officer(**fields: Any) -> User:
    user: User = UserFactory(**{"date_joined": days_ago(400), "last_login": days_ago(46), **fields})
    MembershipFactory(user=user)
    return user


def is_open(user: User) -> bool:
    return User.objects.get(pk=user.pk).is_active


class TestCloseUnused:
    @pytest.mark.parametrize(("days", "open_"), [(44.9, True), (45.1, False)])
    def test_account_is_closed_45_days_after_the_last_sign_in(self, days: float, open_: bool) -> None:
        user = officer(last_login=days_ago(days))
        assert lifecycle.close_unused(now=NOW) == (not open_)
        assert is_open(user) is open_

    @pytest.mark.parametrize(("days", "open_"), [(44.9, True), (45.1, False)])
    def test_account_that_was_never_used_counts_from_its_creation(self, days: float, open_: bool) -> None:
        user = UserFactory(date_joined=days_ago(days), last_login=None)
        lifecycle.close_unused(now=NOW)
        assert is_open(user) is open_

    def test_reopened_account_counts_from_then(self) -> None:
        user = officer(is_active=False)
        lifecycle.reopen(user=user, by=None, now=days_ago(10))
        assert lifecycle.close_unused(now=NOW) == 0
        assert lifecycle.close_unused(now=NOW + dt.timedelta(days=36)) == 1

    def test_account_that_signs_in_during_the_run_stays_open(self, monkeypatch: pytest.MonkeyPatch) -> None:
        user = officer()
        close_one = lifecycle._close_if_unused

        def signs_in_first(pk: int, now: dt.datetime) -> bool:
            User.objects.filter(pk=pk).update(last_login=NOW)
            return close_one(pk, now)

        monkeypatch.setattr(lifecycle, "_close_if_unused", signs_in_first)
        assert lifecycle.close_unused(now=NOW) == 0
        assert is_open(user)

    def test_an_account_is_closed_with_its_log_and_mail_or_not_at_all(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_arguments: Any, **_facts: Any) -> None:
            raise RuntimeError("no connection")

        user = officer()
        monkeypatch.setattr(lifecycle, "notify", fail)
        with pytest.raises(RuntimeError, match="no connection"):
            lifecycle.close_unused(now=NOW)
        assert is_open(user)

    def test_superusers_are_closed_too(self) -> None:
        user = UserFactory(is_superuser=True, date_joined=days_ago(400), last_login=days_ago(46))
        lifecycle.close_unused(now=NOW)
        assert not is_open(user)

    def test_used_account_without_a_role_is_left_alone(self) -> None:
        user = UserFactory(date_joined=days_ago(400), last_login=days_ago(46))
        lifecycle.close_unused(now=NOW)
        assert is_open(user)

    def test_zero_days_close_nothing(self, settings: Any) -> None:
        settings.ACCOUNT_UNUSED_DAYS = 0
        user = officer()
        assert lifecycle.close_unused(now=NOW) == 0
        assert is_open(user)

    def test_person_is_notified_and_the_history_records_it(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        user = officer()
        with django_capture_on_commit_callbacks(execute=True):
            lifecycle.close_unused(now=NOW)
        (sent,) = mail.outbox
        assert sent.to == [user.email]
        assert "45 ngày" in sent.body
        entry = ModelLogEntry.objects.for_instance(user).get()
        assert (entry.action, entry.user_id) == (lifecycle.CLOSED_UNUSED, None)

    def test_closed_account_loses_its_groups(self) -> None:
        user = officer()
        user.memberships.update(role=Membership.Role.EDITOR)
        lifecycle.sync_groups(user=user)
        assert user.groups.exists()
        lifecycle.close_unused(now=NOW)
        assert not user.groups.exists()


class TestReopen:
    def test_operator_opens_an_account_in_the_admin(self, commune: Any, mailoutbox: Any) -> None:
        user = officer(is_active=False, last_login=timezone.now() - dt.timedelta(days=90))
        user.memberships.update(agency=commune)
        data = {
            "username": user.username,
            "full_name": user.full_name,
            "email": user.email,
            "is_active": "on",
        }
        operator = member(commune)
        browser(operator).post(reverse("wagtailusers_users:edit", args=[user.pk]), data)
        user.refresh_from_db()
        assert user.is_active
        assert user.reopened_at is not None
        entry = ModelLogEntry.objects.for_instance(user).get(action=lifecycle.REOPENED)
        assert entry.user == operator
        assert lifecycle.close_unused() == 0

    def test_other_operators_may_not(self, commune: Any, other: Any) -> None:
        user = officer(is_active=False)
        user.memberships.update(agency=commune)
        with pytest.raises(NotAllowed):
            lifecycle.reopen(user=user, by=member(other))
        assert not is_open(user)


def test_ended_sessions_and_old_sign_ins_are_deleted() -> None:
    now = timezone.now()
    for model in (AccessLog, AccessFailureLog, AccessAttempt):
        for days in (364, 366):
            facts = {"user_agent": f"{days}"}
            if model is AccessAttempt:
                facts["failures_since_start"] = "1"
            row = model.objects.create(username="a", ip_address="192.0.2.1", path_info=f"/{days}", **facts)
            model.objects.filter(pk=row.pk).update(attempt_time=now - dt.timedelta(days=days))
    Session.objects.create(session_key="alt", session_data="", expire_date=now - dt.timedelta(days=1))
    Session.objects.create(session_key="neu", session_data="", expire_date=now + dt.timedelta(hours=1))
    tasks.clean_up()
    assert [model.objects.get().path_info for model in (AccessLog, AccessFailureLog, AccessAttempt)] == [
        "/364"
    ] * 3
    assert Session.objects.get().session_key == "neu"
