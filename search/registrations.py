"""Register the state of the search with `/healthz`, and a check of its settings."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from core import health
from search.engines.base import EngineUnavailable
from search.engines.elastic import client as elastic

#: Fewer networks than this do not protect the person who asked (ADR 188).
LEAST_NETWORKS: Final = 3


@register(deploy=True)
def check_networks(**_kwargs: Any) -> list[CheckMessage]:
    """Warn if queries asked from too few networks are stored in clear."""
    if not settings.SEARCH_COUNT_QUERIES or settings.SEARCH_QUERY_MIN_NETWORKS >= LEAST_NETWORKS:
        return []
    text = (
        f"SEARCH_QUERY_MIN_NETWORKS is below {LEAST_NETWORKS}: queries of single persons are stored in clear."
    )
    return [Warning(text, id="search.W001")]


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
