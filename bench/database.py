"""A temporary PostgreSQL database for one run."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from elasticsearch import Elasticsearch
from psycopg import sql


@contextmanager
def temporary_database() -> Iterator[str]:
    """Create and migrate a database, point the environment and Django at it, and drop it afterwards.

    BENCH_TEMPLATE may name a migrated database to copy, which is faster.
    """
    base = os.environ.get("DATABASE_URL", "")
    if not base.startswith("postgres"):
        raise SystemExit("DATABASE_URL must name a PostgreSQL server; make services-up starts one")
    name = f"portal_bench_{secrets.token_hex(4)}"
    template = os.environ.get("BENCH_TEMPLATE", "template1")
    with psycopg.connect(_named(base, "postgres"), autocommit=True) as server:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            os.environ["DATABASE_URL"] = _named(base, name)
            os.environ["ELASTICSEARCH_INDEX_PREFIX"] = name
            _migrate()
            yield name
        finally:
            _close()
            _drop_indexes(name)
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_indexes(prefix: str) -> None:
    """Delete the run's search indexes if ELASTICSEARCH_URL is set."""
    if url := os.environ.get("ELASTICSEARCH_URL"):
        with Elasticsearch(url) as server:
            for index in server.indices.get(index=f"{prefix}-*"):
                server.indices.delete(index=index)


def _named(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def _migrate() -> None:
    import django  # noqa: PLC0415 - after the environment is set

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)


def _close() -> None:
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
