"""Migrate once, copy many times.

Wagtail brings some two hundred migrations, most of a minute of work that is the same for every worker and every run.
The result is kept as a template (a database on the PostgreSQL server, or a file for SQLite) under a name made from
everything that decides its content.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from tests.paths import ROOT

FOLDER = ROOT / "var" / "test"
KEPT = 8
PREFIX = "portal_template_"


def _own_apps() -> list[Path]:
    return [Path(app.path) for app in apps.get_app_configs() if ROOT in Path(app.path).parents]


def _imported_by(path: Path) -> Iterator[Path]:
    """Modules of ours that a migration imports: its outcome depends on them too."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [node.module] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in filter(None, names):
            if (ROOT / name.split(".")[0]).is_dir() and (spec := find_spec(name)) and spec.origin:
                yield Path(spec.origin)


def _fingerprint() -> str:
    files: set[Path] = set()
    for folder in _own_apps():
        migrations = sorted((folder / "migrations").glob("*.py"))
        files.update(migrations)
        files.update(imported for path in migrations for imported in _imported_by(path))
        files.update(
            path for path in folder.rglob("*") if path.suffix in {".json", ".csv", ".tsv", ".sql", ".txt"}
        )
    files.add(ROOT / "requirements.txt")
    digest = hashlib.sha256(str(sorted(apps.app_configs)).encode())
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "template.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _migrate(database_url: str) -> None:
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "portal.settings.test",
    }
    command = [sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdin=subprocess.DEVNULL)


def postgres_template(settings: dict[str, Any]) -> str:
    """The name of a migrated database on this server; made when it is not there yet."""
    name = PREFIX + _fingerprint()
    where = {key: settings[key.upper()] or None for key in ("host", "port", "user", "password")}
    with _one_at_a_time(), psycopg.connect(dbname="postgres", autocommit=True, **where) as server:
        # The file lock keeps out this checkout's workers, this one the other checkouts that use the server.
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [PREFIX])
        rows = server.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid", [f"{PREFIX}%"]
        )
        known = [str(row[0]) for row in rows]
        if name in known:
            return name
        for old in known[: -KEPT + 1]:
            server.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        building = f"building_{name}"
        server.execute(f'DROP DATABASE IF EXISTS "{building}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{building}"')
        user = f"{where['user']}:{where['password'] or ''}"
        _migrate(f"postgres://{user}@{where['host'] or ''}:{where['port'] or ''}/{building}")
        server.execute(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
    return name


def sqlite_template() -> Path:
    """A migrated SQLite file; made when it is not there yet."""
    path = FOLDER / f"{PREFIX}{_fingerprint()}.sqlite3"
    with _one_at_a_time():
        if path.exists():
            return path
        for old in sorted(FOLDER.glob(f"{PREFIX}*.sqlite3"), key=lambda file: file.stat().st_mtime)[
            : -KEPT + 1
        ]:
            old.unlink()
        building = path.with_suffix(".building")
        for leftover in FOLDER.glob(f"{building.name}*"):
            leftover.unlink()
        _migrate(f"sqlite:///{building}")
        with sqlite3.connect(building) as database:
            database.execute("PRAGMA journal_mode=DELETE")
        database.close()
        building.rename(path)
    return path


@contextmanager
def migrated_from_template(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """While this lasts, the test database that Django makes begins as a copy of the template."""
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = postgres_template(connection.settings_dict)
        yield
        return
    template = sqlite_template()
    creation = connection.creation
    create = creation._create_test_db  # type: ignore[attr-defined]

    def create_and_fill(*arguments: Any, **options: Any) -> Any:
        name = create(*arguments, **options)
        connection.close()
        connection.settings_dict["NAME"] = name
        connection.ensure_connection()
        source = sqlite3.connect(template)
        source.backup(connection.connection)
        source.close()
        return name

    creation._create_test_db = create_and_fill  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del creation._create_test_db  # type: ignore[attr-defined]
