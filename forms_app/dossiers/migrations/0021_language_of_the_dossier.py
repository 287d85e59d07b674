"""The language in which a dossier was submitted; those of before have mails in Vietnamese, as until now."""

from django.db import migrations, models

from core.immutability import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0020_supplement_requests_withdrawn'),
    ]

    operations = [
        migrations.AddField(
            model_name='dossier',
            name='language',
            field=models.CharField(default='vi', max_length=10, verbose_name='language'),
        ),
        # SQLite recreates the table without its trigger.
        AppendOnly("Dossier", columns=["agency_id", "procedure_version_id", "form_version_id", "submitted_at"]),
    ]
