"""Load the whole demo province, in the order in which its parts stand on each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from django.db import transaction

from core.worktime.services import load_public_holidays
from portal.demo.agencies import load_agencies
from portal.demo.people import load_people
from portal.demo.procedures import load_forms, load_procedures

Say = Callable[[str], object]
HOLIDAYS = (2024, 2030)


@transaction.atomic
def load_province(say: Say) -> None:
    """Load everything, or nothing; a second run finds all there and changes nothing."""
    with _timed(say, "holidays"):
        load_public_holidays(first_year=HOLIDAYS[0], last_year=HOLIDAYS[1])
    with _timed(say, "agencies"):
        agencies = load_agencies()
    with _timed(say, "accounts"):
        load_people(agencies)
    with _timed(say, "procedures"):
        say(load_procedures())
    with _timed(say, "forms"):
        load_forms()


@contextmanager
def _timed(say: Say, what: str) -> Iterator[None]:
    began = monotonic()
    yield
    say(f"{what}: {monotonic() - began:.1f} s")
