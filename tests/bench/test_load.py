"""The HTTP load generator against a server that echoes."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from bench.load import Call, send_all


class Echo(http.server.BaseHTTPRequestHandler):
    """Answer with the request's body; /missing with 404."""

    def do_GET(self) -> None:
        self._answer(b"read")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        self.send_response(404 if self.path == "/missing" else 302)
        self.send_header("Location", self.path + "?" + self.headers.get("Cookie", ""))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_answers_are_in_the_order_of_the_calls(echo: str) -> None:
    calls = [Call(f"/{n}", f"n={n}".encode(), {"Cookie": f"c={n}"}) for n in range(20)]
    answers = send_all(echo, calls, threads=8)
    assert [answer.content for answer in answers] == [f"n={n}".encode() for n in range(20)]
    assert [answer.location for answer in answers] == [f"/{n}?c={n}" for n in range(20)]
    assert {answer.status for answer in answers} == {302}
    assert all(answer.seconds > 0 for answer in answers)


def test_error_status_is_returned_as_an_answer(echo: str) -> None:
    assert [answer.status for answer in send_all(echo, [Call("/missing"), Call("/")])] == [404, 302]
