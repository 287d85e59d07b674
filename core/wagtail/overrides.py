"""Agency isolation in views of the Wagtail admin that have none.

In stock Wagtail every admin user sees the titles of all drafts in choosers, bulk actions, the confirmation of a move
and some reports, and the images of every collection in its JSON API. Here a user sees public pages and pages in trees
with a permission of their own; anything else answers 404. `urlpatterns` precede Wagtail's own addresses. Re-check on
every upgrade (docs/upgrade-checks.md).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.signing import BadSignature, Signer
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, re_path
from django.views.decorators.http import require_POST
from django.views.generic import RedirectView
from wagtail.admin.auth import require_admin_access
from wagtail.admin.views.account import LogoutView
from wagtail.admin.views.bulk_action import dispatcher
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.views.chooser import BrowseView, ChosenMultipleView, ExternalLinkView
from wagtail.admin.views.pages import workflow
from wagtail.admin.views.pages.copy import copy
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.admin.views.reports.page_types_usage import PageTypesUsageReportView
from wagtail.admin.viewsets.pages import page_viewset_registry
from wagtail.contrib.redirects.views import process_import
from wagtail.models import Page, TaskState
from wagtail.permissions import page_permission_policy
from wagtail.query import PageQuerySet
from wagtail_localize.views.report import TranslationsReportView

from core.text import parse_pk
from core.wagtail import documents, image_preview
from core.wagtail.page_creation import PageCreateView
from core.wagtail.page_permissions import covered_by

View = Callable[..., HttpResponseBase]


def visible_pages(pages: PageQuerySet, user: Any) -> PageQuerySet:
    """Return those of `pages` that are public or lie in a tree on which `user` has a permission."""
    if user.is_superuser:
        return pages
    public = Q(live=True) & ~Page.objects.all().private_q()
    permitted = covered_by(page_permission_policy.get_cached_permissions_for_user(user))
    found: PageQuerySet = pages.filter(public | permitted)
    return found


def limit_page_chooser(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """Limit Wagtail's page chooser to visible pages."""
    return visible_pages(pages, request.user)


def requires_visible(view: View) -> View:
    """Return 404 unless the page in the address is visible: Wagtail checks nothing below an editor's explorable root.

    The pages above those of a user are visible too, so that the user can walk down to them.
    """

    @wraps(view)
    def guarded(request: HttpRequest, parent_page_id: int) -> HttpResponseBase:
        pages = Page.objects.filter(pk=parent_page_id)
        explorable = page_permission_policy.explorable_instances(request.user)
        if not visible_pages(pages, request.user).exists() and not pages.filter(pk__in=explorable).exists():
            raise Http404
        return view(request, parent_page_id=parent_page_id)

    return require_admin_access(guarded)


def check_move(request: HttpRequest, page: Page, destination: Page) -> None:
    """Check the permission before the confirmation of a move shows the title; Wagtail checks only afterwards."""
    if not page.permissions_for_user(request.user).can_move_to(destination):
        raise PermissionDenied


@require_admin_access
def chosen_pages(request: HttpRequest) -> HttpResponseBase:
    """Return the titles of chosen pages if all of them are visible."""
    chosen = request.GET.getlist("id")
    keys = [pk for text in chosen if (pk := parse_pk(text)) is not None]
    if visible_pages(Page.objects.filter(pk__in=keys), request.user).count() < len(chosen):
        raise Http404
    return ChosenMultipleView.as_view()(request)


@require_admin_access
def bulk_action(request: HttpRequest, app_label: str, model_name: str, action: str) -> HttpResponseBase:
    """Run a bulk action if the user may perform it on every object; accounts are reserved for superusers."""
    action_class = bulk_action_registry.get_bulk_action_class(app_label, model_name, action)
    keys = request.GET.getlist("id")
    if action_class is None or not all(key == "all" or parse_pk(key) is not None for key in keys):
        raise Http404
    if not request.user.is_superuser and _is_forbidden(action_class, request, app_label, model_name):
        raise Http404
    return dispatcher.index(request, app_label, model_name, action)


def _is_forbidden(action_class: Any, request: HttpRequest, app_label: str, model_name: str) -> bool:
    label = f"{app_label}.{model_name}"
    model = next((model for model in action_class.models if model._meta.label_lower == label), None)
    if model is None or model is get_user_model():
        return True
    _objects, refused = action_class(request, model).get_actionable_objects()
    return any(refused.values())


@require_admin_access
def copy_page(request: HttpRequest, page_id: int) -> HttpResponseBase:
    """Copy a page; for a type that is not copied, say why and how to make a new one."""
    page = get_object_or_404(Page, pk=page_id)
    refusal = getattr(page.specific_class, "copy_refusal", "")
    if refusal and page.permissions_for_user(request.user).can_edit():
        messages.error(request, refusal)
        return redirect("wagtailadmin_pages:edit", page.pk)
    response: HttpResponseBase = copy(request, page_id)
    return response


@require_admin_access
def external_link(request: HttpRequest) -> HttpResponseBase:
    """Choose an address, even if the field is missing in the form, on which Wagtail's own view fails."""
    if request.method == "POST" and "external-link-chooser-url" not in request.POST:
        raise SuspiciousOperation("incomplete form")
    response: HttpResponseBase = ExternalLinkView.as_view()(request)
    return response


@require_admin_access
def process_redirects(request: HttpRequest) -> HttpResponseBase:
    """Import redirects if the name of the file is the one signed in the previous step."""
    if request.method == "POST":
        for name in ("import_file_name", "input_format"):
            try:
                Signer().unsign(request.POST.get(name, ""))
            except BadSignature as error:
                raise SuspiciousOperation("incomplete form") from error
    response: HttpResponseBase = process_import(request)
    return response


@require_admin_access
def create_in_chooser(request: HttpRequest, app_label: str, model_name: str) -> HttpResponseBase:
    """Create a snippet in its chooser if that has a `creation_form_class`; Wagtail provides the address in any case."""
    try:
        viewset = apps.get_model(app_label, model_name).snippet_viewset
    except (LookupError, AttributeError) as error:
        raise Http404 from error
    chooser = viewset.chooser_viewset
    if chooser.creation_form_class is None:
        raise Http404
    response: HttpResponseBase = chooser.create_view(request)
    return response


def requires_page_edit(view: View) -> View:
    """Return 404 unless the user may edit the page `page_id` and do what the view does."""

    @wraps(view)
    def guarded(request: HttpRequest, page_id: int, *args: Any, **kwargs: Any) -> HttpResponseBase:
        page = get_object_or_404(Page, pk=page_id)
        if not page.permissions_for_user(request.user).can_edit():
            raise Http404
        if not _concerns(page, kwargs.get("task_state_id")):
            raise Http404
        try:
            # By keyword: the workflow views read `self.kwargs`.
            return view(request, *args, page_id=page_id, **kwargs)
        except PermissionDenied as error:
            raise Http404 from error

    return require_admin_access(guarded)


def _concerns(page: Page, task_state_id: int | None) -> bool:
    """Return True if the workflow step belongs to `page`: the views check the page but change the step."""
    if task_state_id is None:
        return True
    states = TaskState.objects.filter(pk=task_state_id, workflow_state__in=page.workflow_states)
    return states.exists()


def superuser_only(view: View) -> View:
    """Return 404 unless the user is a superuser: for reports on all agencies."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_superuser:
            raise Http404
        return view(request, *args, **kwargs)

    return require_admin_access(guarded)


def page_history_only(view: View) -> View:
    """Restrict the site history to pages, whose permissions it checks by tree.

    For other objects Wagtail shows all entries to users with a permission on the model; each object has its own
    history, which is guarded.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_superuser:
            # The attribute in which ModelLogEntryManager.viewable_by_user() caches the allowed models.
            request.user._allowed_content_type_ids = set()  # type: ignore[union-attr]
        return view(request, *args, **kwargs)

    return require_admin_access(guarded)


@require_admin_access
def disabled(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """Return 404 for features that are off: embeds query foreign hosts, and the media API ignores collections."""
    raise Http404


_history = LogEntriesView.as_view
_types = PageTypesUsageReportView.as_view
_translations = TranslationsReportView.as_view

_explorer = page_viewset_registry.as_view

urlpatterns = [
    path(
        "pages/add/<slug:content_type_app_name>/<slug:content_type_model_name>/<int:parent_page_id>/",
        require_admin_access(PageCreateView.as_view()),
    ),
    # Wagtail deletes the cookie of the session whatever the method: a link from anywhere would sign out.
    path("logout/", require_POST(LogoutView.as_view())),
    re_path(r"^api/main/(?:documents|images)/", disabled),
    path("embeds/chooser/", disabled),
    path("embeds/chooser/upload/", disabled),
    path("choose-page/chosen-multiple/", chosen_pages),
    path("choose-external-link/", external_link),
    path("pages/<int:page_id>/copy/", copy_page),
    path("redirects/import/process/", process_redirects),
    path("snippets/choose/<str:app_label>/<str:model_name>/create/", create_in_chooser),
    path("images/<int:image_id>/preview/<str:filter_spec>/", image_preview.preview),
    path("documents/chooser/chosen/<str:pk>/", documents.chosen_document),
    path("documents/chooser/chosen-multiple/", documents.chosen_documents),
    path("bulk/<str:app_label>/<str:model_name>/<str:action>/", bulk_action),
    path(
        "pages/workflow/action/<int:page_id>/<slug:action_name>/<int:task_state_id>/",
        requires_page_edit(workflow.WorkflowAction.as_view()),
    ),
    path(
        "pages/workflow/collect_action_data/<int:page_id>/<slug:action_name>/<int:task_state_id>/",
        requires_page_edit(workflow.CollectWorkflowActionData.as_view()),
    ),
    path(
        "pages/workflow/confirm_cancellation/<int:page_id>/",
        requires_page_edit(workflow.ConfirmWorkflowCancellation.as_view()),
    ),
    path(
        "pages/workflow/preview/<int:page_id>/<int:task_id>/",
        requires_page_edit(workflow.PreviewRevisionForTask.as_view()),
    ),
    path(
        "pages/<int:parent_page_id>/",
        requires_visible(_explorer("index", parent_page_id_kwarg="parent_page_id")),
    ),
    path(
        "pages/<int:parent_page_id>/results/",
        requires_visible(_explorer("index_results", parent_page_id_kwarg="parent_page_id")),
    ),
    path("choose-page/<int:parent_page_id>/", requires_visible(BrowseView.as_view())),
    path("reports/", RedirectView.as_view(pattern_name="wagtailadmin_reports:site_history")),
    path("reports/site-history/", page_history_only(_history())),
    path("reports/site-history/results/", page_history_only(_history(results_only=True))),
    path("reports/page-types-usage/", superuser_only(_types())),
    path("reports/page-types-usage/results/", superuser_only(_types(results_only=True))),
    path("localize/reports/translations/", superuser_only(_translations())),
    path("localize/reports/translations/results/", superuser_only(_translations(results_only=True))),
]
