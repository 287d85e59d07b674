"""security.txt names the contact of the installation (RFC 9116)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

ADDRESS = "/.well-known/security.txt"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("security", "portal", "contact"),
    [
        ("", "hotro@tinh.example", "mailto:hotro@tinh.example"),
        ("bao-mat@tinh.example", "hotro@tinh.example", "mailto:bao-mat@tinh.example"),
        ("https://tinh.example/bao-mat", "", "https://tinh.example/bao-mat"),
    ],
)
def test_contact_and_expiry(client: Client, settings: Any, security: str, portal: str, contact: str) -> None:
    settings.SECURITY_CONTACT, settings.PORTAL_EMAIL = security, portal
    settings.WAGTAILADMIN_BASE_URL = "https://tinh.example/"
    response = client.get(ADDRESS)
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert fields["Contact"] == contact
    assert fields["Canonical"] == "https://tinh.example/.well-known/security.txt"
    left = datetime.fromisoformat(fields["Expires"]) - timezone.now()
    assert timedelta(days=80) < left < timedelta(days=365)


def test_without_a_contact_there_is_none(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = settings.PORTAL_EMAIL = ""
    assert client.get(ADDRESS).status_code == 404
