"""``manage.py search_rebuild``: rebuild the search index."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from search.services.indexing import rebuild


class Command(BaseCommand):
    """Read every source again and switch to the new index."""

    help = "Rebuild the search index from the database while searches and changes continue."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--engine", help="only this engine: database or elastic")

    def handle(self, *args: Any, engine: str | None = None, **options: Any) -> None:
        number = rebuild(engine=engine, progress=self._progress)
        self.stdout.write(f"documents={number}")

    def _progress(self, kind: str, number: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{kind} {number}", ending="")
