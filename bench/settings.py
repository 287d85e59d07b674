"""The production settings for plain HTTP on this machine, with the baseline app with which the portal is compared."""

from portal.settings.base import *  # noqa: F403
from portal.settings.base import INSTALLED_APPS, env

SECRET_KEY = "bench-only"  # noqa: S105
ALLOWED_HOSTS = ["*"]
# All requests come from one address.
THROTTLE_FACTOR = 1_000_000
ROOT_URLCONF = "bench.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "bench.baseline"]
PAGE_CACHE_ENABLED = env.bool("BENCH_PAGE_CACHE", default=True)
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGGING = {"version": 1, "disable_existing_loggers": True, "root": {"handlers": [], "level": "ERROR"}}
