"""A migrated template from which test databases are copied.

Wagtail has about two hundred migrations, which take most of a minute. The result is kept as a template (a database on
the PostgreSQL server, or a file for SQLite) whose name is a digest of everything that determines its content.
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
    """Yield the project's modules that a migration imports, since its result depends on them."""
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
    """Return the name of a migrated database on this server; create it if necessary."""
    name = PREFIX + _fingerprint()
    where = {key: settings[key.upper()] or None for key in ("host", "port", "user", "password")}
    with _one_at_a_time(), psycopg.connect(dbname="postgres", autocommit=True, **where) as server:
        # The file lock excludes workers of this checkout; this lock excludes other checkouts that use the server.
        server.execute("SELECT pg_advisory_lock(hashtext(%s))", [PREFIX])
        rows = server.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid", [f"{PREFIX}%"]
        )
        existing = [str(row[0]) for row in rows]
        if name in existing:
            return name
        for old in existing[: -KEPT + 1]:
            server.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        building = f"building_{name}"
        server.execute(f'DROP DATABASE IF EXISTS "{building}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{building}"')
        user = f"{where['user']}:{where['password'] or ''}"
        _migrate(f"postgres://{user}@{where['host'] or ''}:{where['port'] or ''}/{building}")
        server.execute(f'ALTER DATABASE "{building}" RENAME TO "{name}"')
    return name


def sqlite_template() -> Path:
    """Return a migrated SQLite file; create it if necessary."""
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
    """Let Django create its test database as a copy of the template."""
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
