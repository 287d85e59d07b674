"""Documents of the editors' library cannot be downloaded before the scanner has found them clean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from core.tasks import scan_library
from home.models import PortalDocument
from tests.support.fake_scanner import FakeScanner, fake_scanner, free_address

pytestmark = pytest.mark.django_db


@pytest.fixture
def scanner(settings: Any) -> Iterator[FakeScanner]:
    with fake_scanner() as found:
        settings.CLAMAV_ADDRESS = found.address
        yield found


def document(content: bytes) -> PortalDocument:
    made = PortalDocument(title="a")
    made.file.save("a.txt", ContentFile(content))
    return made


def status(made: PortalDocument) -> int:
    answer = Client().get(made.url)
    if answer.streaming:
        list(answer.streaming_content)  # closes the file, and leaves the connection of the test open
    return answer.status_code


def test_document_waits_for_its_verdict(scanner: FakeScanner) -> None:
    clean = document(b"x")
    assert status(clean) == 409
    scan_library()
    assert status(clean) == 200
    infected = document(b"y")
    scanner.reply = b"stream: Win.Trojan.Example-1 FOUND\n"
    scan_library()
    assert (status(clean), status(infected)) == (200, 403)
    assert "mã độc" in Client().get(infected.url).text
    assert scanner.scanned == [b"x", b"y"], "each content once"


def test_new_content_under_the_same_document_waits_again(scanner: FakeScanner) -> None:
    made = document(b"x")
    scan_library()
    made.file_hash = ""
    made.file.save("a.txt", ContentFile(b"y"))
    assert status(made) == 409


def test_unavailable_scanner_blocks_the_document_and_without_a_scanner_it_is_served(settings: Any) -> None:
    made = document(b"x")
    settings.CLAMAV_ADDRESS = free_address()
    scan_library()
    assert status(made) == 409
    settings.CLAMAV_ADDRESS = ""
    assert status(made) == 200
