"""How a dossier ended, closing without an answer, and what was handed in at the counter."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.immutability import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('builder', '0002_versions_append_only'),
        ('dossiers', '0006_lateness_survives_a_restart'),
        ('procedures', '0004_procedure_ending'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='dossierevent',
            name='dossier_event_lawful',
        ),
        migrations.AddField(
            model_name='dossier',
            name='outcome',
            field=models.CharField(blank=True, choices=[('granted', 'Granted'), ('refused', 'Refused'), ('closed', 'Closed, the citizen did not answer')], max_length=8, verbose_name='outcome'),
        ),
        migrations.AddField(
            model_name='supplementrequest',
            name='received_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='received by'),
        ),
        migrations.AddField(
            model_name='supplementrequest',
            name='received_items',
            field=models.JSONField(blank=True, default=dict, verbose_name='received at the counter'),
        ),
        migrations.AlterField(
            model_name='dossierevent',
            name='action',
            field=models.CharField(choices=[('submit', 'Submit'), ('accept', 'Accept'), ('decline', 'Decline'), ('request_supplement', 'Request a supplement'), ('supply', 'Provide what was requested'), ('process', 'Start processing'), ('require_payment', 'Require payment'), ('payment_done', 'Payment received'), ('suspend', 'Suspend processing'), ('resume', 'Resume processing'), ('close', 'Close without an answer'), ('finish', 'Finish'), ('reopen', 'Reopen'), ('return_result', 'Return the result'), ('withdraw', 'Withdraw'), ('assign', 'Assign'), ('replace_key', 'Replace the lookup key')], max_length=24, verbose_name='action'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(('outcome', ''), models.Q(('outcome__in', ['granted', 'refused']), ('status__in', [9, 10])), models.Q(('outcome', 'closed'), ('status', 8)), _connector='OR'), name='dossier_outcome_fits_status'),
        ),
        migrations.AddConstraint(
            model_name='dossierevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('from_status__isnull', True), ('action', 'submit'), ('to_status', 1)), models.Q(('from_status__isnull', False), models.Q(models.Q(('from_status', 1), ('action', 'accept'), ('to_status', 2)), models.Q(('from_status', 1), ('action', 'decline'), ('to_status', 3)), models.Q(('from_status', 5), ('action', 'decline'), ('to_status', 3)), models.Q(('from_status', 1), ('action', 'request_supplement'), ('to_status', 5)), models.Q(('from_status', 2), ('action', 'request_supplement'), ('to_status', 5)), models.Q(('from_status', 4), ('action', 'request_supplement'), ('to_status', 5)), models.Q(('from_status', 5), ('action', 'supply'), ('to_status', 1)), models.Q(('from_status', 5), ('action', 'supply'), ('to_status', 4)), models.Q(('from_status', 2), ('action', 'process'), ('to_status', 4)), models.Q(('from_status', 4), ('action', 'require_payment'), ('to_status', 6)), models.Q(('from_status', 6), ('action', 'payment_done'), ('to_status', 4)), models.Q(('from_status', 4), ('action', 'suspend'), ('to_status', 8)), models.Q(('from_status', 5), ('action', 'close'), ('to_status', 8)), models.Q(('from_status', 8), ('action', 'resume'), ('to_status', 4)), models.Q(('from_status', 4), ('action', 'finish'), ('to_status', 9)), models.Q(('from_status', 8), ('action', 'finish'), ('to_status', 9)), models.Q(('from_status', 9), ('action', 'reopen'), ('to_status', 4)), models.Q(('from_status', 9), ('action', 'return_result'), ('to_status', 10)), models.Q(('from_status', 1), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 2), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 4), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 5), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 6), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 8), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 1), ('action', 'assign'), ('to_status', 1)), models.Q(('from_status', 2), ('action', 'assign'), ('to_status', 2)), models.Q(('from_status', 4), ('action', 'assign'), ('to_status', 4)), models.Q(('from_status', 5), ('action', 'assign'), ('to_status', 5)), models.Q(('from_status', 6), ('action', 'assign'), ('to_status', 6)), models.Q(('from_status', 8), ('action', 'assign'), ('to_status', 8)), models.Q(('from_status', 9), ('action', 'assign'), ('to_status', 9)), models.Q(('from_status', 1), ('action', 'replace_key'), ('to_status', 1)), models.Q(('from_status', 2), ('action', 'replace_key'), ('to_status', 2)), models.Q(('from_status', 3), ('action', 'replace_key'), ('to_status', 3)), models.Q(('from_status', 4), ('action', 'replace_key'), ('to_status', 4)), models.Q(('from_status', 5), ('action', 'replace_key'), ('to_status', 5)), models.Q(('from_status', 6), ('action', 'replace_key'), ('to_status', 6)), models.Q(('from_status', 7), ('action', 'replace_key'), ('to_status', 7)), models.Q(('from_status', 8), ('action', 'replace_key'), ('to_status', 8)), models.Q(('from_status', 9), ('action', 'replace_key'), ('to_status', 9)), models.Q(('from_status', 10), ('action', 'replace_key'), ('to_status', 10)), models.Q(('from_status', 5), ('action', 'suspend'), ('to_status', 8)), _connector='OR')), _connector='OR'), name='dossier_event_lawful'),
        ),
        migrations.AddConstraint(
            model_name='supplementrequest',
            constraint=models.CheckConstraint(condition=models.Q(('received_by__isnull', True), ('answered_at__isnull', False), _connector='OR'), name='supplement_received_is_answered'),
        ),
        # SQLite recreates the tables without their triggers.
        AppendOnly("Dossier", columns=["agency_id", "procedure_version_id", "form_version_id", "submitted_at"]),
        AppendOnly("DossierEvent"),
    ]
