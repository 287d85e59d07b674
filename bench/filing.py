"""Submissions over HTTP compared with a plain insert in the same server: to 20 agencies, then all to one."""

from __future__ import annotations

import time
from http import HTTPStatus

from bench.fixtures import make_agencies, make_form, ready_drafts
from bench.load import Call, send_all
from bench.measure import Pair, Result, median_pair, scale
from bench.server import server
from forms_app.dossiers.models import Dossier

NUMBER = scale(120, 10)
ROUNDS = scale(5, 1)
THREADS = 16
# A submission locks, reads, checks and writes several rows and answers with a redirect; the plain view writes one row.
MIN_RATIO = 0.15


def run() -> list[Result]:
    """Measure in one server run, in turns so that other load affects all alike."""
    agencies = make_agencies(20)
    form = make_form(agencies)
    spread = [draft.submission() for draft in ready_drafts(form, agencies, ROUNDS * NUMBER)]
    single = [draft.submission() for draft in ready_drafts(form, agencies[:1], ROUNDS * NUMBER)]
    plain = [Call("/bench/insert/", b"x=1")] * NUMBER
    spread_pairs, single_pairs = [], []
    with server() as address:
        _rate(address, plain, HTTPStatus.OK)
        for turn in range(ROUNDS):
            part = slice(turn * NUMBER, (turn + 1) * NUMBER)
            inserts = _rate(address, plain, HTTPStatus.OK)
            spread_pairs.append(Pair(_rate(address, spread[part], HTTPStatus.FOUND), inserts))
            single_pairs.append(Pair(_rate(address, single[part], HTTPStatus.FOUND), inserts))
    at_twenty, at_one = median_pair(spread_pairs), median_pair(single_pairs)
    print(
        f"plain insert {at_twenty.second:.0f}/s, submissions to 20 agencies {at_twenty.first:.0f}/s,"
        f" to one agency {at_one.first:.0f}/s"
    )
    print(f"{Dossier.objects.count()} dossiers, codes unique by constraint; outbox delivered after commit")
    return [
        Result("filing", round(at_twenty.ratio, 3), MIN_RATIO),
        Result("filing-one-agency", round(at_one.ratio, 3), MIN_RATIO),
    ]


def _rate(address: str, calls: list[Call], expected: HTTPStatus) -> float:
    """Return the requests per second; every answer must have the status ``expected``."""
    began = time.perf_counter()
    answers = send_all(address, calls, threads=THREADS)
    seconds = time.perf_counter() - began
    if wrong := [answer.status for answer in answers if answer.status != expected]:
        raise SystemExit(f"{len(wrong)} requests answered {wrong[0]} instead of {expected.value}")
    return len(calls) / seconds
