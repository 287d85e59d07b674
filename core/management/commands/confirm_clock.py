"""``manage.py confirm_clock``: let date-driven work continue after a jump of the clock or a long stop."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core import clock_guard


class Command(BaseCommand):
    """Print the time that is confirmed; the operator has compared it with another clock."""

    help = "Confirm that the clock of this machine is right, so that date-dependent work resumes."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        former = clock_guard.confirm_clock(now=now)
        self.stdout.write(
            f"confirmed={now.isoformat(timespec='seconds')}"
            f" before={former.isoformat(timespec='seconds') if former else '-'}"
        )
