"""Quarantine of private files: ages and clocks at their limits, other stores, files that are there already."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import InMemoryStorage
from django.utils import timezone

from core.errors import InvalidInput
from forms_app.dossiers.services import private_files
from forms_app.dossiers.services.private_files import CleanUpReport, QuarantinedFile, clean_up_files
from tests.forms_app.dossiers.factories import file_dossier
from tests.forms_app.dossiers.services.test_private_files import add_orphan, root

__all__ = ["root"]  # a fixture

pytestmark = pytest.mark.django_db
PATH = "dossiers/2026/11/orphan"


@pytest.mark.parametrize(("hours", "moved"), [(23, 0), (25, 1)])
def test_file_is_an_orphan_after_a_day(root: Path, hours: int, moved: int) -> None:
    file_dossier()
    add_orphan(root, age=timedelta(hours=hours))
    assert clean_up_files().quarantined == moved


@pytest.mark.parametrize(("more", "moved"), [(0, 1), (1, 0)])
def test_clock_may_be_an_hour_ahead_at_most(
    root: Path, monkeypatch: pytest.MonkeyPatch, more: int, moved: int
) -> None:
    file_dossier()
    orphan = add_orphan(root)
    for path in root.rglob("*"):
        os.utime(path, (orphan.stat().st_mtime,) * 2)
    newest = orphan.stat().st_mtime
    monkeypatch.setattr(private_files, "_last_activity", lambda: newest - 3600 - more)
    assert clean_up_files().quarantined == moved


def test_refusal_reports_that_nothing_was_done(root: Path) -> None:
    add_orphan(root)
    report = clean_up_files()
    assert report == CleanUpReport(0, 0, 0, report.refusal)
    assert report.refusal


def test_file_is_restored_into_a_folder_that_is_gone_and_never_over_another(root: Path, caplog: Any) -> None:
    file_dossier()
    add_orphan(root)
    clean_up_files()
    shutil.rmtree(root / "dossiers" / "2026" / "11")
    private_files.restore_file(path=PATH)
    assert (root / PATH).read_bytes() == b"bytes"
    assert f"private file {PATH} moved back from quarantine" in caplog.text
    clean_up_files(now=timezone.now() + timedelta(days=2))
    add_orphan(root).write_bytes(b"another")
    with pytest.raises(InvalidInput, match="exists: the file in quarantine is"):
        private_files.restore_file(path=PATH)
    assert (root / PATH).read_bytes() == b"another"


def test_file_that_somebody_else_deleted_is_no_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file_dossier()
    gone = QuarantinedFile(root / "gone", timezone.localdate() - timedelta(days=31), "dossiers/gone")
    monkeypatch.setattr(private_files, "quarantined_files", lambda: [gone])
    assert clean_up_files().deleted == 1


def test_store_that_is_not_on_a_disk_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private_files, "storages", {"private": InMemoryStorage()})
    assert clean_up_files() == CleanUpReport()
    assert private_files.quarantined_files() == []
    with pytest.raises(InvalidInput, match="not in quarantine"):
        private_files.restore_file(path=PATH)
    with pytest.raises(InvalidInput, match="not on a disk"):
        private_files.compare_rows_and_files()
