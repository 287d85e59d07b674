"""The settings of the test worker: the real ones with short intervals."""

import os

from portal.settings.base import *  # noqa: F403
from portal.settings.base import CELERY_BEAT_SCHEDULE as SCHEDULE
from portal.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS as TRANSPORT
from portal.settings.base import DATABASES

SECRET_KEY = "test-only"
DATABASES["default"]["CONN_MAX_AGE"] = 0
# How soon an unacknowledged task of a dead worker is sent again; recovery from a killed child must not rely on it.
CELERY_BROKER_TRANSPORT_OPTIONS = {**TRANSPORT, "visibility_timeout": int(os.environ["TEST_VISIBILITY"])}
CELERY_BEAT_SCHEDULE = {
    name: {**entry, "schedule": 0.5}
    for name, entry in SCHEDULE.items()
    if entry["task"] == "core.outbox.sweep"
}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
