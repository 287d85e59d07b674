"""The queue and the search of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from core.text import clean
from forms_app.desk import services
from forms_app.desk.access import Desk, behind_the_desk
from forms_app.desk.due import describe
from forms_app.desk.selectors import queue
from forms_app.desk.views import trail
from forms_app.dossiers.models import Dossier
from search.requests import SearchRequest
from search.selectors import search

MAX_QUERY = 200
KEPT: Final = frozenset({*trail.KEPT, "den"})
INTAKE: Final = (("hom-nay", gettext_lazy("Answer due today")), ("qua-han", gettext_lazy("Answer overdue")))
HEADS: Final = (
    (gettext_lazy("Dossier code"), "ma"),
    (gettext_lazy("Applicant"), "nguoi"),
    (gettext_lazy("Procedure"), "thu-tuc"),
    (gettext_lazy("Due"), "han"),
    (gettext_lazy("Where it is"), ""),
)


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
    wish = queue.Wish.from_query(request.GET)
    counts = queue.counts(desk, now, tab=tab, wish=wish)
    page = queue.page_of(
        desk, tab, number=request.GET.get("page", "1"), total=counts.shown, now=now, wish=wish
    )
    return {
        "tabs": [_tab(item, tab, counts.by_tab[item.key], request) for item in queue.TABS],
        "tab": tab,
        "page": page,
        "upto": wish.upto or counts.newest,
        "newer": counts.listed - counts.shown,
        "wish": wish,
        "trail": trail.trail_of(_kept(request.GET) | {"muc": tab.key}),
        "trail_items": (_kept(request.GET) | {"muc": tab.key}).items(),
        "heads": [_head(label, key, wish, request) for label, key in HEADS],
        "procedures": queue.procedures_of(desk),
        "intake": [(key, label, counts.intake[key]) for key, label in INTAKE] if tab is queue.TABS[0] else [],
        "from_start": _address(request, den="", page=""),
        "rows": _rows(list(page.object_list)),
    }


def _kept(query: Mapping[str, str]) -> dict[str, str]:
    return {key: query[key] for key in trail.KEPT if query.get(key)}


def _address(request: HttpRequest, **changes: str) -> str:
    """Return the address of this list with some of its query changed; empty values fall out."""
    query = {key: value for key, value in request.GET.items() if key in KEPT} | {
        key.replace("_", "-"): value for key, value in changes.items()
    }
    return "?" + urlencode({key: value for key, value in query.items() if value})


def _tab(item: queue.Tab, current: queue.Tab, count: int, request: HttpRequest) -> dict[str, Any]:
    url = _address(request, muc=item.key, xep="", den="", tiep_nhan="", page="")
    return {
        "label": item.label, "url": url, "count": count,
        "current": item is current, "tone": item.tone if count else "",
    }  # fmt: skip


def _head(label: Promise, key: str, wish: queue.Wish, request: HttpRequest) -> dict[str, Any]:
    """Return the head of a column: pressing it sorts, pressing it again turns the order round."""
    if not key:
        return {"label": label}
    directions = {key: "ascending", f"-{key}": "descending"}
    turned = f"-{key}" if wish.sort == key else key
    return {
        "label": label,
        "url": _address(request, xep=turned, den="", page=""),
        "sorted": directions.get(wish.sort, ""),
    }


def _found(desk: Desk, query: str) -> dict[str, Any]:
    result = search(
        SearchRequest(query=query, collection="dossiers", scopes=desk.scopes, per_page=queue.PER_PAGE)
    )
    dossiers = queue.found_by_refs(desk, [hit.ref for hit in result.hits])
    return {
        "rows": _rows(dossiers),
        "result": result,
        "total": result.total,
        "heads": [{"label": label} for label, _key in HEADS],
    }


@require_safe
@behind_the_desk
def following(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Open the dossier that comes next in a tab (key N)."""
    tab, wish = queue.tab_of(request.GET.get("muc", "")), queue.Wish.from_query(request.GET)
    back = trail.trail_of(_kept(request.GET) | {"muc": tab.key})
    code = queue.next_code(desk, tab, after=request.GET.get("sau", ""), now=timezone.now(), wish=wish)
    if code is None:
        messages.info(request, _("Nothing more waits in “%(tab)s”.") % {"tab": tab.label})
        return redirect(reverse("desk:queue") + back)
    return redirect(reverse("desk:dossier", args=[code]) + back)


@require_POST
@behind_the_desk
def take(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Take the ticked dossiers into one's own hands, each by itself: what cannot be taken stops no other."""
    taken, chosen = 0, request.POST.getlist("chon")[: queue.PER_PAGE]
    for choice in chosen:
        code, _dash, version = choice.rpartition("~")
        taken += version.isdecimal() and services.take(
            desk=desk, code=code, expected_version=int(version[:9])
        )
    if taken:
        text = ngettext("%(n)d dossier is now yours.", "%(n)d dossiers are now yours.", taken)
        messages.success(request, text % {"n": taken})
    if left := len(chosen) - taken:
        text = ngettext(
            "%(n)d dossier could not be taken: it was changed meanwhile, or is closed.",
            "%(n)d dossiers could not be taken: they were changed meanwhile, or are closed.",
            left,
        )
        messages.warning(request, text % {"n": left})
    tab = queue.tab_of(request.POST.get("muc", ""))
    return redirect(reverse("desk:queue") + trail.trail_of(_kept(request.POST) | {"muc": tab.key}))
