"""Everyday work and every management command without any variable: SQLite, database search, tasks in the process."""

from .base import *  # noqa: F403
from .base import env

DEBUG = env.bool("DEBUG", default=True)
# Signs nothing that leaves this machine; production refuses to start without its own.
SECRET_KEY = env.str("SECRET_KEY", default="development-only-not-a-secret")
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W009", "security.W012", "security.W016"]
