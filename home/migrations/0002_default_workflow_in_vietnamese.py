"""Wagtail's first migration names its one workflow in English; editors read the name on the button that submits."""

from django.db import migrations

WAGTAILS = "Moderators approval"
NAMES = {"Workflow": "Quy trình duyệt chung", "Task": "Người duyệt xem và cho đăng"}


def name_in_vietnamese(apps, schema_editor):
    """Only rows that still bear Wagtail's name: what somebody has named stays."""
    for model, name in NAMES.items():
        apps.get_model("wagtailcore", model).objects.filter(name=WAGTAILS).update(name=name)


def name_as_wagtail(apps, schema_editor):
    for model, name in NAMES.items():
        apps.get_model("wagtailcore", model).objects.filter(name=name).update(name=WAGTAILS)


class Migration(migrations.Migration):
    dependencies = [("home", "0001_initial"), ("wagtailcore", "0048_add_default_workflows")]
    operations = [migrations.RunPython(name_in_vietnamese, name_as_wagtail)]
