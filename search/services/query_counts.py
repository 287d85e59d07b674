"""Count the queries of visitors by week, day and language, without a person or an address (ADR 188).

A request only adds to a buffer in memory; the buffer is written after a response has been sent, at most every
``FLUSH_SECONDS``, in one transaction. Counts may be lost (when a process ends or the database does not answer), but a
search never is. The rows of a week, the buffer and what one network adds are limited.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Lock
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from core.errors import PortalError
from core.text import fold
from core.transactions import retry_on_deadlock
from search.documents import PUBLIC
from search.language.personal_data import without_personal_data
from search.models import IndexedDocument, SearchedQuery, SearchedQueryClick, SearchedQueryDay

logger = logging.getLogger(__name__)

FLUSH_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 60.0
MAX_BUFFERED: Final = 2000
#: Rows of one week; further queries of that week are not counted.
MAX_QUERIES_PER_WEEK: Final = 50_000
MAX_CLICKED_DOCUMENTS: Final = 20
#: How much one network can add to one query, and to how many queries, per day and process, times `THROTTLE_FACTOR`.
MAX_PER_QUERY: Final = 20
MAX_QUERIES_PER_NETWORK: Final = 500
MAX_MARKS_IN_MEMORY: Final = 50_000
#: Queries that were not asked from enough networks are deleted when their week ended this long ago.
KEEP_UNSHOWN: Final = timedelta(days=7)
NUMBERS: Final = ("shown", "without_result", "low_confidence", "seen", "clicked")


@dataclass(frozen=True, slots=True)
class Key:
    """What is counted together: a query, folded and without personal data, on one day in one language."""

    day: date
    language: str
    folded: str

    @property
    def week(self) -> date:
        """The Monday of the week."""
        return monday_of(self.day)

    @property
    def digest(self) -> str:
        """A digest of query, week and language that cannot be computed without the secret key."""
        return _keyed("query", self.week.isoformat(), self.language, self.folded)[:32]


@dataclass(slots=True)
class Tally:
    """What has been counted and not written yet."""

    text: str
    numbers: Counter[str] = field(default_factory=Counter)
    marks: set[str] = field(default_factory=set)
    clicks: Counter[str] = field(default_factory=Counter)
    waited: bool = False

    def add(self, other: Tally) -> None:
        """Add the counts of ``other``."""
        self.numbers.update(other.numbers)
        self.marks |= other.marks
        self.clicks.update(other.clicks)


def monday_of(day: date) -> date:
    """Return the Monday of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def _keyed(*parts: str) -> str:
    return salted_hmac("search.query_counts", "\0".join(parts), algorithm="sha256").hexdigest()


class QueryCounter:
    """The buffer of one process, shared by its threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Drop everything, as in a new process."""
        self._tallies: dict[Key, Tally] = {}
        self._by_network: Counter[str] = Counter()
        self._day = date.min
        self._next_flush = 0.0

    def shown(self, query: str, *, language: str, network: str, total: int, low_confidence: bool) -> None:
        """Count a page of results for ``query`` with ``total`` hits."""
        found = [
            "shown",
            *(["without_result"] if not total else ["low_confidence"] if low_confidence else []),
        ]
        self._add(query, language, network, found)

    def seen(self, query: str, *, language: str, network: str) -> None:
        """Count that a browser with JavaScript showed the results."""
        self._add(query, language, network, ["seen"])

    def clicked(self, query: str, *, language: str, network: str, document: str) -> None:
        """Count that the ``document`` with this key was chosen among the results."""
        self._add(query, language, network, ["clicked"], document)

    def _add(self, query: str, language: str, network: str, names: Sequence[str], document: str = "") -> None:
        text = without_personal_data(query)
        if not settings.SEARCH_COUNT_QUERIES or not text:
            return
        key = Key(timezone.localdate(), language, fold(text))
        with self._lock:
            if not self._allows(key, network, names[0]):
                return
            tally = self._tallies.get(key)
            if tally is None:
                if len(self._tallies) >= MAX_BUFFERED:
                    return
                tally = self._tallies[key] = Tally(text)
            tally.numbers.update(names)
            if "shown" in names:
                tally.marks.add(_keyed("network", key.digest, network)[:4])
            if document:
                tally.clicks[document] += 1

    def _allows(self, key: Key, network: str, name: str) -> bool:
        """Return False if the network has added enough today. Its keyed digest is kept in memory for a day at most."""
        if self._day != key.day or len(self._by_network) >= MAX_MARKS_IN_MEMORY:
            self._by_network.clear()
            self._day = key.day
        mark = _keyed("day", key.day.isoformat(), network)
        of_query = f"{mark} {name} {key.language} {key.folded}"
        if not self._by_network[of_query] and name == "shown":
            self._by_network[mark] += 1
        self._by_network[of_query] += 1
        times = settings.THROTTLE_FACTOR
        return (
            self._by_network[mark] <= MAX_QUERIES_PER_NETWORK * times
            and self._by_network[of_query] <= MAX_PER_QUERY * times
        )

    def flush_if_due(self) -> None:
        """Write the buffer if it is due; called after a response was sent, so errors are only logged."""
        now = time.monotonic()
        with self._lock:
            if not self._tallies or now < self._next_flush:
                return
            self._next_flush = now + FLUSH_SECONDS
        try:
            self.flush()
        except (DatabaseError, PortalError):
            self._next_flush = now + RETRY_SECONDS
            logger.warning("counts of queries were lost", exc_info=True)

    def flush(self) -> None:
        """Write the buffer.

        A report that arrives before another process has counted its page waits for one more round.
        """
        with self._lock:
            tallies, self._tallies = self._tallies, {}
        waiting = write(tallies) if tallies else {}
        with self._lock:
            for key, tally in waiting.items():
                if tally.waited:
                    continue
                tally.waited = True
                if key in self._tallies:
                    self._tallies[key].add(tally)
                elif len(self._tallies) < MAX_BUFFERED:
                    self._tallies[key] = tally


COUNTER: Final = QueryCounter()


@retry_on_deadlock
@transaction.atomic
def write(tallies: dict[Key, Tally]) -> dict[Key, Tally]:
    """Add ``tallies`` to the rows; return those of queries that have no row and for which no page was counted.

    The rows of the queries are created and locked in one order; the holder of the lock changes the counts below them.
    """
    keys = sorted(tallies, key=lambda key: (key.week, key.language, key.digest, key.day))
    _create_missing([key for key in keys if tallies[key].numbers["shown"]])
    rows = {
        (row.week, row.language, row.digest): row
        for row in SearchedQuery.objects.select_for_update(of=("self",))
        .filter(_any_of(keys))
        .order_by("week", "language", "digest")
    }
    waiting: dict[Key, Tally] = {}
    counted: list[tuple[SearchedQuery, Key, Tally]] = []
    for key in keys:
        row = rows.get((key.week, key.language, key.digest))
        if row is not None:
            counted.append((row, key, tallies[key]))
        elif not tallies[key].numbers["shown"]:
            waiting[key] = tallies[key]
    _reveal(counted)
    _add_numbers(counted)
    _add_clicks(counted)
    return waiting


def _any_of(keys: Iterable[Key]) -> Q:
    by_week: dict[tuple[date, str], list[str]] = {}
    for key in keys:
        by_week.setdefault((key.week, key.language), []).append(key.digest)
    found = Q(pk=None)
    for (week, language), digests in by_week.items():
        found |= Q(week=week, language=language, digest__in=digests)
    return found


def _create_missing(keys: Sequence[Key]) -> None:
    """Create rows for new queries, as many as the week's limit allows."""
    existing = set(SearchedQuery.objects.filter(_any_of(keys)).values_list("week", "language", "digest"))
    missing = dict.fromkeys(
        facts for key in keys if (facts := (key.week, key.language, key.digest)) not in existing
    )
    for week in dict.fromkeys(facts[0] for facts in missing):
        room = MAX_QUERIES_PER_WEEK - SearchedQuery.objects.filter(week=week).count()
        new = [facts for facts in missing if facts[0] == week][: max(0, room)]
        SearchedQuery.objects.bulk_create(
            [SearchedQuery(week=week, language=language, digest=digest) for _week, language, digest in new],
            ignore_conflicts=True,
        )


def _reveal(counted: Sequence[tuple[SearchedQuery, Key, Tally]]) -> None:
    """Store the text of queries that were asked from enough networks; note the networks of the others."""
    changed: dict[int, SearchedQuery] = {}
    for row, key, tally in counted:
        if row.text or not tally.marks:
            continue
        marks = {*row.marks.split(), *tally.marks}
        enough = len(marks) >= settings.SEARCH_QUERY_MIN_NETWORKS
        if enough:
            row.text, row.folded, row.marks = tally.text, key.folded, ""
        else:
            row.marks = " ".join(sorted(marks))
        changed[row.pk] = row
    SearchedQuery.objects.bulk_update(changed.values(), ["text", "folded", "marks"])


def _add_numbers(counted: Sequence[tuple[SearchedQuery, Key, Tally]]) -> None:
    wanted = [SearchedQueryDay(query=row, day=key.day) for row, key, _tally in counted]
    SearchedQueryDay.objects.bulk_create(wanted, ignore_conflicts=True)
    days = SearchedQueryDay.objects.filter(query__in=[row for row, _key, _tally in counted])
    known = {(day.query_id, day.day): day for day in days}
    for row, key, tally in counted:
        day = known[row.pk, key.day]
        for name in NUMBERS:
            setattr(day, name, getattr(day, name) + tally.numbers[name])
    SearchedQueryDay.objects.bulk_update(known.values(), NUMBERS)


def _add_clicks(counted: Sequence[tuple[SearchedQuery, Key, Tally]]) -> None:
    """Count the chosen documents that exist, at most ``MAX_CLICKED_DOCUMENTS`` for each query."""
    chosen = {document for _row, _key, tally in counted for document in tally.clicks}
    if not chosen:
        return
    documents = IndexedDocument.objects.filter(collection=PUBLIC, key__in=chosen)
    known = set(documents.values_list("key", flat=True))
    rows: dict[int, dict[str, SearchedQueryClick]] = {}
    for click in SearchedQueryClick.objects.filter(query__in=[row for row, _key, _tally in counted]):
        rows.setdefault(click.query_id, {})[click.document] = click
    for row, _key, tally in counted:
        clicks = rows.setdefault(row.pk, {})
        for document, number in tally.clicks.items():
            if document in known and (document in clicks or len(clicks) < MAX_CLICKED_DOCUMENTS):
                click = clicks.setdefault(document, SearchedQueryClick(query=row, document=document))
                click.count += number
    changed: list[Any] = [click for clicks in rows.values() for click in clicks.values()]
    SearchedQueryClick.objects.bulk_create([click for click in changed if click.pk is None])
    SearchedQueryClick.objects.bulk_update([click for click in changed if click.pk], ["count"])


def delete_expired_counts(*, today: date | None = None) -> int:
    """Delete the counts older than ``SEARCH_QUERIES_KEEP_DAYS`` and queries never stored in clear.

    Return their number.
    """
    day = today or timezone.localdate()
    old = Q(week__lt=monday_of(day - timedelta(days=settings.SEARCH_QUERIES_KEEP_DAYS)))
    unshown = Q(text="", week__lt=monday_of(day) - KEEP_UNSHOWN)
    return SearchedQuery.objects.filter(old | unshown).delete()[1].get("search.SearchedQuery", 0)
