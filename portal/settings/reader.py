"""Read environment variables as types; errors name the variable."""

from __future__ import annotations

import hashlib
import warnings
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured


class Reader(environ.FileAwareEnv):
    """Reads a setting from ``NAME`` or from the file named by ``NAME_FILE``; errors contain the name."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return the value of ``var`` as its type."""
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} cannot be read: {error}") from error

    def db_url(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return the database settings given by the URL in ``var``."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it would print the password
            found = self._named(var, super().db_url, *args, **kwargs)
        if "." not in found.get("ENGINE", ""):  # an unknown scheme is mistaken for a module
            raise ImproperlyConfigured(f"{var} cannot be read: it names no database")
        return found

    def email_url(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return the mail settings given by the URL in ``var``."""
        return self._named(var, super().email_url, *args, **kwargs)

    def _named(self, var: str, read: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return read(var, *args, **kwargs)
        except (ImproperlyConfigured, ValueError, KeyError) as error:
            raise ImproperlyConfigured(f"{var} cannot be read: {error}") from error


def installation_of(database: dict[str, Any]) -> str:
    """Return a name for the installation whose data is in `database`: its server and name, never its password."""
    parts = [str(database.get(part) or "") for part in ("ENGINE", "HOST", "PORT", "NAME")]
    return f"portal-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:10]}"
