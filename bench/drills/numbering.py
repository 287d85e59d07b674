"""200 parallel submissions to 3 agencies over HTTP: 200 dossiers, codes unique and gapless for each agency."""

from __future__ import annotations

from collections import defaultdict

from bench.load import all_at_once
from bench.result import Result
from bench.scale import scale
from bench.server import server
from bench.world import make_agencies, make_form, ready_drafts
from forms_app.dossiers.models import Dossier

SUBMISSIONS = scale(200, 20)
AGENCIES = 3
FOUND = 302


def run() -> list[Result]:
    """File at once and count the faults."""
    agencies = make_agencies(AGENCIES)
    ready = list(ready_drafts(make_form(agencies), agencies, SUBMISSIONS))
    with server() as address:
        answers = all_at_once(address, [one.filing() for one in ready])
    refused = sum(answer.status != FOUND for answer in answers)
    codes = [(str(code), agency) for code, agency in Dossier.objects.values_list("code", "agency__code")]
    numbers: dict[str, list[int]] = defaultdict(list)
    for code, agency in codes:
        numbers[f"{agency} {code.rsplit('-', 2)[1]}"].append(int(code.rsplit("-", 1)[1]))
    gaps = sum(sorted(taken) != list(range(1, len(taken) + 1)) for taken in numbers.values())
    doubled = len(codes) - len({code for code, _agency in codes})
    print(
        f"{SUBMISSIONS} submissions, {refused} refused, {len(codes)} dossiers,"
        f" {doubled} codes twice, {gaps} series with gaps"
    )
    faults = refused + abs(SUBMISSIONS - len(codes)) + doubled + gaps
    return [Result("numbering", faults, 0, at_least=False)]
