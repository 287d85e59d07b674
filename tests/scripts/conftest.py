"""Fixtures for the tests of scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.script_copy import ScriptCopy


@pytest.fixture
def copy(tmp_path: Path) -> ScriptCopy:
    return ScriptCopy(tmp_path)
