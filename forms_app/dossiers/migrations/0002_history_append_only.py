"""Refuse UPDATE, DELETE and TRUNCATE of events, view log and consent texts in the database itself."""

from django.db import migrations

from core.immutability import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_initial")]

    operations = [
        AppendOnly("DossierEvent"),
        AppendOnly("ViewLogEntry", until="retained_until"),
        AppendOnly("ConsentText"),
        # These never change during the life of a dossier; the other columns change with its status.
        AppendOnly("Dossier", columns=["agency_id", "procedure_version_id", "form_version_id", "submitted_at"]),
    ]
