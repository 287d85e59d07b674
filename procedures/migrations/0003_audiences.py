"""The kinds of applicants of the national list (docs/domain.md#procedure-fields, row 7)."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from procedures.choices import AudienceCode


def load(apps: Any, schema_editor: Any) -> None:
    """Create what is missing."""
    audience = apps.get_model("procedures", "Audience")
    for position, choice in enumerate(AudienceCode):
        audience.objects.get_or_create(code=choice.value, defaults={"name": choice.label, "position": position})


class Migration(migrations.Migration):
    dependencies = [("procedures", "0002_version_triggers")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
