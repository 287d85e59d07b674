"""Load the whole demo province, in the order in which its parts stand on each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from django.db import transaction
from django.utils import timezone

from core.models import OutboxMessage
from core.worktime.services import load_public_holidays
from portal.demo.agencies import load_agencies
from portal.demo.dossiers import load_dossiers
from portal.demo.people import load_people
from portal.demo.procedures import load_forms, load_procedures
from portal.demo.site import load_front, load_sites
from portal.demo.texts import load_alerts, load_information, load_news
from search.services import indexing, rebuild

Say = Callable[[str], object]
HOLIDAYS = (2024, 2030)


def load_province(say: Say) -> None:
    """Load everything, or nothing, and rebuild the search index; a second run finds all there and changes nothing."""
    with transaction.atomic():
        _load(say)
        # The rebuild answers what waits for the index; one message a dossier would be delivered for nothing.
        waiting = OutboxMessage.objects.filter(kind=indexing.KIND, delivered_at=None, failed_at=None)
        waiting.update(delivered_at=timezone.now())
    with _timed(say, "search index"):
        rebuild()


def _load(say: Say) -> None:
    with _timed(say, "holidays"):
        load_public_holidays(first_year=HOLIDAYS[0], last_year=HOLIDAYS[1])
    with _timed(say, "agencies and their sites"):
        agencies = load_agencies()
        home = load_front()
        load_sites(home, agencies)
    with _timed(say, "texts"):
        load_information(home)
        load_news(home, agencies)
        load_alerts(home, agencies)
    with _timed(say, "accounts"):
        load_people(agencies)
    with _timed(say, "procedures"):
        say(load_procedures())
        load_forms()
    with _timed(say, "dossiers"):
        load_dossiers(agencies)


@contextmanager
def _timed(say: Say, what: str) -> Iterator[None]:
    began = monotonic()
    yield
    say(f"{what}: {monotonic() - began:.1f} s")
