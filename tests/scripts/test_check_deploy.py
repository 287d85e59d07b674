"""The deployment check runs with production settings and shows Django's warnings."""

from __future__ import annotations

from pathlib import Path

import check_deploy
import pytest


def test_warning_is_shown_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "manage.py").write_text(
        "import sys; print('security.W004'); sys.exit(' '.join(sys.argv[1:]))"
    )
    monkeypatch.setattr(check_deploy, "ROOT", tmp_path)
    assert check_deploy.main() == 1
    output = capsys.readouterr().out
    assert "security.W004" in output
    assert "check --deploy --fail-level WARNING" in output


def test_production_settings_get_a_generated_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "the operator's")
    (tmp_path / "manage.py").write_text(
        "import os, sys\n"
        "good = os.environ['DJANGO_SETTINGS_MODULE'] == 'portal.settings.production'\n"
        "sys.exit(not (good and len(os.environ['SECRET_KEY']) > 50))"
    )
    monkeypatch.setattr(check_deploy, "ROOT", tmp_path)
    assert check_deploy.main() == 0
