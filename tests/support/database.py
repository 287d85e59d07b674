"""Restore a test database to the state after the migrations.

Django flushes the tables after every test that commits, including rows that migrations created: the first Locale, Site
and root page, holidays, the lexicon. Tests run in random order, so each must find the initial state.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import OperationalError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model


@dataclass(frozen=True)
class Rows:
    """All rows of one table."""

    table: str
    columns: tuple[str, ...]
    values: list[tuple[Any, ...]]


def _models() -> Iterator[type[Model]]:
    seen = set()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in seen:
            seen.add(model._meta.db_table)
            yield model


class Snapshot:
    """The rows of every model's table at the time of `Snapshot(connection)`."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.derived = _derived_tables(connection)
        self.rows = [rows for model in _models() if (rows := self._read(connection, model)).values]

    def restore(self, connection: BaseDatabaseWrapper) -> None:
        """Empty every table and insert the rows of the snapshot; sequences are not reset."""
        try:
            self._restore(connection)
        except OperationalError:
            # SQLite: a result that was not read to its end keeps its table locked until the garbage is collected.
            gc.collect()
            self._restore(connection)

    def _restore(self, connection: BaseDatabaseWrapper) -> None:
        quote = connection.ops.quote_name
        with without_guards(connection), connection.cursor() as cursor:
            for table in (*_filled(connection), *self.derived):
                cursor.execute(f"DELETE FROM {quote(table)}")
            for rows in self.rows:
                columns = ", ".join(quote(column) for column in rows.columns)
                marks = ", ".join(["%s"] * len(rows.columns))
                statement = f"INSERT INTO {quote(rows.table)} ({columns}) VALUES ({marks})"
                cursor.executemany(statement, rows.values)

    @staticmethod
    def _read(connection: BaseDatabaseWrapper, model: type[Model]) -> Rows:
        quote = connection.ops.quote_name
        columns = tuple(field.column for field in model._meta.local_concrete_fields if not field.generated)
        with connection.cursor() as cursor:
            names = ", ".join(quote(column) for column in columns)
            cursor.execute(f"SELECT {names} FROM {quote(model._meta.db_table)}")
            return Rows(model._meta.db_table, columns, cursor.fetchall())


def update_statistics(connection: BaseDatabaseWrapper) -> None:
    """Let PostgreSQL count the rows that a test has created by the hundred.

    In production autovacuum does so. Here it mostly finds tables whose rows were rolled back: whoever then reads
    hundreds of rows gets plans for empty tables, which take minutes.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _derived_tables(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the tables without a model, which triggers fill: in PostgreSQL these are disabled during a restoration."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        found = set(connection.introspection.table_names(cursor))
    return sorted(found - {model._meta.db_table for model in _models()} - {"django_migrations"})


def _filled(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the tables that are not empty, in one query; most tests write to a few of a hundred."""
    quote = connection.ops.quote_name
    tables = [model._meta.db_table for model in _models()]
    asked = " UNION ALL ".join(
        f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {quote(table)})" for number, table in enumerate(tables)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [tables[number] for (number,) in cursor.fetchall()]


@contextmanager
def without_guards(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Disable foreign keys and the triggers that keep histories append-only."""
    guards = _postgres_guards_off if connection.vendor == "postgresql" else _sqlite_guards_off
    with guards(connection):
        yield


@contextmanager
def _postgres_guards_off(connection: BaseDatabaseWrapper) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = DEFAULT")


@contextmanager
def _sqlite_guards_off(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Drop and recreate the refusing triggers, since SQLite cannot disable them."""
    connection.disable_constraint_checking()
    try:
        # A failure leaves all triggers in place.
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%%RAISE%%'"
            )
            triggers = cursor.fetchall()
            for name, _sql in triggers:
                cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
            yield
            for _name, sql in triggers:
                cursor.execute(sql.replace("%", "%%"))
    finally:
        connection.enable_constraint_checking()
