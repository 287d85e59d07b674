"""The test run: in-memory or named servers, fast hashes, no page cache unless a test asks for it."""

from .base import *  # noqa: F403
from .base import DATABASES, STORAGES, VAR_DIR, env

SECRET_KEY = "test-only"  # noqa: S105
UPLOAD_MIN_FREE_BYTES = 0
HEALTH_SECONDS = 0.0
LOOKUP_SECRETS = {"test": "test-only"}
FIELD_KEYS = {"test": "test-only"}
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = True
MEDIA_ROOT = VAR_DIR / "test" / "media"
PRIVATE_MEDIA_ROOT = VAR_DIR / "test" / "private"
STORAGES = {
    **STORAGES,
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_MEDIA_ROOT, "base_url": None},
    },
}
CACHES = {
    "default": {"BACKEND": "core.web.cache_values.LocalCache"},
    "renditions": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}
ELASTICSEARCH_URL = CLAMAV_ADDRESS = ""
TEST_ELASTICSEARCH_URL = env.str("ELASTICSEARCH_URL", default="")
TEST_REDIS_URL = env.str("REDIS_URL", default="")
TEST_CLAMAV_ADDRESS = env.str("CLAMAV_ADDRESS", default="")
CELERY_BROKER_URL = ""
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
PAGE_CACHE_ENABLED = False
SEARCH_COUNT_QUERIES = False
AXES_ENABLED = False
SECOND_FACTOR_REQUIRED = False
DATABASES["default"]["CONN_MAX_AGE"] = 0
