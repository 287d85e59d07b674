"""Files without a row are quarantined, but never many and never if the database looks wrong; they can be restored."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.utils import timezone

from forms_app.dossiers import tasks
from forms_app.dossiers.models import Attachment
from forms_app.dossiers.services import private_files
from forms_app.dossiers.services.private_files import clean_up_files
from tests.forms_app.dossiers.factories import file_dossier, make_draft

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def root(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """A separate private store for each test."""
    changed = {**settings.STORAGES["private"]["OPTIONS"], "location": str(tmp_path)}
    settings.STORAGES = {**settings.STORAGES, "private": {**settings.STORAGES["private"], "OPTIONS": changed}}
    yield tmp_path
    assert Path(storages["private"].location) == tmp_path


def add_orphan(root: Path, name: str = "orphan", *, age: timedelta = timedelta(days=3)) -> Path:
    path = root / "dossiers" / "2026" / "11" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"bytes")
    then = (timezone.now() - age).timestamp()
    os.utime(path, (then, then))
    return path


def contents(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_orphan_is_quarantined_and_deleted_after_thirty_days(root: Path, caplog: Any) -> None:
    file_dossier()
    orphan, young = add_orphan(root), add_orphan(root, "young", age=timedelta(hours=2))
    report = clean_up_files()
    assert (report.quarantined, report.deleted, report.refusal) == (1, 0, "")
    assert not orphan.exists()
    assert young.exists()
    (held,) = private_files.quarantined_files()
    assert held.path == "dossiers/2026/11/orphan"
    assert held.location.read_bytes() == b"bytes"
    assert "dossiers/2026/11/orphan has no row: moved into quarantine" in caplog.text
    young.unlink()
    assert clean_up_files(now=timezone.now() + timedelta(days=30)).deleted == 0
    assert clean_up_files(now=timezone.now() + timedelta(days=31)).deleted == 1
    assert not held.location.exists()
    assert "deleted after quarantine" in caplog.text


def test_empty_database_moves_nothing(root: Path, caplog: Any) -> None:
    add_orphan(root)
    before = contents(root)
    for _run in range(2):
        tasks.clean_up()
    assert contents(root) == before
    assert "the database names no file" in caplog.text
    assert any(record.levelname == "ERROR" for record in caplog.records)


def test_database_older_than_the_newest_file_moves_nothing(root: Path) -> None:
    file_dossier(now=timezone.now() - timedelta(days=20))
    for path in (root / "dossiers").rglob("*"):
        if path.is_file():
            os.utime(path, ((timezone.now() - timedelta(days=20)).timestamp(),) * 2)
    orphan = add_orphan(root)
    assert "older" in clean_up_files().refusal
    assert orphan.exists()
    file_dossier()
    assert clean_up_files().quarantined == 1


@pytest.mark.parametrize("at_once", [True, False])
def test_many_orphans_are_refused_even_over_several_runs(root: Path, settings: Any, at_once: bool) -> None:
    settings.PRIVATE_FILES_QUARANTINE_MIN, settings.PRIVATE_FILES_QUARANTINE_SHARE = 3, 0.0
    file_dossier()
    if at_once:
        files = [add_orphan(root, f"orphan-{number}") for number in range(4)]
        assert "more than 3" in clean_up_files().refusal
    else:
        for number in range(3):
            add_orphan(root, f"early-{number}")
        assert clean_up_files().quarantined == 3
        files = [add_orphan(root, "late")]
        assert "3 are in quarantine" in clean_up_files().refusal
    assert all(path.exists() for path in files)


def test_file_that_has_a_row_again_is_restored_automatically(root: Path) -> None:
    file_dossier()
    row = Attachment.objects.get()
    path, row.path = row.path, "dossiers/elsewhere"
    row.save()
    os.utime(root / path, ((timezone.now() - timedelta(days=2)).timestamp(),) * 2)
    assert clean_up_files().quarantined == 1
    Attachment.objects.update(path=path)
    assert clean_up_files().returned == 1
    assert (root / path).exists()


def test_command_lists_restores_and_compares(root: Path) -> None:
    file_dossier()
    add_orphan(root)
    clean_up_files()
    assert "dossiers/2026/11/orphan" in run("--quarantine")
    assert run("--restore", "dossiers/2026/11/orphan") == "restored=1\n"
    assert (root / "dossiers/2026/11/orphan").exists()
    with pytest.raises(CommandError, match="not in quarantine"):
        run("--restore", "dossiers/2026/11/orphan")
    assert run() == "rows=1 missing=0 missing_of_drafts=0 files_without_row=1\n"
    clean_up_files()
    assert run("--restore-all") == "restored=1\n"


def test_comparison_fails_if_a_file_of_a_dossier_is_missing_or_differs(root: Path) -> None:
    file_dossier()
    make_draft()
    of_dossier = root / Attachment.objects.exclude(dossier=None).get().path
    (root / Attachment.objects.exclude(draft=None).get().path).unlink()
    assert "missing=0 missing_of_drafts=1" in run()
    of_dossier.write_bytes(b"another")
    with pytest.raises(CommandError, match="do not belong together"):
        run()


def test_tidy_command_fails_on_a_refusal(root: Path) -> None:
    add_orphan(root)
    with pytest.raises(CommandError, match="names no file"):
        call_command("tidy_dossiers", stdout=StringIO())


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("private_files", *arguments, stdout=out)
    return out.getvalue()


def test_quarantine_never_replaces_a_file_that_exists(root: Path) -> None:
    file_dossier()
    orphan = add_orphan(root)
    clean_up_files()
    (held,) = private_files.quarantined_files()
    row = Attachment.objects.first()
    assert row is not None
    Attachment.objects.filter(pk=row.pk).update(path=held.path)
    orphan.write_bytes(b"what the citizen sent")
    clean_up_files()
    assert orphan.read_bytes() == b"what the citizen sent"
    assert held.location.read_bytes() == b"bytes"


@pytest.mark.parametrize(("minutes", "moved"), [(30, 1), (120, 0)])
def test_clock_of_the_file_server_may_be_an_hour_ahead(root: Path, minutes: int, moved: int) -> None:
    file_dossier()
    ahead = (timezone.now() + timedelta(minutes=minutes)).timestamp()
    for path in (root / "dossiers").rglob("*"):
        if path.is_file():
            os.utime(path, (ahead, ahead))
    add_orphan(root)
    assert clean_up_files().quarantined == moved
