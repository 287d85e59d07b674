"""A constraint that says how nulls compare is not made on SQLite: one that does not say it is, on both databases."""

from django.db import migrations, models
from django.db.models import Max


def keep_the_last_of_a_day(apps, schema_editor):
    """Of settings of one procedure and day the one entered last stays."""
    own = apps.get_model("dossiers", "DeadlineSetting").objects.exclude(procedure=None)
    newest = own.order_by().values("procedure", "valid_from").annotate(last=Max("pk")).values_list("last", flat=True)
    own.exclude(pk__in=list(newest)).delete()


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0007_intake_of_open_dossiers")]

    operations = [
        migrations.RunPython(keep_the_last_of_a_day, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="deadlinesetting", name="deadline_setting_once_a_day"),
        migrations.AddConstraint(
            model_name="deadlinesetting",
            constraint=models.UniqueConstraint(fields=["procedure", "valid_from"], name="deadline_setting_once_a_day"),
        ),
    ]
