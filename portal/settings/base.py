"""Settings shared by every way of running the portal.

There is one environment variable for each choice of an operator; they are listed in docs/operations.md. A variable
that is missing or unreadable raises ``ImproperlyConfigured`` with its name. ``NAME_FILE`` is read where ``NAME`` may
be (secrets mounted as files).
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.contrib import humanize
from django.utils.translation import gettext_lazy as _

from core.web.csp import STRICT
from portal.settings.reader import Reader, installation_of

env = Reader()

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env.str("PORTAL_VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = False
DEMO = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# Identity of the province: with other values the same software runs for another province.
PORTAL_NAME = env.str("PORTAL_NAME", default="Cổng Dịch vụ công")
PORTAL_PROVINCE = env.str("PORTAL_PROVINCE", default="Tỉnh Cà Mau")
# Places of the province beside the names of all provinces, which keep their capitals in titles written in capitals.
PORTAL_PLACE_NAMES: list[str] = env.list(
    "PORTAL_PLACE_NAMES",
    default=[
        "Bạc Liêu", "Ngọc Hiển", "Năm Căn", "Đất Mũi", "U Minh", "Thới Bình", "Trần Văn Thời", "Cái Nước", "Đầm Dơi",
        "Phú Tân", "Giá Rai", "Hồng Dân", "Phước Long", "Vĩnh Lợi", "Đông Hải", "Hòa Bình",
    ],
)  # fmt: skip
# Hosts of the national portal, each with its subdomains: procedures link to no other address for filing online.
NATIONAL_PORTAL_HOSTS: list[str] = env.list("NATIONAL_PORTAL_HOSTS", default=["dichvucong.gov.vn"])
PORTAL_OWNER = env.str("PORTAL_OWNER", default="UBND tỉnh Cà Mau")
# Contact for help, in the footer of every page; empty: nothing is shown.
PORTAL_PHONE = env.str("PORTAL_PHONE", default="")
PORTAL_EMAIL = env.str("PORTAL_EMAIL", default="")
# Contact for reporting a weakness (/.well-known/security.txt): an email address or URL; empty: PORTAL_EMAIL.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
PORTAL_PROVINCE_CODE = env.str("PORTAL_PROVINCE_CODE", default="H12")
# First day of the province in its present form (NQ 202/2025/QH15): an import dates the province's agency from it.
PORTAL_PROVINCE_SINCE = env("PORTAL_PROVINCE_SINCE", cast=date.fromisoformat, default=date(2025, 7, 1))
WAGTAIL_SITE_NAME = f"{PORTAL_NAME} {PORTAL_PROVINCE[:1].lower()}{PORTAL_PROVINCE[1:]}"
WAGTAILADMIN_BASE_URL = env.str("BASE_URL", default="http://localhost:8000")

INSTALLED_APPS = [
    "portal",
    "demo",
    "home",
    "one_stop",
    "forms_app.dossiers",
    "forms_app.builder",
    "procedures",
    "search",
    "accounts",
    "core",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "accounts.apps.PortalUsersAppConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "crispy_forms",
    "django.forms",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
]

MIDDLEWARE = [
    "core.web.page_cache.PageCacheMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.web.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.web.request_guard.MalformedRequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "core.web.outages.DatabaseOutageMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.session.IdleMiddleware",
    "accounts.second_factor.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.wagtail.redirects.LiveRedirectMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "core.wagtail.untranslated.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.web.context_processors.portal",
                "accounts.session.session_urls",
                "home.navigation.navigation",
            ],
        },
    },
]

# Database -----------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Readers continue while one process writes, and a writer waits for the lock at BEGIN instead of failing in the
    # middle.
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
    }
else:
    # Reconnecting for each request halves the throughput (docs/facts.md#numbers-and-locks).
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that does not answer counts as down, for pages and for /healthz.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Cache, tasks, search -----------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
# The first part of every key in Redis and, unless set otherwise, of every index in Elasticsearch, so that
# installations that share a server never read each other's. All
# processes of one installation name the same database.
INSTALLATION = env.str("PORTAL_INSTALLATION", default=installation_of(DATABASES["default"]))
# An unresponsive Redis must cost tenths of a second, not the default time (docs/facts.md#celery-and-redis).
REDIS_SOCKET_TIMEOUT = 0.5
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "core.web.redis_cache.DegradingRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": INSTALLATION,
            "OPTIONS": {
                "socket_timeout": REDIS_SOCKET_TIMEOUT,
                "socket_connect_timeout": REDIS_SOCKET_TIMEOUT,
            },
        },
        # Wagtail puts objects here, which JSON cannot represent: it reads them from the database.
        "renditions": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    }
else:
    CACHES = {
        "default": {"BACKEND": "core.web.cache_values.LocalCache"},
        "renditions": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "renditions"},
    }

# Whole pages for anonymous visitors, in the memory of each process (docs/features/page-cache.md).
PAGE_CACHE_ENABLED = env.bool("PAGE_CACHE_ENABLED", default=True)
PAGE_CACHE_BYTES = env.int("PAGE_CACHE_BYTES", default=64 * 1024 * 1024)

# How long the result of one check of the parts is used to answer /healthz.
HEALTH_SECONDS = 5.0
# What a new process requests from itself before it accepts requests (core.web.warm_up).
WARM_UP_PATHS = ("/", "/tim-kiem/?q=khai+sinh", "/thu-tuc/")

# Examples of queries on the search page; those of the front page are entered in the admin.
SEARCH_EXAMPLES = ("đăng ký kết hôn", "sao y bản chính", "cấp lại giấy khai sinh", "hộ kinh doanh")
# What visitors search for is counted for the editors of the lexicon (ADR 188), kept for so many days, and stored in
# clear only when a query was asked from so many networks in one week.
SEARCH_COUNT_QUERIES = env.bool("SEARCH_COUNT_QUERIES", default=True)
SEARCH_QUERIES_KEEP_DAYS = env.int("SEARCH_QUERIES_KEEP_DAYS", default=180)
SEARCH_QUERY_MIN_NETWORKS = env.int("SEARCH_QUERY_MIN_NETWORKS", default=3)
ELASTICSEARCH_URL = env.str("ELASTICSEARCH_URL", default="")
ELASTICSEARCH_INDEX_PREFIX = env.str("ELASTICSEARCH_INDEX_PREFIX", default=INSTALLATION.lower())
# Everyday questions take 40 ms; the rest of the promised 1.5 s is left for the database to answer instead.
ELASTICSEARCH_TIMEOUT = 0.7
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "core.wagtail.admin_search"}}

# ClamAV's daemon, host:port or the path of its Unix socket; empty: uploaded files are marked "not scanned".
CLAMAV_ADDRESS = env.str("CLAMAV_ADDRESS", default="")
# Seconds without a response before a scan is given up; the largest file takes the daemon a few.
CLAMAV_TIMEOUT = 60.0

CELERY_BROKER_URL = REDIS_URL or "memory://"
# Without a broker tasks run in the process, after the commit.
CELERY_TASK_ALWAYS_EAGER = not REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 240
CELERY_TASK_SOFT_TIME_LIMIT = 200
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_BACKEND = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{INSTALLATION}:",
    "visibility_timeout": 300,
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    "unacked_restore_throttle": 1,
    "unacked_restore_interval": 2,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_BEAT_SCHEDULE = {
    "outbox-sweep": {"task": "core.outbox.sweep", "schedule": 15.0},
    "outbox-clean-up": {"task": "core.outbox.clean_up", "schedule": 86400.0},
    "csp-reports-clean-up": {"task": "core.csp_reports.clean_up", "schedule": 86400.0},
    "one-time-links-clean-up": {"task": "core.one_time_links.clean_up", "schedule": 86400.0},
    "dossiers-clean-up": {"task": "dossiers.clean_up", "schedule": 900.0},
    "dossiers-move-due-dates": {"task": "dossiers.move_due_dates", "schedule": 3600.0},
    "dossiers-end-suspensions": {"task": "dossiers.end_suspensions", "schedule": 900.0},
    "dossiers-scan-files": {"task": "dossiers.scan_files", "schedule": 15.0},
    "library-scan": {"task": "core.library_scan.scan", "schedule": 60.0},
    "malware-scanner-check": {"task": "core.malware_scan.check", "schedule": 60.0},
    "search-reconcile": {"task": "search.reconcile", "schedule": 60.0},
    "search-check-sources": {"task": "search.check_sources", "schedule": 600.0},
    "search-queries-clean-up": {"task": "search.queries_clean_up", "schedule": 86400.0},
    "accounts-close-unused": {"task": "accounts.close_unused", "schedule": 86400.0},
    "accounts-remind-reviews": {"task": "accounts.remind_reviews", "schedule": 86400.0},
    "accounts-clean-up": {"task": "accounts.clean_up", "schedule": 86400.0},
    "accounts-sync-groups": {"task": "accounts.sync_groups", "schedule": 600.0},
    "publish-scheduled": {"task": "core.publish_scheduled", "schedule": 60.0},
}

# People -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.DisguisedPasswordValidator"},
    {"NAME": "accounts.passwords.FormerPasswordValidator"},
    # Telephone and identity numbers.
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
WAGTAILADMIN_LOGIN_URL = LOGIN_URL
# Nobody sets another person's password: accounts are created by invitation.
WAGTAILUSERS_PASSWORD_ENABLED = False
# Links for a new password are for those who have just asked for one.
PASSWORD_RESET_TIMEOUT = 2 * 60 * 60
# The admin contacts no other host, neither for avatars (by a hash of the email address) nor for news of releases.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
# Shared passwords for pages are off: they can be guessed and cannot be revoked.
WAGTAIL_PRIVATE_PAGES = WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAIL_ENABLE_UPDATE_CHECK = False
AXES_FAILURE_LIMIT = 5
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_CLIENT_IP_CALLABLE = "core.web.throttle.client_network"
AXES_VERBOSE = False
AXES_HANDLER = "accounts.lockout.LockoutHandler"
# Second factor (ADR 160). If off, it is optional, but an account that has set one up is still asked for it.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=True)
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {"reauthenticate": "accounts.forms.PasswordAgainForm"}
# accounts.forms counts wrong codes per person, even without a cache; django-axes counts wrong passwords.
ACCOUNT_RATE_LIMITS = {"login_failed": None, "reauthenticate": None}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.CodeAgainForm",
    "activate_totp": "accounts.forms.ActivateAppForm",
    "add_webauthn": "accounts.forms.AddKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# The clock of a phone may be half a minute off.
MFA_TOTP_TOLERANCE = 1
# How many of the portal's reverse proxies append to X-Forwarded-For; 0: the address of the connection counts.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
# Multiplies every limit per address, for places where hundreds of people share one.
THROTTLE_FACTOR = env.int("THROTTLE_FACTOR", default=1)

# Language and time --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
# Ours first; then what the libraries lack in Vietnamese (scripts/upstream_catalogues.py).
# Wagtail writes "29 seconds ago" with a filter of humanize, whose app is not installed: only its texts are needed.
LOCALE_PATHS = [
    BASE_DIR / "locale",
    BASE_DIR / "locale_upstream",
    Path(humanize.__file__).parent / "locale",
]
# Editors choose between the two languages that are complete; office hours and deadlines know one time zone.
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
# What the fields of the admin show must be a format that portal.formats reads.
FORMAT_MODULE_PATH = ["portal.formats"]
WAGTAIL_DATE_FORMAT, WAGTAIL_DATETIME_FORMAT = "%d/%m/%Y", "%d/%m/%Y %H:%M"
USE_I18N = WAGTAIL_I18N_ENABLED = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
CELERY_TIMEZONE = TIME_ZONE
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]
USE_TZ = True
# A person who may approve a page need not have the permission to publish it (ADR 130).
WAGTAIL_FINISH_WORKFLOW_ACTION = "core.wagtail.approval.publish_approved"
# Unpublishing a source must not take its translation down without the translator (docs/facts.md#wagtail-localize).
WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = False

# Files --------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
# Citizens' documents: outside every web root, served only by a view that checks the permission.
PRIVATE_MEDIA_ROOT = Path(env.str("PRIVATE_MEDIA_ROOT", default=str(VAR_DIR / "private")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_MEDIA_ROOT, "base_url": None, "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WAGTAILIMAGES_IMAGE_MODEL = "home.PortalImage"
WAGTAILDOCS_DOCUMENT_MODEL = "home.PortalDocument"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_DOCUMENT_FORM_BASE = "core.wagtail.library_forms.DocumentForm"
WAGTAILIMAGES_IMAGE_FORM_BASE = "core.wagtail.library_forms.ImageForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
# Pictures as Pillow reads them, never SVG; documents that people read, never pages or programs.
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILDOCS_EXTENSIONS = [
    "csv",
    "doc",
    "docx",
    "odp",
    "odt",
    "ods",
    "pdf",
    "pptx",
    "txt",
    "xlsx",
    "zip",
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# The editors of procedures and forms send about ten values per document and question; the bytes are limited above.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=10 * 1024 * 1024)
OFFICE_HOURS = env.str("OFFICE_HOURS", default="07:00-11:30,13:30-17:00")
VIEW_LOG_KEEP_DAYS = env.int("VIEW_LOG_KEEP_DAYS", default=5 * 365)
# Below this no file of a citizen is accepted: the database and the logs need the rest.
UPLOAD_MIN_FREE_BYTES = env.int("UPLOAD_MIN_FREE_BYTES", default=1024**3)
# The largest request: a step with all its files at once, when there are no scripts.
REQUEST_MAX_BYTES = env.int("REQUEST_MAX_BYTES", default=64 * 1024 * 1024)
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "core.web.uploads.TolerantTemporaryFileUploadHandler",
]
# Files without a row that may be in quarantine at once: more of them mean a wrong database (ADR 165).
PRIVATE_FILES_QUARANTINE_SHARE = env.float("PRIVATE_FILES_QUARANTINE_SHARE", default=0.02)
PRIVATE_FILES_QUARANTINE_MIN = env.int("PRIVATE_FILES_QUARANTINE_MIN", default=20)
UPLOAD_MAX_FILES_PER_DOSSIER = env.int("UPLOAD_MAX_FILES_PER_DOSSIER", default=20)
# Pillow only warns at 120 megapixels; a phone photo has 12 (docs/facts.md#files).
IMAGE_MAX_PIXELS = 40_000_000

# Mail ---------------------------------------------------------------------------------------------------------
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="khong-tra-loi@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Dossiers -----------------------------------------------------------------------------------------------------
# Secrets of lookup keys and private links by id, "2027=…,2026=…": the first makes new ones (ADR 136). Production
# requires its own.
LOOKUP_SECRETS = env.dict("LOOKUP_SECRETS", default={"development": "development-only-not-a-secret"})

# Secrets that encrypt identity numbers in the database, by id, "2027=…,2026=…": the first encrypts (ADR 168).
# Production requires its own.
FIELD_KEYS = env.dict("FIELD_KEYS", default={"development": "development-only-not-a-secret"})

# Forms --------------------------------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = ["portal_crispy"]
CRISPY_TEMPLATE_PACK = "portal_crispy"

# Security -----------------------------------------------------------------------------------------------------
SECRET_KEY_FALLBACKS: list[str] = []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# For old browsers; others follow the policy of core.web.csp. The admin shows previews in a frame of its own.
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": STRICT}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# A random name for the browser, so that a sign-in from a new one is reported by mail.
DEVICE_COOKIE_NAME = "device"
SESSION_COOKIE_AGE = 8 * 60 * 60
# Signed out after this idle time (NĐ 331/2026, docs/domain.md#information-security).
SESSION_IDLE_MINUTES = env.int("SESSION_IDLE_MINUTES", default=15)
SESSION_IDLE_MINUTES_ADMIN = env.int("SESSION_IDLE_MINUTES_ADMIN", default=5)
# Staff accounts that have not been used for this many days are closed; 0: never.
ACCOUNT_UNUSED_DAYS = env.int("ACCOUNT_UNUSED_DAYS", default=45)
# How often each operating team confirms the list of its accounts and roles.
ACCOUNT_REVIEW_MONTHS = env.int("ACCOUNT_REVIEW_MONTHS", default=6)
# How long sign-ins and failed attempts are kept.
SIGN_IN_LOG_KEEP_DAYS = env.int("SIGN_IN_LOG_KEEP_DAYS", default=365)
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.web.error_views.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # The address of a private page contains a key: /ho-so/<key>/…, /nop-ho-so/<code>/tiep/<key>/ and one-time links
    # below /tra-cuu/; links for a password do, too. It is masked in every line; /mot-cua/ho-so/<code>/ is no secret.
    "filters": {
        "private": {
            "()": "core.logs.PrivateAddressFilter",
            "address": r"(?<!/mot-cua)(/ho-so/|/tiep/|/xac-nhan-thu/|/cap-lai/|/loi-moi/|/thu-dien-tu/xac-nhan/|"
            r"/password_reset/confirm/[^/\s]+/)[^/\s\"'?#]+",
        }
    },
    "formatters": {
        "plain": {
            "()": "core.logs.SingleLineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            # With the offset, so that lines of several machines and of UTC servers can be put in order.
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
        },
        "server": {
            "()": "django.utils.log.ServerFormatter",
            "format": "[{server_time}] {message}",
            "style": "{",
        },
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["private"]},
        "server": {"class": "logging.StreamHandler", "formatter": "server", "filters": ["private"]},
    },
    "loggers": {
        # Django's own handlers print unmasked lines, and mail whole requests with what people typed.
        "django": {"handlers": [], "level": "INFO"},
        "django.server": {"handlers": ["server"], "level": "INFO", "propagate": False},
        # Otherwise two lines for every reindexed object, at its start and its end.
        "django_tasks": {"level": "WARNING"},
        # Otherwise a line for every process, when it is imported.
        "pikepdf": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
