"""The queue: the dossiers of the officer's agencies, one tab at a time, most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self

from django.core.paginator import Page, Paginator
from django.db.models import Aggregate, Count, Exists, F, Max, OrderBy, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
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
    order: tuple[str, ...] = ("due_at", "submitted_at", "id")
    tone: str = ""


def _status(*statuses: Status) -> Callable[[datetime, int], Q]:
    return lambda now, user_id: Q(status__in=statuses)


TABS: Final = (
    Tab("moi", _("To be received"), _status(Status.REGISTERED), ("submitted_at", "id")),
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
    "ma": "code", "nguoi": "applicant_name", "thu-tuc": "procedure_version__title", "han": "due_at",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wish:
    """How the officer narrows and orders the queue. ``upto``: nothing newer than this id, so that pages stand still."""

    procedure: int | None = None
    agency: int | None = None
    sort: str = ""
    upto: int | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read a query string; what it cannot mean is left out."""
        sort = query.get("xep", "")
        return cls(
            procedure=row_number(query.get("thu-tuc", "")),
            agency=row_number(query.get("co-quan", "")),
            sort=sort if sort.removeprefix("-") in SORTS else "",
            upto=row_number(query.get("den", "")),
        )

    @property
    def narrows(self) -> bool:
        """Say whether anything is filtered out."""
        return bool(self.procedure or self.agency)


EVERYTHING: Final = Wish()


@dataclass(frozen=True, slots=True)
class Counts:
    """Dossiers in each tab by its key, those of the open tab up to ``Wish.upto``, and the newest id of all."""

    by_tab: dict[str, int]
    shown: int
    newest: int


def _of(desk: Desk, wish: Wish = EVERYTHING) -> DossierQuerySet:
    rows = Dossier.objects.filed().of_agencies([agency.pk for agency in desk.agencies])
    if wish.agency:
        rows = rows.filter(agency_id=wish.agency)
    return rows.filter(procedure_version__procedure_id=wish.procedure) if wish.procedure else rows


def _upto(wish: Wish) -> Q:
    return Q(pk__lte=wish.upto) if wish.upto else Q()


def counts(desk: Desk, now: datetime, *, tab: Tab = TABS[0], wish: Wish = EVERYTHING) -> Counts:
    """Return how many dossiers stand in each tab, in one query."""
    wanted: dict[str, Aggregate] = {
        item.key.replace("-", "_"): Count("pk", filter=item.condition(now, desk.user.pk)) for item in TABS
    }
    wanted["tat_ca"] = Count("pk")
    shown = tab.condition(now, desk.user.pk) & _upto(wish)
    found = _of(desk, wish).aggregate(**wanted, shown=Count("pk", filter=shown or None), newest=Max("pk"))
    by_tab = {item.key: found[item.key.replace("-", "_")] for item in TABS}
    return Counts(by_tab, found["shown"], found["newest"] or 0)


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
    expressions = [_expression(name) if name.removeprefix("-") == "due_at" else name for name in order]
    condition = tab.condition(now, desk.user.pk) & _upto(wish)
    return _of(desk, wish).filter(condition).order_by(*expressions)


def _expression(name: str) -> OrderBy:
    """Order by a moment that may be missing: without one a dossier comes last, whichever way."""
    field = F(name.removeprefix("-"))
    return field.desc(nulls_last=True) if name.startswith("-") else field.asc(nulls_last=True)


def page_of(
    desk: Desk, tab: Tab, *, number: str | int, total: int, now: datetime, wish: Wish = EVERYTHING
) -> Page[Dossier]:
    """Return one page of ``tab`` with everything its table shows; one query."""
    paginator = _Counted(_ordered(desk, tab, now, wish).with_parties(), PER_PAGE)
    paginator.known = total
    return paginator.get_page(number)


def next_code(desk: Desk, tab: Tab, *, after: str, now: datetime) -> str | None:
    """Return the code that follows ``after`` in ``tab``; the first one where ``after`` is not there any more.

    None where nothing is left. One query over the first 500.
    """
    codes = list(_ordered(desk, tab, now, EVERYTHING).values_list("code", flat=True)[:MOST_AHEAD])
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
