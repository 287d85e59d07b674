"""``manage.py search_reconcile``: compare Elasticsearch with the database and heal it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.engines import registry as engines
from search.engines.base import EngineUnavailable


class Command(BaseCommand):
    """Do at once what beat does every minute."""

    help = "Compare the search server with the database and heal what differs."

    def handle(self, *args: Any, **options: Any) -> None:
        for mirror in engines.mirrors():
            try:
                self.stdout.write(f"{mirror.name} healed={mirror.reconcile()}")
            except EngineUnavailable as error:
                raise CommandError(f"{mirror.name}: {error}") from error
