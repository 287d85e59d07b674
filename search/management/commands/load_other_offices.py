"""``manage.py load_other_offices [FILE]``: load the shipped answers "handled elsewhere", or another file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import InvalidInput
from search.services.other_offices import FILE, load_other_offices


class Command(BaseCommand):
    """Load offices for what the portal does not handle; rows changed by editors are kept."""

    help = "Load the offices for what the portal does not handle; rows changed by editors are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=FILE)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            report = load_other_offices(path=file)
        except (InvalidInput, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(" ".join(f"{name}={number}" for name, number in asdict(report).items()))
