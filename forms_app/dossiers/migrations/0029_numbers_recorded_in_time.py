"""The moment at which a tracking number was entered; numbers of before count as entered at the handover."""

from django.conf import settings
from django.db import migrations, models


def entered_at_the_handover(apps, schema_editor):
    orders = apps.get_model("dossiers", "PostalOrder").objects.exclude(tracking_number="")
    orders.update(number_recorded_at=models.F("handed_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0028_supplement_days_extended'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='postalorder',
            name='number_recorded_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='number recorded at'),
        ),
        migrations.RunPython(entered_at_the_handover, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='postalorder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number_recorded_at__isnull', True), ('tracking_number', '')), models.Q(models.Q(('tracking_number', ''), _negated=True), ('number_recorded_at__isnull', False)), _connector='OR'), name='postal_order_number_has_a_moment'),
        ),
    ]
