"""``manage.py search_reconcile``: compare the index with its sources and Elasticsearch with it, and correct both."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.engines import base as engines
from search.engines.base import EngineUnavailable
from search.services.indexing import check_sources


class Command(BaseCommand):
    """Do now what Celery beat does every minute and every ten minutes."""

    help = (
        "Compare the index with the pages and the search server with the index, and correct the differences."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"sources corrected={check_sources()}")
        for replica in engines.replicas():
            try:
                self.stdout.write(f"{replica.name} healed={replica.reconcile()}")
            except EngineUnavailable as error:
                raise CommandError(f"{replica.name}: {error}") from error
