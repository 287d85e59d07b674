"""Warm up a process before it accepts requests: the first page and the first search load what all others need."""

from __future__ import annotations

import gc
import io
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings

logger = logging.getLogger(__name__)

#: A process accepts requests after this many seconds, warm or not.
MAX_SECONDS: Final = 4.0
Application = Callable[..., Iterable[bytes]]


def warm_up(application: Application, *, seconds: float = MAX_SECONDS) -> bool:
    """Request `WARM_UP_PATHS` from `application`; return True if all were answered within `seconds`.

    A database that is unavailable or slow delays the start by no more than that; the rest continues in the background.
    """
    thread = threading.Thread(target=_request_all, args=(application,), name="warm-up", daemon=True)
    began = time.monotonic()
    thread.start()
    thread.join(seconds)
    warm = not thread.is_alive()
    # What is loaded now stays: the garbage collector need not visit it again, which would take a third of a second
    # each time.
    gc.collect()
    gc.freeze()
    logger.info("warmed up in %.1f s" if warm else "not warm after %.1f s", time.monotonic() - began)
    return warm


def _request_all(application: Application) -> None:
    from django.db import connections  # noqa: PLC0415 - of this thread

    try:
        for path in settings.WARM_UP_PATHS:
            status = _request(application, path)
            if not status.startswith("200"):
                logger.warning("warm-up: %s answered %s", path, status)
    except Exception:
        logger.warning("the process could not be warmed up", exc_info=True)
    finally:
        connections.close_all()


def _request(application: Application, path: str) -> str:
    """Return the status line of a GET of `path`, sent like a visitor of `BASE_URL`: the page cache keeps the page."""
    base, target, found = urlsplit(settings.WAGTAILADMIN_BASE_URL), urlsplit(path), [""]

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], object]:
        found[0] = status
        return lambda _body: None

    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": target.path,
        "QUERY_STRING": target.query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": base.hostname or "localhost",
        "SERVER_PORT": str(base.port or (443 if base.scheme == "https" else 80)),
        "HTTP_HOST": base.netloc,
        "HTTP_X_FORWARDED_PROTO": base.scheme,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": base.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    body = application(environ, start_response)
    try:
        for _part in body:
            pass
    finally:
        if hasattr(body, "close"):
            body.close()
    return found[0]
