"""Imports are read into rows and applied in portions by a job that can be continued."""

import django.db.models.deletion
import procedures.models.imports
from django.conf import settings
from django.db import migrations, models


def mark_applied(apps, schema_editor):
    uploads = apps.get_model('procedures', 'ImportUpload')
    uploads.objects.filter(applied_at__isnull=False).update(state='applied')


class Migration(migrations.Migration):

    dependencies = [
        ('procedures', '0005_national_url'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='importrow',
            name='import_row_state_known',
        ),
        migrations.RemoveField(
            model_name='importupload',
            name='digest',
        ),
        migrations.AddField(
            model_name='importrow',
            name='digest',
            field=models.CharField(default='', editable=False, max_length=64, verbose_name='digest'),
        ),
        migrations.AddField(
            model_name='importrow',
            name='further_rows',
            field=models.JSONField(default=list, editable=False, verbose_name='further rows'),
        ),
        migrations.AddField(
            model_name='importrow',
            name='record',
            field=models.JSONField(editable=False, null=True, verbose_name='content of the row'),
        ),
        migrations.AddField(
            model_name='importrow',
            name='warnings',
            field=models.JSONField(default=list, editable=False, verbose_name='remarks on reading'),
        ),
        migrations.AddField(
            model_name='importupload',
            name='cancelled_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='cancelled at'),
        ),
        migrations.AddField(
            model_name='importupload',
            name='cancelled_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='cancelled by'),
        ),
        migrations.AddField(
            model_name='importupload',
            name='progressed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='last progress at'),
        ),
        migrations.AddField(
            model_name='importupload',
            name='run',
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name='run'),
        ),
        migrations.AddField(
            model_name='importupload',
            name='state',
            field=models.CharField(choices=[('open', 'to be reviewed'), ('running', 'being applied'), ('applied', 'applied'), ('cancelled', 'cancelled')], default='open', max_length=10, verbose_name='state'),
        ),
        migrations.RunPython(mark_applied, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='importrow',
            name='state',
            field=models.CharField(choices=[('planned', 'planned'), ('queued', 'waiting to be applied'), ('applied', 'applied'), ('failed', 'failed'), ('left_out', 'left out'), ('undone', 'undone')], default='planned', max_length=10, verbose_name='state'),
        ),
        migrations.AlterField(
            model_name='importupload',
            name='file',
            field=models.FileField(blank=True, storage=procedures.models.imports.private_storage, upload_to='nhap-thu-tuc/%Y/', verbose_name='file'),
        ),
        migrations.AlterField(
            model_name='importupload',
            name='uploaded_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='uploaded by'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(fields=['upload', 'code'], name='import_row_code'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(fields=['upload', 'state', 'position'], name='import_row_queue'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['planned', 'queued', 'applied', 'failed', 'left_out', 'undone'])), name='import_row_state_known'),
        ),
        migrations.AddConstraint(
            model_name='importupload',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('state',), name='import_one_running'),
        ),
        migrations.AddConstraint(
            model_name='importupload',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'running', 'applied', 'cancelled'])), name='import_state_known'),
        ),
    ]
