"""`make demo`: the development settings with the invented province and its accounts shown on the start page."""

from .development import *  # noqa: F403
from .development import SILENCED_SYSTEM_CHECKS, env

DEBUG = env.bool("DEBUG", default=False)
DEMO = True
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
WHITENOISE_USE_FINDERS = True
# SQLite leaves out one constraint of a table that a demonstration does not touch; nobody new here need wonder.
SILENCED_SYSTEM_CHECKS = [*SILENCED_SYSTEM_CHECKS, "models.W047"]
