"""Nothing is erased after a jump of the clock until somebody confirms the time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from core import clock_guard, one_time_links
from core.models import ClockMark, OneTimeLink, OutboxMessage
from core.tasks import clean_up_one_time_links, clean_up_outbox
from core.web.throttle import Throttle
from forms_app.dossiers.models import Draft
from forms_app.dossiers.tasks import clean_up
from tests.forms_app.dossiers.factories import make_draft

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 30, 5, tzinfo=UTC)
PURPOSE = one_time_links.register_purpose("test.clock", lifetime=timedelta(hours=1))


def test_jump_of_more_than_a_day_stops_until_it_is_confirmed(caplog: Any) -> None:
    assert clock_guard.may_erase(now=NOON)
    assert clock_guard.may_erase(now=NOON + timedelta(days=1))
    ahead = NOON + timedelta(days=33)
    for _run in range(3):
        assert not clock_guard.may_erase(now=ahead), "waiting confirms nothing"
    assert "confirm_clock" in caplog.text
    assert clock_guard.may_erase(now=NOON + timedelta(days=1, hours=1)), "the clock was set right again"
    with time_machine.travel(ahead, tick=False):
        out = StringIO()
        call_command("confirm_clock", stdout=out)
    assert out.getvalue() == "confirmed=2027-01-02T05:00:00+00:00 before=2026-12-01T06:00:00+00:00\n"
    assert clock_guard.may_erase(now=ahead)


def test_clock_that_goes_back_keeps_the_mark() -> None:
    assert clock_guard.may_erase(now=NOON)
    assert clock_guard.may_erase(now=NOON - timedelta(days=3))
    assert ClockMark.objects.get().latest == NOON
    assert not clock_guard.may_erase(now=NOON + timedelta(days=2))


def test_there_is_one_mark() -> None:
    clock_guard.may_erase(now=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockMark.objects.create(pk=2, latest=NOON)


def test_every_task_that_erases_asks(settings: Any) -> None:
    clean_up()
    make_draft()
    OutboxMessage.objects.create(kind="x", key="x", available_at=timezone.now(), delivered_at=timezone.now())
    one_time_links.issue(purpose=PURPOSE, subject="1")
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
        clock_guard.confirm()
        clean_up()
        clean_up_outbox()
        clean_up_one_time_links()
    assert (Draft.objects.count(), OutboxMessage.objects.count(), OneTimeLink.objects.count()) == (0, 0, 0)


def test_limits_do_not_last_longer_after_the_clock_went_back() -> None:
    throttle = Throttle("clock", limit=1, seconds=3600)
    with time_machine.travel(NOON, tick=False):
        assert throttle.hit("a")
        assert not throttle.hit("a")
    with time_machine.travel(NOON - timedelta(days=3), tick=False):
        assert throttle.hit("a")
        assert not throttle.hit("a")
        assert throttle.seconds_left() <= 3600
