"""Tasks of the search, run by Celery."""

from __future__ import annotations

import logging

from celery import shared_task

from search.engines import registry as engines
from search.engines.base import EngineUnavailable

logger = logging.getLogger(__name__)


@shared_task(name="search.reconcile")
def reconcile() -> int:
    """Compare each mirror with the database and heal it; returns how many documents differed."""
    healed = 0
    for mirror in engines.mirrors():
        try:
            healed += mirror.reconcile()
        except EngineUnavailable as error:
            logger.warning("search engine %s could not be reconciled: %s", mirror.name, error)
    return healed
