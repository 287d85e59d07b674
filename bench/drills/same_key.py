"""100 idempotency keys, each sent 5 times at once over HTTP: 100 dossiers, five equal answers each."""

from __future__ import annotations

import re

from bench.load import Answer, all_at_once
from bench.result import Result
from bench.scale import scale
from bench.server import server
from bench.world import make_agencies, make_form, ready_drafts
from forms_app.dossiers.models import Dossier

KEYS = scale(100, 6)
TIMES = 5


def _told(answer: Answer) -> tuple[int, bytes]:
    """Return what the citizen reads on a receipt, without what differs between any two pages."""
    return answer.status, re.sub(rb'(nonce|name="csrfmiddlewaretoken" value)="[^"]*"', b"", answer.content)


def run() -> list[Result]:
    """Send every filing five times at once, then read the receipt five times at once."""
    agencies = make_agencies(3)
    ready = list(ready_drafts(make_form(agencies), agencies, KEYS))
    with server() as address:
        filed = all_at_once(address, [one.filing() for one in ready for _time in range(TIMES)])
        read = all_at_once(address, [one.receipt() for one in ready for _time in range(TIMES)])
    unequal = 0
    for place in range(0, KEYS * TIMES, TIMES):
        answers = {(answer.status, answer.location) for answer in filed[place : place + TIMES]}
        receipts = {_told(answer) for answer in read[place : place + TIMES]}
        unequal += len(answers) != 1 or len(receipts) != 1
    dossiers = Dossier.objects.count()
    codes = Dossier.objects.values("code").distinct().count()
    print(f"{KEYS} keys × {TIMES}: {dossiers} dossiers, {codes} codes, {unequal} keys with unequal answers")
    return [Result("same-key", abs(KEYS - dossiers) + abs(KEYS - codes) + unequal, 0, at_least=False)]
