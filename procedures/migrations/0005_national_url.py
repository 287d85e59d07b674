"""The address of a procedure on the national portal."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('procedures', '0004_procedure_ending'),
    ]

    operations = [
        migrations.AddField(
            model_name='procedure',
            name='national_url',
            field=models.URLField(blank=True, verbose_name='address on the national portal'),
        ),
    ]
