"""Nothing is erased, closed or published after a jump of the clock until somebody confirms the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt, AccessLog
from celery import current_app
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts import tasks as account_tasks
from accounts.models import KnownDevice, SignedInSession, User
from core import clock_guard, one_time_links, outbox
from core.models import ClockMark, CspViolation, OneTimeLink, OutboxMessage
from core.tasks import clean_up_csp_reports, clean_up_one_time_links, clean_up_outbox, publish_scheduled
from core.web.throttle import Throttle
from forms_app.dossiers.models import Draft
from forms_app.dossiers.tasks import clean_up
from home.models import NewsPage
from procedures.choices import Status
from procedures.models import Procedure, ProcedureEnding
from procedures.services import lifecycle
from procedures.services.versions import publish
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.forms_app.dossiers.factories import make_draft
from tests.home.factories import news
from tests.procedures.factories import make_decision, make_page

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 30, 5, tzinfo=UTC)
#: Scheduled tasks that continue after a jump, and why.
UNGUARDED = {
    "outbox-sweep": "delivers what is due; messages for another day wait (test_messages_for_another_day_wait)",
    "search-reconcile": "compares contents, not times",
    "search-check-sources": "compares contents, not times",
    "dossiers-scan-files": "scans what waits; a clock ahead only tries a failed file sooner",
    "library-scan": "scans documents that nobody has scanned, whatever their day",
    "malware-scanner-check": "asks the scanner and reports",
    "accounts-sync-groups": "writes what the dates of roles say at that moment; the next run takes it back",
}
PURPOSE = one_time_links.register_purpose("test.clock", lifetime=timedelta(hours=1))


def test_jump_of_more_than_a_day_stops_until_it_is_confirmed(caplog: Any) -> None:
    assert clock_guard.is_trusted(now=NOON)
    assert clock_guard.is_trusted(now=NOON + timedelta(days=1))
    ahead = NOON + timedelta(days=33)
    for _run in range(3):
        assert not clock_guard.is_trusted(now=ahead), "waiting confirms nothing"
    assert "confirm_clock" in caplog.text
    assert clock_guard.is_trusted(now=NOON + timedelta(days=1, hours=1)), "the clock was set right again"
    with time_machine.travel(ahead, tick=False):
        out = StringIO()
        call_command("confirm_clock", stdout=out)
    assert out.getvalue() == "confirmed=2027-01-02T05:00:00+00:00 before=2026-12-01T06:00:00+00:00\n"
    assert clock_guard.is_trusted(now=ahead)


def test_clock_set_back_keeps_the_mark() -> None:
    assert clock_guard.is_trusted(now=NOON)
    assert clock_guard.is_trusted(now=NOON - timedelta(days=3))
    assert ClockMark.objects.get().latest == NOON
    assert not clock_guard.is_trusted(now=NOON + timedelta(days=2))


def test_there_is_one_mark() -> None:
    clock_guard.is_trusted(now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockMark.objects.create(pk=2, latest=NOON)


def test_every_task_that_erases_checks_the_clock(settings: Any) -> None:
    clean_up()
    make_draft()
    OutboxMessage.objects.create(kind="x", key="x", available_at=timezone.now(), delivered_at=timezone.now())
    one_time_links.issue_link(purpose=PURPOSE, subject="1")
    with time_machine.travel(timezone.now() + timedelta(days=120)):
        clean_up()
        clean_up_outbox()
        clean_up_one_time_links()
        with pytest.raises(CommandError, match="the clock has jumped"):
            call_command("tidy_dossiers")
        assert (Draft.objects.count(), OutboxMessage.objects.count(), OneTimeLink.objects.count()) == (
            1,
            1,
            1,
        )
        clock_guard.confirm_clock()
        clean_up()
        clean_up_outbox()
        clean_up_one_time_links()
    assert (Draft.objects.count(), OutboxMessage.objects.count(), OneTimeLink.objects.count()) == (0, 0, 0)


def test_limits_do_not_last_longer_if_the_clock_is_set_back() -> None:
    throttle = Throttle("clock", limit=1, seconds=3600)
    with time_machine.travel(NOON, tick=False):
        assert throttle.hit("a")
        assert not throttle.hit("a")
    with time_machine.travel(NOON - timedelta(days=3), tick=False):
        assert throttle.hit("a")
        assert not throttle.hit("a")
        assert throttle.seconds_left() <= 3600


def test_every_scheduled_task_is_guarded_or_says_why_not(settings: Any) -> None:
    current_app.loader.import_default_modules()
    unguarded = {
        name
        for name, entry in settings.CELERY_BEAT_SCHEDULE.items()
        if not hasattr(current_app.tasks[entry["task"]].run, "stops_after_jump")
    }
    assert unguarded == UNGUARDED.keys()


def test_no_account_is_closed_and_no_session_deleted_after_a_jump(settings: Any) -> None:
    settings.ACCOUNT_UNUSED_DAYS, settings.SIGN_IN_LOG_KEEP_DAYS = 45, 90
    publish_scheduled()
    user = MembershipFactory(role="receiver").user
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    AccessLog.objects.create(username=user.username)
    KnownDevice.objects.create(user=user, token_hash="0" * 64, last_used_at=timezone.now())

    def kept() -> tuple[int, ...]:
        rows = (Session, SignedInSession, AccessLog, KnownDevice)
        return (User.objects.get(pk=user.pk).is_active, *(model.objects.count() for model in rows))

    before = kept()
    assert all(before)
    with time_machine.travel(timezone.now() + timedelta(days=500)):
        account_tasks.close_unused()
        account_tasks.clean_up()
        assert kept() == before
        clock_guard.confirm_clock()
        account_tasks.close_unused()
        account_tasks.clean_up()
    assert kept() == (False, 0, 0, 0, 0)


def test_nobody_is_reminded_of_a_review_after_a_jump(mailoutbox: Any) -> None:
    publish_scheduled()
    MembershipFactory(role="operator", user__email="to@example.vn")
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        assert account_tasks.remind_reviews() is None
        clock_guard.confirm_clock()
        assert account_tasks.remind_reviews() == 1


def test_counts_of_violations_are_kept_after_a_jump() -> None:
    publish_scheduled()
    CspViolation.objects.create(day=timezone.localdate(), directive="script-src", blocked="inline", count=1)
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        clean_up_csp_reports()
        assert CspViolation.objects.exists()
        clock_guard.confirm_clock()
        clean_up_csp_reports()
    assert not CspViolation.objects.exists()


def test_no_page_is_published_or_expired_after_a_jump() -> None:
    publish_scheduled()
    later = timezone.now() + timedelta(days=20)
    expiring, coming = news(1, expire_at=later), news(2)
    coming.unpublish()
    coming.go_live_at = later
    coming.save_revision().publish()
    pages = (
        NewsPage.objects.filter(pk__in=(expiring.pk, coming.pk)).order_by("pk").values_list("live", flat=True)
    )
    assert list(pages.all()) == [True, False]
    with time_machine.travel(timezone.now() + timedelta(days=30)):
        publish_scheduled()
        assert list(pages.all()) == [True, False]
        clock_guard.confirm_clock()
        publish_scheduled()
    assert list(pages.all()) == [False, True]


@pytest.mark.parametrize("days", [1, 40], ids=["tomorrow 00:00", "in forty days"])
def test_messages_for_another_day_wait(days: int) -> None:
    publish_scheduled()
    page = make_page()
    publish(page=page, decision=make_decision())
    lifecycle.end_procedure(
        procedure=page.procedure,
        kind=ProcedureEnding.Kind.ABOLISHED,
        decision=make_decision(),
        day=timezone.localdate() + timedelta(days=days),
    )
    procedure = Procedure.objects.filter(pk=page.procedure.pk, status=Status.ABOLISHED)
    with time_machine.travel(timezone.now() + timedelta(days=days + 1, minutes=1)):
        with transaction.atomic():
            outbox.enqueue(kind="test.clock", key="now", payload={})
        outbox.deliver_due()
        assert not procedure.exists()
        assert OutboxMessage.objects.get(key="now").attempts, "what is meant for now is delivered"
        clock_guard.confirm_clock()
        outbox.deliver_due()
    assert procedure.exists()


def test_message_that_was_tried_is_tried_again_after_midnight_and_a_jump() -> None:
    """A message for now, whose next attempt is on another day, was not meant for that day."""
    with time_machine.travel(NOON, tick=False):
        publish_scheduled()
        with transaction.atomic():
            outbox.enqueue(kind="test.clock", key="now", payload={})
        outbox.deliver_due()
    midnight = NOON + timedelta(hours=12)
    OutboxMessage.objects.update(available_at=midnight)
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        outbox.deliver_due()
    assert OutboxMessage.objects.get().attempts == 2


def test_no_lock_lasts_longer_if_the_clock_is_set_back(settings: Any) -> None:
    settings.AXES_ENABLED = True
    UserFactory(username="can-bo", password="mat-khau-rat-dai")

    def sign_in(password: str) -> int:
        answer = Client().post("/tai-khoan/dang-nhap/", {"username": "can-bo", "password": password})
        return int(answer.status_code)

    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        answers = [sign_in("sai") for _try in range(settings.AXES_FAILURE_LIMIT + 1)]
        assert answers[-1] != 200
        assert sign_in("mat-khau-rat-dai") == answers[-1]
    assert AccessAttempt.objects.exists()
    with time_machine.travel(NOON, tick=False):
        assert sign_in("mat-khau-rat-dai") == 302


@pytest.mark.parametrize(("hours", "is_open"), [(0, True), (3, False), (24 * 30, False)])
def test_no_session_lasts_longer_if_the_clock_is_set_back(hours: int, is_open: bool) -> None:
    client = Client()
    with time_machine.travel(NOON, tick=False):
        client.force_login(UserFactory(), "django.contrib.auth.backends.ModelBackend")
    with time_machine.travel(NOON - timedelta(hours=hours), tick=False):
        assert (client.get("/tai-khoan/mat-khau/").status_code == 200) is is_open
