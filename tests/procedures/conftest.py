"""Fixtures of the tests on procedures and their imports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine

from accounts.models import Membership, User
from tests.procedures.imports.previews import staff


@pytest.fixture
def private_folder(settings: Any, tmp_path: Path) -> Path:
    """Keep the private files, to which uploads belong, in a folder of this test."""
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }
    return tmp_path


@pytest.fixture
def on_a_monday() -> Iterator[None]:
    """Stop the clock in the office hours of Monday, 23/11/2026."""
    with time_machine.travel("2026-11-23 09:00 +0700", tick=False):
        yield


@pytest.fixture
def controller(db: None) -> User:
    """A controller of the province."""
    return staff("kiem-soat", Membership.Role.CONTROLLER)
