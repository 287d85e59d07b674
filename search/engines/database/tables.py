"""Which full-text tables belong to which server."""

from __future__ import annotations

from django.db import connection

from search.engines.database.postgresql import PostgresTables
from search.engines.database.sqlite import SqliteTables
from search.engines.database.text import TextTables

KINDS: dict[str, type[TextTables]] = {"sqlite": SqliteTables, "postgresql": PostgresTables}


def tables(collection: str, vendor: str = "") -> TextTables:
    """Return the tables of ``collection`` for the server in use."""
    return KINDS[vendor or connection.vendor](collection)
