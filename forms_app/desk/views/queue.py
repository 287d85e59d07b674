"""The queue and the search of the desk."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.text import clean
from forms_app.desk.access import Desk, behind_the_desk
from forms_app.desk.due import describe
from forms_app.desk.selectors import queue
from forms_app.dossiers.models import Dossier
from search.requests import SearchRequest
from search.selectors import search

MAX_QUERY = 200


@require_safe
def entrance(request: HttpRequest) -> HttpResponseBase:
    """Send a stranger to the sign-in page; the address of the desk itself is no secret."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    return _queue(request)


@behind_the_desk
def _queue(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    query = clean(request.GET.get("q", ""))[:MAX_QUERY]
    context = _found(desk, query) if query else _listed(request, desk)
    return render(request, "desk/queue.html", {"desk": desk, "query": query, **context})


def _rows(dossiers: list[Dossier]) -> list[dict[str, Any]]:
    now = timezone.now()
    return [{"dossier": dossier, "due": describe(dossier, now)} for dossier in dossiers]


def _listed(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    now, tab = timezone.now(), queue.tab_of(request.GET.get("muc", ""))
    counts = queue.counts(desk, now)
    page = queue.page_of(desk, tab, number=request.GET.get("page", "1"), total=counts[tab.key], now=now)
    tabs = [
        {
            "label": item.label, "url": f"?muc={item.key}", "count": counts[item.key], "current": item is tab,
            "tone": item.tone if counts[item.key] else "",
        }
        for item in queue.TABS
    ]  # fmt: skip
    return {"tabs": tabs, "tab": tab, "page": page, "rows": _rows(list(page.object_list))}


def _found(desk: Desk, query: str) -> dict[str, Any]:
    result = search(
        SearchRequest(query=query, collection="dossiers", scopes=desk.scopes, per_page=queue.PER_PAGE)
    )
    dossiers = queue.found_by_refs(desk, [hit.ref for hit in result.hits])
    return {"rows": _rows(dossiers), "result": result, "total": result.total}
