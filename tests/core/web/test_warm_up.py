"""A new process requests its first pages itself, and starts in time even if they hang."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from core.web.warm_up import warm_up


class Application:
    """Record the addresses that are requested."""

    def __init__(self, status: str = "200 OK", hold: threading.Event | None = None) -> None:
        self.requests: list[dict[str, Any]] = []
        self._status, self._hold = status, hold

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.requests.append(environ)
        if self._hold:
            self._hold.wait(60)
        start_response(self._status, [])
        return [b"page"]


@pytest.fixture(autouse=True)
def _unfrozen() -> Iterator[None]:
    """Begin with nothing frozen; the session has frozen its tests."""
    gc.unfreeze()
    yield
    gc.unfreeze()
    gc.freeze()


def test_what_is_loaded_is_left_out_of_later_collections() -> None:
    assert gc.get_freeze_count() == 0
    warm_up(Application())
    assert gc.get_freeze_count() > 10_000


def test_first_page_and_first_search_are_requested_like_a_visitor_does(settings: Any) -> None:
    settings.WAGTAILADMIN_BASE_URL = "https://portal.example"
    application = Application()
    assert warm_up(application)
    assert [(one["PATH_INFO"], one["QUERY_STRING"]) for one in application.requests] == [
        ("/", ""),
        ("/tim-kiem/", "q=khai+sinh"),
        ("/thu-tuc/", ""),
    ]
    assert {(one["HTTP_HOST"], one["wsgi.url_scheme"]) for one in application.requests} == {
        ("portal.example", "https")
    }


def test_page_that_hangs_does_not_delay_the_start() -> None:
    hold = threading.Event()
    began = time.monotonic()
    assert not warm_up(Application(hold=hold), seconds=0.2)
    assert time.monotonic() - began < 5
    hold.set()


@pytest.mark.parametrize("status", ["503 Service Unavailable", "500 Internal Server Error"])
def test_answers_other_than_200_are_logged(caplog: Any, status: str) -> None:
    warm_up(Application(status))
    assert status in caplog.text


def test_failure_of_the_application_does_not_end_the_process(caplog: Any) -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise ZeroDivisionError

    assert warm_up(broken)
    assert "could not be warmed up" in caplog.text
