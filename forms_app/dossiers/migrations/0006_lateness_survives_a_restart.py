"""A restart of the processing time no longer undoes lateness, not even for dossiers where it already had."""

from datetime import datetime

from django.db import migrations, models
from django.db.models import F, Q

from core.immutability import AppendOnly
from forms_app.dossiers.rule_triggers import ChangesRules


def find_healed(apps, schema_editor):
    """Keep the due date that had passed when the supplement was requested as the end of the on-time period."""
    events = apps.get_model("dossiers", "DossierEvent").objects
    dossiers = apps.get_model("dossiers", "Dossier").objects
    restarted = events.filter(action="supply", from_status=5, to_status=4).order_by("dossier", "sequence")
    for event in restarted.select_related("dossier"):
        due = event.data.get("due_before") if event.data.get("clock") == "restart" else None
        requested = events.filter(
            dossier=event.dossier_id, action="request_supplement", sequence__lt=event.sequence
        )
        last = requested.order_by("-sequence").first()
        if not due or last is None:
            continue
        same = dossiers.filter(pk=event.dossier_id)
        same.update(clock_restarts=F("clock_restarts") + 1)
        passed = datetime.fromisoformat(due)
        if passed < last.at:
            same.filter(on_time_until=None, due_at__gt=passed).update(on_time_until=passed)


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0005_revoked_results")]

    operations = [
        migrations.AddField(
            model_name="dossier",
            name="on_time_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="on time until"),
        ),
        migrations.AddField(
            model_name="dossier",
            name="clock_restarts",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="restarts of the processing time"),
        ),
        migrations.AddField(
            model_name="dossier",
            name="pause_extends_on_time",
            field=models.BooleanField(default=True, verbose_name="pause extends the time that counts"),
        ),
        migrations.AddField(
            model_name="deadlinesetting",
            name="request_days",
            field=models.PositiveSmallIntegerField(
                blank=True,
                default=3,
                help_text="Working days after acceptance. A later request moves the due date, but the dossier still counts "
                "as late after the former one. Leave empty if the law of the field sets no limit.",
                null=True,
                verbose_name="time to request a supplement",
            ),
        ),
        # Reversing drops the columns, so nothing has to be undone.
        migrations.RunPython(find_healed, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="dossier",
            constraint=models.CheckConstraint(
                condition=Q(on_time_until__isnull=True) | Q(on_time_until__lt=F("due_at")),
                name="dossier_on_time_before_due",
            ),
        ),
        # SQLite recreates the tables without their triggers.
        AppendOnly("Dossier", columns=["agency_id", "procedure_version_id", "form_version_id", "submitted_at"]),
        ChangesRules("dossiers", "DeadlineSetting"),
    ]
