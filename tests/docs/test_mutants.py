"""The figures of the mutation tests name a commit that a reader can look up, and modules that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "mutants.md").read_text(encoding="utf-8")
LIST = (ROOT / "scripts" / "mutation" / "targets.py").read_text(encoding="utf-8")


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(("git", *arguments), cwd=ROOT, capture_output=True, text=True, check=False)


def test_measured_commit_is_in_the_history() -> None:
    if git("rev-parse", "--is-shallow-repository").stdout.strip() != "false":
        pytest.skip("the history is not here")
    named = re.search(r"^Last run: .* commit ([0-9a-f]{9})\b", PAGE, re.MULTILINE)
    assert named is not None
    assert git("merge-base", "--is-ancestor", named[1], "HEAD").returncode == 0, named[1]


def test_targets_exist_and_are_on_the_page() -> None:
    targets = re.findall(r'^    "([^"]+)",$', LIST.partition("GUARDS: Final = (")[2], re.MULTILINE)
    assert len(targets) > 40
    assert not [target for target in targets if not (ROOT / target).is_file()]
    assert not [target for target in targets if f"`{target}`" not in PAGE]
