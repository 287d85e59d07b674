"""Filing over HTTP against a plain insert view in the same server: 20 agencies, then everybody at one."""

from __future__ import annotations

import time

from bench.load import Call, all_at_once
from bench.result import Result
from bench.server import server
from bench.world import make_agencies, make_form, ready_drafts
from forms_app.dossiers.models import Dossier

NUMBER = 400
THREADS = 16
# A filing locks, reads, checks and writes several rows and answers with a redirect; the plain view writes one.
BAR = 0.1


def _rate(address: str, calls: list[Call], good: int) -> float:
    began = time.perf_counter()
    answers = all_at_once(address, calls, threads=THREADS)
    seconds = time.perf_counter() - began
    if wrong := [answer.status for answer in answers if answer.status != good]:
        raise SystemExit(f"{len(wrong)} requests answered {wrong[0]} instead of {good}")
    return len(calls) / seconds


def run() -> list[Result]:
    """Measure in one server run; 200 and 302 are the good answers."""
    agencies = make_agencies(20)
    form = make_form(agencies)
    spread = [one.filing() for one in ready_drafts(form, agencies, NUMBER)]
    crowded = [one.filing() for one in ready_drafts(form, agencies[:1], NUMBER)]
    with server() as address:
        _rate(address, [Call("/bench/insert/", b"x=1")] * 50, 200)
        plain = _rate(address, [Call("/bench/insert/", b"x=1")] * NUMBER, 200)
        twenty = _rate(address, spread, 302)
        one = _rate(address, crowded, 302)
    print(f"plain insert {plain:.0f}/s, filing at 20 agencies {twenty:.0f}/s, at one agency {one:.0f}/s")
    print(
        f"{Dossier.objects.count()} dossiers, every code unique by constraint; outbox delivered after commit"
    )
    return [Result("filing", round(twenty / plain, 3), BAR)]
