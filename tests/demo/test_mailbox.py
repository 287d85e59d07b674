"""The page of a demo's mails: only in a demo, only for the computer that runs it."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from django.core import mail
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from demo.mailbox import is_shown_to, kept_mails, mails
from tests.paths import ROOT


@pytest.fixture(autouse=True, scope="module")
def _addresses_are_known() -> None:
    """Read the addresses, which happens once, before a test sets DEMO."""
    import_module("portal.urls")


@pytest.fixture
def folder(settings, tmp_path):
    settings.DEMO = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


def send(subject: str) -> None:
    mail.EmailMultiAlternatives(
        subject, "Mở hồ sơ:\n\nhttp://localhost:8000/ho-so/x/", "cong@demo.example", ["thu@demo.example"]
    ).send()


@pytest.mark.django_db
def test_mail_is_shown_with_its_link(folder: Path, rf: RequestFactory) -> None:
    send("H12.46-1: Đã nộp")
    (kept,) = kept_mails(folder)
    assert (kept.subject, kept.to) == ("H12.46-1: Đã nộp", "thu@demo.example")
    request = rf.get("/demo/thu/")
    request.csp_nonce = "x"  # type: ignore[attr-defined]
    page = mails(request).content.decode()
    assert 'href="http://localhost:8000/ho-so/x/"' in page
    assert "Mở hồ sơ" in page


def test_newest_come_first_and_their_number_is_limited(folder: Path) -> None:
    for number in range(32):
        send(f"Thư {number}")
    subjects = [mail.subject for mail in kept_mails(folder)]
    assert (len(subjects), len(set(subjects))) == (30, 30)
    assert subjects[0] == "Thư 31"


@pytest.mark.parametrize(
    ("demo", "extra", "shown"),
    [
        (True, {}, True),
        (True, {"REMOTE_ADDR": "::1"}, True),
        (True, {"REMOTE_ADDR": "10.1.2.3"}, False),
        (True, {"HTTP_X_FORWARDED_FOR": "10.1.2.3"}, False),
        (True, {"HTTP_FORWARDED": "for=10.1.2.3"}, False),
        (False, {}, False),
    ],
)
def test_only_the_computer_that_runs_a_demo(settings, rf, demo: bool, extra: dict, shown: bool) -> None:
    settings.DEMO = demo
    request = rf.get("/demo/thu/", **extra)
    assert is_shown_to(request) == shown
    if not shown:
        with pytest.raises(Http404):
            mails(request)


@pytest.mark.django_db
def test_other_installations_have_no_such_address(client: Client) -> None:
    assert client.get("/demo/thu/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("demo:mails")


def test_links_in_mails_lead_to_the_served_port() -> None:
    script = (ROOT / "scripts" / "demo").read_text(encoding="utf-8")
    assert "BASE_URL=${BASE_URL:-http://localhost:${1:-8000}}" in script
