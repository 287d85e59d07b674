"""What drills and benchmarks stand on."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from bench import run
from bench.load import Call, Pair, all_at_once, side_by_side
from bench.result import Result
from bench.scale import VARIABLE, scale


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with what it was sent; /nein with a 404."""

    def do_GET(self) -> None:
        self._answer(b"read")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        self.send_response(404 if self.path == "/nein" else 302)
        self.send_header("Location", self.path + "?" + self.headers.get("Cookie", ""))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (Result("pages", 4.2, 4), "RESULT pages 4.2 >=4 PASS"),
        (Result("pages", 4, 4), "RESULT pages 4 >=4 PASS"),
        (Result("pages", 3.99, 4), "RESULT pages 3.99 >=4 FAIL"),
        (Result("faults", 0, 0, at_least=False), "RESULT faults 0 <=0 PASS"),
        (Result("faults", 1, 0, at_least=False), "RESULT faults 1 <=0 FAIL"),
    ],
)
def test_the_last_line_says_the_measure_the_bar_and_the_verdict(result: Result, line: str) -> None:
    assert result.line() == line
    assert result.passed is line.endswith("PASS")


def test_the_round_with_the_middle_ratio_is_taken() -> None:
    first, second = iter([10.0, 90.0, 30.0]), iter([1.0, 3.0, 15.0])  # ratios 10, 30, 2
    assert side_by_side(lambda: next(first), lambda: next(second), rounds=3) == Pair(10.0, 1.0)


def test_answers_come_in_the_order_of_the_calls(echo: str) -> None:
    calls = [Call(f"/{n}", f"n={n}".encode(), {"Cookie": f"c={n}"}) for n in range(20)]
    answers = all_at_once(echo, calls, threads=8)
    assert [answer.content for answer in answers] == [f"n={n}".encode() for n in range(20)]
    assert [answer.location for answer in answers] == [f"/{n}?c={n}" for n in range(20)]
    assert {answer.status for answer in answers} == {302}
    assert all(answer.seconds > 0 for answer in answers)


def test_a_bad_answer_is_an_answer(echo: str) -> None:
    assert [answer.status for answer in all_at_once(echo, [Call("/nein"), Call("/")])] == [404, 302]


def test_a_quick_run_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert scale(200, 20) == 200
    monkeypatch.setenv(VARIABLE, "1")
    assert scale(200, 20) == 20


@pytest.mark.parametrize("kind", ["bench", "drill"])
def test_an_unknown_name_says_which_there_are(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([kind, "gibt-es-nicht"]) == 2
    said = capsys.readouterr().out
    assert all(name in said for name in run.NAMES[kind])


def test_only_a_postgresql_server_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///x")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    with pytest.raises(SystemExit, match="PostgreSQL"):
        run.main(["drill", "numbering"])
