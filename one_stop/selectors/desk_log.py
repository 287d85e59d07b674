"""The log of opened dossiers, lists and searches, for the heads and inspectors of the agencies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Self

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.dateparse import parse_date

from accounts.models import Agency, Membership, User
from core.text import clean, parse_pk
from core.worktime import start_of_day
from forms_app.dossiers import codes
from forms_app.dossiers.models import ListLogEntry, ViewLogEntry
from one_stop.access import OfficerAccess

PER_PAGE: Final = 50
#: Days shown without a filter, and the maximum that one page or file covers.
DEFAULT_DAYS: Final = 7
MAX_DAYS: Final = 366
DOSSIERS: Final = "ho-so"
LISTS: Final = "danh-sach"
KINDS: Final = (DOSSIERS, LISTS)
_READERS: Final = frozenset({Membership.Role.HEAD, Membership.Role.INSPECTOR})
Entries = QuerySet[ViewLogEntry] | QuerySet[ListLogEntry]


@dataclass(frozen=True, slots=True)
class LogFilters:
    """``person`` is the id of an account, ``code`` a normalised dossier code; the days are included."""

    kind: str
    first_day: date
    last_day: date
    person: int | None = None
    code: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str], today: date) -> Self:
        """Read the filters of an address; what cannot be read is ignored, and the days are put in order."""
        last = _day(query.get("den-ngay", "")) or today
        first = _day(query.get("tu-ngay", "")) or last - timedelta(days=DEFAULT_DAYS - 1)
        first, last = min(first, last), max(first, last)
        kind = query.get("loai", "")
        return cls(
            kind=kind if kind in KINDS else DOSSIERS,
            first_day=max(first, last - timedelta(days=MAX_DAYS - 1)),
            last_day=last,
            person=parse_pk(query.get("nguoi", "")),
            code=codes.normalise(clean(query.get("ma", ""))[:40]),
        )


def _day(text: str) -> date | None:
    try:
        found = parse_date(text)
    except ValueError:
        return None
    # The moments around the first and the last day must also exist.
    return found if found and date(2000, 1, 1) <= found <= date(2999, 12, 31) else None


def agencies_with_log(access: OfficerAccess) -> tuple[Agency, ...]:
    """Return the agencies whose log the officer may read: as head or inspector."""
    return tuple(agency for agency in access.agencies if access.roles_at(agency.pk) & _READERS)


def log_entries(agencies: Iterable[Agency], filters: LogFilters) -> Entries:
    """Return the entries about dossiers or lists of ``agencies``, newest first, without those of citizens."""
    keys = [agency.pk for agency in agencies]
    if filters.kind == LISTS:
        return _lists(keys, filters).select_related("actor")
    found = ViewLogEntry.objects.filter(_period(filters), dossier__agency__in=keys, actor__isnull=False)
    if filters.person is not None:
        found = found.filter(actor=filters.person)
    if filters.code:
        found = found.filter(dossier__code=filters.code)
    return found.select_related("actor", "agency", "dossier__agency")


def _lists(agencies: list[int], filters: LogFilters) -> QuerySet[ListLogEntry]:
    # One condition for all databases, since the ids are stored as "[3, 17]".
    wanted = "|".join(map(str, agencies)) or "-"
    found = ListLogEntry.objects.annotate(listed=Cast("agencies", TextField())).filter(
        _period(filters), listed__regex=rf"[\[ ]({wanted})[,\]]"
    )
    return found.filter(actor=filters.person) if filters.person is not None else found


def _period(filters: LogFilters) -> Q:
    return Q(
        at__gte=start_of_day(filters.first_day), at__lt=start_of_day(filters.last_day + timedelta(days=1))
    )


def log_page(entries: Entries, *, number: str) -> Page[Any]:
    """Return one page of ``entries``; two queries, and the nearest page for a number that does not exist."""
    return Paginator(entries, PER_PAGE).get_page(number)


def people_in_log(agencies: Iterable[Agency], filters: LogFilters) -> list[User]:
    """Return the people in the log of the period, by name, without the filters by person and dossier. One query."""
    unfiltered = LogFilters(filters.kind, filters.first_day, filters.last_day)
    actors: Any = log_entries(agencies, unfiltered).order_by().values("actor")
    return list(User.objects.filter(pk__in=actors).order_by("order_key", "username", "pk"))
