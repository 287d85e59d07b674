"""The queue: the dossiers of the officer's agencies, one tab at a time, most urgent first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from django.core.paginator import Page, Paginator
from django.db.models import Aggregate, Case, Count, Exists, F, Max, OrderBy, OuterRef, Q, QuerySet, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from core.text import parse_pk
from core.worktime import TIME_ZONE, start_of_day
from forms_app.dossiers import codes
from forms_app.dossiers.models import Dossier, SupplementRequest
from forms_app.dossiers.models.dossiers import DossierQuerySet, is_closed, is_late_while_paused
from forms_app.dossiers.selectors.assignees import ids_with_active_assignee
from forms_app.dossiers.transitions import OPEN_STATUSES, PAUSED_STATUSES, RUNNING_STATUSES, Status
from one_stop.access import OfficerAccess
from procedures.models import Procedure

PER_PAGE: Final = 50
MAX_LOOKAHEAD: Final = 500
_R = Membership.Role


@dataclass(frozen=True, slots=True)
class Tab:
    """One list of the queue; ``condition`` takes the moment and the officer's id."""

    key: str
    label: Promise | str
    condition: Callable[[datetime, int], Q]
    order: tuple[str, ...] = ("deadline", "submitted_at", "id")
    tone: str = ""
    # Only for those who read the log of the desk: heads and inspectors.
    for_readers_of_logs: bool = False


def _status(*statuses: Status) -> Callable[[datetime, int], Q]:
    return lambda now, user_id: Q(status__in=statuses)


#: Filters of the list of new dossiers: the desk's intake deadline has passed, or is today.
INTAKE_STATES: Final[dict[str, Callable[[datetime], Q]]] = {
    "qua-han": lambda now: Q(status=Status.REGISTERED, intake_due_at__lt=now),
    "hom-nay": lambda now: Q(
        status=Status.REGISTERED, intake_due_at__gte=now, intake_due_at__lt=_midnight_after(now)
    ),
}


def _midnight_after(now: datetime) -> datetime:
    return start_of_day(now.astimezone(TIME_ZONE).date() + timedelta(days=1))


def _overdue(now: datetime, user_id: int) -> Q:
    """Match what the agency is late with: new dossiers past their intake deadline, and dossiers being processed.

    The latter include those whose due date was moved without cancelling the delay, and those that are paused but
    still late. ``figures.month_figures`` counts late results differently: by days, once a dossier is finished.
    """
    late = Q(status__in=RUNNING_STATUSES) & (Q(due_at__lt=now) | Q(on_time_until__lt=now))
    late_pause = Q(status__in=PAUSED_STATUSES) & is_late_while_paused(now)
    return late | late_pause | INTAKE_STATES["qua-han"](now)


def _requested_several_times() -> QuerySet[SupplementRequest, Any]:
    """Return the dossiers that the desk sent back more than once; requests made by mistake do not count (ADR 440)."""
    kept = SupplementRequest.objects.filter(withdrawn_at=None).order_by()
    return kept.values("dossier").annotate(times=Count("pk")).filter(times__gt=1).values("dossier")


NEW: Final = "moi"
#: Suffix of the key under which the list log records that a list was downloaded.
FILE_SUFFIX: Final = ".csv"
#: Value of the filter for dossiers without an assignee.
UNASSIGNED: Final = "chua-giao"
_STATUS_VALUES: Final = frozenset(map(str, Status.values))
TABS: Final = (
    Tab(NEW, _("To be received"), _status(Status.REGISTERED)),
    Tab(
        "cua-toi", _("Mine"),
        lambda now, user_id: Q(status__in=OPEN_STATUSES, assigned_to_id=user_id) & ~is_closed(),
    ),
    Tab("dang-giai-quyet", _("Being processed"), _status(*RUNNING_STATUSES)),
    Tab("qua-han", _("Overdue"), _overdue, tone="bad"),
    Tab(
        "cho", _("Waiting"),
        lambda now, user_id: Q(status__in=PAUSED_STATUSES) & ~is_closed(),
        ("paused_at", "id"),
    ),
    Tab("cho-tra", _("To be returned"), _status(Status.FINISHED), ("finished_at", "id")),
    Tab("da-dong", _("Closed"), lambda now, user_id: is_closed(), ("-submitted_at", "-id")),
    Tab(
        "sua-ket-qua", _("Corrected results"), lambda now, user_id: Q(corrections__gt=0),
        ("-first_finished_at", "-id"), for_readers_of_logs=True,
    ),
    Tab(
        "bo-sung-lai", _("Several supplement requests"),
        lambda now, user_id: Q(pk__in=_requested_several_times()),
        ("-submitted_at", "-id"), for_readers_of_logs=True,
    ),
    Tab("tat-ca", _("All"), lambda now, user_id: Q(), ("-submitted_at", "-id")),
)  # fmt: skip


def tab_by_key(key: str) -> Tab:
    """Return the tab with ``key``, or the first one if there is no such tab."""
    return next((tab for tab in TABS if tab.key == key), TABS[0])


def tabs_of(access: OfficerAccess) -> tuple[Tab, ...]:
    """Return the tabs that the officer sees."""
    reads_logs = access.holds(_R.HEAD, _R.INSPECTOR)
    return tuple(tab for tab in TABS if reads_logs or not tab.for_readers_of_logs)


def first_tab_of(access: OfficerAccess) -> str:
    """Return the key of the tab that the officer sees first: the work of their role."""
    if access.holds(_R.RECEIVER, _R.HEAD, _R.INSPECTOR):
        return NEW
    return "cua-toi" if access.holds(_R.HANDLER) else "cho-tra"


#: Orderings offered by the column headings, by their key in the query string; a leading minus reverses one.
ORDERINGS: Final = {
    "ma": "code", "nguoi": "applicant_order", "thu-tuc": "procedure_version__procedure__order_key", "han": "deadline",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """Filters and ordering of the queue.

    ``assignee`` is the id of an officer as text, or ``UNASSIGNED``.
    ``intake_state`` is a key of ``INTAKE_STATES`` and applies to the list of new dossiers only. ``ordering`` is a key
    of ``ORDERINGS``, reversed by a leading minus. ``max_id`` leaves out dossiers filed after the list was opened, so
    that its pages do not shift.
    """

    procedure_id: int | None = None
    agency_id: int | None = None
    intake_state: str = ""
    status: int | None = None
    source: str = ""
    assignee: str = ""
    ordering: str = ""
    max_id: int | None = None

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Self:
        """Read a query string, ignoring values that are not valid."""
        intake_state, ordering = query.get("tiep-nhan", ""), query.get("xep", "")
        status, source = query.get("trang-thai", ""), query.get("nguon", "")
        assignee = query.get("nguoi-giu", "")
        return cls(
            procedure_id=parse_pk(query.get("thu-tuc", "")),
            agency_id=parse_pk(query.get("co-quan", "")),
            intake_state=intake_state if intake_state in INTAKE_STATES else "",
            status=int(status) if status in _STATUS_VALUES else None,
            source=source if source in Dossier.Source.values else "",
            assignee=assignee if assignee == UNASSIGNED else str(parse_pk(assignee) or ""),
            ordering=ordering if ordering.removeprefix("-") in ORDERINGS else "",
            max_id=parse_pk(query.get("den", "")),
        )

    @property
    def is_filtered(self) -> bool:
        """Return True if any dossier may be filtered out; ordering and ``max_id`` do not count."""
        return bool(
            self.procedure_id
            or self.agency_id
            or self.intake_state
            or self.status
            or self.source
            or self.assignee
        )


NO_FILTERS: Final = QueueFilters()


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """Numbers of dossiers: in each tab by its key, in each of ``INTAKE_STATES``, and in the open tab.

    ``listed`` counts the open tab with ``QueueFilters.intake_state``, ``shown`` the same up to ``max_id``;
    ``newest_id`` is the highest id of all.
    """

    by_tab: dict[str, int]
    by_intake_state: dict[str, int]
    listed: int
    shown: int
    newest_id: int


def visible_to(access: OfficerAccess, filters: QueueFilters = NO_FILTERS) -> DossierQuerySet:
    """Return the dossiers that the officer may read and that pass the filters of every list."""
    rows = Dossier.objects.filed().of_agencies([agency.pk for agency in access.agencies])
    if filters.agency_id:
        rows = rows.filter(agency_id=filters.agency_id)
    if filters.procedure_id:
        rows = rows.filter(procedure_version__procedure_id=filters.procedure_id)
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.source:
        rows = rows.filter(source=filters.source)
    if filters.assignee == UNASSIGNED:
        rows = rows.filter(assigned_to=None)
    elif filters.assignee:
        rows = rows.filter(assigned_to_id=int(filters.assignee))
    return rows


def _in_tab(access: OfficerAccess, tab: Tab, now: datetime, filters: QueueFilters) -> Q:
    """Return the condition of the open tab, including dossiers filed since the list was opened."""
    condition = tab.condition(now, access.user.pk)
    if filters.intake_state and tab.key == NEW:
        condition &= INTAKE_STATES[filters.intake_state](now)
    return condition


def _up_to_max_id(filters: QueueFilters) -> Q:
    return Q(pk__lte=filters.max_id) if filters.max_id else Q()


def queue_counts(
    access: OfficerAccess, now: datetime, *, tab: Tab = TABS[0], filters: QueueFilters = NO_FILTERS
) -> QueueCounts:
    """Return the numbers of dossiers in all tabs, in one query."""
    in_tab = _in_tab(access, tab, now, filters)
    conditions = {
        **{item.key: item.condition(now, access.user.pk) for item in TABS},
        **{f"intake {key}": condition(now) for key, condition in INTAKE_STATES.items()},
        "listed": in_tab,
        "shown": in_tab & _up_to_max_id(filters),
    }
    aggregates: dict[str, Aggregate] = {
        f"n{number}": Count("pk", filter=condition or None)
        for number, condition in enumerate(conditions.values())
    }
    found = visible_to(access, filters).aggregate(**aggregates, newest=Max("pk"))
    by_name = {name: found[f"n{number}"] for number, name in enumerate(conditions)}
    return QueueCounts(
        by_tab={item.key: by_name[item.key] for item in TABS},
        by_intake_state={key: by_name[f"intake {key}"] for key in INTAKE_STATES},
        listed=by_name["listed"],
        shown=by_name["shown"],
        newest_id=found["newest"] or 0,
    )


def procedures_at(access: OfficerAccess) -> list[tuple[int, str]]:
    """Return id and title of the procedures of the desk's dossiers, by title; one query."""
    found = Procedure.objects.filter(
        Exists(visible_to(access).filter(procedure_version__procedure=OuterRef("pk")).order_by())
    )
    return list(found.order_by("order_key", "pk").values_list("pk", "title"))


def assignees_at(access: OfficerAccess) -> list[tuple[int, str]]:
    """Return id and name of the officers to whom the desk's dossiers are assigned, by name; one query."""
    assigned = visible_to(access).filter(assigned_to=OuterRef("pk")).order_by()
    people = User.objects.filter(Exists(assigned)).order_by("order_key", "pk")
    return [(person.pk, person.get_full_name()) for person in people]


# Django's paginator takes no type parameter at run time.
if TYPE_CHECKING:
    _DossierPaginator = Paginator[Dossier]
else:
    _DossierPaginator = Paginator


class _CountedPaginator(_DossierPaginator):
    """A paginator that is given the number of rows instead of counting them again."""

    known_count = 0

    @property
    def count(self) -> int:
        return self.known_count


def _ordered(access: OfficerAccess, tab: Tab, now: datetime, filters: QueueFilters) -> DossierQuerySet:
    expressions = (
        _order_by(filters.ordering) if filters.ordering else [_expression(name) for name in tab.order]
    )
    condition = _in_tab(access, tab, now, filters) & _up_to_max_id(filters)
    return visible_to(access, filters).filter(condition).order_by(*expressions)


def _order_by(ordering: str) -> list[OrderBy | str]:
    name = ORDERINGS[ordering.removeprefix("-")]
    return [_expression(f"-{name}" if ordering.startswith("-") else name), "id"]


def _expression(name: str) -> OrderBy | str:
    """Return the ``order_by`` argument for a field or for the pseudo-field ``deadline``.

    The deadline is the intake deadline of a new dossier and the due date of any other; dossiers without one come last
    in both directions.
    """
    if name.removeprefix("-") != "deadline":
        return name
    moment = Case(When(status=Status.REGISTERED, then=F("intake_due_at")), default=F("due_at"))
    return moment.desc(nulls_last=True) if name.startswith("-") else moment.asc(nulls_last=True)


def queue_page(
    access: OfficerAccess,
    tab: Tab,
    *,
    number: str | int,
    total: int,
    now: datetime,
    filters: QueueFilters = NO_FILTERS,
) -> Page[Dossier]:
    """Return one page of ``tab`` with everything its table shows; one query."""
    paginator = _CountedPaginator(_ordered(access, tab, now, filters).with_parties(), PER_PAGE)
    paginator.known_count = total
    return paginator.get_page(number)


def queue_list(
    access: OfficerAccess, tab: Tab, *, now: datetime, filters: QueueFilters, limit: int
) -> tuple[list[Dossier], int]:
    """Return the first ``limit`` dossiers of ``tab`` with everything that its table shows, and the total number.

    One query, and a second for the total if there are more.
    """
    rows = _ordered(access, tab, now, filters)
    found = list(rows.with_parties()[: limit + 1])
    return found[:limit], len(found) if len(found) <= limit else rows.count()


def next_code(
    access: OfficerAccess, tab: Tab, *, after: str, now: datetime, filters: QueueFilters = NO_FILTERS
) -> str | None:
    """Return the code that follows ``after`` in the list, or the first one if ``after`` is no longer in it.

    None at the end of the list. One query over the first 500 dossiers.
    """
    rows = _ordered(access, tab, now, replace(filters, max_id=None))
    listed = list(rows.values_list("code", flat=True)[:MAX_LOOKAHEAD])
    position = listed.index(after) + 1 if after in listed else 0
    return listed[position] if position < len(listed) else None


def assigned_to_others(access: OfficerAccess, wanted: Iterable[str]) -> list[Dossier]:
    """Return the open dossiers with the codes ``wanted`` that are assigned to another officer; one query."""
    valid = [code for code in wanted if codes.CODE.fullmatch(code)]
    rows = visible_to(access).filter(code__in=valid).filter(~is_closed()).exclude(assigned_to=None)
    return list(rows.exclude(assigned_to_id=access.user.pk).with_parties().order_by("code"))


def assigned_to_colleagues(access: OfficerAccess, dossiers: Iterable[Dossier], on: date) -> list[Dossier]:
    """Return those of ``dossiers`` that only their assignees, and the head, may act on; one query."""
    others = [found for found in dossiers if _R.HEAD not in access.roles_at(found.agency_id)]
    assigned = ids_with_active_assignee(others, on) if others else set()
    return [found for found in others if found.pk in assigned]


def dossiers_by_ref(
    access: OfficerAccess, refs: list[str], filters: QueueFilters = NO_FILTERS
) -> list[Dossier]:
    """Return the dossiers that a search returned, in its order, except those that the officer may not read."""
    ids = [pk for pk in map(parse_pk, refs) if pk]
    rows = {str(row.pk): row for row in visible_to(access, filters).filter(pk__in=ids).with_parties()}
    return [rows[ref] for ref in refs if ref in rows]
