"""The weekly list of queries without a good answer, and what an editor decides about one of them.

Plain pages and forms: they work without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages

from core.display import date_text
from core.errors import NotAllowed
from core.spreadsheets import csv_response
from search.models import LexiconEntry, QueryReview, SearchedQuery
from search.selectors.best_bets import bets_without_page
from search.selectors.query_list import chosen_documents, group_index, proposals, queries, rare_queries, weeks
from search.services import query_reviews
from search.services.query_counts import monday_of

SEE_QUERIES: Final = "search.view_searchedquery"
PER_PAGE: Final = 25
MAX_EXPORTED: Final = 5000
#: Name in the address → (column, label).
ORDERS: Final = {
    "chua-dap-ung": ("unanswered", _("not answered")),
    "luot": ("asked", _("times asked")),
    "khong-co": ("nothing", _("without a result")),
    "khong-sat": ("doubtful", _("no close match")),
    "khong-chon": ("unclicked", _("without a click")),
    "cau": ("folded", _("query")),
}
STATES: Final = {
    "": _("To be decided"),
    "da-xu-ly": _("Decided"),
    "bo-qua": _("Ignored"),
    "tat-ca": _("All queries"),
}
View = Callable[..., HttpResponse]


def for_editors(view: View) -> View:
    """Admit only those who may see visitors' queries."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(SEE_QUERIES):
            raise PermissionDenied
        try:
            return view(request, *args, **kwargs)
        except NotAllowed as error:
            raise PermissionDenied from error

    return checked


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list shows, read from the address; values that make no sense are ignored."""

    week: date
    language: str
    state: str
    order: str
    weeks: tuple[date, ...]

    @classmethod
    def of(cls, request: HttpRequest) -> Filters:
        """Read the filters; the latest week with counts by default."""
        known = tuple(weeks())
        asked = request.GET.get("tuan", "")
        week = next((one for one in known if one.isoformat() == asked), None)
        language, state = request.GET.get("ngon-ngu", ""), request.GET.get("muc", "")
        order = request.GET.get("sap-xep", "")
        return cls(
            week=week or (known[0] if known else monday_of(timezone.localdate())),
            language=language if language in dict(settings.LANGUAGES) else "",
            state=state if state in STATES else "",
            order=order if order in ORDERS else "chua-dap-ung",
            weeks=known,
        )

    def rows(self) -> QuerySet[Any, Any]:
        """Return the queries, in order."""
        found = queries().filter(week=self.week)
        if self.language:
            found = found.filter(language=self.language)
        if self.state == "":
            found = found.filter(is_open=True, unanswered__gt=0)
        elif self.state == "bo-qua":
            found = found.filter(is_ignored=True)
        elif self.state == "da-xu-ly":
            found = found.filter(is_open=False, is_ignored=False)
        column = ORDERS[self.order][0]
        return found.order_by(column if column == "folded" else f"-{column}", "folded", "pk")

    def address(self, **changes: str) -> str:
        """Return the query string of these filters with some changed."""
        values = {
            "tuan": self.week.isoformat(),
            "ngon-ngu": self.language,
            "muc": self.state,
            "sap-xep": self.order,
        }
        return "?" + urlencode({name: value for name, value in (values | changes).items() if value})


@require_safe
@for_editors
def query_list(request: HttpRequest) -> HttpResponse:
    """List the unanswered queries of one week, each with the group to which it may belong."""
    filters = Filters.of(request)
    if request.GET.get("tai-ve") == "csv":
        return _csv(filters)
    page = Paginator(filters.rows(), PER_PAGE).get_page(request.GET.get("trang"))
    rows = list(page.object_list)
    proposed = proposals(rows)
    context = {
        "filters": filters,
        "weeks": [(week.isoformat(), week_text(week)) for week in filters.weeks],
        "languages": settings.LANGUAGES,
        "states": STATES.items(),
        "orders": [
            (name, label, filters.address(**{"sap-xep": name})) for name, (_c, label) in ORDERS.items()
        ],
        "rows": [(row, next(iter(proposed[row.pk]), None)) for row in rows],
        "page": page,
        "pages": [(number, filters.address(trang=str(number))) for number in page.paginator.page_range],
        "csv": filters.address(**{"tai-ve": "csv"}),
        "rare": rare_queries(filters.week, filters.language),
        "least": settings.SEARCH_QUERY_MIN_NETWORKS,
        "is_counting": settings.SEARCH_COUNT_QUERIES,
        "bets_without_page": bets_without_page() if request.user.has_perm("search.change_bestbet") else [],
    }
    return render(request, "search/admin/queries.html", context)


def week_text(week: date) -> str:
    """Return the first and last day of a week."""
    return f"{date_text(week)} – {date_text(week + timedelta(days=6))}"


def address_of_list(query: SearchedQuery) -> str:
    """Return the address of the list of the query's week."""
    return f"{reverse('search_queries:index')}?{urlencode({'tuan': query.week.isoformat()})}"


def _csv(filters: Filters) -> HttpResponse:
    columns = ("asked", "nothing", "doubtful", "unclicked")
    labels = [str(label) for column, label in ORDERS.values() if column in columns]
    head = (gettext("query"), gettext("language"), *labels, gettext("proposed group"))
    rows = list(filters.rows()[:MAX_EXPORTED])
    proposed = proposals(rows)
    cells = (
        (
            row.text,
            row.language,
            *(getattr(row, column) for column in columns),
            next((proposal.term for proposal in proposed[row.pk]), ""),
        )
        for row in rows
    )
    return csv_response(f"cau-tim-{filters.week.isoformat()}.csv", head, cells)


@require_safe
@for_editors
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the counts of a query, what was chosen after it, and what can be done about it."""
    query = _query(pk)
    sought = request.GET.get("nhom", "")[:80]
    found = group_index().nearest(sought) if sought else proposals([query])[query.pk]
    entries = LexiconEntry.objects.in_bulk([proposal.group for proposal in found])
    groups = [(entries[proposal.group], proposal) for proposal in found if proposal.group in entries]
    review = QueryReview.objects.filter(language=query.language, folded=query.folded).first()
    context = {
        "query": query,
        "week": week_text(query.week),
        "days": query.days.order_by("day"),
        "chosen": chosen_documents([query], query.language).get(query.pk, [])[:5],
        "groups": groups,
        "sought": sought,
        "review": review,
        "list": address_of_list(query),
    }
    return render(request, "search/admin/decision.html", context)


@require_POST
@for_editors
def add_to_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Add the query to the words of the chosen group."""
    query = _query(pk)
    chosen = request.POST.get("group", "")
    entry = LexiconEntry.objects.filter(pk=chosen).first() if is_key(chosen) else None
    if entry is None:
        messages.error(request, gettext("Choose a group."))
        return redirect("search_queries:decision", pk)
    query_reviews.add_to_group(query=query, entry=entry, by=request.user)
    text = gettext("“%(query)s” now belongs to the group “%(group)s”.")
    messages.success(request, text % {"query": query.text, "group": entry})
    return redirect(address_of_list(query))


@require_POST
@for_editors
def ignore(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave the query out of this and later lists, or list it again."""
    query = _query(pk)
    if request.POST.get("again"):
        query_reviews.list_again(query=query, by=request.user)
        text = gettext("“%(query)s” is listed again.")
    else:
        query_reviews.record_decision(query=query, decision=QueryReview.Decision.IGNORED, by=request.user)
        text = gettext("“%(query)s” is no longer listed.")
    messages.success(request, text % {"query": query.text})
    return redirect(address_of_list(query))


def _query(pk: int) -> Any:
    """Return a query that is stored in clear; others do not exist for an editor."""
    if pk >= 2**63:
        raise Http404
    return get_object_or_404(queries(), pk=pk)


def is_key(text: str) -> bool:
    """Return True if ``text`` may be the key of a row."""
    return text.isascii() and text.isdecimal() and len(text) < 19  # noqa: PLR2004 - a key of eight bytes
