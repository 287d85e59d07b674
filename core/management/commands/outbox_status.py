"""Count undelivered outbox messages; the exit code is 1 if one is late or given up."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.models import OutboxMessage
from core.outbox import backlog, deliver_due, refused_since


class Command(BaseCommand):
    help = "Show the outbox by kind. Exit code 1 if messages have failed or are late."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--retry", action="store_true", help="retry the failed messages")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["retry"]:
            again = OutboxMessage.objects.filter(failed_at__isnull=False).update(
                failed_at=None, claimed_until=None, attempts=0, available_at=timezone.now()
            )
            self.stdout.write(f"retried={again} delivered={deliver_due()}")
        rows = backlog()
        for row in rows:
            self.stdout.write(
                f"{row.kind} waiting={row.waiting} late={row.late} failed={row.failed} oldest={row.oldest_seconds}s"
            )
        self.stdout.write(
            f"waiting={sum(row.waiting for row in rows)} failed={sum(row.failed for row in rows)}"
            f" refused_in_a_week={refused_since(timezone.now() - timedelta(days=7))}"
        )
        if any(row.late or row.failed for row in rows):
            sys.exit(1)
