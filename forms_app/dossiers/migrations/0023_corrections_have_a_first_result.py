"""A dossier that is corrected keeps when its first result was finished, and whether that was on time."""

from django.db import migrations, models
from django.db.models import Q

from core.immutability import AppendOnly


class Migration(migrations.Migration):

    dependencies = [("dossiers", "0022_corrections_counted")]

    operations = [
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=Q(corrections=0, first_finished_at__isnull=True, first_was_on_time__isnull=True)
                | Q(corrections__gt=0, first_finished_at__isnull=False, first_was_on_time__isnull=False),
                name="dossier_correction_has_first_result",
            ),
        ),
        # SQLite recreates the table without its triggers.
        AppendOnly("Dossier", columns=["agency_id", "procedure_version_id", "form_version_id", "submitted_at"]),
    ]
