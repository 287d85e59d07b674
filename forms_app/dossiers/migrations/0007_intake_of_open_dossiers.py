"""Dossiers that wait for the desk get their moment; TRUNCATE is refused where rows are append-only (PostgreSQL)."""

from django.db import migrations

from core.immutability import AppendOnly
from core.worktime import WorkCalendar, add_working_minutes

HOURS = 8


def give_moments(apps, schema_editor):
    """Eight working hours after filing, or after the supplement that brought a dossier back to the first status."""
    days = list(apps.get_model("core", "Holiday").objects.values_list("date", "kind"))
    calendar = WorkCalendar(
        days_off=frozenset(day for day, kind in days if kind != "makeup"),
        makeup=frozenset(day for day, kind in days if kind == "makeup"),
    )
    dossiers = apps.get_model("dossiers", "Dossier").objects
    came_back = dict(
        apps.get_model("dossiers", "DossierEvent")
        .objects.filter(action="supply", to_status=1)
        .order_by("sequence")
        .values_list("dossier", "at")
    )
    for pk, filed in dossiers.filter(status=1).values_list("pk", "submitted_at"):
        due = add_working_minutes(came_back.get(pk, filed), HOURS * 60, calendar)
        dossiers.filter(pk=pk).update(intake_due_at=due)


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0006_rules_of_intake_and_keeping"), ("core", "0001_initial")]

    operations = [
        migrations.RunPython(give_moments, migrations.RunPython.noop),
        AppendOnly("DossierEvent"),
        AppendOnly("ViewLog", until="keep_until"),
        AppendOnly("ConsentText"),
        AppendOnly("Dossier", columns=["agency_id", "procedure_version_id", "form_version_id", "submitted_at"]),
    ]
