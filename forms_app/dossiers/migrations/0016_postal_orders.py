"""Results sent by post: tracking number and postage."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('dossiers', '0015_malware_scan'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PostalOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=400, verbose_name='address')),
                ('tracking_number', models.CharField(blank=True, max_length=30, verbose_name='tracking number')),
                ('postage', models.PositiveIntegerField(blank=True, null=True, verbose_name='postage')),
                ('handed_at', models.DateTimeField(verbose_name='given to the post at')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled at')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='postal_orders', to='dossiers.dossier', verbose_name='dossier')),
                ('handed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='given by')),
            ],
            options={
                'verbose_name': 'postal order',
                'verbose_name_plural': 'postal orders',
                'ordering': ['dossier', '-handed_at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('cancelled_at__isnull', True)), fields=('dossier',), name='postal_order_one_open')],
            },
        ),
    ]
