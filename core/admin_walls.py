"""Walls of agencies in Wagtail's own admin, where Wagtail has none.

Whoever enters the admin sees, with stock Wagtail, the titles of everybody's drafts in choosers, bulk actions, the
question before a move and some reports, and the pictures of every collection in its JSON. Here a person sees what is
public and what lies in trees of their own; the rest is the 404 of nothing. The addresses stand in ``core.admin_urls``,
which is asked before Wagtail's own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.bulk_action import dispatcher
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.views.chooser import ChosenMultipleView
from wagtail.models import GroupPagePermission, Page
from wagtail.query import PageQuerySet

from core.intake import is_key

View = Callable[..., HttpResponseBase]


def visible_pages(pages: PageQuerySet, user: Any) -> PageQuerySet:
    """Return those of ``pages`` that everybody sees or that lie in a tree on which ``user`` has a right."""
    if user.is_superuser:
        return pages
    seen = Q(live=True) & ~Page.objects.all().private_q()
    rights = GroupPagePermission.objects.filter(group__user=user)
    for path in rights.order_by().values_list("page__path", flat=True).distinct():
        seen |= Q(path__startswith=path)
    found: PageQuerySet = pages.filter(seen)
    return found


def choosable_pages(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """Answer Wagtail's page chooser."""
    return visible_pages(pages, request.user)


def check_move(request: HttpRequest, page: Page, destination: Page) -> None:
    """Ask for the right before the question "move this page?" shows its title; Wagtail asks afterwards only."""
    if not page.permissions_for_user(request.user).can_move_to(destination):
        raise PermissionDenied


@require_admin_access
def chosen_pages(request: HttpRequest) -> HttpResponseBase:
    """Tell the titles of chosen pages, as far as the person sees them."""
    keys = [key for key in request.GET.getlist("id") if is_key(key)]
    if visible_pages(Page.objects.filter(pk__in=keys), request.user).count() < len(request.GET.getlist("id")):
        raise Http404
    return ChosenMultipleView.as_view()(request)


@require_admin_access
def bulk_action(request: HttpRequest, app_label: str, model_name: str, action: str) -> HttpResponseBase:
    """Act on several rows at once, all of which must be the person's to act on; accounts are the superuser's."""
    action_class = bulk_action_registry.get_bulk_action_class(app_label, model_name, action)
    if action_class is None or not all(key == "all" or is_key(key) for key in request.GET.getlist("id")):
        raise Http404
    if not request.user.is_superuser and _forbidden(action_class, request, app_label, model_name):
        raise Http404
    return dispatcher.index(request, app_label, model_name, action)


def _forbidden(action_class: Any, request: HttpRequest, app_label: str, model_name: str) -> bool:
    label = f"{app_label}.{model_name}"
    model = next((one for one in action_class.models if one._meta.label_lower == label), None)
    if model is None or model is get_user_model():
        return True
    _objects, refused = action_class(request, model).get_actionable_objects()
    return any(refused.values())


def own_page(view: View) -> View:
    """Ask whether the person may edit ``page_id`` before ``view`` says anything about it."""

    @wraps(view)
    def guarded(request: HttpRequest, page_id: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        page = get_object_or_404(Page, pk=page_id)
        if not page.permissions_for_user(request.user).can_edit():
            raise Http404
        return view(request, page_id, *args, **kwargs)

    return require_admin_access(guarded)


def superuser_only(view: View) -> View:
    """Keep a report over all agencies for who may see all of them."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_superuser:
            raise Http404
        return view(request, *args, **kwargs)

    return require_admin_access(guarded)


def pages_only(view: View) -> View:
    """Show in the history of the site what happened to pages, which it asks for tree by tree, and to no other row.

    Of rows Wagtail tells all to whoever has a right on their model; each has its own history behind its own wall.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_superuser:
            # What ModelLogEntryManager.viewable_by_user() remembers of the person.
            request.user._allowed_content_type_ids = set()  # type: ignore[union-attr]
        return view(request, *args, **kwargs)

    return require_admin_access(guarded)


@require_admin_access
def closed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Nobody here needs this address: embeds ask foreign hosts, the JSON of media knows no collections."""
    raise Http404
