"""What beat runs, and what Celery makes of the settings."""

from __future__ import annotations

import pytest
from django.conf import settings as configured

from portal import checks
from portal.celery import app


def codes() -> list[str]:
    return [message.id for message in checks.check_schedule()]


def test_the_schedule_as_it_is_names_tasks_that_exist():
    assert codes() == []


@pytest.mark.parametrize("task", sorted(checks.NEEDED))
def test_a_needed_task_that_beat_does_not_run_is_an_error(settings, task):
    settings.CELERY_BEAT_SCHEDULE = {
        name: entry for name, entry in settings.CELERY_BEAT_SCHEDULE.items() if entry["task"] != task
    }
    (error,) = checks.check_schedule()
    assert error.id == "portal.E001"
    assert task in error.msg


def test_a_task_that_does_not_exist_is_an_error(settings):
    settings.CELERY_BEAT_SCHEDULE = {
        **settings.CELERY_BEAT_SCHEDULE,
        "typo": {"task": "core.outbox.sweap", "schedule": 15.0},
    }
    assert codes() == ["portal.E002"]


def test_what_waits_is_delivered_within_seconds_and_pages_within_a_minute():
    every = {entry["task"]: entry["schedule"] for entry in configured.CELERY_BEAT_SCHEDULE.values()}
    assert every["core.outbox.sweep"] <= 15
    assert every["core.publish_scheduled"] <= 60
    assert every["search.reconcile"] <= 60


def test_every_task_of_ours_has_a_name_of_its_own():
    """A name made from the module would change with the module, and waiting messages would be lost."""
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert checks.NEEDED | {"core.outbox.relay"} <= ours
    assert not {name for name in ours if ".tasks." in name}


def test_celery_reads_the_settings_that_the_checks_hold():
    conf = app.conf
    assert conf.task_acks_late
    assert conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]
    assert conf.task_soft_time_limit < conf.task_time_limit
    assert conf.accept_content == ["json"]
    assert conf.task_ignore_result
    assert conf.result_backend is None
    assert conf.timezone == "Asia/Ho_Chi_Minh"
