"""A stand-in for the malware scanner, and scans that are run only by the test itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from forms_app.dossiers.services import scans
from tests.support.fake_scanner import FakeScanner, fake_scanner


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The recorded scan requests, which no thread processes."""
    made: list[int] = []
    monkeypatch.setattr(scans.notifier, "notify", lambda: made.append(1))
    return made


@pytest.fixture
def scanner(settings: Any, requests: list[int]) -> Iterator[FakeScanner]:
    with fake_scanner() as found:
        settings.CLAMAV_ADDRESS = found.address
        yield found
