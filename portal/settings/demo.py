"""`make demo`: the development settings with the invented province and its accounts shown on the start page."""

from .development import *  # noqa: F403
from .development import TEMPLATES, VAR_DIR, env

DEBUG = env.bool("DEBUG", default=False)
DEMO = True
TEMPLATES[0]["OPTIONS"]["context_processors"].append("demo.context_processors.demo")
if not env.str("EMAIL_URL", default=""):
    # Nothing is sent: the mails are read on a page of the demo (demo/mailbox.py).
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
PORTAL_PHONE = "0290 000 0099"
PORTAL_EMAIL = "hotro@demo.camau.example"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
WHITENOISE_USE_FINDERS = True
# A visitor to the demo may leave a page open for longer than an officer, and its accounts are unused for months.
SESSION_IDLE_MINUTES = SESSION_IDLE_MINUTES_ADMIN = env.int("SESSION_IDLE_MINUTES", default=60)
ACCOUNT_UNUSED_DAYS = env.int("ACCOUNT_UNUSED_DAYS", default=0)
# The published accounts sign in without a second factor, but one can be set up and tried.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=False)
