"""Folders that tests read and write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ARTIFACTS = ROOT / "artifacts"
SHARED_DATA = Path(os.environ.get("PORTAL_SHARED_DATA") or ROOT.parent / "shared" / "data")
"""Real records of the province, kept outside the repository: never copied, never committed."""
NO_SHARED_DATA = "the shared data folder is absent"


def shared_data(*parts: str) -> Path:
    """Return a file or folder of the shared data; skip the test if it is missing."""
    path = SHARED_DATA.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{NO_SHARED_DATA}: {path}")
    return path
