"""The queue: the dossiers of the officer's agencies, one tab at a time, most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final, Self

from django.core.paginator import Page, Paginator
from django.db.models import Aggregate, Case, Count, Exists, F, Max, OrderBy, OuterRef, Q, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from core.worktime import TIME_ZONE
from forms_app.desk.access import Desk
from forms_app.dossiers.codes import row_number
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.querysets import DossierQuerySet
from forms_app.dossiers.transitions import CLOSED, Status
from procedures.models import Procedure

PER_PAGE: Final = 50
MOST_AHEAD: Final = 500
WORKERS: Final = (Membership.Role.RECEPTION, Membership.Role.HANDLER, Membership.Role.LEADER)
_RUNNING: Final = [Status.ACCEPTED, Status.PROCESSING]


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of the queue; ``condition`` gets the moment and the officer's id."""

    key: str
    label: Promise | str
    condition: Callable[[datetime, int], Q]
    order: tuple[str, ...] = ("clock", "submitted_at", "id")
    tone: str = ""


def _status(*statuses: Status) -> Callable[[datetime, int], Q]:
    return lambda now, user_id: Q(status__in=statuses)


TABS: Final = (
    Tab("moi", _("To be received"), _status(Status.REGISTERED), ("clock", "submitted_at", "id")),
    Tab(
        "cua-toi", _("Mine"),
        lambda now, user_id: Q(status__in=[*_RUNNING, Status.SUPPLEMENT, Status.SUSPENDED, Status.FINISHED])
        & Q(assigned_to_id=user_id),
    ),
    Tab("dang-giai-quyet", _("In process"), _status(*_RUNNING)),
    Tab("qua-han", _("Overdue"), lambda now, user_id: Q(status__in=_RUNNING, due_at__lt=now), tone="bad"),
    Tab("cho", _("Waiting"), _status(Status.SUPPLEMENT, Status.PAYMENT, Status.SUSPENDED), ("paused_at", "id")),
    Tab("cho-tra", _("To be returned"), _status(Status.FINISHED), ("finished_at", "id")),
    Tab("da-dong", _("Closed ones"), _status(*CLOSED), ("-submitted_at", "-id")),
    Tab("tat-ca", _("All"), lambda now, user_id: Q(), ("-submitted_at", "-id")),
)  # fmt: skip


def tab_of(key: str) -> Tab:
    """Return the tab called ``key``; the first one for anything unknown."""
    return next((tab for tab in TABS if tab.key == key), TABS[0])


#: What the heads of the table sort by; a minus before the key turns the order round.
SORTS: Final = {
    "ma": "code", "nguoi": "applicant_name", "thu-tuc": "procedure_version__title", "han": "clock",
}  # fmt: skip


#: What the list of new dossiers can be narrowed to: the desk's own time to answer is over, or ends today.
INTAKE: Final[dict[str, Callable[[datetime], Q]]] = {
    "qua-han": lambda now: Q(status=Status.REGISTERED, intake_due_at__lt=now),
    "hom-nay": lambda now: Q(
        status=Status.REGISTERED, intake_due_at__gte=now, intake_due_at__lt=_midnight_after(now)
    ),
}


def _midnight_after(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(TIME_ZONE).date() + timedelta(days=1), time(), tzinfo=TIME_ZONE)


@dataclass(frozen=True, slots=True)
class Wish:
    """How the officer narrows and orders the queue. ``upto``: nothing newer than this id, so that pages stand still.

    ``intake`` is a key of ``INTAKE``; it says something of new dossiers only, and every list but theirs ignores it.
    """

    procedure: int | None = None
    agency: int | None = None
    intake: str = ""
    sort: str = ""
    upto: int | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read a query string; what it cannot mean is left out."""
        sort = query.get("xep", "")
        return cls(
            procedure=row_number(query.get("thu-tuc", "")),
            agency=row_number(query.get("co-quan", "")),
            intake=query.get("tiep-nhan", "") if query.get("tiep-nhan") in INTAKE else "",
            sort=sort if sort.removeprefix("-") in SORTS else "",
            upto=row_number(query.get("den", "")),
        )

    @property
    def narrows(self) -> bool:
        """Say whether anything is filtered out."""
        return bool(self.procedure or self.agency or self.intake)


EVERYTHING: Final = Wish()


@dataclass(frozen=True, slots=True)
class Counts:
    """Dossiers in each tab by its key and in each part of ``INTAKE``; those listed now; the newest id of all.

    ``listed`` is the open tab as ``Wish.intake`` narrows it, ``shown`` the same up to ``Wish.upto``.
    """

    by_tab: dict[str, int]
    intake: dict[str, int]
    listed: int
    shown: int
    newest: int


def _of(desk: Desk, wish: Wish = EVERYTHING) -> DossierQuerySet:
    rows = Dossier.objects.filed().of_agencies([agency.pk for agency in desk.agencies])
    if wish.agency:
        rows = rows.filter(agency_id=wish.agency)
    return rows.filter(procedure_version__procedure_id=wish.procedure) if wish.procedure else rows


def _listed(desk: Desk, tab: Tab, now: datetime, wish: Wish) -> Q:
    """Return what the open tab lists, however many have come in since."""
    narrowed = INTAKE[wish.intake](now) if wish.intake and tab is TABS[0] else Q()
    return tab.condition(now, desk.user.pk) & narrowed


def _upto(wish: Wish) -> Q:
    return Q(pk__lte=wish.upto) if wish.upto else Q()


def counts(desk: Desk, now: datetime, *, tab: Tab = TABS[0], wish: Wish = EVERYTHING) -> Counts:
    """Return how many dossiers stand in each tab, in one query."""
    listed = _listed(desk, tab, now, wish)
    wanted = {
        **{item.key: item.condition(now, desk.user.pk) for item in TABS},
        **{f"intake {key}": condition(now) for key, condition in INTAKE.items()},
        "listed": listed,
        "shown": listed & _upto(wish),
    }
    aggregates: dict[str, Aggregate] = {
        f"n{number}": Count("pk", filter=condition or None)
        for number, condition in enumerate(wanted.values())
    }
    found = _of(desk, wish).aggregate(**aggregates, newest=Max("pk"))
    by_name = {name: found[f"n{number}"] for number, name in enumerate(wanted)}
    return Counts(
        by_tab={item.key: by_name[item.key] for item in TABS},
        intake={key: by_name[f"intake {key}"] for key in INTAKE},
        listed=by_name["listed"],
        shown=by_name["shown"],
        newest=found["newest"] or 0,
    )


def procedures_of(desk: Desk) -> list[tuple[int, str]]:
    """Return the procedures that the desk has dossiers of, by title; one query."""
    found = Procedure.objects.filter(
        Exists(_of(desk).filter(procedure_version__procedure=OuterRef("pk")).order_by())
    )
    return list(found.order_by("title").values_list("pk", "title"))


class _Counted(Paginator[Dossier]):
    """A paginator that already knows how many there are."""

    known = 0

    @property
    def count(self) -> int:
        return self.known


def _ordered(desk: Desk, tab: Tab, now: datetime, wish: Wish) -> DossierQuerySet:
    order = tab.order
    if wish.sort:
        order = ("-" * wish.sort.startswith("-") + SORTS[wish.sort.removeprefix("-")], "id")
    expressions = [_clock(name) if name.removeprefix("-") == "clock" else name for name in order]
    condition = _listed(desk, tab, now, wish) & _upto(wish)
    return _of(desk, wish).filter(condition).order_by(*expressions)


def _clock(name: str) -> OrderBy:
    """Order by the moment the desk is held to: the answer to a new dossier, else the promise.

    Without one a dossier comes last, whichever way.
    """
    moment = Case(When(status=Status.REGISTERED, then=F("intake_due_at")), default=F("due_at"))
    return moment.desc(nulls_last=True) if name.startswith("-") else moment.asc(nulls_last=True)


def page_of(
    desk: Desk, tab: Tab, *, number: str | int, total: int, now: datetime, wish: Wish = EVERYTHING
) -> Page[Dossier]:
    """Return one page of ``tab`` with everything its table shows; one query."""
    paginator = _Counted(_ordered(desk, tab, now, wish).with_parties(), PER_PAGE)
    paginator.known = total
    return paginator.get_page(number)


def next_code(desk: Desk, tab: Tab, *, after: str, now: datetime, wish: Wish = EVERYTHING) -> str | None:
    """Return the code that follows ``after`` in the list; the first one where ``after`` is not there any more.

    None where nothing is left. One query over the first 500.
    """
    codes = list(
        _ordered(desk, tab, now, replace(wish, upto=None)).values_list("code", flat=True)[:MOST_AHEAD]
    )
    position = codes.index(after) + 1 if after in codes else 0
    return codes[position] if position < len(codes) else None


def colleagues(agency_id: int, on: date) -> list[User]:
    """Return who can hold a dossier of the agency on that day, by name; one query."""
    members = Membership.objects.valid_on(on).filter(agency_id=agency_id, role__in=WORKERS)
    return list(
        User.objects.filter(is_active=True, memberships__in=members).distinct().order_by("full_name", "pk")
    )


def found_by_refs(desk: Desk, refs: list[str]) -> list[Dossier]:
    """Return the dossiers that search named, in its order, as far as the officer may read them."""
    rows = {
        str(row.pk): row
        for row in _of(desk).filter(pk__in=list(filter(None, map(row_number, refs)))).with_parties()
    }
    return [rows[ref] for ref in refs if ref in rows]
