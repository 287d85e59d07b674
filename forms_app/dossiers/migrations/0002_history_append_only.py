"""History is written once: events, looks and consent texts refuse UPDATE and DELETE in the database itself."""

from django.db import migrations

from core.immutability import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0001_initial")]

    operations = [
        AppendOnly("DossierEvent"),
        AppendOnly("ViewLog"),
        AppendOnly("ConsentText"),
        # A dossier's pins are for life; the rest of the row moves with its status.
        AppendOnly("Dossier", columns=["agency_id", "procedure_version_id", "form_version_id", "submitted_at"]),
    ]
