"""Additions to the Wagtail admin."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.ui.components import Component
from wagtail.models import Page, WorkflowState
from wagtail.snippets.models import register_snippet

from home.admin import AlertViewSet, MenuItemViewSet, WorkPanel
from home.models.approval import people_who_approve

SUBMISSIONS: Final = {"action-submit", "action-restart-workflow"}

register_snippet(MenuItemViewSet)


@hooks.register("register_admin_viewset")
def register_alerts() -> AlertViewSet:
    """Add alerts to the menu of those who may write them."""
    return AlertViewSet("alerts")


@hooks.register("insert_global_admin_css")
def admin_colours() -> SafeString:
    """Give the admin the colours of the portal."""
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("construct_page_action_menu")
def hide_submission_without_approver(
    menu_items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]
) -> None:
    """Remove "submit" where only the user could approve the page."""
    page = context.get("page")
    if page is None or page.pk is None:
        page = context["parent_page"]
    workflow = page.get_workflow()
    task = workflow.tasks.first() if workflow is not None else None
    people = people_who_approve(task, page) if task is not None else []
    if not any(person.pk != request.user.pk for person in people):
        menu_items[:] = [item for item in menu_items if item.name not in SUBMISSIONS]


@hooks.register("before_edit_page")
def show_requested_changes(request: HttpRequest, page: Page) -> None:
    """Show above the form that changes were requested, by whom and why; Wagtail's status still says "in moderation"."""
    state = page.current_workflow_state
    if request.method != "GET" or state is None or state.status != WorkflowState.STATUS_NEEDS_CHANGES:
        return
    task = state.current_task_state
    text = _("Changes were requested by %(person)s. Change the page, then submit it again.")
    if task.comment:
        text = _("Changes were requested by %(person)s: “%(comment)s” Change the page, then submit it again.")
    person = str(task.finished_by) if task.finished_by else "…"
    messages.warning(request, text % {"person": person, "comment": task.comment})


@hooks.register("after_edit_page")
def redirect_after_lost_access(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Return to the dashboard when the user may no longer open the page, having been allowed only to decide on it."""
    if page.permissions_for_user(request.user).can_edit():
        return None
    return redirect("wagtailadmin_home")


@hooks.register("construct_homepage_panels")
def show_work(request: HttpRequest, panels: list[Component]) -> None:
    """Show the user's agencies and roles first."""
    panels.append(WorkPanel())
