"""The queue: the dossiers of the officer's agencies, one tab at a time, most urgent first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from forms_app.desk.access import Desk
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.querysets import DossierQuerySet
from forms_app.dossiers.transitions import CLOSED, Status

PER_PAGE: Final = 50
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


def _of(desk: Desk) -> DossierQuerySet:
    return Dossier.objects.filed().of_agencies([agency.pk for agency in desk.agencies])


def counts(desk: Desk, now: datetime) -> dict[str, int]:
    """Return how many dossiers stand in each tab, in one query."""
    wanted = {tab.key.replace("-", "_"): Count("pk", filter=tab.condition(now, desk.user.pk)) for tab in TABS}
    wanted["tat_ca"] = Count("pk")
    found = _of(desk).aggregate(**wanted)
    return {tab.key: found[tab.key.replace("-", "_")] for tab in TABS}


class _Counted(Paginator[Dossier]):
    """A paginator that already knows how many there are."""

    known = 0

    @property
    def count(self) -> int:
        return self.known


def page_of(desk: Desk, tab: Tab, *, number: str | int, total: int, now: datetime) -> Page[Dossier]:
    """Return one page of ``tab`` with everything its table shows; one query."""
    order = [F(name).asc(nulls_last=True) if name == "due_at" else name for name in tab.order]
    rows = _of(desk).filter(tab.condition(now, desk.user.pk)).with_parties().order_by(*order)
    paginator = _Counted(rows, PER_PAGE)
    paginator.known = total
    return paginator.get_page(number)


def found_by_refs(desk: Desk, refs: list[str]) -> list[Dossier]:
    """Return the dossiers that search named, in its order, as far as the officer may read them."""
    rows = {
        str(row.pk): row for row in _of(desk).filter(pk__in=[r for r in refs if r.isdigit()]).with_parties()
    }
    return [rows[ref] for ref in refs if ref in rows]
