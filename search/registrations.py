"""Register the state of the search with `/healthz`."""

from __future__ import annotations

from django.conf import settings

from core import health
from search.engines.base import EngineUnavailable
from search.engines.elastic import client as elastic


@health.register("search")
def search_health() -> str | None:
    """Return the state of Elasticsearch within the time limit of a search; None if it is not used."""
    if not settings.ELASTICSEARCH_URL:
        return None
    try:
        answer = elastic.Budget(settings.ELASTICSEARCH_TIMEOUT).call(elastic.client().cluster.health)
    except EngineUnavailable:
        return "down"
    return "down" if answer.get("status") == "red" else "ok"
