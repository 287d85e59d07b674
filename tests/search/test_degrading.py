"""Elasticsearch off, silent or talking rubbish: the database answers in time and says so."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from search import registry
from search.engines import registry as engines
from search.requests import SearchRequest
from search.selectors import search
from search.tasks import reconcile
from tests.search.library import KIND, Library

RUBBISH = {
    "silent": b"",
    "no-http": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "garbage": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{{{{{{{{{",
    "not-elastic": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    "error": b"HTTP/1.1 500 Oops\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.fixture
def fake_server() -> Iterator[Callable[[bytes], str]]:
    """`fake_server(answer)` listens, reads whatever comes and says only ``answer``."""
    listening: list[socket.socket] = []
    talking: list[socket.socket] = []

    def talk(server: socket.socket, answer: bytes) -> None:
        while True:
            try:
                connection, _address = server.accept()
            except OSError:
                return
            talking.append(connection)
            connection.recv(65536)
            if answer:
                connection.sendall(answer)
                connection.shutdown(socket.SHUT_WR)

    def start(answer: bytes) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        listening.append(server)
        threading.Thread(target=talk, args=(server, answer), daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}"

    yield start
    for opened in listening + talking:
        opened.close()


@pytest.fixture
def library(db: None, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> Library:
    """A library with one document, known to the database."""
    made = Library(engines.DATABASE, django_capture_on_commit_callbacks)
    monkeypatch.setattr(registry, "_sources", {KIND: made.shelf})
    made.add("Đăng ký kết hôn")
    made.sync()
    return made


@pytest.mark.parametrize("answer", RUBBISH.values(), ids=RUBBISH)
def test_the_database_answers_in_time(library: Library, settings, fake_server, answer: bytes):
    settings.ELASTICSEARCH_URL = fake_server(answer)
    settings.ELASTICSEARCH_TIMEOUT = 0.3
    started = time.monotonic()
    result = search(SearchRequest("ket hon"))
    assert [hit.title.text for hit in result.hits] == ["Đăng ký kết hôn"]
    assert (result.degraded, result.engine) == (True, "database")
    assert time.monotonic() - started < 15, (
        "the limit is the budget plus the database, with room for a busy machine"
    )


def test_after_a_failure_the_server_is_left_alone(library: Library, settings, fake_server):
    settings.ELASTICSEARCH_URL = fake_server(b"")
    settings.ELASTICSEARCH_TIMEOUT = 0.5
    search(SearchRequest("ket hon"))
    settings.ELASTICSEARCH_TIMEOUT = 60.0
    started = time.monotonic()
    assert search(SearchRequest("ket hon")).degraded
    assert time.monotonic() - started < 30


def test_a_change_is_kept_though_the_server_is_off(library: Library, settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
    library.add("Đăng ký khai tử")
    library.sync("002")
    assert [hit.ref for hit in search(SearchRequest("khai tử")).hits] == ["002"]
    assert reconcile() == 0
