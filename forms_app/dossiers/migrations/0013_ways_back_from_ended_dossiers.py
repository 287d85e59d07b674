"""The head undoes a wrong handover or decline; a payment request is withdrawn; an unpaid dossier is refused."""

from django.conf import settings
from django.db import migrations, models

from core.immutability import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0012_identity_numbers_encrypted'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='dossierevent',
            name='dossier_event_lawful',
        ),
        migrations.AlterField(
            model_name='dossierevent',
            name='action',
            field=models.CharField(choices=[('submit', 'Submit'), ('accept', 'Accept'), ('decline', 'Decline'), ('request_supplement', 'Request a supplement'), ('supply', 'Provide what was requested'), ('process', 'Start processing'), ('require_payment', 'Require payment'), ('payment_done', 'Payment received'), ('lift_payment', 'Withdraw the payment request'), ('suspend', 'Suspend processing'), ('resume', 'Resume processing'), ('close', 'Close without an answer'), ('finish', 'Finish'), ('reopen', 'Reopen'), ('return_result', 'Return the result'), ('undo_return', 'Undo “result handed over”'), ('undo_decline', 'Undo the decline'), ('withdraw', 'Withdraw'), ('assign', 'Assign'), ('replace_key', 'Replace the lookup key'), ('move_due_date', 'Move the due date from a day off')], max_length=24, verbose_name='action'),
        ),
        migrations.AddConstraint(
            model_name='dossierevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('from_status__isnull', True), ('action', 'submit'), ('to_status', 1)), models.Q(('from_status__isnull', False), models.Q(models.Q(('from_status', 1), ('action', 'accept'), ('to_status', 2)), models.Q(('from_status', 1), ('action', 'decline'), ('to_status', 3)), models.Q(('from_status', 5), ('action', 'decline'), ('to_status', 3)), models.Q(('from_status', 1), ('action', 'request_supplement'), ('to_status', 5)), models.Q(('from_status', 2), ('action', 'request_supplement'), ('to_status', 5)), models.Q(('from_status', 4), ('action', 'request_supplement'), ('to_status', 5)), models.Q(('from_status', 5), ('action', 'supply'), ('to_status', 1)), models.Q(('from_status', 5), ('action', 'supply'), ('to_status', 4)), models.Q(('from_status', 2), ('action', 'process'), ('to_status', 4)), models.Q(('from_status', 4), ('action', 'require_payment'), ('to_status', 6)), models.Q(('from_status', 6), ('action', 'payment_done'), ('to_status', 4)), models.Q(('from_status', 6), ('action', 'lift_payment'), ('to_status', 4)), models.Q(('from_status', 4), ('action', 'suspend'), ('to_status', 8)), models.Q(('from_status', 5), ('action', 'close'), ('to_status', 8)), models.Q(('from_status', 8), ('action', 'resume'), ('to_status', 4)), models.Q(('from_status', 4), ('action', 'finish'), ('to_status', 9)), models.Q(('from_status', 6), ('action', 'finish'), ('to_status', 9)), models.Q(('from_status', 8), ('action', 'finish'), ('to_status', 9)), models.Q(('from_status', 9), ('action', 'reopen'), ('to_status', 4)), models.Q(('from_status', 9), ('action', 'return_result'), ('to_status', 10)), models.Q(('from_status', 10), ('action', 'undo_return'), ('to_status', 9)), models.Q(('from_status', 3), ('action', 'undo_decline'), ('to_status', 1)), models.Q(('from_status', 1), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 2), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 4), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 5), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 6), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 8), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 1), ('action', 'assign'), ('to_status', 1)), models.Q(('from_status', 2), ('action', 'assign'), ('to_status', 2)), models.Q(('from_status', 4), ('action', 'assign'), ('to_status', 4)), models.Q(('from_status', 5), ('action', 'assign'), ('to_status', 5)), models.Q(('from_status', 6), ('action', 'assign'), ('to_status', 6)), models.Q(('from_status', 8), ('action', 'assign'), ('to_status', 8)), models.Q(('from_status', 9), ('action', 'assign'), ('to_status', 9)), models.Q(('from_status', 2), ('action', 'move_due_date'), ('to_status', 2)), models.Q(('from_status', 4), ('action', 'move_due_date'), ('to_status', 4)), models.Q(('from_status', 1), ('action', 'replace_key'), ('to_status', 1)), models.Q(('from_status', 2), ('action', 'replace_key'), ('to_status', 2)), models.Q(('from_status', 3), ('action', 'replace_key'), ('to_status', 3)), models.Q(('from_status', 4), ('action', 'replace_key'), ('to_status', 4)), models.Q(('from_status', 5), ('action', 'replace_key'), ('to_status', 5)), models.Q(('from_status', 6), ('action', 'replace_key'), ('to_status', 6)), models.Q(('from_status', 7), ('action', 'replace_key'), ('to_status', 7)), models.Q(('from_status', 8), ('action', 'replace_key'), ('to_status', 8)), models.Q(('from_status', 9), ('action', 'replace_key'), ('to_status', 9)), models.Q(('from_status', 10), ('action', 'replace_key'), ('to_status', 10)), models.Q(('from_status', 5), ('action', 'suspend'), ('to_status', 8)), _connector='OR')), _connector='OR'), name='dossier_event_lawful'),
        ),
        # SQLite recreates the table without its triggers.
        AppendOnly("DossierEvent"),
    ]
