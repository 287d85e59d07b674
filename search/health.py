"""What ``/healthz`` says of the search."""

from __future__ import annotations

from django.conf import settings

from core import hooks
from search.engines.base import EngineUnavailable
from search.engines.elastic import client as elastic


@hooks.register("health")
def search_health() -> tuple[str, str] | None:
    """Ask Elasticsearch how it is, within the time a person's question has; nothing to say where it is not used."""
    if not settings.ELASTICSEARCH_URL:
        return None
    try:
        told = elastic.Budget(settings.ELASTICSEARCH_TIMEOUT).call(elastic.client().cluster.health)
    except EngineUnavailable:
        return "search", "down"
    return "search", "down" if told.get("status") == "red" else "ok"
