"""The portal as in production but over plain HTTP on this machine, with the views that it is measured against."""

from portal.settings.base import *  # noqa: F403
from portal.settings.base import BASE_DIR, INSTALLED_APPS, TEMPLATES, env

SECRET_KEY = "bench-only"  # noqa: S105
ALLOWED_HOSTS = ["*"]
# All of the load comes from one address.
THROTTLE_FACTOR = 1_000_000
ROOT_URLCONF = "bench.urls"
INSTALLED_APPS = [*INSTALLED_APPS, "bench.stock"]
TEMPLATES = [{**TEMPLATES[0], "DIRS": [BASE_DIR / "templates", BASE_DIR / "bench" / "templates"]}]
PAGE_CACHE_ENABLED = env.bool("BENCH_PAGE_CACHE", default=True)
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGGING = {"version": 1, "disable_existing_loggers": True, "root": {"handlers": [], "level": "ERROR"}}
