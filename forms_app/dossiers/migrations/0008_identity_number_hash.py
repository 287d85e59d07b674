"""The desk finds a dossier by the keyed hash of the applicant's identity number."""

from django.db import migrations, models

from core.immutability import AppendOnly
from forms_app.builder.applicant import identity_of
from forms_app.dossiers.credentials import identity_hash


def hash_numbers(apps, schema_editor):
    dossiers = apps.get_model("dossiers", "Dossier").objects
    for dossier in dossiers.only("pk", "answers").iterator(chunk_size=500):
        if number := identity_of(dossier.answers).number:
            dossiers.filter(pk=dossier.pk).update(identity_number_hash=identity_hash(number))


class Migration(migrations.Migration):
    dependencies = [("dossiers", "0007_outcomes_and_counter_supplements")]

    operations = [
        migrations.AddField(
            model_name="dossier",
            name="identity_number_hash",
            field=models.CharField(
                blank=True, db_index=True, editable=False, max_length=64, verbose_name="document number (hash)"
            ),
        ),
        # Reversing drops the column, so nothing has to be undone.
        migrations.RunPython(hash_numbers, migrations.RunPython.noop),
        # SQLite recreates the table without its triggers.
        AppendOnly("Dossier", columns=["agency_id", "procedure_version_id", "form_version_id", "submitted_at"]),
    ]
