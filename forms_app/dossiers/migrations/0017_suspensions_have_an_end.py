"""A suspension lasts until a day set by the head; one that began before the upgrade lasts until it is resumed."""

from django.db import migrations, models
from django.db.models import F, Q

from core.immutability import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0016_postal_orders")]

    operations = [
        migrations.AddField(
            model_name="dossier",
            name="pause_ends_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="suspended until"),
        ),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=Q(pause_ends_at__isnull=True)
                | Q(status=8, paused_at__isnull=False, pause_ends_at__gt=F("paused_at")),
                name="dossier_suspension_has_an_end",
            ),
        ),
        # SQLite recreates the table without its triggers.
        AppendOnly("Dossier", columns=["agency_id", "procedure_version_id", "form_version_id", "submitted_at"]),
    ]
