"""scripts/audit.py with a stand-in for pip-audit: an audit that did not happen is never reported as clean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import audit
import pytest

DJANGO: dict[str, Any] = {"name": "Django", "version": "5.2", "vulns": []}
PYTEST: dict[str, Any] = {"name": "pytest", "version": "9.0", "vulns": []}
VULNERABLE = DJANGO | {"vulns": [{"id": "CVE-2026-1", "fix_versions": ["5.2.1"]}]}
SKIPPED = {"name": "Django", "skip_reason": "Dependency not found on PyPI"}
PIP_AUDIT = """\
import json, sys
service = sys.argv[sys.argv.index("--vulnerability-service") + 1]
assert "--strict" in sys.argv
answer = json.loads({answers!r})[service]
if isinstance(answer, str):
    sys.exit(answer)
print(json.dumps({{"dependencies": answer, "fixes": []}}))
sys.exit(any(row.get("vulns") for row in answer))
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """`run(pypi=…, osv=…)` audits two packages; each response is a list of rows, or the message of a failure."""
    (tmp_path / "requirements.txt").write_text("django==5.2 \\\n    --hash=sha256:00\n")
    (tmp_path / "requirements-dev.txt").write_text("pytest==9.0 \\\n    --hash=sha256:00\n")
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def run(**answers: Any) -> tuple[int, str]:
        (tmp_path / "pip_audit.py").write_text(PIP_AUDIT.format(answers=json.dumps(answers)))
        return audit.main(), capsys.readouterr().out

    return run


def test_complete_audit_without_findings_is_clean(run) -> None:
    assert run(pypi=[DJANGO, PYTEST]) == (0, "audited 2 packages with pypi: no known vulnerabilities\n")


def test_known_vulnerability_is_named(run) -> None:
    assert run(pypi=[VULNERABLE, PYTEST]) == (1, "Django 5.2: CVE-2026-1, fixed in 5.2.1\n")


def test_vulnerability_is_reported_even_if_the_audit_is_incomplete(run) -> None:
    assert run(pypi=[VULNERABLE])[0] == 1


def test_second_service_is_asked_if_the_first_cannot_be_reached(run) -> None:
    status, output = run(pypi="ConnectionError: pypi.org", osv=[DJANGO, PYTEST])
    assert (status, output) == (0, "audited 2 packages with osv: no known vulnerabilities\n")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("ConnectionError: no route to host", "ConnectionError: no route to host"),
        ([], "not looked up: django, pytest"),
        ([SKIPPED, PYTEST], "not looked up: django"),
        ([PYTEST], "not looked up: django"),
    ],
)
def test_missing_or_incomplete_audit_is_reported_as_not_audited(run, answer: Any, reason: str) -> None:
    status, output = run(pypi=answer, osv=answer)
    assert status == audit.NOT_AUDITED == 3
    assert output == f"not audited: pypi: {reason}\nnot audited: osv: {reason}\n"


def test_service_that_does_not_answer_in_time_is_not_audited(run, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(audit, "TIMEOUT_SECONDS", 0.01)
    status, output = run(pypi=[DJANGO, PYTEST], osv=[DJANGO, PYTEST])
    assert status == 3
    assert "no answer within" in output
