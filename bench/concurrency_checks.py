"""Concurrency checks over HTTP: dossier numbers without gaps, and one dossier per idempotency key."""

from __future__ import annotations

import re
from collections import defaultdict
from http import HTTPStatus

from bench.fixtures import make_agencies, make_form, ready_drafts
from bench.load import Answer, send_all
from bench.measure import Result, scale
from bench.server import server
from forms_app.dossiers.models import Dossier

AGENCIES = 3
SUBMISSIONS = scale(200, 20)
KEYS = scale(100, 6)
TIMES_PER_KEY = 5


def numbering() -> list[Result]:
    """Submit 200 dossiers to 3 agencies in parallel; count refusals and duplicate or missing numbers."""
    agencies = make_agencies(AGENCIES)
    ready = list(ready_drafts(make_form(agencies), agencies, SUBMISSIONS))
    with server() as address:
        answers = send_all(address, [draft.submission() for draft in ready])
    refused = sum(answer.status != HTTPStatus.FOUND for answer in answers)
    codes = [(str(code), agency) for code, agency in Dossier.objects.values_list("code", "agency__code")]
    numbers: dict[str, list[int]] = defaultdict(list)
    for code, agency in codes:
        numbers[f"{agency} {code.rsplit('-', 2)[1]}"].append(int(code.rsplit("-", 1)[1]))
    gaps = sum(sorted(used) != list(range(1, len(used) + 1)) for used in numbers.values())
    duplicates = len(codes) - len({code for code, _agency in codes})
    print(
        f"{SUBMISSIONS} submissions, {refused} refused, {len(codes)} dossiers,"
        f" {duplicates} duplicate codes, {gaps} series with gaps"
    )
    faults = refused + abs(SUBMISSIONS - len(codes)) + duplicates + gaps
    return [Result("numbering", faults, 0, at_least=False)]


def same_key() -> list[Result]:
    """Send each of 100 submissions five times at once, then read each receipt five times at once.

    There must be 100 dossiers, and the five responses and the five receipts of a key must be equal.
    """
    agencies = make_agencies(AGENCIES)
    ready = list(ready_drafts(make_form(agencies), agencies, KEYS))
    with server() as address:
        submitted = send_all(
            address, [draft.submission() for draft in ready for _time in range(TIMES_PER_KEY)]
        )
        read = send_all(address, [draft.receipt() for draft in ready for _time in range(TIMES_PER_KEY)])
    unequal = 0
    for start in range(0, KEYS * TIMES_PER_KEY, TIMES_PER_KEY):
        answers = {(answer.status, answer.location) for answer in submitted[start : start + TIMES_PER_KEY]}
        receipts = {_comparable(answer) for answer in read[start : start + TIMES_PER_KEY]}
        unequal += len(answers) != 1 or len(receipts) != 1
    dossiers = Dossier.objects.count()
    codes = Dossier.objects.values("code").distinct().count()
    print(
        f"{KEYS} keys × {TIMES_PER_KEY}: {dossiers} dossiers, {codes} codes, {unequal} keys with unequal answers"
    )
    return [Result("same-key", abs(KEYS - dossiers) + abs(KEYS - codes) + unequal, 0, at_least=False)]


def _comparable(answer: Answer) -> tuple[int, bytes]:
    """Return the status and the page without the values that differ in every response."""
    return answer.status, re.sub(rb'(nonce|name="csrfmiddlewaretoken" value)="[^"]*"', b"", answer.content)
