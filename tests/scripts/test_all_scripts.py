"""Rules for every script and every target of the Makefile."""

from __future__ import annotations

import os
import re
import subprocess

import pytest

from tests.paths import ROOT


@pytest.mark.parametrize(
    "script",
    [path.name for path in sorted((ROOT / "scripts").iterdir()) if path.is_file() and not path.suffix],
)
def test_script_is_executable_and_begins_with_its_purpose(script: str) -> None:
    path = ROOT / "scripts" / script
    first, second = path.read_text().splitlines()[:2]
    assert first.startswith("#!/usr/bin/env ")
    assert os.access(path, os.X_OK)
    assert second.startswith(("#", '"""'))
    if "bash" in first:
        assert subprocess.run(["bash", "-n", path], check=False).returncode == 0


def test_every_make_target_has_one_line_of_help() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    phony = re.search(r"^\.PHONY: ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert phony is not None
    assert {line.split()[0] for line in shown} == set(phony[1].replace("\\\n", "").split())
    assert all(len(line.split()) > 2 for line in shown)
