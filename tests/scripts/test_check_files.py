"""File lengths, unfinished work, compose.yaml, and modules that shadow Python's own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import check_files
import pytest

from tests.paths import ROOT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository with this project's compose.yaml."""
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    monkeypatch.setattr(check_files, "ROOT", tmp_path)
    (tmp_path / "compose.yaml").write_text((ROOT / "compose.yaml").read_text())
    return tmp_path


def test_files_of_this_project_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_files.main() == 0
    assert capsys.readouterr().out == ""


def test_long_module_is_found_unless_it_is_settings_or_a_migration(project: Path) -> None:
    for name in ("portal/settings/base.py", "core/migrations/0001_initial.py", "core/long.py"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x = 1\n" * 401)
    (project / "core" / "fine.py").write_text("x = 1\n" * 400)
    assert list(check_files.too_long()) == ["core/long.py: 401 lines, at most 400"]


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("# TO" + "DO: later", False),
        ("# TO" + "DO(#12): later", True),
        ("# FIX" + "ME", False),
        ("# HA" + "CK(#3) for the demo", True),
        ("# XX" + "X", False),
        ("# nothing is to be done", True),
        ("FIX" + "MENOT = 1", True),
    ],
)
def test_unfinished_work_must_name_its_issue(project: Path, line: str, allowed: bool) -> None:
    (project / "a.py").write_text(f"x = 1\n{line}\n")
    assert check_files.main() == (0 if allowed else 1)


def test_compose_service_open_to_the_network_or_without_healthcheck_is_found(project: Path) -> None:
    (project / "compose.yaml").write_text(
        "services: {postgres: {ports: ['5432:5432']}, redis: {healthcheck: {}}, elasticsearch: {healthcheck: {}},"
        " clamav: {healthcheck: {}}}"
    )
    assert list(check_files.compose()) == [
        "compose.yaml: postgres has no healthcheck",
        "compose.yaml: postgres is open to the network",
    ]


def test_server_missing_from_compose_file_is_named(project: Path) -> None:
    (project / "compose.yaml").write_text("services: {postgres: {healthcheck: {}}}")
    assert list(check_files.compose()) == ["compose.yaml: no clamav, elasticsearch, redis"]


def test_package_that_shadows_a_python_module_is_found(project: Path) -> None:
    assert list(check_files.hidden_module()) == []
    (project / "locale").mkdir()
    (project / "locale" / "__init__.py").touch()
    assert len(list(check_files.hidden_module())) == 1
