"""Reports of violations: counted without anything private, limited in size, rate and number of rows."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from core.models import CspViolation
from core.tasks import clean_up_csp_reports
from core.web import csp_reports

pytestmark = pytest.mark.django_db
ADDRESS = "/csp-bao-cao/"
OLD = {
    "csp-report": {
        "document-uri": "https://portal.example/ho-so/KHOA-BI-MAT/?q=bi-mat",
        "violated-directive": "script-src-elem",
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/steal.js?who=0912345678",
    }
}
NEW = {
    "type": "csp-violation",
    "body": {
        "documentURL": "https://portal.example/tra-cuu/",
        "effectiveDirective": "img-src",
        "blockedURL": "data",
    },
}


def send(client: Client, report: Any, kind: str = "application/csp-report", **extra: Any) -> int:
    body = report if isinstance(report, str | bytes) else json.dumps(report)
    return client.post(ADDRESS, body, content_type=kind, **extra).status_code


def rows() -> list[tuple[str, str, str, int]]:
    return list(
        CspViolation.objects.order_by("directive").values_list("directive", "blocked", "page", "count")
    )


def test_pages_tell_browsers_where_to_report(client: Client) -> None:
    response = client.get("/tra-cuu/")
    assert "report-uri /csp-bao-cao/" in response["Content-Security-Policy"]
    assert "report-to csp" in response["Content-Security-Policy"]
    assert response["Reporting-Endpoints"] == 'csp="/csp-bao-cao/"'


def test_both_formats_are_counted_without_keys_queries_or_addresses(client: Client) -> None:
    assert send(client, OLD) == 204
    assert send(client, OLD) == 204
    assert send(client, [NEW, NEW], "application/reports+json") == 204
    assert rows() == [
        ("img-src", "data", "tra-cuu/", 1),
        ("script-src-elem", "https://evil.example", "ho-so/<str:token>/", 2),
    ]


def test_browser_without_csrf_token_may_report() -> None:
    assert send(Client(enforce_csrf_checks=True), OLD) == 204


@pytest.mark.parametrize(
    "report",
    ["[", "null", "[1]", {"csp-report": 1}, {"csp-report": {"effective-directive": 1}}, "[" * 8000, b"\xff",
     {"csp-report": {"effective-directive": "x-src", "blocked-uri": "y"}}],
)  # fmt: skip
def test_nonsense_is_ignored(client: Client, report: Any) -> None:
    assert send(client, report) == 204
    assert rows() == []


@pytest.mark.parametrize(
    "blocked",
    ["https://[bad", "//x", "javascript", "https://é.example/", "x" * 500, "h!p://a", "https://a\0b.example"],
)
def test_strange_addresses_become_one_kind(client: Client, blocked: str) -> None:
    send(client, {"csp-report": {"effective-directive": "img-src", "blocked-uri": blocked}})
    assert [row[1] for row in rows()] in (["other"], ["https://é.example".encode("idna").decode()])


def test_large_reports_other_types_and_methods_are_refused(client: Client) -> None:
    assert send(client, " " * (csp_reports.MAX_BYTES + 1)) == 413
    assert send(client, OLD, "text/plain") == 415
    assert client.post(ADDRESS, {"a": "b"}).status_code == 415
    assert client.get(ADDRESS).status_code == 405
    assert rows() == []


def test_network_is_limited(client: Client, settings: Any) -> None:
    for _report in range(csp_reports.PER_NETWORK.limit):
        assert send(client, "{}", REMOTE_ADDR="127.0.0.7") == 204
    response = client.post(ADDRESS, "{}", content_type="application/json", REMOTE_ADDR="127.0.0.7")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert send(client, OLD, REMOTE_ADDR="127.0.0.8") == 204


def test_number_of_kinds_a_day_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csp_reports, "MAX_ROWS_PER_DAY", 3)
    for number in range(10):
        csp_reports.count_violation(directive="img-src", blocked=f"https://{number}.example", page="")
    csp_reports.count_violation(directive="img-src", blocked="https://1.example", page="")
    assert CspViolation.objects.count() == 4
    assert CspViolation.objects.get(directive="other").count == 7
    assert CspViolation.objects.get(blocked="https://1.example").count == 2


def test_command_sums_up_and_old_counts_are_deleted() -> None:
    now = timezone.now()
    for days in (0, 1, 10, 95):
        csp_reports.count_violation(
            directive="img-src", blocked="data", page="", now=now - timedelta(days=days)
        )
    out = StringIO()
    call_command("csp_reports", stdout=out)
    assert out.getvalue() == "2\timg-src\tdata\t-\nkinds=1 reports=2\n"
    clean_up_csp_reports()
    assert CspViolation.objects.count() == 3
