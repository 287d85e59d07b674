"""The queue and the search of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from core.display import number_text
from core.spreadsheets import csv_response
from core.text import clean
from forms_app.dossiers.models import Dossier
from forms_app.dossiers.rules import current_rules
from forms_app.dossiers.selectors.assignees import ASSIGNABLE_ROLES
from forms_app.dossiers.services.list_log import log_list, log_search
from forms_app.dossiers.transitions import Status
from one_stop import services
from one_stop.access import OfficerAccess, officer_required
from one_stop.queue_columns import COLUMNS, FILE_COLUMNS, QueueRow, queue_rows
from one_stop.selectors.desk_log import agencies_with_log
from one_stop.selectors.dossiers import last_corrections
from one_stop.selectors.queue import (
    FILE_SUFFIX,
    NEW,
    PER_PAGE,
    QueueFilters,
    Tab,
    assigned_to_colleagues,
    assigned_to_others,
    assignees_at,
    first_tab_of,
    next_code,
    procedures_at,
    queue_counts,
    queue_list,
    queue_page,
    tab_by_key,
    tabs_of,
)
from one_stop.selectors.search import find_dossiers
from one_stop.views.list_state import LIST_PARAMS, list_query

MAX_QUERY = 200
LINK_PARAMS: Final = frozenset({*LIST_PARAMS, "den"})
INTAKE_FILTERS: Final = (
    ("hom-nay", gettext_lazy("Intake due today")),
    ("qua-han", gettext_lazy("Intake overdue")),
)
#: The maximum number of rows in a file; a longer list is truncated, and the file says so.
MAX_ROWS: Final = 20_000


@require_safe
def queue(request: HttpRequest) -> HttpResponseBase:
    """Show the queue; anonymous users are sent to the sign-in page, as the address of the desk is not secret."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    return _queue(request)


@officer_required
def _queue(request: HttpRequest, access: OfficerAccess) -> HttpResponseBase:
    query = clean(request.GET.get("q", ""))[:MAX_QUERY]
    context = _search_context(request, access, query) if query else _list_context(request, access)
    shared = {
        "access": access,
        "query": query,
        "can_read_log": bool(agencies_with_log(access)),
        "can_assign": access.holds(*ASSIGNABLE_ROLES),
    }
    return render(request, "one_stop/queue.html", {**shared, **context})


def _rows(access: OfficerAccess, dossiers: list[Dossier]) -> list[QueueRow]:
    """Return the rows of the table; rows on which only a colleague may act cannot be selected."""
    now = timezone.now()
    others = [dossier for dossier in dossiers if dossier.assigned_to_id not in {None, access.user.pk}]
    locked = {dossier.pk for dossier in assigned_to_colleagues(access, others, timezone.localdate(now))}
    return queue_rows(
        dossiers, now, current_rules().calendar, locked=locked, corrections=last_corrections(dossiers)
    )


@require_safe
@officer_required
def queue_file(request: HttpRequest, access: OfficerAccess) -> HttpResponseBase:
    """Send a list as CSV in UTF-8, with the columns, filters and order of the page; every download is logged.

    The moments from which the page derives its words follow, so that a sheet can be sorted and counted by them.

    At most ``MAX_ROWS`` dossiers; the last line of a truncated file says how many there are.
    """
    now, tab = timezone.now(), _tab_asked(request, access)
    filters = replace(QueueFilters.from_query(request.GET), max_id=None)
    dossiers, total = queue_list(access, tab, now=now, filters=filters, limit=MAX_ROWS)
    agencies = [agency.pk for agency in access.agencies]
    key = f"{tab.key}{FILE_SUFFIX}"
    log_list(actor=access.user, agencies=agencies, list_key=key, found=len(dossiers), now=now, always=True)
    lines: list[tuple[str, ...]] = [
        row.file_cells()
        for row in queue_rows(dossiers, now, current_rules().calendar, corrections=last_corrections(dossiers))
    ]
    if total > len(dossiers):
        text = _(
            "The list has %(total)s dossiers; this file has the first %(shown)s. Narrow it with the filters."
        )
        lines.append((text % {"total": number_text(total), "shown": number_text(len(dossiers))},))
    name = f"ho-so-{tab.key}-{timezone.localdate(now):%Y%m%d}.csv"
    return csv_response(name, [label for label, _key in (*COLUMNS, *FILE_COLUMNS)], lines)


def _tab_asked(request: HttpRequest, access: OfficerAccess) -> Tab:
    tab = tab_by_key(request.GET.get("muc", "") or first_tab_of(access))
    if tab not in tabs_of(access):
        raise Http404
    return tab


def _list_context(request: HttpRequest, access: OfficerAccess) -> dict[str, Any]:
    now, tab = timezone.now(), _tab_asked(request, access)
    filters = QueueFilters.from_query(request.GET)
    counts = queue_counts(access, now, tab=tab, filters=filters)
    number = request.GET.get("page", "1")
    page = queue_page(access, tab, number=number, total=counts.shown, now=now, filters=filters)
    agencies = [agency.pk for agency in access.agencies]
    log_list(actor=access.user, agencies=agencies, list_key=tab.key, found=counts.shown, now=now)
    intake = [(key, label, counts.by_intake_state[key]) for key, label in INTAKE_FILTERS]
    return {
        "tabs": [_tab(item, tab, counts.by_tab[item.key], request) for item in tabs_of(access)],
        "tab": tab,
        "page": page,
        "max_id": filters.max_id or counts.newest_id,
        "newer": counts.listed - counts.shown,
        **_filter_context(access, filters),
        "list_query": list_query(_list_params(request.GET, tab)),
        "list_params": _list_params(request.GET, tab).items(),
        "columns": [_column(label, key, filters, request) for label, key in COLUMNS],
        "intake_filters": intake if tab.key == NEW else [],
        "refresh_url": _list_url(request, den="", page=""),
        "rows": _rows(access, list(page.object_list)),
    }


def _list_params(query: Mapping[str, str], tab: Tab) -> dict[str, str]:
    return {key: query[key] for key in LIST_PARAMS if query.get(key)} | {"muc": tab.key}


def _list_url(request: HttpRequest, **changes: str) -> str:
    """Return the address of this list with some parameters changed; empty ones are left out."""
    query = {key: value for key, value in request.GET.items() if key in LINK_PARAMS}
    query |= {key.replace("_", "-"): value for key, value in changes.items()}
    return "?" + urlencode({key: value for key, value in query.items() if value})


def _tab(item: Tab, current: Tab, count: int, request: HttpRequest) -> dict[str, Any]:
    return {
        "label": item.label,
        "url": _list_url(request, muc=item.key, xep="", den="", tiep_nhan="", page=""),
        "count": count,
        "current": item.key == current.key,
        "tone": item.tone if count else "",
    }


def _column(label: Promise, key: str, filters: QueueFilters, request: HttpRequest) -> dict[str, Any]:
    """Return a column heading whose link sorts by the column, or reverses the order if it is sorted already."""
    if not key:
        return {"label": label}
    directions = {key: "ascending", f"-{key}": "descending"}
    return {
        "label": label,
        "url": _list_url(request, xep=f"-{key}" if filters.ordering == key else key, den="", page=""),
        "sorted": directions.get(filters.ordering, ""),
    }


def _filter_context(access: OfficerAccess, filters: QueueFilters) -> dict[str, Any]:
    return {
        "filters": filters,
        "procedures": procedures_at(access),
        "assignees": assignees_at(access),
        "statuses": Status.choices,
        "sources": Dossier.Source.choices,
    }


def _search_context(request: HttpRequest, access: OfficerAccess, query: str) -> dict[str, Any]:
    filters = QueueFilters.from_query(request.GET)
    result = find_dossiers(access, query, filters, request.GET.get("page", "1"))
    log_search(
        actor=access.user, agencies=[agency.pk for agency in access.agencies], query=query, found=result.total
    )
    return {
        **_filter_context(access, filters),
        "rows": _rows(access, result.dossiers),
        "result": result,
        "total": result.total,
        "page": result.page,
        "columns": [{"label": label} for label, _key in COLUMNS],
    }


@require_safe
@officer_required
def next_dossier(request: HttpRequest, access: OfficerAccess) -> HttpResponseBase:
    """Open the next dossier of a list (key N)."""
    tab, filters = tab_by_key(request.GET.get("muc", "")), QueueFilters.from_query(request.GET)
    back = list_query(_list_params(request.GET, tab))
    after = request.GET.get("sau", "")
    code = next_code(access, tab, after=after, now=timezone.now(), filters=filters)
    if code is None:
        messages.info(request, _("There are no more dossiers in “%(tab)s”.") % {"tab": tab.label})
        return redirect(reverse("one_stop:queue") + back)
    return redirect(reverse("one_stop:dossier", args=[code]) + back)


@require_POST
@officer_required
def assign_to_self(request: HttpRequest, access: OfficerAccess) -> HttpResponseBase:
    """Assign the selected dossiers to the officer, each in its own transaction, and report how many failed.

    Dossiers assigned to colleagues are left out, and the message names these; the head takes them over after
    confirming on a page that lists them.
    """
    selected = request.POST.getlist("chon")[:PER_PAGE]
    taken = assigned_to_others(access, _codes(selected))
    if theirs := assigned_to_colleagues(access, taken, timezone.localdate()):
        selected = _without(selected, theirs)
        taken = [dossier for dossier in taken if dossier not in theirs]
        messages.warning(request, _assigned_text(theirs))
    if taken and "xac-nhan" not in request.POST:
        return _confirm_assignment(request, selected, taken)
    assigned = sum(_assign_selected(access, value) for value in selected)
    if assigned:
        text = ngettext(
            "%(n)d dossier is now assigned to you.", "%(n)d dossiers are now assigned to you.", assigned
        )
        messages.success(request, text % {"n": assigned})
    if failed := len(selected) - assigned:
        text = ngettext(
            "%(n)d dossier could not be assigned: it has been changed in the meantime or is closed.",
            "%(n)d dossiers could not be assigned: they have been changed in the meantime or are closed.",
            failed,
        )
        messages.warning(request, text % {"n": failed})
    tab = tab_by_key(request.POST.get("muc", ""))
    return redirect(reverse("one_stop:queue") + list_query(_list_params(request.POST, tab)))


def _without(selected: list[str], dossiers: list[Dossier]) -> list[str]:
    codes = {dossier.code for dossier in dossiers}
    return [value for value, code in zip(selected, _codes(selected), strict=True) if code not in codes]


def _assigned_text(dossiers: list[Dossier]) -> str:
    names = [f"{one.code} ({one.assigned_to.get_full_name()})" for one in dossiers if one.assigned_to]
    message = _(
        "Not assigned to you, because colleagues have them: %(dossiers)s. Ask them or the head to hand them over."
    )
    return message % {"dossiers": ", ".join(names)}


def _codes(selected: list[str]) -> list[str]:
    return [value.rpartition("~")[0] for value in selected]


def _confirm_assignment(request: HttpRequest, selected: list[str], taken: list[Dossier]) -> HttpResponseBase:
    params = _list_params(request.POST, tab_by_key(request.POST.get("muc", "")))
    context = {
        "taken": taken,
        "selected": selected,
        "free": _without(selected, taken),
        "list_params": params.items(),
        "list_query": list_query(params),
    }
    return render(request, "one_stop/confirm_assignment.html", context)


def _assign_selected(access: OfficerAccess, value: str) -> bool:
    """Assign the dossier of one check box, whose value is ``<code>~<version>``; return True if that succeeded."""
    code, _separator, version = value.rpartition("~")
    if not version.isdecimal():
        return False
    return services.assign_to_self(access=access, code=code, expected_version=int(version[:9]))
