"""Days of years not yet announced are estimates."""

from datetime import date

from django.db import migrations, models

#: The last year announced when this migration was written; later ones are in core/data/announced_years.tsv.
ANNOUNCED_UNTIL = date(2026, 12, 31)


def mark_estimates(apps, schema_editor):
    days = apps.get_model("core", "Holiday").objects
    days.filter(date__gt=ANNOUNCED_UNTIL, legal_basis="").update(estimated=True)


class Migration(migrations.Migration):
    dependencies = [("core", "0002_one_time_links")]

    operations = [
        migrations.AddField(
            model_name="holiday",
            name="estimated",
            field=models.BooleanField(
                default=False,
                help_text="Not yet announced by the government. Clear this once the notice for the year is published.",
                verbose_name="estimate",
            ),
        ),
        # Reversing drops the column, so nothing has to be undone.
        migrations.RunPython(mark_estimates, migrations.RunPython.noop),
    ]
