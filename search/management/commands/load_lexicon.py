"""``manage.py load_lexicon [FILE]``: load the shipped lexicon, or another file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import InvalidInput
from search.services.lexicon import FILE, load_lexicon


class Command(BaseCommand):
    """Load a lexicon; rows changed by editors are kept."""

    help = "Load the search lexicon; rows changed by editors are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=FILE)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            report = load_lexicon(path=file)
        except (InvalidInput, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(" ".join(f"{name}={number}" for name, number in asdict(report).items()))
