"""The repository contains no secrets; they come from the environment."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
#: What looks like a real key; keys made up for tests and development say so in their text.
KEYS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "AWS key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "token of a forge": r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20})\b",
    "Slack or Google": r"\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{35}\b",
    "JSON web token": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.",
    "password in an address": r"\b(?:postgres|redis|amqp|smtp)(?:\+tls)?://[^:/\s]+:(?!password|u?p@|\$)[^@/\s\"'{]{3,}@",
    "secret setting": (
        r"(?:SECRET_KEY|PASSWORD|API_KEY)\s*=\s*[\"']"
        r"(?!.*(?:test|development|demo|bench|only|build|change))[^\"'{$]{12,}[\"']"
    ),
}
INVENTED = ("tests/",)


def sources() -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    paths = (ROOT / name for name in names if name and not name.startswith(INVENTED))
    return [
        path
        for path in paths
        if path.is_file() and path.suffix not in {".woff2", ".png", ".jpg", ".pdf", ".mo"}
    ]


@pytest.mark.parametrize("kind", KEYS)
def test_sources_contain_no_secret(kind: str) -> None:
    pattern = re.compile(KEYS[kind])
    found = [
        f"{path.relative_to(ROOT)}: {match[0][:40]}"
        for path in sources()
        for match in pattern.finditer(path.read_text("utf-8", "replace"))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("private key", "-----BEGIN RSA PRIVATE KEY-----"),
        ("AWS key", "AKIAABCDEFGHIJKLMNOP"),
        ("password in an address", "postgres://portal:hunter22@db/portal"),
        ("secret setting", 'SECRET_KEY = "k3j4h5k3j4h5kj3h45"'),
    ],
)
def test_patterns_match_planted_secrets(kind: str, text: str) -> None:
    assert re.search(KEYS[kind], text)


def test_local_files_are_not_committed() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in sources()}
    assert not names & {"var", ".env", "artifacts", "staticfiles"}
    assert not [
        path
        for path in sources()
        if path.name.startswith(".env") or path.suffix in {".sqlite3", ".key", ".pem"}
    ]


def test_production_does_not_override_the_tested_settings() -> None:
    text = (ROOT / "portal/settings/production.py").read_text()
    assert "CONTENT_SECURITY_POLICY" not in text
    assert "MIDDLEWARE" not in text
    assert "DEBUG" not in text.replace("SECURE_", "")
