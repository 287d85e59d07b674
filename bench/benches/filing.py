"""Filing over HTTP against a plain insert view in the same server: 20 agencies, then everybody at one."""

from __future__ import annotations

import time

from bench.load import Call, Pair, all_at_once
from bench.result import Result
from bench.scale import scale
from bench.server import server
from bench.world import make_agencies, make_form, ready_drafts
from forms_app.dossiers.models import Dossier

NUMBER = scale(120, 10)
ROUNDS = scale(5, 1)
THREADS = 16
# A filing locks, reads, checks and writes several rows and answers with a redirect; the plain view writes one.
BAR = 0.15


def _rate(address: str, calls: list[Call], good: int) -> float:
    began = time.perf_counter()
    answers = all_at_once(address, calls, threads=THREADS)
    seconds = time.perf_counter() - began
    if wrong := [answer.status for answer in answers if answer.status != good]:
        raise SystemExit(f"{len(wrong)} requests answered {wrong[0]} instead of {good}")
    return len(calls) / seconds


def _middle(pairs: list[Pair]) -> Pair:
    return sorted(pairs, key=lambda pair: pair.ratio)[len(pairs) // 2]


def run() -> list[Result]:
    """Measure in one server run, in turns so that other work falls on all alike; 200 and 302 are the good answers."""
    agencies = make_agencies(20)
    form = make_form(agencies)
    spread = [one.filing() for one in ready_drafts(form, agencies, ROUNDS * NUMBER)]
    crowded = [one.filing() for one in ready_drafts(form, agencies[:1], ROUNDS * NUMBER)]
    plain = [Call("/bench/insert/", b"x=1")] * NUMBER
    twenty, one = [], []
    with server() as address:
        _rate(address, plain, 200)
        for turn in range(ROUNDS):
            part = slice(turn * NUMBER, (turn + 1) * NUMBER)
            inserts = _rate(address, plain, 200)
            twenty.append(Pair(_rate(address, spread[part], 302), inserts))
            one.append(Pair(_rate(address, crowded[part], 302), inserts))
    wide, narrow = _middle(twenty), _middle(one)
    print(
        f"plain insert {wide.second:.0f}/s, filing at 20 agencies {wide.first:.0f}/s, at one {narrow.first:.0f}/s"
    )
    print(
        f"{Dossier.objects.count()} dossiers, every code unique by constraint; outbox delivered after commit"
    )
    return [
        Result("filing", round(wide.ratio, 3), BAR),
        Result("filing-one-agency", round(narrow.ratio, 3), BAR),
    ]
