"""Inspection of foreign files within the test process."""

from __future__ import annotations

import pytest
from django.conf import settings


def inspect_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inspect foreign files in this process, which is faster than in a separate one."""
    # Apps are not ready when tests/conftest.py is loaded as a plug-in.
    from core.foreign_files import child, process  # noqa: PLC0415

    monkeypatch.setattr(
        process, "check", lambda file, kind, _visitor: child.check(file, kind, settings.IMAGE_MAX_PIXELS)
    )
