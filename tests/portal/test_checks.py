"""Checks of the schedule, and Celery's configuration."""

from __future__ import annotations

import pytest
from django.conf import settings as configured
from django.utils.module_loading import autodiscover_modules

from portal import checks
from portal.celery import app


def codes() -> list[str]:
    return [message.id for message in checks.check_schedule()]


def test_schedule_names_existing_tasks():
    assert codes() == []


@pytest.mark.parametrize("task", sorted(checks.NEEDED))
def test_missing_required_task_is_an_error(settings, task):
    settings.CELERY_BEAT_SCHEDULE = {
        name: entry for name, entry in settings.CELERY_BEAT_SCHEDULE.items() if entry["task"] != task
    }
    (error,) = checks.check_schedule()
    assert error.id == "portal.E001"
    assert task in error.msg


def test_unknown_task_is_an_error(settings):
    settings.CELERY_BEAT_SCHEDULE = {
        **settings.CELERY_BEAT_SCHEDULE,
        "typo": {"task": "core.outbox.sweap", "schedule": 15.0},
    }
    assert codes() == ["portal.E002"]


def test_outbox_is_swept_within_seconds_and_pages_published_within_a_minute():
    intervals = {entry["task"]: entry["schedule"] for entry in configured.CELERY_BEAT_SCHEDULE.values()}
    assert intervals["core.outbox.sweep"] <= 15
    assert intervals["core.publish_scheduled"] <= 60
    assert intervals["search.reconcile"] <= 60


def test_tasks_have_explicit_names():
    """A name derived from the module would change with it, and queued messages would be lost."""
    autodiscover_modules("tasks")
    own_tasks = {name for name in app.tasks if not name.startswith("celery.")}
    assert checks.NEEDED | {"core.outbox.relay"} <= own_tasks
    assert not {name for name in own_tasks if ".tasks." in name}


def test_celery_uses_the_settings():
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
