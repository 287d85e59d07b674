"""A unit without a number slipped past the check of 0001: a comparison with NULL is neither true nor false."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def drop_lonely_units(apps: Any, schema_editor: Any) -> None:
    """A unit alone says nothing; versions keep what they said."""
    channels = apps.get_model("procedures", "ProcedureChannel").objects
    channels.filter(time_value__isnull=True).exclude(time_unit="").update(time_unit="")


class Migration(migrations.Migration):
    dependencies = [("procedures", "0006_fill_order_keys")]

    operations = [
        migrations.RunPython(drop_lonely_units, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="procedurechannel", name="channel_time_with_unit"),
        migrations.AddConstraint(
            model_name="procedurechannel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("time_unit", ""), ("time_value__isnull", True)),
                    models.Q(
                        ("time_unit__in", ["ngay_lam_viec", "ngay", "gio", "thang"]),
                        ("time_value__gt", 0),
                        ("time_value__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="channel_time_with_unit",
                violation_error_message="A time limit is a number above nought with its unit, or neither.",
            ),
        ),
    ]
