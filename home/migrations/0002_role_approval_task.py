"""Approval by role; it replaces Wagtail's "Moderators approval", whose groups are empty."""

import django.db.models.deletion
from django.db import migrations, models

WAGTAILS = "Moderators approval"
WORKFLOW, TASK = "Quy trình duyệt chung", "Người phụ trách duyệt"
GROUPS = ("Moderators", "Editors")


def approve_by_role(apps, schema_editor):
    """Replace the task in Wagtail's workflow, which is attached to the root of all pages; drop its empty groups."""
    core = apps.get_app_config("wagtailcore").get_model
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS, user=None).delete()
    workflow = core("Workflow").objects.filter(name=WAGTAILS).first()
    if workflow is None:
        return
    content_type, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="home", model="roleapprovaltask"
    )
    task = apps.get_model("home", "RoleApprovalTask").objects.create(name=TASK, content_type=content_type)
    workflow.name = WORKFLOW
    workflow.save()
    core("WorkflowTask").objects.filter(workflow=workflow).delete()
    core("WorkflowTask").objects.create(workflow=workflow, task=task.task_ptr, sort_order=0)
    core("Task").objects.filter(name=WAGTAILS).delete()


def approve_by_group(apps, schema_editor):
    """Delete the workflow of the portal; Wagtail's own is not recreated, as nobody could act in it."""
    core = apps.get_app_config("wagtailcore").get_model
    core("Workflow").objects.filter(name=WORKFLOW).delete()
    core("Task").objects.filter(name=TASK).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]
    operations = [
        migrations.CreateModel(
            name="RoleApprovalTask",
            fields=[
                (
                    "task_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.task",
                    ),
                ),
            ],
            options={"verbose_name": "approval by role", "verbose_name_plural": "approvals by role"},
            bases=("wagtailcore.task",),
        ),
        migrations.RunPython(approve_by_role, approve_by_group),
    ]
