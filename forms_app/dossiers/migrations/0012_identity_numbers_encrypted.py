"""Encrypt identity numbers in answers, and log lists and searches of the desk."""

import django.db.models.deletion
import forms_app.dossiers.models.answers
from django.conf import settings
from django.db import migrations, models

from core.immutability import AppendOnly

BATCH = 500
COLUMNS = {"Dossier": ["answers"], "Draft": ["answers", "typed"], "SupplementRequest": ["answers", "typed"]}


def encrypt(apps, schema_editor):
    """Save every row again, since the field encrypts what it stores."""
    for name, columns in COLUMNS.items():
        rows = apps.get_model("dossiers", name).objects
        for row in rows.only(*columns).order_by("pk").iterator(chunk_size=BATCH):
            rows.filter(pk=row.pk).update(**{column: getattr(row, column) for column in columns})


def decrypt(apps, schema_editor):
    """Write readable values, bypassing the field."""
    for name, columns in COLUMNS.items():
        rows = apps.get_model("dossiers", name).objects
        for row in rows.only(*columns).order_by("pk").iterator(chunk_size=BATCH):
            values = {column: models.Value(getattr(row, column), models.JSONField()) for column in columns}
            rows.filter(pk=row.pk).update(**values)


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0011_refused_mail'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='dossier',
            name='answers',
            field=forms_app.dossiers.models.answers.AnswersField(blank=True, default=dict, verbose_name='answers'),
        ),
        migrations.AlterField(
            model_name='draft',
            name='answers',
            field=forms_app.dossiers.models.answers.AnswersField(blank=True, default=dict, verbose_name='answers'),
        ),
        migrations.AlterField(
            model_name='draft',
            name='typed',
            field=forms_app.dossiers.models.answers.AnswersField(blank=True, default=dict, verbose_name='entered but not valid yet'),
        ),
        migrations.AlterField(
            model_name='supplementrequest',
            name='answers',
            field=forms_app.dossiers.models.answers.AnswersField(blank=True, default=dict, verbose_name='answers'),
        ),
        migrations.AlterField(
            model_name='supplementrequest',
            name='typed',
            field=forms_app.dossiers.models.answers.AnswersField(blank=True, default=dict, verbose_name='entered but not sent yet'),
        ),
        migrations.CreateModel(
            name='ListLogEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agencies', models.JSONField(verbose_name='ids of the agencies that were searched')),
                ('kind', models.CharField(choices=[('list', 'List'), ('code', 'Search for a dossier code'), ('id_number', 'Search for an ID number'), ('phone', 'Search for a phone number'), ('text', 'Search for a name or words')], max_length=12, verbose_name='kind')),
                ('list_key', models.CharField(blank=True, max_length=20, verbose_name='list')),
                ('found', models.PositiveIntegerField(verbose_name='number of dossiers found')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('retained_until', models.DateField(verbose_name='retained until')),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='actor')),
            ],
            options={
                'verbose_name': 'entry of the log of lists',
                'verbose_name_plural': 'log of lists',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['actor', '-at'], name='list_log_of_actor'), models.Index(fields=['retained_until'], name='list_log_retained_until')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['list', 'code', 'id_number', 'phone', 'text'])), name='list_log_kind_known')],
            },
        ),
        migrations.RunPython(encrypt, decrypt),
        # SQLite recreates the table without its triggers.
        AppendOnly("Dossier", columns=["agency_id", "procedure_version_id", "form_version_id", "submitted_at"]),
        AppendOnly("ListLogEntry", until="retained_until"),
    ]
