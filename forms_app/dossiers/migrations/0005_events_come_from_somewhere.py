"""An event without a source was lawful for every act: a check passes where it is unknown. Now every branch names it."""

from django.conf import settings
from django.db import migrations, models

from core.immutability import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0004_view_log_of_agencies'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='dossierevent',
            name='dossier_event_lawful',
        ),
        migrations.AddConstraint(
            model_name='dossierevent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('from_status__isnull', True), ('action', 'submit'), ('to_status', 1)), models.Q(('from_status__isnull', False), models.Q(models.Q(('from_status', 1), ('action', 'accept'), ('to_status', 2)), models.Q(('from_status', 1), ('action', 'refuse'), ('to_status', 3)), models.Q(('from_status', 5), ('action', 'refuse'), ('to_status', 3)), models.Q(('from_status', 1), ('action', 'request_supplement'), ('to_status', 5)), models.Q(('from_status', 2), ('action', 'request_supplement'), ('to_status', 5)), models.Q(('from_status', 4), ('action', 'request_supplement'), ('to_status', 5)), models.Q(('from_status', 5), ('action', 'supply'), ('to_status', 1)), models.Q(('from_status', 5), ('action', 'supply'), ('to_status', 4)), models.Q(('from_status', 2), ('action', 'process'), ('to_status', 4)), models.Q(('from_status', 4), ('action', 'require_payment'), ('to_status', 6)), models.Q(('from_status', 6), ('action', 'payment_done'), ('to_status', 4)), models.Q(('from_status', 4), ('action', 'suspend'), ('to_status', 8)), models.Q(('from_status', 5), ('action', 'suspend'), ('to_status', 8)), models.Q(('from_status', 8), ('action', 'resume'), ('to_status', 4)), models.Q(('from_status', 4), ('action', 'finish'), ('to_status', 9)), models.Q(('from_status', 8), ('action', 'finish'), ('to_status', 9)), models.Q(('from_status', 9), ('action', 'reopen'), ('to_status', 4)), models.Q(('from_status', 9), ('action', 'return_result'), ('to_status', 10)), models.Q(('from_status', 1), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 2), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 4), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 5), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 6), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 8), ('action', 'withdraw'), ('to_status', 7)), models.Q(('from_status', 1), ('action', 'assign'), ('to_status', 1)), models.Q(('from_status', 2), ('action', 'assign'), ('to_status', 2)), models.Q(('from_status', 4), ('action', 'assign'), ('to_status', 4)), models.Q(('from_status', 5), ('action', 'assign'), ('to_status', 5)), models.Q(('from_status', 6), ('action', 'assign'), ('to_status', 6)), models.Q(('from_status', 8), ('action', 'assign'), ('to_status', 8)), models.Q(('from_status', 9), ('action', 'assign'), ('to_status', 9)), _connector='OR')), _connector='OR'), name='dossier_event_lawful'),
        ),
        # SQLite makes the table anew for a constraint, and loses its triggers.
        AppendOnly("DossierEvent"),
    ]
