"""The pages of the six-monthly review of accounts and roles, for operating teams."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.admin.menu import MenuItem

from accounts.services import reviews
from core.errors import Conflict


def may_review(user: Any) -> bool:
    """Return True if ``user`` confirms the accounts of at least one agency."""
    return bool(reviews.reviewable_agencies(user).exists())


@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    """List the agencies whose accounts the user confirms, each with its last confirmation."""
    states = [reviews.state_of(agency) for agency in _agencies(request).order_by("code")]
    if not states:
        raise Http404
    if len(states) == 1:
        return redirect("accounts_review", states[0].agency.pk)
    return render(request, "accounts/admin/reviews.html", {"states": states})


@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the accounts and roles of one agency and those below; POST confirms the list that was shown."""
    agency = _agencies(request).filter(pk=pk).first()
    if agency is None:
        raise Http404
    if request.method == "POST":
        try:
            reviews.confirm_review(agency=agency, by=request.user, expected_hash=request.POST.get("list", ""))  # type: ignore[arg-type]
        except Conflict as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The accounts and roles are confirmed."))
            return redirect("accounts_review", pk)
    rows = list(reviews.roles_to_review(agency))
    context = {"state": reviews.state_of(agency), "rows": rows, "list_hash": reviews.list_hash(rows)}
    return render(request, "accounts/admin/review.html", context)


def _agencies(request: HttpRequest) -> Any:
    return reviews.reviewable_agencies(request.user)  # type: ignore[arg-type]


class ReviewMenuItem(MenuItem):
    """The menu item "Account review"."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Account review"), reverse("accounts_reviews"), icon_name="tasks", order=346
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return may_review(request.user)
