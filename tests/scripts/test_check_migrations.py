"""Migrations need a meaningful name, must be reversible, and contain no StreamField definitions."""

from __future__ import annotations

from pathlib import Path

import check_migrations
import pytest

from tests.support import architecture


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(check_migrations, "ROOT", tmp_path)
    folder = tmp_path / "core" / "migrations"
    folder.mkdir(parents=True)
    return folder


def test_migrations_of_this_project_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_migrations.main() == 0
    assert capsys.readouterr().out == ""


def test_all_packages_are_checked() -> None:
    assert set(check_migrations.APPS) == set(architecture.PACKAGES)


def test_bad_migration_is_named_and_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "0001_initial.py").write_text("")
    (folder / "0002_auto_20260101_0000.py").write_text("migrations.RunPython(fill)")
    assert check_migrations.main() == 1
    output = capsys.readouterr().out.splitlines()
    assert len(output) == 2
    assert all("core/migrations/0002_auto" in line for line in output)


@pytest.mark.parametrize(
    ("name", "body", "complaint"),
    [
        ("0002_auto_20261123", "", "needs a name"),
        ("0002_fill", "migrations.RunPython(fill)", "cannot be undone"),
        ("0002_fill", "migrations.RunPython(fill, undo)", ""),
        ("0002_fill", "migrations.RunPython(fill, reverse_code=undo)", ""),
        ("0002_fill", "migrations.RunSQL('a', reverse_sql='b')", ""),
        ("0002_fill", "migrations.RunSQL(sql=('a'))", "cannot be undone"),
        ("0002_fill", "# Irreversible: the numbers are gone\nmigrations.RunSQL('x')", ""),
        ("0002_fill", "# Irreversible: the old numbers are unknown\nmigrations.RunPython(fill)", ""),
        (
            "0002_fill",
            "operations = [migrations.RunPython(fill, undo), migrations.RunSQL('x')]",
            "cannot be undone",
        ),
        ("0002_fill", "'a text that names RunPython(fill)'", ""),
        ("0002_blocks", "wagtail.blocks.StructBlock([])", "LeanStreamField"),
        ("0002_blocks", "wagtail.blocks.StreamBlock([])", "LeanStreamField"),
    ],
)
def test_problem_is_found(tmp_path: Path, name: str, body: str, complaint: str) -> None:
    path = tmp_path / f"{name}.py"
    path.write_text(body)
    problems = check_migrations.problems_of(path)
    assert len(problems) == bool(complaint)
    assert complaint in " ".join(problems)
