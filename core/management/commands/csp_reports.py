"""``manage.py csp_reports``: what browsers reported about the Content-Security-Policy."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.web import csp_reports


class Command(BaseCommand):
    """One line per kind: number, directive, what was blocked, route of the page."""

    help = "Show what browsers reported about the Content-Security-Policy, the most frequent first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=7)

    def handle(self, *args: Any, **options: Any) -> None:
        rows = csp_reports.summary(options["days"])
        for row in rows:
            self.stdout.write(f"{row['total']}\t{row['directive']}\t{row['blocked']}\t{row['page'] or '-'}")
        self.stdout.write(f"kinds={len(rows)} reports={sum(row['total'] for row in rows)}")
