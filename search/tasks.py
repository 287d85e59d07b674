"""Celery tasks of the search."""

from __future__ import annotations

import logging

from celery import shared_task

from core import clock_guard
from search.engines import base as engines
from search.engines.base import EngineUnavailable
from search.services import indexing, query_counts

logger = logging.getLogger(__name__)


@shared_task(name="search.check_sources")
def check_sources() -> int:
    """Make the documents in the database agree with what the sources yield; return the number that differed."""
    return indexing.check_sources()


@shared_task(name="search.reconcile")
def reconcile() -> int:
    """Make each replica agree with the database; return the number of documents that differed."""
    corrected = 0
    for replica in engines.replicas():
        try:
            corrected += replica.reconcile()
        except EngineUnavailable as error:
            logger.warning("search engine %s could not be reconciled: %s", replica.name, error)
    return corrected


@shared_task(name="search.queries_clean_up")
@clock_guard.guarded
def clean_up_queries() -> int:
    """Delete counts of queries past their retention; return the number of queries."""
    return query_counts.delete_expired_counts()
