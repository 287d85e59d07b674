"""scripts/backup and scripts/restore: generations share files; parts that do not belong together are not restored."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import backups
import psycopg
import pytest
from django.db import connection

from forms_app.dossiers.models import Attachment
from tests.forms_app.dossiers.factories import file_dossier
from tests.paths import ROOT


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A complete back-up with one file."""
    dump = write(tmp_path / "one" / backups.DUMP, "dump")
    write(tmp_path / "one" / "private" / "dossiers" / "a", "a")
    manifest = {"dump_sha256": backups._sha256(dump), "private_files": 1}
    return write(tmp_path / "one" / backups.MANIFEST, json.dumps(manifest)).parent


class TestFiles:
    def test_unchanged_files_of_two_generations_are_stored_once(self, tmp_path: Path) -> None:
        source, first, second = tmp_path / "source", tmp_path / "first", tmp_path / "second"
        write(source / "dossiers" / "same", "same")
        write(source / "dossiers" / "gone", "gone")
        assert backups.copy_files(source, first, None) == 2
        (source / "dossiers" / "gone").unlink()
        write(source / "dossiers" / "new", "new")
        assert backups.copy_files(source, second, first) == 2
        assert (second / "dossiers" / "same").samefile(first / "dossiers" / "same")
        assert sorted(path.name for path in (second / "dossiers").iterdir()) == ["new", "same"]
        assert (first / "dossiers" / "gone").read_text() == "gone", "the earlier generation keeps it"


class TestBackUpIsChecked:
    def test_complete_back_up_passes(self, folder: Path) -> None:
        backups.check_back_up(folder)

    def test_other_dump_is_refused(self, folder: Path) -> None:
        write(folder / backups.DUMP, "of yesterday")
        with pytest.raises(backups.Refused, match="do not belong together"):
            backups.check_back_up(folder)

    def test_missing_file_is_refused(self, folder: Path) -> None:
        (folder / "private" / "dossiers" / "a").unlink()
        with pytest.raises(backups.Refused, match="counts 1 private files, the folder holds 0"):
            backups.check_back_up(folder)

    def test_interrupted_back_up_is_refused(self, folder: Path) -> None:
        (folder / backups.MANIFEST).unlink()
        with pytest.raises(backups.Refused, match="no complete back-up"):
            backups.check_back_up(folder)


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The URL of a new database on the test server."""
    values = connection.settings_dict
    name = f"{values['NAME']}_restored"
    server = f"postgres://{quote(values['USER'])}@{values['HOST']}:{values['PORT']}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as session:
        session.execute(f'DROP DATABASE IF EXISTS "{name}"')
        session.execute(f'CREATE DATABASE "{name}"')
    yield f"{server}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as session:
        session.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """`refusal(folder, DATABASE_URL=…)` tries to restore and returns the error output, "" on success."""
    monkeypatch.setenv("PRIVATE_MEDIA_ROOT", str(tmp_path / "restored"))
    monkeypatch.delenv("MEDIA_ROOT", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)

    def restore(folder: Path, **environment: str) -> str:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        code = backups.main(["restore", str(folder)])
        errors = capsys.readouterr().err
        assert bool(code) == bool(errors)
        return errors

    return restore


@pytest.fixture
def private(settings: Any, tmp_path: Path) -> Path:
    """A separate store for private files."""
    options = {**settings.STORAGES["private"]["OPTIONS"], "location": str(tmp_path / "private")}
    settings.STORAGES = {**settings.STORAGES, "private": {**settings.STORAGES["private"], "OPTIONS": options}}
    return tmp_path / "private"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_back_up_is_restored_only_into_an_empty_database(
    monkeypatch: pytest.MonkeyPatch, private: Path, empty_database: str, refusal: Callable[..., str]
) -> None:
    tmp_path = private.parent
    file_dossier()
    path = Attachment.objects.get().path
    values = connection.settings_dict
    source = f"postgres://{quote(values['USER'])}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
    monkeypatch.setenv("PRIVATE_MEDIA_ROOT", str(private))
    monkeypatch.setenv("DATABASE_URL", source)
    assert backups.main(["backup", str(tmp_path / "generations")]) == 0
    (folder,) = (tmp_path / "generations").iterdir()

    monkeypatch.setenv("PRIVATE_MEDIA_ROOT", str(tmp_path / "restored"))
    assert "tables: restore into a new, empty one" in refusal(folder, DATABASE_URL=source)
    with psycopg.connect(empty_database):
        assert "1 other sessions use the database" in refusal(folder, DATABASE_URL=empty_database)
    write(tmp_path / "restored" / "left", "of the former installation")
    assert "is not empty" in refusal(folder, DATABASE_URL=empty_database)
    (tmp_path / "restored" / "left").unlink()
    assert refusal(folder, DATABASE_URL=empty_database) == ""
    with psycopg.connect(empty_database) as session:
        assert session.execute("SELECT path FROM dossiers_attachment").fetchall() == [(path,)]
    assert (tmp_path / "restored" / path).read_bytes() == (private / path).read_bytes()


@pytest.mark.redis
def test_restore_stops_while_a_worker_runs(monkeypatch: pytest.MonkeyPatch, redis_url: str) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "portal.settings.development")
    backups.check_workers()
    command = [sys.executable, "-m", "celery", "-A", "portal", "worker", "--pool", "solo", "-l", "error"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            assert refuses(), "the worker was not noticed"
        finally:
            worker.terminate()


def refuses() -> bool:
    """Return True once a worker is noticed; it needs some seconds to start."""
    for _attempt in range(20):
        try:
            backups.check_workers()
        except backups.Refused:
            return True
    return False
