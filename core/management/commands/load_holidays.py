"""Load public holidays into the work calendar; run once a year when the make-up days of the next year are known."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from core.worktime.holidays import load_public_holidays

FIRST_YEAR = 2015


class Command(BaseCommand):
    help = "Add Vietnam's public holidays and make-up working days; days that staff edited are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first_year", type=int, default=FIRST_YEAR)
        parser.add_argument("--to", dest="last_year", type=int, default=timezone.localdate().year + 4)

    def handle(self, *args: Any, **options: Any) -> None:
        added = load_public_holidays(first_year=options["first_year"], last_year=options["last_year"])
        self.stdout.write(f"created={added}")
