"""One import at a time: a second one waits, reads what the first has written, and finds nothing new."""

from __future__ import annotations

from typing import Final

from django.db import connection

KEY: Final = 0x5454_4843  # "TTHC"; any number that no other lock of the portal has


def lock_imports() -> None:
    """Wait for other imports to end; held until the end of the transaction. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [KEY])
