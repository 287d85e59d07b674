"""Wagtail's own workflow bears a Vietnamese name, unless somebody has named it."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from wagtail.models import GroupApprovalTask, Workflow, WorkflowPage

from accounts.models import Membership, User
from accounts.services import grant
from tests.accounts.factories import UserFactory
from tests.home import factories

pytestmark = pytest.mark.django_db
step = import_module("home.migrations.0002_default_workflow_in_vietnamese")


def names() -> list[str]:
    return [
        *Workflow.objects.values_list("name", flat=True),
        *GroupApprovalTask.objects.values_list("name", flat=True),
    ]


@pytest.fixture
def rows():
    """Wagtail's rows as its migration makes them; a test database that was emptied has none."""
    Workflow.objects.all().delete()
    task = GroupApprovalTask.objects.create(name=step.WAGTAILS)
    workflow = Workflow.objects.create(name=step.WAGTAILS)
    workflow.workflow_tasks.create(task=task)
    return workflow, task


def test_untouched_rows_are_renamed_once_and_back(rows):
    for _ in range(2):
        step.name_in_vietnamese(apps, None)
        assert names()[0] == "Quy trình duyệt chung"
        assert "Người duyệt xem và cho đăng" in names()
        assert step.WAGTAILS not in names()
    step.name_as_wagtail(apps, None)
    assert names().count(step.WAGTAILS) >= 2


def test_what_somebody_named_stays(rows):
    workflow, task = rows
    workflow.name = "Duyệt hai cấp"
    workflow.save()
    step.name_in_vietnamese(apps, None)
    workflow.refresh_from_db()
    task.refresh_from_db()
    assert (workflow.name, task.name) == ("Duyệt hai cấp", "Người duyệt xem và cho đăng")


def test_an_editor_reads_it_on_the_button(client, rows):
    step.name_in_vietnamese(apps, None)
    site = factories.agency_site()
    WorkflowPage.objects.update_or_create(page=site.page_ptr, defaults={"workflow": rows[0]})
    editor = UserFactory()
    grant(user=editor, agency=site.agency, role=Membership.Role.EDITOR)
    client.force_login(User.objects.get(pk=editor.pk), "django.contrib.auth.backends.ModelBackend")
    html = client.get(f"/quan-tri/pages/{site.pk}/edit/").text
    assert "Gửi duyệt: Quy trình duyệt chung" in html
    assert "approval" not in html
