"""The log of the desk for heads and inspectors: filtered, by page, and as a file. Reading it is logged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import Agency
from core.spreadsheets import csv_response
from forms_app.dossiers.models import ListLogEntry, ViewLogEntry
from forms_app.dossiers.selectors import view_log
from forms_app.dossiers.services.list_log import log_list
from one_stop.access import OfficerAccess, officer_required
from one_stop.selectors.desk_log import (
    DOSSIERS,
    LISTS,
    LogFilters,
    agencies_with_log,
    log_entries,
    log_page,
    people_in_log,
)
from one_stop.selectors.queue import FILE_SUFFIX, TABS

#: The keys under which the log records that it was read.
OWN_LIST: Final = "nhat-ky"
OWN_FILE: Final = "nhat-ky.csv"
MAX_ROWS: Final = 20_000
TABS_OF_LOG: Final = (
    (DOSSIERS, gettext_lazy("Dossiers opened")),
    (LISTS, gettext_lazy("Lists and searches")),
)


@require_safe
@officer_required
def desk_log(request: HttpRequest, access: OfficerAccess) -> HttpResponseBase:
    """Show one page of the log; 404 for users who are neither head nor inspector."""
    agencies, filters = _asked(request, access)
    page = log_page(log_entries(agencies, filters), number=request.GET.get("page", "1"))
    _log_reading(access, agencies, OWN_LIST, page.paginator.count)
    context = {
        "filters": filters,
        "agencies": agencies,
        "is_about_dossiers": filters.kind == DOSSIERS,
        "people": people_in_log(agencies, filters),
        "page": page,
        "rows": list(_rows(list(page.object_list))),
        "tabs": [_tab(key, label, filters) for key, label in TABS_OF_LOG],
        "file_url": f"{reverse('one_stop:desk_log_file')}?{urlencode(_query(filters))}",
    }
    return render(request, "one_stop/desk_log.html", context)


@require_safe
@officer_required
def desk_log_file(request: HttpRequest, access: OfficerAccess) -> HttpResponseBase:
    """Send the filtered log as CSV in UTF-8, at most ``MAX_ROWS`` entries; every download is logged."""
    agencies, filters = _asked(request, access)
    entries = list(log_entries(agencies, filters)[:MAX_ROWS])
    _log_reading(access, agencies, OWN_FILE, len(entries), always=True)
    name = f"nhat-ky-{filters.kind}-{filters.first_day:%Y%m%d}-{filters.last_day:%Y%m%d}.csv"
    head = (_("When"), _("User name"), _("Who"), _("Agency"), _("Dossier code"), _("What"), _("Found"))
    return csv_response(name, head, map(_cells, _rows(entries)))


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    at = timezone.localtime(row["at"]).isoformat(timespec="seconds")
    return at, row["username"], row["who"], row["agency"], row["code"], row["what"], row["found"]


def _asked(request: HttpRequest, access: OfficerAccess) -> tuple[tuple[Agency, ...], LogFilters]:
    agencies = agencies_with_log(access)
    if not agencies:
        raise Http404
    return agencies, LogFilters.from_query(request.GET, timezone.localdate())


def _log_reading(
    access: OfficerAccess, agencies: Sequence[Agency], key: str, found: int, *, always: bool = False
) -> None:
    ids = [agency.pk for agency in agencies]
    log_list(actor=access.user, agencies=ids, list_key=key, found=found, always=always)


def _rows(entries: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the entries in words; one query for the file names."""
    views = [entry for entry in entries if isinstance(entry, ViewLogEntry)]
    texts = view_log.target_texts(views)
    for entry in entries:
        row = {"at": entry.at, "username": entry.actor.get_username(), "who": entry.actor.get_full_name()}
        if isinstance(entry, ViewLogEntry):
            agency = entry.agency or entry.dossier.agency
            code = entry.dossier.code or ""
            yield row | {"agency": agency.name, "code": code, "what": texts[entry.pk], "found": ""}
        else:
            yield row | {"agency": "", "code": "", "what": _list_text(entry), "found": entry.found}


def _list_text(entry: ListLogEntry) -> str:
    if entry.kind != ListLogEntry.Kind.LIST:
        return str(entry.get_kind_display())
    if entry.list_key in {OWN_LIST, OWN_FILE}:
        return _("Viewed this log") if entry.list_key == OWN_LIST else _("Downloaded this log")
    key = entry.list_key.removesuffix(FILE_SUFFIX)
    label = next((str(tab.label) for tab in TABS if tab.key == key), key)
    if key != entry.list_key:
        return _("Downloaded the list “%(list)s”") % {"list": label}
    return _("Opened the list “%(list)s”") % {"list": label}


def _query(filters: LogFilters, **changes: str) -> dict[str, str]:
    query = {
        "loai": filters.kind,
        "tu-ngay": filters.first_day.isoformat(),
        "den-ngay": filters.last_day.isoformat(),
        "nguoi": str(filters.person or ""),
        "ma": filters.code,
    }
    return {key: value for key, value in (query | changes).items() if value}


def _tab(key: str, label: Any, filters: LogFilters) -> dict[str, Any]:
    return {"label": label, "url": f"?{urlencode(_query(filters, loai=key))}", "current": key == filters.kind}
