"""By when the desk answers, how long a closed dossier is kept; one general setting a day, for two would be a toss-up."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


def keep_the_last_of_a_day(apps, schema_editor):
    """Of general settings of the same day the one entered last stays: it is what was meant to count."""
    general = apps.get_model("dossiers", "DeadlineSetting").objects.filter(procedure=None)
    newest = dict(general.order_by("pk").values_list("valid_from", "pk"))
    general.exclude(pk__in=newest.values()).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0005_events_come_from_somewhere'),
        ('procedures', '0004_import_uploads'),
    ]

    operations = [
        migrations.CreateModel(
            name='RetentionSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='valid to')),
                ('years', models.PositiveSmallIntegerField(help_text='Counted from the end of the year in which the dossier was closed.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='years')),
                ('legal_basis', models.CharField(help_text='The citizen reads it as the reason.', max_length=200, verbose_name='legal basis')),
            ],
            options={
                'verbose_name': 'retention setting',
                'verbose_name_plural': 'retention settings',
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='deadlinesetting',
            name='intake_hours',
            field=models.PositiveSmallIntegerField(default=8, help_text='Working hours after filing; eight make a working day.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='accepted, refused or asked about within'),
        ),
        migrations.AddField(
            model_name='dossier',
            name='intake_due_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='to be answered by the desk by'),
        ),
        migrations.RunPython(keep_the_last_of_a_day, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='deadlinesetting',
            constraint=models.UniqueConstraint(condition=models.Q(('procedure__isnull', True)), fields=('valid_from',), name='deadline_setting_general_once_a_day', violation_error_message='For all procedures there is a setting from this day on already.'),
        ),
        migrations.AddField(
            model_name='retentionsetting',
            name='procedure',
            field=models.ForeignKey(blank=True, help_text='Empty: every procedure without a setting of its own.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='retention_settings', to='procedures.procedure', verbose_name='procedure'),
        ),
        migrations.AddConstraint(
            model_name='retentionsetting',
            constraint=models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='retentionsetting_validity_order'),
        ),
        migrations.AddConstraint(
            model_name='retentionsetting',
            constraint=models.UniqueConstraint(fields=('procedure', 'valid_from'), name='retention_setting_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='retentionsetting',
            constraint=models.UniqueConstraint(condition=models.Q(('procedure__isnull', True)), fields=('valid_from',), name='retention_setting_general_once_a_day', violation_error_message='For all procedures there is a setting from this day on already.'),
        ),
        migrations.AddConstraint(
            model_name='retentionsetting',
            constraint=models.CheckConstraint(condition=models.Q(('years__gte', 1)), name='retention_setting_some_years'),
        ),
    ]
