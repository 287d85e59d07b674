"""Addresses of the Wagtail admin that are answered here and not by Wagtail; see ``core.admin_walls``."""

from __future__ import annotations

from django.urls import path, re_path
from wagtail.admin.views.pages import workflow
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.admin.views.reports.page_types_usage import PageTypesUsageReportView
from wagtail_localize.views.report import TranslationsReportView

from core import admin_walls as walls

_history = LogEntriesView.as_view
_types = PageTypesUsageReportView.as_view
_translations = TranslationsReportView.as_view

urlpatterns = [
    re_path(r"^api/main/(?:documents|images)/", walls.closed),
    path("embeds/chooser/", walls.closed),
    path("embeds/chooser/upload/", walls.closed),
    path("choose-page/chosen-multiple/", walls.chosen_pages),
    path("bulk/<str:app_label>/<str:model_name>/<str:action>/", walls.bulk_action),
    path(
        "pages/workflow/action/<int:page_id>/<slug:action_name>/<int:task_state_id>/",
        walls.own_page(workflow.WorkflowAction.as_view()),
    ),
    path(
        "pages/workflow/collect_action_data/<int:page_id>/<slug:action_name>/<int:task_state_id>/",
        walls.own_page(workflow.CollectWorkflowActionData.as_view()),
    ),
    path(
        "pages/workflow/confirm_cancellation/<int:page_id>/",
        walls.own_page(workflow.ConfirmWorkflowCancellation.as_view()),
    ),
    path(
        "pages/workflow/preview/<int:page_id>/<int:task_id>/",
        walls.own_page(workflow.PreviewRevisionForTask.as_view()),
    ),
    path("reports/site-history/", walls.pages_only(_history())),
    path("reports/site-history/results/", walls.pages_only(_history(results_only=True))),
    path("reports/page-types-usage/", walls.superuser_only(_types())),
    path("reports/page-types-usage/results/", walls.superuser_only(_types(results_only=True))),
    path("localize/reports/translations/", walls.superuser_only(_translations())),
    path("localize/reports/translations/results/", walls.superuser_only(_translations(results_only=True))),
]
