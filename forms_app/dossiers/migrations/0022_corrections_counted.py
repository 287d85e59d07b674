"""A correction after the handover is counted on its own and changes nothing about the first result (ADR 350)."""

from django.db import migrations, models

from core.immutability import AppendOnly


def count_corrections(apps, schema_editor):
    """Count the corrections that are in the history; a limit in the event shows that the first result was late."""
    events = apps.get_model("dossiers", "DossierEvent").objects
    dossiers = apps.get_model("dossiers", "Dossier").objects
    begun = events.filter(action="reopen", from_status=10).order_by("dossier", "sequence")
    first, times = {}, {}
    for event in begun.iterator():
        first.setdefault(event.dossier_id, event)
        times[event.dossier_id] = times.get(event.dossier_id, 0) + 1
    for pk, event in first.items():
        finished = events.filter(dossier=pk, action="finish", sequence__lt=event.sequence)
        dossiers.filter(pk=pk).update(
            corrections=times[pk],
            first_finished_at=finished.order_by("-sequence").values_list("at", flat=True)[0],
            first_was_on_time="on_time_until" not in event.data,
        )


class Migration(migrations.Migration):

    dependencies = [("dossiers", "0021_language_of_the_dossier")]

    operations = [
        migrations.AddField(
            model_name="dossier",
            name="corrections",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="corrections of a wrong result"),
        ),
        migrations.AddField(
            model_name="dossier",
            name="first_finished_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="first result finished at"),
        ),
        migrations.AddField(
            model_name="dossier",
            name="first_was_on_time",
            field=models.BooleanField(blank=True, null=True, verbose_name="first result was on time"),
        ),
        migrations.RunPython(count_corrections, migrations.RunPython.noop),
        # SQLite recreates the table without its triggers.
        AppendOnly("Dossier", columns=["agency_id", "procedure_version_id", "form_version_id", "submitted_at"]),
    ]
