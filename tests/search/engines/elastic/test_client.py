"""Elasticsearch is off, silent, slow or wrong: the database answers in time and the result says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.circuit_breaker import CircuitBreaker
from search import documents
from search.candidates import with_fallback
from search.engines import base as engines
from search.engines.base import EngineUnavailable
from search.engines.elastic import client, schema
from search.engines.elastic.client import Budget
from search.models import IndexedDocument
from search.requests import SearchRequest
from search.selectors.search import search, suggest
from search.tasks import reconcile
from tests.search.samples import KIND, SearchFixture
from tests.search.servers import Server, Talk, answers, drips, http, says, serving

# The longest that a search and a publication may wait for Elasticsearch, asserted on the time budgets that they set,
# since the measured time depends on the machine.
ANSWER_SECONDS = 1.5


PUBLISH_SECONDS = 1.0


# The slow server keeps sending for this long; waiting for the end would exceed half of it.
DRIP_SECONDS = 60


def _elsewhere(path: str) -> Any:
    """A healthy server without our index: it has one with another schema."""
    if "_mapping" in path:
        return {"invented": {"mappings": {"properties": {"title": {"type": "text"}}}}}
    return {"responses": []}


def _odd(path: str) -> Any:
    """The mapping is ours, but the responses are not those of the documented interface."""
    if "_mapping" in path:
        return {"ours": {"mappings": {"_meta": {"portal": schema.digest()}}}}
    return {"responses": [{"hits": "none"}, 7], "items": "none"}


TROUBLES: dict[str, Talk] = {
    "silent": says(b""),
    "slow": drips(DRIP_SECONDS),
    "no-http": says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "garbage": says(http(b"{{{{{{{{{")),
    "not-elastic": says(http(b"{}", product=False)),
    "error": says(http(b"{}", "500 Oops")),
    "too-many": says(http(b"{}", "429 Slow down")),
    "a-page": says(http(b"<html>login</html>", "401 Who")),
    "invented-index": answers(_elsewhere),
    "odd-answers": answers(_odd),
}


@pytest.fixture
def serve() -> Iterator[Callable[[Talk], Server]]:
    """`serve(talk)` starts a server that stops at the end of the test."""
    with serving() as start:
        yield start


@pytest.fixture
def samples(
    db: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> SearchFixture:
    """One sample document, known to the database."""
    made = SearchFixture(engines.DATABASE, django_capture_on_commit_callbacks)
    monkeypatch.setattr(documents, "_sources", {KIND: made.source})
    made.add("Đăng ký kết hôn")
    made.sync()
    return made


@pytest.fixture
def budgets(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of each time budget that is set for Elasticsearch."""
    seconds: list[float] = []
    create = Budget.__init__

    def record(self: Budget, limit: float) -> None:
        seconds.append(limit)
        create(self, limit)

    monkeypatch.setattr(Budget, "__init__", record)
    return seconds


@pytest.mark.parametrize("talk", TROUBLES.values(), ids=TROUBLES)
class TestFaultyServers:
    def test_the_database_answers_in_time(self, samples: SearchFixture, settings, serve, budgets, talk: Talk):
        search(SearchRequest("ket hon"))  # the process has loaded its words, as after any query
        settings.ELASTICSEARCH_URL = serve(talk).url
        budgets.clear()
        started = time.monotonic()
        result = search(SearchRequest("ket hon"))
        spent = time.monotonic() - started
        assert [hit.title.text for hit in result.hits] == ["Đăng ký kết hôn"]
        assert (result.degraded, result.engine) == (True, "database")
        assert 0 < sum(budgets) <= ANSWER_SECONDS
        assert spent < DRIP_SECONDS / 2

    def test_publishing_is_not_delayed(self, samples: SearchFixture, settings, serve, budgets, talk: Talk):
        settings.ELASTICSEARCH_URL = serve(talk).url
        samples.add("Đăng ký khai tử")
        budgets.clear()
        started = time.monotonic()
        samples.sync("002")
        spent = time.monotonic() - started
        settings.ELASTICSEARCH_URL = ""
        assert 0 < max(budgets) <= PUBLISH_SECONDS
        assert spent < DRIP_SECONDS / 2
        assert [hit.ref for hit in search(SearchRequest("khai tử")).hits] == ["002"]

    def test_suggestions_come_from_the_database(self, samples: SearchFixture, settings, serve, talk: Talk):
        settings.ELASTICSEARCH_URL = serve(talk).url
        settings.ELASTICSEARCH_TIMEOUT = 0.3
        assert [line.text for line in suggest("ket h")] == ["Đăng ký kết hôn"]


# Background work may take its time with a slow server, as nobody waits for it.
@pytest.mark.parametrize("name", [name for name in TROUBLES if name != "slow"])
def test_the_reconciler_reports_and_continues(
    samples: SearchFixture, settings, serve, monkeypatch, name: str
):
    settings.ELASTICSEARCH_URL = serve(TROUBLES[name]).url
    monkeypatch.setattr(client, "BACKGROUND_SECONDS", 0.3)
    assert reconcile() == 0


def test_a_server_that_is_off_costs_no_time(samples: SearchFixture, settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
    samples.add("Đăng ký khai tử")
    samples.sync("002")
    assert [hit.ref for hit in search(SearchRequest("khai tử")).hits] == ["002"]
    assert reconcile() == 0


def test_open_breaker_spares_the_server(samples: SearchFixture, settings, serve):
    server = serve(
        TROUBLES["no-http"]
    )  # fails at once, so that even a slow machine gets there within the time limit
    settings.ELASTICSEARCH_URL = server.url
    settings.ELASTICSEARCH_TIMEOUT = 20.0
    for _time in range(4):
        assert search(SearchRequest("ket hon")).degraded
    assert server.connections == 1


def test_several_changes_of_one_publication_wait_only_once(samples: SearchFixture, settings, serve):
    server = serve(TROUBLES["no-http"])
    settings.ELASTICSEARCH_URL = server.url
    settings.ELASTICSEARCH_TIMEOUT = 20.0
    for number in range(4):
        samples.add(f"Tin {number}")
        samples.sync(f"{number + 2:03}")
    assert server.connections == 1


def test_a_change_has_a_smaller_budget_than_a_query(samples: SearchFixture, settings, budgets):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
    budgets.clear()
    samples.add("Đăng ký khai tử")
    samples.sync("002")
    assert min(budgets) <= settings.ELASTICSEARCH_TIMEOUT / 2


class TestBudget:
    @pytest.fixture(autouse=True)
    def _nobody_failed_yet(self):
        client.breaker_for.cache_clear()

    def test_the_budget_covers_all_calls_together(self, settings):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
        budget = Budget(0.2)
        assert budget.call(lambda: 1) == 1
        time.sleep(0.25)
        with pytest.raises(EngineUnavailable):
            budget.call(lambda: time.sleep(5))

    def test_errors_of_the_work_reach_the_caller_as_unavailable(self, settings):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
        with pytest.raises(EngineUnavailable, match="KeyError"):
            Budget(5).call(lambda: {}["missing"])

    def test_programming_errors_are_not_hidden(self, settings):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
        with pytest.raises(ZeroDivisionError):
            Budget(5).call(lambda: 1 // 0)

    def test_work_that_is_started_goes_on_until_it_is_waited_for(self, settings):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
        done = threading.Event()
        answer = Budget(5).start(lambda: done.set() or 3)
        assert done.wait(5)
        assert answer() == 3

    def test_started_work_that_fails_is_told_to_the_one_who_waits(self, settings):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
        answer = Budget(5).start(lambda: dict[str, int]()["missing"])
        with pytest.raises(EngineUnavailable, match="KeyError"):
            answer()
        with pytest.raises(EngineUnavailable, match="a moment ago"):
            Budget(5).start(lambda: 1)

    def test_stuck_requests_are_limited(self, settings, monkeypatch):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
        monkeypatch.setattr(client, "_slots", threading.BoundedSemaphore(1))
        monkeypatch.setattr(CircuitBreaker, "trip", lambda _self: None)
        over = threading.Event()
        with pytest.raises(EngineUnavailable):
            Budget(0.05).call(over.wait)
        with pytest.raises(EngineUnavailable):
            Budget(0.05).call(lambda: 1)
        over.set()
        assert Budget(5).call(lambda: 2) == 2

    def test_stuck_request_does_not_delay_the_end_of_the_process(self, settings):
        settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
        over = threading.Event()
        with pytest.raises(EngineUnavailable):
            Budget(0.05).call(over.wait)
        stuck = [thread for thread in threading.enumerate() if thread.name == "elasticsearch"]
        over.set()
        assert stuck
        assert all(thread.daemon for thread in stuck)


def test_an_engine_serves_one_query_so_budgets_are_never_shared(settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
    assert engines.engine_or_primary("elastic") is not engines.engine_or_primary("elastic")
    assert engines.engine_or_primary().name == "elastic"
    assert engines.engine_or_primary("database").name == "database"


def test_database_engine_has_no_fallback(settings):
    def broken(_engine: Any) -> None:
        raise EngineUnavailable("broken")

    with pytest.raises(EngineUnavailable):
        with_fallback(broken, first=engines.engine("database"))


def test_a_replica_that_misses_a_change_does_not_undo_it(samples: SearchFixture, settings, caplog):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
    samples.source.documents_by_ref.clear()
    samples.deliver("001")
    assert "missed a change" in caplog.text
    assert not IndexedDocument.objects.filter(ref="001").exists()
